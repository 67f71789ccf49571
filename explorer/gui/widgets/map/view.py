"""The map: arrays in, hover, click and selection intents out.

The interface of ``MapView`` is fixed, so that what draws the points (``map_points``) can be replaced by something
faster without a change anywhere else.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QKeyEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from explorer.gui.widgets.announce import announce
from explorer.gui.widgets.map.pointer import MapPointer
from explorer.gui.widgets.map.stepping import nearest_to, nearest_towards
from explorer.gui.widgets.map.tools import MODES, SelectionMode, Tool

_ZOOM_PER_NOTCH = 1.2
_ZOOM_PER_KEY = 1.25
_PAN_PER_KEY = 0.1
_DEGREES_PER_KEY = 10.0

_KEY = Qt.Key
_NONE = Qt.KeyboardModifier.NoModifier
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_ARROWS = {_KEY.Key_Left: (-1, 0), _KEY.Key_Right: (1, 0), _KEY.Key_Up: (0, 1), _KEY.Key_Down: (0, -1)}
_TOOL_KEYS: dict[int, Tool] = {_KEY.Key_V: "pan", _KEY.Key_B: "box", _KEY.Key_L: "lasso"}
_ZOOM_KEYS = {_KEY.Key_Plus: _ZOOM_PER_KEY, _KEY.Key_Equal: _ZOOM_PER_KEY, _KEY.Key_Minus: 1 / _ZOOM_PER_KEY}


class MapView(MapPointer):
    """Points on a plane or in space that can be moved, hovered, clicked, and selected by a box or a lasso.

    ====================  =============================================================================================
    Tool *pan* (V)        drag moves the map, Shift-drag selects a box, Ctrl+Shift-drag a lasso; what is done with the
                          selection is the mode that was chosen (``set_mode``, or M for the next one)
    Tools *box* (B) and   drag selects; Shift adds, Alt subtracts, Shift+Alt intersects, and without a key the chosen
    *lasso* (L)           mode counts; with Space held, drag moves the map
    In every tool         middle-drag moves, the wheel zooms around the pointer, double-click on the background shows
                          everything; in space a drag turns, Ctrl-drag moves. Esc gives up what is dragged, else clears
                          the selection
    Touchpad              two fingers move, with Ctrl or in a pinch they zoom, in a double tap they show everything
    Keys                  arrows move, + and - zoom, 0 shows everything, Shift+arrows go to the nearest point that way,
                          Ctrl+arrows turn a map in space
    ====================  =============================================================================================

    Signals
    -------
    hovered(int)
        The row under the pointer has changed; -1 for none.
    clicked(int, object)
        A point was clicked or stepped to: its row and the ``Qt.KeyboardModifiers`` held.
    layer_clicked(object, object)
        A layer that was added, and what its ``hit`` found where it was clicked.
    layer_hovered(object, object)
        The same for the layer that a click would be for now; (None, None) for none.
    selection_dragged(object, str)
        Rows (int64 array, ascending) and what to do with them: "replace", "add", "subtract" or "intersect".
        Esc sends no rows and "replace".
    menu_requested(object, int)
        A context menu is asked for: the ``QPoint`` on the screen and the row there, -1 for none.
    tool_changed(str), mode_changed(str)
        For the buttons that show them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Map of the texts"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._spoken = ""
        self._selected = 0
        self._describe()

    # --- what is said about the map -------------------------------------------------------------------

    def set_tool(self, tool: Tool) -> None:
        super().set_tool(tool)
        self._describe()

    def set_mode(self, mode: SelectionMode) -> None:
        super().set_mode(mode)
        self._describe()

    def set_positions(self, positions: npt.NDArray[np.floating], *, morph: bool = False) -> None:
        if len(positions) != len(self._points):
            self._selected = 0
        super().set_positions(positions, morph=morph)
        self._describe()

    def set_shown(self, mask: npt.NDArray[np.bool_] | None) -> None:
        super().set_shown(mask)
        self._describe()

    def set_selection(self, rows: npt.NDArray[np.integer]) -> None:
        super().set_selection(rows)
        self._selected = len(rows)
        self._describe()

    def set_accessible_text(self, words: str) -> None:
        """Have a screen reader read words, such as the text that has become the current one."""
        self._spoken = words
        self._describe()
        announce(self, words)

    def _describe(self) -> None:
        """What a screen reader says about the map as a whole."""
        write = self.locale().toString
        shown = self.tr("{0} texts shown, {1} selected.").format(write(len(self._seen_rows())), write(self._selected))
        tool = self.tr("Tool: {0}, {1}.").format(self._tool, self._mode)
        keys = self.tr(
            "Shift and arrow keys go from text to text, arrow keys move the map, plus and minus zoom, "
            "0 shows everything, V, B and L take the tools pan, box and lasso, M the next mode."
        )
        self.setAccessibleDescription(" ".join(filter(None, (self._spoken, shown, tool, keys))))

    # --- wheel and touchpad ---------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        if _is_two_fingers(event) and not event.modifiers() & _CTRL:
            moved = event.pixelDelta()
            self._move_camera(self.camera.panned(moved.x(), moved.y()))
        elif event.angleDelta().y():
            self._zoom(_ZOOM_PER_NOTCH ** (event.angleDelta().y() / 120), event.position())
        else:
            return event.ignore()
        self._follow(event.position())
        event.accept()
        return None

    def event(self, event: QEvent) -> bool:
        return self._gesture(event) if isinstance(event, QNativeGestureEvent) else super().event(event)

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        """A pinch zooms, a double tap with two fingers shows everything."""
        if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom(max(1.0 + event.value(), 0.1), event.position())
            self._follow(event.position())
        elif event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
            self.fit()
        else:
            return super().event(event)
        return True

    def _zoom(self, factor: float, at: QPointF) -> None:
        self._move_camera(self.camera.zoomed(factor, (at.x(), at.y())))

    def _follow(self, place: QPointF) -> None:
        """The map has moved under the pointer."""
        self._pointer = place
        if self._drag is None:
            self._hover_at(place)

    # --- keys -----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._held = event.modifiers()
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in _ARROWS and held in (_NONE, _SHIFT, _CTRL):
            self._press_arrow(_ARROWS[_KEY(key)], held)
        elif key in _ZOOM_KEYS:
            self._zoom(_ZOOM_KEYS[_KEY(key)], QPointF(self.width() / 2, self.height() / 2))
        elif key == _KEY.Key_0:
            self.fit()
        elif key == _KEY.Key_Escape:
            self._escape()
        elif held == _NONE and key in _TOOL_KEYS:
            self.set_tool(_TOOL_KEYS[key])
        elif key == _KEY.Key_M and not held & _CTRL:
            self.set_mode(MODES[(MODES.index(self._mode) + 1) % len(MODES)])
        elif key == _KEY.Key_Space:
            self._hold_space(True)
        else:
            self.update()  # the hint of a selection says which keys are held
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._held = event.modifiers()
        if event.key() == _KEY.Key_Space and not event.isAutoRepeat():
            self._hold_space(False)
        self.update()
        super().keyReleaseEvent(event)

    def _press_arrow(self, direction: tuple[int, int], held: Qt.KeyboardModifier) -> None:
        right, up = direction
        if held == _SHIFT:
            self._step(direction)
        elif held == _CTRL:
            self.turn_by(right * _DEGREES_PER_KEY, -up * _DEGREES_PER_KEY)
        else:
            dx, dy = -right * self.width() * _PAN_PER_KEY, up * self.height() * _PAN_PER_KEY
            self._move_camera(self.camera.panned(dx, dy))

    def _step(self, direction: tuple[int, int]) -> None:
        """To the nearest point that way from the current one; without a current one, to that in the middle."""
        rows = self._seen_rows()
        xy = self._points.xy[rows]
        if self._current is None or self._place(self._current) is None:
            found = nearest_to(xy, (self.camera.x, self.camera.y))
        else:
            x, y = self._points.xy[self._current].tolist()
            found = nearest_towards(xy, (x, y), direction)
        if found >= 0:
            self.clicked.emit(int(rows[found]), _NONE)

    def _escape(self) -> None:
        if self._drag is not None:
            self._end_drag()
        else:
            self.selection_dragged.emit(np.empty(0, np.int64), "replace")

    def _hold_space(self, held: bool) -> None:
        self._space_held = held
        self._show_cursor()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hold_space(False)
        super().focusOutEvent(event)
        self.update()


def _is_two_fingers(event: QWheelEvent) -> bool:
    """Whether it is fingers on a touchpad and not a wheel: they are told by pixels, and by device or by phase."""
    from_pad = event.device() is not None and event.device().type() == QInputDevice.DeviceType.TouchPad
    return not event.pixelDelta().isNull() and (from_pad or event.phase() != Qt.ScrollPhase.NoScrollPhase)
