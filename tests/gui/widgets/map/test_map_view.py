from __future__ import annotations

import json

import numpy as np
import pytest
from map_driver import BLUE, CTRL, LEFT, NO, SHIFT, SQUARE, at, drag, wheel
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QNativeGestureEvent, QPointingDevice
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.gui.theme import LIGHT
from explorer.gui.widgets.map.axes import scaled_axes
from explorer.gui.widgets.map.overlay import wrapped_lines
from explorer.gui.widgets.map.view import MapView


def _count(image: QImage, colour: str, around: QPoint, reach: int) -> int:
    """Pixels around a place that have almost this colour; what is half covered has not."""
    wanted = np.array(QColor(colour).getRgb()[:3])
    near = range(-reach, reach + 1)
    pixels = [image.pixelColor(around.x() + dx, around.y() + dy).getRgb()[:3] for dx in near for dy in near]
    return int((np.abs(np.array(pixels) - wanted).max(axis=1) < 60).sum())


def test_points_are_drawn_where_the_camera_says(square: MapView) -> None:
    image = square.grab().toImage()
    for row in range(5):
        assert _count(image, "#283cdc", at(square, row), 3) > 20
    assert image.pixelColor(2, 2).name() == LIGHT.surface


def test_a_flag_is_a_ring_as_well(square: MapView) -> None:
    place = at(square, 4)
    assert _count(square.grab().toImage(), LIGHT.flag, place, 14) == 0
    square.set_flagged(np.arange(5) == 4)
    image = square.grab().toImage()
    assert _count(image, LIGHT.flag, place, 14) > 20
    assert image.pixelColor(place).name() == "#283cdc"
    assert _count(image, LIGHT.flag, at(square, 0), 14) == 0


def test_a_flagged_point_is_not_hidden_by_a_crowd(view: MapView) -> None:
    xy = np.vstack([np.zeros((3000, 2)), [[1, 1]], [[-1, -1]]]).astype(np.float32)
    view.set_positions(xy)
    view.set_colours(np.tile(np.array(BLUE, np.uint8), (len(xy), 1)))
    view.set_flagged(np.arange(len(xy)) == 0)
    assert _count(view.grab().toImage(), LIGHT.flag, at(view, 0, xy), 14) > 10


def test_selection_current_and_neighbours_are_marked(square: MapView) -> None:
    square.set_selection(np.array([0]))
    square.set_current(4)
    square.set_highlight(np.array([1, 2]))
    image = square.grab().toImage()
    assert _count(image, LIGHT.text, at(square, 0), 12) > 8
    for row in (4, 1, 2):
        assert _count(image, LIGHT.accent, at(square, row), 14) > 8
    half_way = (at(square, 4) + at(square, 1)) / 2
    assert image.pixelColor(half_way).name() != LIGHT.surface
    square.set_highlight(np.array([1, 2]), links=False)
    assert square.grab().toImage().pixelColor(half_way).name() == LIGHT.surface


def test_a_transparent_row_is_neither_drawn_nor_hit(qtbot: QtBot, square: MapView) -> None:
    colours = np.tile(np.array(BLUE, np.uint8), (5, 1))
    colours[4, 3] = 0
    square.set_colours(colours)
    assert square.grab().toImage().pixelColor(at(square, 4)).name() == LIGHT.surface
    with qtbot.assertNotEmitted(square.clicked):
        qtbot.mouseClick(square, LEFT, NO, at(square, 4))


def test_click_names_the_row_and_the_keys_held(qtbot: QtBot, square: MapView) -> None:
    with qtbot.waitSignal(square.clicked) as caught:
        qtbot.mouseClick(square, LEFT, CTRL, at(square, 3) + QPoint(2, -2))
    assert caught.args == [3, CTRL]
    with qtbot.assertNotEmitted(square.clicked):
        qtbot.mouseClick(square, LEFT, NO, at(square, 3) + QPoint(20, 20))


def test_hover_says_each_row_once_and_shows_words(qtbot: QtBot, square: MapView) -> None:
    rows: list[int] = []
    square.hovered.connect(rows.append)
    place = at(square, 4)
    for offset in (QPoint(60, 40), QPoint(1, 0), QPoint(0, 1), QPoint(60, 40)):
        qtbot.mouseMove(square, place + offset)
    assert rows == [4, -1]
    qtbot.mouseMove(square, place)
    before = square.grab().toImage()
    square.set_hover_text("card was declined")
    assert square.grab().toImage() != before


def test_drag_pans_and_is_no_click(qtbot: QtBot, square: MapView) -> None:
    before = at(square, 4)
    with qtbot.assertNotEmitted(square.clicked), qtbot.assertNotEmitted(square.selection_dragged):
        drag(square, before, before + QPoint(50, 30))
    assert at(square, 4) == before + QPoint(50, 30)


def test_escape_clears_the_selection(qtbot: QtBot, square: MapView) -> None:
    with qtbot.waitSignal(square.selection_dragged) as caught:
        qtbot.keyClick(square, Qt.Key.Key_Escape)
    assert len(caught.args[0]) == 0
    assert caught.args[1] == "replace"


def test_wheel_zooms_around_the_pointer(square: MapView) -> None:
    place, zoom = at(square, 1), square.camera.zoom
    wheel(square, place, 3)
    assert square.camera.zoom > 1.5 * zoom
    assert (at(square, 1) - place).manhattanLength() <= 1


def test_keys_pan_zoom_and_fit(qtbot: QtBot, square: MapView) -> None:
    fitted = square.camera
    qtbot.keyClick(square, Qt.Key.Key_Plus)
    qtbot.keyClick(square, Qt.Key.Key_Right)
    assert square.camera.zoom == pytest.approx(1.25 * fitted.zoom)
    assert square.camera.x > fitted.x
    qtbot.keyClick(square, Qt.Key.Key_Minus)
    assert square.camera.zoom == pytest.approx(fitted.zoom)
    qtbot.keyClick(square, Qt.Key.Key_0)
    assert square.camera == fitted


def test_double_click_on_the_background_shows_everything(qtbot: QtBot, square: MapView) -> None:
    fitted = square.camera
    wheel(square, QPoint(100, 100), 4)
    qtbot.mouseDClick(square, LEFT, NO, QPoint(399, 299))
    assert square.camera == fitted


def test_a_camera_that_was_moved_stays_and_another_follows(qtbot: QtBot, square: MapView) -> None:
    grown = SQUARE * np.float32(1.3)
    square.set_positions(grown)
    assert square.camera.zoom == pytest.approx(1.0)
    square.set_positions(SQUARE)
    drag(square, QPoint(200, 100), QPoint(240, 120))
    moved = square.camera
    square.set_positions(grown)
    assert (square.camera.x, square.camera.y, square.camera.scale) == (moved.x, moved.y, moved.scale)


def test_resizing_fits_again_unless_the_camera_was_moved(qtbot: QtBot, square: MapView) -> None:
    square.resize(600, 500)
    assert square.camera.zoom == pytest.approx(1.0)
    wheel(square, QPoint(300, 250), 1)
    scale = square.camera.scale
    square.resize(500, 400)
    assert square.camera.scale == scale


def test_a_large_map_on_a_fine_screen_is_sharp_again_after_it_moved(
    qtbot: QtBot, view: MapView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "devicePixelRatioF", lambda: 2.0)
    view.set_positions(np.random.default_rng(0).random((20_001, 2)).astype(np.float32))
    assert view._sharpness() == 2.0
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view._sharpness() == 1.0
    qtbot.waitUntil(lambda: view._sharpness() == 2.0, timeout=5000)


def test_points_glide_to_their_places(qtbot: QtBot, square: MapView) -> None:
    square.set_flagged(np.ones(5, bool))
    turned = SQUARE[::-1].copy() * 40
    square.set_positions(turned, morph=True)
    with qtbot.assertNotEmitted(square.clicked):
        qtbot.mouseClick(square, LEFT, NO, at(square, 0, turned))
    qtbot.waitUntil(lambda: not square._morph.running, timeout=5000)
    with qtbot.waitSignal(square.clicked) as caught:
        qtbot.mouseClick(square, LEFT, NO, at(square, 0, turned))
    assert caught.args[0] == 0


def test_another_number_of_rows_forgets_every_mark(square: MapView) -> None:
    square.set_current(4)
    square.set_selection(np.array([3, 4]))
    square.set_highlight(np.array([2]))
    square.set_positions(SQUARE[:2])
    square.grab()
    with pytest.raises(IndexError, match="2 of the map"):
        square.set_current(4)
    with pytest.raises(ValueError, match="5 colours for 2 points"):
        square.set_colours(np.zeros((5, 4), np.uint8))


@pytest.mark.parametrize(
    "points",
    [
        np.empty((0, 2)),
        [[3, 4]],
        [[3, 4]] * 20,
        [[np.nan, np.nan]] * 3,
        [[np.nan, 1], [2, 3], [np.inf, 0]],
        [[-3e38, -3e38], [3e38, 3e38]],
        [[0, 0], [1e-40, 1e-40]],
        [[0, 0], [1e9, 1e-9]],
    ],
    ids=["none", "one", "same", "all nan", "some nan", "huge", "tiny", "flat"],
)
def test_degenerate_maps(qtbot: QtBot, view: MapView, points: list) -> None:
    xy = np.array(points, np.float32).reshape(-1, 2)
    view.set_positions(xy)
    qtbot.mouseMove(view, QPoint(30, 30))
    wheel(view, QPoint(100, 100), 30)
    view.grab()
    view.fit()
    image = view.grab().toImage()
    for row in np.flatnonzero(np.isfinite(xy).all(axis=1)).tolist():
        assert image.pixelColor(at(view, row, xy)).name() != LIGHT.surface


def test_every_control_is_named_and_reached(view: MapView) -> None:
    assert view.accessibleName()
    assert view.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_hover_words_wrap_at_words_and_end_in_an_ellipsis(view: MapView) -> None:
    lines = wrapped_lines("some words\nthat go on " * 60, view.font(), 200)
    assert len(lines) == 5
    assert lines[-1].endswith("…")
    assert all("\n" not in line for line in lines)
    assert wrapped_lines("x" * 90, view.font(), 200)[0].startswith("xxx")
    assert wrapped_lines("short", view.font(), 200) == ["short"]


def test_a_row_out_of_sight_is_revealed_without_another_zoom(qtbot: QtBot, square: MapView) -> None:
    square.reveal(3)
    fitted = square.camera
    for _ in range(8):
        wheel(square, at(square, 0), 1)
    zoomed = square.camera
    assert zoomed.scale > fitted.scale
    square.reveal(0)
    assert square.camera == zoomed, "a row that is seen moves nothing"
    square.reveal(3)
    assert square.camera.scale == zoomed.scale
    assert square.rect().contains(at(square, 3))


def test_keys_take_the_tools_and_the_next_mode(qtbot: QtBot, square: MapView) -> None:
    tools: list[str] = []
    modes: list[str] = []
    square.tool_changed.connect(tools.append)
    square.mode_changed.connect(modes.append)
    for key in (Qt.Key.Key_L, Qt.Key.Key_B, Qt.Key.Key_B, Qt.Key.Key_V, *[Qt.Key.Key_M] * 4):
        qtbot.keyClick(square, key)
    assert tools == ["lasso", "box", "pan"]
    assert modes == ["add", "subtract", "intersect", "replace"]
    assert (square.tool, square.mode) == ("pan", "replace")


def test_shift_and_arrows_go_from_point_to_point(qtbot: QtBot, square: MapView) -> None:
    square.clicked.connect(lambda row, _: square.set_current(row))
    gone = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(square, key, SHIFT)
        gone.append(square._current)
    assert gone == [4, 1, 1, 4, 0], "the one in the middle first; a quarter belongs to two directions at its edge"
    square.set_shown(np.array([True, True, True, True, False]))
    qtbot.keyClick(square, Qt.Key.Key_Up, SHIFT)
    assert square._current == 2


def test_two_fingers_move_and_with_ctrl_they_zoom(square: MapView) -> None:
    before, zoom = at(square, 4), square.camera.zoom
    wheel(square, QPoint(50, 50), 0.2, pixels=QPoint(12, -30), phase=Qt.ScrollPhase.ScrollUpdate)
    assert at(square, 4) == before + QPoint(12, -30)
    assert square.camera.zoom == zoom
    wheel(square, QPoint(50, 50), 0.5, CTRL, QPoint(0, 30), Qt.ScrollPhase.ScrollUpdate)
    assert square.camera.zoom == pytest.approx(zoom * 1.2**0.5)


def _pinch(view: MapView, kind: Qt.NativeGestureType, place: QPoint, value: float = 0.0) -> None:
    where = QPointF(place)
    event = QNativeGestureEvent(
        kind, QPointingDevice.primaryPointingDevice(), 2, where, where, view.mapToGlobal(where), value, QPointF(), 0
    )
    QApplication.sendEvent(view, event)


def test_a_pinch_zooms_around_its_place_and_a_double_tap_shows_everything(square: MapView) -> None:
    fitted, place = square.camera, at(square, 1)
    _pinch(square, Qt.NativeGestureType.ZoomNativeGesture, place, 0.5)
    assert square.camera.zoom == pytest.approx(1.5 * fitted.zoom)
    assert (at(square, 1) - place).manhattanLength() <= 1
    _pinch(square, Qt.NativeGestureType.SmartZoomNativeGesture, place)
    assert square.camera == fitted


def test_the_screen_reader_hears_the_tool_the_counts_and_the_text(square: MapView) -> None:
    square.set_selection(np.array([1, 2]))
    square.set_tool("lasso")
    square.set_mode("add")
    square.set_shown(np.array([True, True, True, False, True]))
    square.set_accessible_text("My card was declined")
    said = square.accessibleDescription()
    assert said.startswith("My card was declined 4 texts shown, 2 selected. Tool: lasso, add.")
    square.set_positions(SQUARE[:3])
    assert "3 texts shown, 0 selected." in square.accessibleDescription()


def test_a_view_is_restored(square: MapView) -> None:
    wheel(square, at(square, 3), 6)
    kept, camera = square.view_state(), square.camera
    square.fit()
    assert square.restore_view(json.loads(json.dumps(kept)))
    assert (square.camera.x, square.camera.y) == (camera.x, camera.y)
    assert square.camera.scale == pytest.approx(camera.scale)
    for garbage in (None, {"zoom": "large"}, [1]):
        assert not square.restore_view(garbage)
    assert square.camera.scale == pytest.approx(camera.scale)


CLOUD = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10], [10, 10, 10]], np.float32)


def test_a_map_in_space_is_turned_and_hit_where_it_is_seen(qtbot: QtBot, square: MapView) -> None:
    square.set_positions(CLOUD)
    assert square.in_space
    before = square.view_state()
    drag(square, QPoint(200, 150), QPoint(260, 170), CTRL)
    assert square.view_state()["turn"] == before["turn"]
    assert square.view_state() != before
    drag(square, QPoint(260, 170), QPoint(200, 150), CTRL)
    drag(square, QPoint(200, 150), QPoint(260, 170))
    assert square.view_state()["turn"] != before["turn"]
    for row in range(5):
        place = square._place(row)
        assert place is not None
        with qtbot.waitSignal(square.clicked) as caught:
            qtbot.mouseClick(square, LEFT, NO, place.toPoint())
        assert caught.args[0] == row
    place = square._place(3)
    assert place is not None
    x, y = square.camera.to_map(place.x(), place.y())
    assert square.rows_in_box((x - 0.01, y - 0.01), (x + 0.01, y + 0.01)).tolist() == [3]
    turned = square.view_state()
    qtbot.keyClick(square, Qt.Key.Key_Right, CTRL)
    assert square.view_state()["turn"] != turned["turn"]
    assert square.restore_view(turned)
    assert square._place(3) == place


def test_a_turn_moves_nothing_on_a_plane(square: MapView) -> None:
    picture = square.grab().toImage()
    square.turn_by(40, 10)
    assert square.grab().toImage() == picture


def test_between_plane_and_space_everything_is_shown(square: MapView) -> None:
    wheel(square, QPoint(100, 100), 5)
    square.set_positions(CLOUD, morph=True)
    assert not square._morph.running
    assert square.camera.zoom == pytest.approx(1)
    assert square.visible_rows().tolist() == [0, 1, 2, 3, 4]
    square.set_positions(SQUARE, morph=True)
    assert square.camera.zoom == pytest.approx(1)
    assert _count(square.grab().toImage(), "#283cdc", at(square, 4), 3) > 20, "colours are as they were given"


def test_axes_are_drawn_beside_the_points(square: MapView) -> None:
    xy, x, y = scaled_axes(np.arange(5.0), np.array([3.0, 1, 4, 1, 5]), ("Amount (€)", "Score"))
    square.set_axes(x, y)
    square.set_positions(xy)
    free = (square.camera.left, square.camera.bottom)
    assert min(free) > 20
    for row in range(5):
        place = at(square, row, xy)
        assert place.x() > free[0]
        assert place.y() < square.height() - free[1]
    inked = square.grab().toImage()
    square.set_axes()
    assert (square.camera.left, square.camera.bottom) == (0, 0)
    assert square.grab().toImage() != inked


def test_positions_of_another_shape_are_refused(view: MapView) -> None:
    for shape in ((4,), (4, 1), (4, 4)):
        with pytest.raises(ValueError, match=r"\(n, 2\) or \(n, 3\)"):
            view.set_positions(np.zeros(shape, np.float32))
