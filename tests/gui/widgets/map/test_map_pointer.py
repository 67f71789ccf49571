from __future__ import annotations

import numpy as np
import pytest
from map_driver import ALT, CTRL, LEFT, MIDDLE, NO, RIGHT, SHIFT, SQUARE, at, drag, press, release
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.map.tools import SelectionMode
from explorer.gui.widgets.map.view import MapView


def _around(view: MapView, *rows: int) -> list[QPoint]:
    """A way around rows that lie side by side in the middle column, and around nothing else."""
    places = [at(view, row) for row in rows]
    left, right = min(p.x() for p in places) - 20, max(p.x() for p in places) + 20
    top, bottom = min(p.y() for p in places) - 20, max(p.y() for p in places) + 20
    return [QPoint(left, top), QPoint(right, top), QPoint(right, bottom), QPoint(left, bottom)]


@pytest.mark.parametrize("chosen", ["replace", "add", "subtract", "intersect"])
def test_shift_drag_selects_a_box_in_the_chosen_mode(qtbot: QtBot, square: MapView, chosen: SelectionMode) -> None:
    square.set_mode(chosen)
    start, end = at(square, 2) - QPoint(15, 15), at(square, 4) + QPoint(15, 15)
    with qtbot.waitSignal(square.selection_dragged) as caught:
        drag(square, start, end, SHIFT)
    rows, mode = caught.args
    assert rows.tolist() == [2, 4]
    assert rows.dtype == np.int64
    assert mode == chosen


@pytest.mark.parametrize(
    ("held", "mode"), [(NO, "replace"), (SHIFT, "add"), (ALT, "subtract"), (SHIFT | ALT, "intersect")]
)
@pytest.mark.parametrize("tool", ["box", "lasso"])
def test_tools_select_and_keys_say_the_mode(
    qtbot: QtBot, square: MapView, tool: str, held: Qt.KeyboardModifier, mode: str
) -> None:
    square.set_tool(tool)  # type: ignore[arg-type]
    way = _around(square, 4) if tool == "lasso" else _around(square, 4)[::2]
    with qtbot.waitSignal(square.selection_dragged) as caught:
        press(square, way, held=held)
        release(square, way[-1], held=held)
    assert caught.args[0].tolist() == [4]
    assert caught.args[1] == mode


def test_ctrl_shift_drag_is_a_lasso_in_the_pan_tool(qtbot: QtBot, square: MapView) -> None:
    way = [at(square, 0) + QPoint(-15, 15), at(square, 3) + QPoint(15, -15), at(square, 3) + QPoint(15, 15)]
    with qtbot.waitSignal(square.selection_dragged) as caught:
        press(square, way, held=SHIFT | CTRL)
        release(square, way[-1], held=SHIFT | CTRL)
    assert caught.args[0].tolist() == [0, 3, 4], "a box would have taken them all"
    assert caught.args[1] == "replace"


def test_middle_drag_and_space_move_the_map_in_any_tool(qtbot: QtBot, square: MapView) -> None:
    square.set_tool("lasso")
    before = at(square, 4)
    with qtbot.assertNotEmitted(square.selection_dragged):
        drag(square, before, before + QPoint(40, 10), button=MIDDLE)
        assert at(square, 4) == before + QPoint(40, 10)
        qtbot.keyPress(square, Qt.Key.Key_Space)
        assert square.cursor().shape() == Qt.CursorShape.OpenHandCursor
        drag(square, QPoint(50, 50), QPoint(90, 60))
        qtbot.keyRelease(square, Qt.Key.Key_Space)
    assert at(square, 4) == before + QPoint(80, 20)
    assert square.cursor().shape() == Qt.CursorShape.CrossCursor


def test_while_dragging_the_count_and_the_mode_are_said(qtbot: QtBot, square: MapView) -> None:
    press(square, [QPoint(5, 5), QPoint(200, 160)], held=SHIFT)
    first, modes = square._hint()
    assert first[0].text == "2 texts"
    assert [part.text for part in modes if part.active] == ["Replace"]
    pictured = square.grab().toImage()
    qtbot.keyClick(square, Qt.Key.Key_M)
    assert [part.text for part in square._hint()[1] if part.active] == ["Add"]
    assert square.grab().toImage() != pictured
    with qtbot.waitSignal(square.selection_dragged) as caught:
        release(square, QPoint(200, 160), held=SHIFT)
    assert caught.args[1] == "add"


def test_a_key_pressed_while_dragging_is_shown_at_once(qtbot: QtBot, square: MapView) -> None:
    square.set_tool("box")
    press(square, [QPoint(5, 5), QPoint(200, 160)])
    qtbot.keyPress(square, Qt.Key.Key_Alt)
    assert [part.text for part in square._hint()[1] if part.active] == ["Alt: subtract"]


def test_escape_gives_up_what_is_dragged(qtbot: QtBot, square: MapView) -> None:
    press(square, [QPoint(5, 5), QPoint(200, 160)], held=SHIFT)
    pictured = square.grab().toImage()
    with qtbot.assertNotEmitted(square.selection_dragged):
        qtbot.keyClick(square, Qt.Key.Key_Escape)
        release(square, QPoint(200, 160), held=SHIFT)
    assert square.grab().toImage() != pictured


def test_a_selection_stays_on_the_map_while_it_is_zoomed(qtbot: QtBot, square: MapView) -> None:
    square.set_tool("box")
    press(square, [at(square, 2) - QPoint(15, 15), at(square, 4) + QPoint(15, 15)])
    qtbot.keyClick(square, Qt.Key.Key_Plus)
    with qtbot.waitSignal(square.selection_dragged) as caught:
        release(square, at(square, 4) + QPoint(15, 15))
    assert caught.args[0].tolist() == [2, 4]


def test_a_selection_stays_on_the_screen_while_the_layout_goes_on(qtbot: QtBot, square: MapView) -> None:
    square.set_tool("box")
    start, end = at(square, 2) - QPoint(15, 15), at(square, 4) + QPoint(15, 15)
    press(square, [start, end])
    square.set_positions(SQUARE * 300 + 7)
    with qtbot.waitSignal(square.selection_dragged) as caught:
        release(square, end)
    assert caught.args[0].tolist() == [2, 4]


def test_of_many_rows_a_part_is_counted_until_the_pointer_rests(qtbot: QtBot, view: MapView) -> None:
    xy = np.random.default_rng(0).random((60_000, 2)).astype(np.float32)
    view.set_positions(xy)
    view.set_tool("box")
    press(view, [QPoint(0, 0), QPoint(200, 300)])
    assert view._hint()[0][0].text.startswith("about ")
    qtbot.waitUntil(lambda: not view._hint()[0][0].text.startswith("about "), timeout=5000)
    expected = len(view.rows_in_box(view.camera.to_map(0, 0), view.camera.to_map(200, 300)))
    assert view._count == expected
    with qtbot.waitSignal(view.selection_dragged) as caught:
        release(view, QPoint(200, 300))
    assert len(caught.args[0]) == expected


def test_what_is_not_shown_is_neither_hit_nor_selected_nor_fitted(qtbot: QtBot, square: MapView) -> None:
    camera = square.camera
    square.set_shown(np.array([True, True, False, False, True]))
    assert square.camera == camera, "a filter moves nothing"
    assert square.visible_rows().tolist() == [0, 1, 4]
    assert square.rows_in_polygon([(-1, -1), (11, -1), (11, 11), (-1, 11)]).tolist() == [0, 1, 4]
    with qtbot.assertNotEmitted(square.clicked):
        qtbot.mouseClick(square, LEFT, NO, at(square, 2))
    square.fit()
    assert square.camera.to_map(0, 0)[1] < 10
    square.set_shown(None)
    square.fit()
    assert square.camera == camera


def test_rows_that_a_search_has_not_found_are_faint_but_there(qtbot: QtBot, square: MapView) -> None:
    square.set_matches(np.array([True, False, True, True, True]))
    image = square.grab().toImage()
    assert image.pixelColor(at(square, 0)).name() == "#283cdc"
    assert image.pixelColor(at(square, 1)).lightness() > 200
    with qtbot.waitSignal(square.clicked):
        qtbot.mouseClick(square, LEFT, NO, at(square, 1))


def test_visible_rows_are_those_in_the_window(square: MapView) -> None:
    assert square.visible_rows().tolist() == [0, 1, 2, 3, 4]
    square._move_camera(square.camera.zoomed(3, (200, 150)))
    assert square.visible_rows().tolist() == [4]


def test_the_context_menu_is_asked_for_with_the_row(qtbot: QtBot, square: MapView) -> None:
    with qtbot.waitSignal(square.menu_requested) as caught:
        qtbot.mouseClick(square, RIGHT, NO, at(square, 3))
    assert caught.args == [square.mapToGlobal(at(square, 3)), 3]
    square.set_current(4)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    with qtbot.waitSignal(square.menu_requested) as caught:
        QApplication.sendEvent(square, event)
    assert caught.args[1] == 4
    with qtbot.assertNotEmitted(square.menu_requested):
        drag(square, QPoint(50, 50), QPoint(90, 90), button=RIGHT)


def test_tools_and_modes_that_there_are_not(square: MapView) -> None:
    with pytest.raises(ValueError, match="pan, box, lasso"):
        square.set_tool("rope")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="replace, add, subtract, intersect"):
        square.set_mode("remove")  # type: ignore[arg-type]


def test_a_selection_of_nothing(qtbot: QtBot, view: MapView) -> None:
    view.set_positions(np.empty((0, 2), np.float32))
    view.set_tool("lasso")
    with qtbot.waitSignal(view.selection_dragged) as caught:
        drag(view, QPoint(10, 10), QPoint(100, 100))
    assert caught.args[0].tolist() == []
    assert view.visible_rows().tolist() == []
