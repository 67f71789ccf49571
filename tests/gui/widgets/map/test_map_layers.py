from __future__ import annotations

import numpy as np
import pytest
from map_driver import LEFT, NO, at
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.layers import Layers
from explorer.gui.widgets.map.view import MapView


class _Patch:
    """A coloured patch that can be hit."""

    def __init__(self, colour: str, place: QPoint) -> None:
        self.colour, self.place = colour, place

    def paint(self, painter: QPainter, camera: Camera) -> None:
        painter.translate(self.place)
        painter.fillRect(-20, -20, 40, 40, QColor(self.colour))

    def hit(self, x: float, y: float) -> str | None:
        return self.colour if max(abs(x - self.place.x()), abs(y - self.place.y())) < 20 else None


class _Picture:
    def paint(self, painter: QPainter, camera: Camera) -> None:
        painter.fillRect(0, 0, 10, 10, QColor("#00ff00"))


def _colour(view: MapView, place: QPoint) -> str:
    return view.grab().toImage().pixelColor(place).name()


def test_layers_are_painted_below_and_above_the_points(square: MapView) -> None:
    place = at(square, 4)
    below = _Patch("#ff0000", place)
    square.add_layer(below, below=True)
    assert _colour(square, place) == "#283cdc"
    assert _colour(square, place + QPoint(15, 15)) == "#ff0000"
    square.add_layer(_Patch("#00ffff", place))
    assert _colour(square, place) == "#00ffff"


def test_a_click_is_for_a_point_then_the_upper_layer_then_the_lower_one(qtbot: QtBot, square: MapView) -> None:
    place = at(square, 4)
    below, above = _Patch("#ff0000", place), _Patch("#00ffff", place)
    square.add_layer(_Picture())
    square.add_layer(below, below=True)
    with qtbot.waitSignal(square.clicked), qtbot.assertNotEmitted(square.layer_clicked):
        qtbot.mouseClick(square, LEFT, NO, place)
    with qtbot.waitSignal(square.layer_clicked) as caught:
        qtbot.mouseClick(square, LEFT, NO, place + QPoint(14, 14))
    assert caught.args == [below, "#ff0000"]
    square.add_layer(above)
    with qtbot.waitSignal(square.layer_clicked) as caught, qtbot.assertNotEmitted(square.clicked):
        qtbot.mouseClick(square, LEFT, NO, place + QPoint(14, 14))
    assert caught.args == [above, "#00ffff"]
    with qtbot.waitSignal(square.clicked), qtbot.assertNotEmitted(square.layer_clicked):
        qtbot.mouseClick(square, LEFT, NO, place)


def test_the_pointer_over_a_layer_is_a_hand_and_over_a_point_in_it_hovers(qtbot: QtBot, square: MapView) -> None:
    place = at(square, 4)
    square.add_layer(_Patch("#00ffff", place))
    with qtbot.assertNotEmitted(square.hovered):
        qtbot.mouseMove(square, place + QPoint(14, 14))
    assert square.cursor().shape() == Qt.CursorShape.PointingHandCursor
    with qtbot.waitSignal(square.hovered):
        qtbot.mouseMove(square, place)


def test_layers_belong_to_the_plane(square: MapView) -> None:
    square.add_layer(_Picture())
    assert _colour(square, QPoint(5, 5)) == "#00ff00"
    square.set_positions(np.random.default_rng(0).random((5, 3)).astype(np.float32))
    assert _colour(square, QPoint(5, 5)) != "#00ff00"


def test_a_layer_that_fails_leaves_the_painter_as_it_was(view: MapView) -> None:
    class Broken:
        def paint(self, painter: QPainter, camera: Camera) -> None:
            painter.translate(50, 50)
            raise ZeroDivisionError

    layers = Layers()
    layers.add(Broken(), below=False)
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        with pytest.raises(ZeroDivisionError):
            layers.paint(painter, view.camera, below=False)
        assert painter.worldTransform().isIdentity()
