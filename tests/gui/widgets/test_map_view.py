from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.gui.theme import LIGHT, apply_theme
from explorer.gui.widgets.map_overlay import wrapped_lines
from explorer.gui.widgets.map_view import MapView

SQUARE = np.array([[0, 0], [10, 0], [0, 10], [10, 10], [5, 5]], np.float32)
BLUE = (40, 60, 220, 255)
NO = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> MapView:
    apply_theme(qapp, "light")
    view = MapView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def square(view: MapView) -> MapView:
    view.set_positions(SQUARE)
    view.set_colours(np.tile(np.array(BLUE, np.uint8), (5, 1)))
    return view


def _at(view: MapView, row: int, xy: np.ndarray = SQUARE) -> QPoint:
    return QPointF(*view.camera.to_pixel(*xy[row].tolist())).toPoint()


def _count(image: QImage, colour: str, around: QPoint, reach: int) -> int:
    """Pixels around a place that have almost this colour; what is half covered has not."""
    wanted = np.array(QColor(colour).getRgb()[:3])
    near = range(-reach, reach + 1)
    pixels = [image.pixelColor(around.x() + dx, around.y() + dy).getRgb()[:3] for dx in near for dy in near]
    return int((np.abs(np.array(pixels) - wanted).max(axis=1) < 60).sum())


def _drag(qtbot: QtBot, view: MapView, start: QPoint, end: QPoint, held: Qt.KeyboardModifier = NO) -> None:
    qtbot.mousePress(view, LEFT, held, start)
    for share in (0.3, 0.7, 1.0):
        qtbot.mouseMove(view, start + (end - start) * share)
    qtbot.mouseRelease(view, LEFT, held, end)


def _wheel(view: MapView, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at), view.mapToGlobal(QPointF(at)), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, NO,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def test_points_are_drawn_where_the_camera_says(square: MapView) -> None:
    image = square.grab().toImage()
    for row in range(5):
        assert _count(image, "#283cdc", _at(square, row), 3) > 20
    assert image.pixelColor(2, 2).name() == LIGHT.surface


def test_a_flag_is_a_ring_as_well(square: MapView) -> None:
    place = _at(square, 4)
    assert _count(square.grab().toImage(), LIGHT.flag, place, 14) == 0
    square.set_flagged(np.arange(5) == 4)
    image = square.grab().toImage()
    assert _count(image, LIGHT.flag, place, 14) > 20
    assert image.pixelColor(place).name() == "#283cdc"
    assert _count(image, LIGHT.flag, _at(square, 0), 14) == 0


def test_a_flagged_point_is_not_hidden_by_a_crowd(view: MapView) -> None:
    xy = np.vstack([np.zeros((3000, 2)), [[1, 1]], [[-1, -1]]]).astype(np.float32)
    view.set_positions(xy)
    view.set_colours(np.tile(np.array(BLUE, np.uint8), (len(xy), 1)))
    view.set_flagged(np.arange(len(xy)) == 0)
    assert _count(view.grab().toImage(), LIGHT.flag, _at(view, 0, xy), 14) > 10


def test_selection_current_and_neighbours_are_marked(square: MapView) -> None:
    square.set_selection(np.array([0]))
    square.set_current(4)
    square.set_highlight(np.array([1, 2]))
    image = square.grab().toImage()
    assert _count(image, LIGHT.text, _at(square, 0), 12) > 8
    for row in (4, 1, 2):
        assert _count(image, LIGHT.accent, _at(square, row), 14) > 8
    half_way = (_at(square, 4) + _at(square, 1)) / 2
    assert image.pixelColor(half_way).name() != LIGHT.surface
    square.set_highlight(np.array([1, 2]), links=False)
    assert square.grab().toImage().pixelColor(half_way).name() == LIGHT.surface


def test_a_transparent_row_is_neither_drawn_nor_hit(qtbot: QtBot, square: MapView) -> None:
    colours = np.tile(np.array(BLUE, np.uint8), (5, 1))
    colours[4, 3] = 0
    square.set_colours(colours)
    assert square.grab().toImage().pixelColor(_at(square, 4)).name() == LIGHT.surface
    with qtbot.assertNotEmitted(square.clicked):
        qtbot.mouseClick(square, LEFT, NO, _at(square, 4))


def test_click_names_the_row_and_the_keys_held(qtbot: QtBot, square: MapView) -> None:
    with qtbot.waitSignal(square.clicked) as caught:
        qtbot.mouseClick(square, LEFT, CTRL, _at(square, 3) + QPoint(2, -2))
    assert caught.args == [3, CTRL]
    with qtbot.assertNotEmitted(square.clicked):
        qtbot.mouseClick(square, LEFT, NO, _at(square, 3) + QPoint(20, 20))


def test_hover_says_each_row_once_and_shows_words(qtbot: QtBot, square: MapView) -> None:
    rows: list[int] = []
    square.hovered.connect(rows.append)
    place = _at(square, 4)
    for offset in (QPoint(60, 40), QPoint(1, 0), QPoint(0, 1), QPoint(60, 40)):
        qtbot.mouseMove(square, place + offset)
    assert rows == [4, -1]
    qtbot.mouseMove(square, place)
    before = square.grab().toImage()
    square.set_hover_text("card was declined")
    assert square.grab().toImage() != before


def test_drag_pans_and_is_no_click(qtbot: QtBot, square: MapView) -> None:
    before = _at(square, 4)
    with qtbot.assertNotEmitted(square.clicked), qtbot.assertNotEmitted(square.selection_dragged):
        _drag(qtbot, square, before, before + QPoint(50, 30))
    assert _at(square, 4) == before + QPoint(50, 30)


@pytest.mark.parametrize(("held", "mode"), [(NO, "replace"), (CTRL, "add"), (ALT, "remove")])
def test_shift_drag_selects_a_box(qtbot: QtBot, square: MapView, held: Qt.KeyboardModifier, mode: str) -> None:
    start, end = _at(square, 2) - QPoint(15, 15), _at(square, 4) + QPoint(15, 15)
    with qtbot.waitSignal(square.selection_dragged) as caught:
        _drag(qtbot, square, start, end, SHIFT | held)
    rows, said = caught.args
    assert rows.tolist() == [2, 4]
    assert said == mode


def test_the_box_says_what_letting_go_will_do(qtbot: QtBot, square: MapView) -> None:
    qtbot.mousePress(square, LEFT, SHIFT, QPoint(5, 5))
    qtbot.mouseMove(square, QPoint(200, 160))
    said = {part.text: part.active for part in square._hint()}
    assert said["Select 2"]
    assert "Ctrl: add" in said
    pictured = square.grab().toImage()
    with qtbot.assertNotEmitted(square.selection_dragged):
        qtbot.keyClick(square, Qt.Key.Key_Escape)
        qtbot.mouseRelease(square, LEFT, SHIFT, QPoint(200, 160))
    assert square.grab().toImage() != pictured


def test_escape_clears_the_selection(qtbot: QtBot, square: MapView) -> None:
    with qtbot.waitSignal(square.selection_dragged) as caught:
        qtbot.keyClick(square, Qt.Key.Key_Escape)
    assert len(caught.args[0]) == 0
    assert caught.args[1] == "replace"


def test_wheel_zooms_around_the_pointer(square: MapView) -> None:
    place, zoom = _at(square, 1), square.camera.zoom
    _wheel(square, place, 3)
    assert square.camera.zoom > 1.5 * zoom
    assert (_at(square, 1) - place).manhattanLength() <= 1


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
    _wheel(square, QPoint(100, 100), 4)
    qtbot.mouseDClick(square, LEFT, NO, QPoint(399, 299))
    assert square.camera == fitted


def test_a_camera_that_was_moved_stays_and_another_follows(qtbot: QtBot, square: MapView) -> None:
    grown = SQUARE * np.float32(1.3)
    square.set_positions(grown)
    assert square.camera.zoom == pytest.approx(1.0)
    square.set_positions(SQUARE)
    _drag(qtbot, square, QPoint(200, 100), QPoint(240, 120))
    moved = square.camera
    square.set_positions(grown)
    assert (square.camera.x, square.camera.y, square.camera.scale) == (moved.x, moved.y, moved.scale)


def test_resizing_fits_again_unless_the_camera_was_moved(qtbot: QtBot, square: MapView) -> None:
    square.resize(600, 500)
    assert square.camera.zoom == pytest.approx(1.0)
    _wheel(square, QPoint(300, 250), 1)
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
        qtbot.mouseClick(square, LEFT, NO, _at(square, 0, turned))
    qtbot.waitUntil(lambda: square._target is None, timeout=5000)
    with qtbot.waitSignal(square.clicked) as caught:
        qtbot.mouseClick(square, LEFT, NO, _at(square, 0, turned))
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
    _wheel(view, QPoint(100, 100), 30)
    view.grab()
    view.fit()
    image = view.grab().toImage()
    for row in np.flatnonzero(np.isfinite(xy).all(axis=1)).tolist():
        assert image.pixelColor(_at(view, row, xy)).name() != LIGHT.surface


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
        _wheel(square, _at(square, 0), 1)
    zoomed = square.camera
    assert zoomed.scale > fitted.scale
    square.reveal(0)
    assert square.camera == zoomed, "a row that is seen moves nothing"
    square.reveal(3)
    assert square.camera.scale == zoomed.scale
    assert square.rect().contains(_at(square, 3))
