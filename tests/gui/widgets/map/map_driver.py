"""Hands that work on the map of five points, for its tests."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from explorer.gui.widgets.map.view import MapView

SQUARE = np.array([[0, 0], [10, 0], [0, 10], [10, 10], [5, 5]], np.float32)
BLUE = (40, 60, 220, 255)
NO = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


def at(view: MapView, row: int, xy: np.ndarray = SQUARE) -> QPoint:
    return QPointF(*view.camera.to_pixel(*xy[row].tolist())).toPoint()


def mouse(
    view: MapView, kind: QEvent.Type, place: QPoint, button: Qt.MouseButton = LEFT, held: Qt.KeyboardModifier = NO
) -> None:
    """One event, with the keys that are held told in every one of them."""
    moves = kind == QEvent.Type.MouseMove
    which, down = (Qt.MouseButton.NoButton, button) if moves else (button, button)
    event = QMouseEvent(kind, QPointF(place), view.mapToGlobal(QPointF(place)), which, down, held)
    QApplication.sendEvent(view, event)


def press(view: MapView, places: list[QPoint], button: Qt.MouseButton = LEFT, held: Qt.KeyboardModifier = NO) -> None:
    """Press at the first place and move to the others."""
    mouse(view, QEvent.Type.MouseButtonPress, places[0], button, held)
    for place in places[1:]:
        mouse(view, QEvent.Type.MouseMove, place, button, held)


def release(view: MapView, place: QPoint, button: Qt.MouseButton = LEFT, held: Qt.KeyboardModifier = NO) -> None:
    mouse(view, QEvent.Type.MouseButtonRelease, place, button, held)


def drag(
    view: MapView, start: QPoint, end: QPoint, held: Qt.KeyboardModifier = NO, button: Qt.MouseButton = LEFT
) -> None:
    press(view, [start, *(start + (end - start) * share for share in (0.3, 0.7, 1.0))], button, held)
    release(view, end, button, held)


def wheel(
    view: MapView,
    place: QPoint,
    notches: float,
    held: Qt.KeyboardModifier = NO,
    pixels: QPoint | None = None,
    phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase,
) -> None:
    angle = QPoint(0, round(120 * notches))
    where = view.mapToGlobal(QPointF(place))
    event = QWheelEvent(QPointF(place), where, pixels or QPoint(), angle, Qt.MouseButton.NoButton, held, phase, False)
    QApplication.sendEvent(view, event)
