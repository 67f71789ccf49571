"""What the pointer does on the map: hovering, clicking, dragging, selecting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from explorer.gui.theme import current_theme
from explorer.gui.widgets.map import overlay
from explorer.gui.widgets.map.canvas import MapCanvas
from explorer.gui.widgets.map.hints import hint_lines
from explorer.gui.widgets.map.tools import MODES, TOOLS, Drag, SelectionMode, Tool, drag_kind, drag_mode

_DEGREES_PER_PIXEL = 0.4
_COUNTED_IN_MOTION = 20_000
_REST_MS = 150


class MapPointer(MapCanvas):
    """The map under a mouse. The signals and what each button does are described in ``MapView``."""

    hovered = Signal(int)
    clicked = Signal(int, object)
    layer_clicked = Signal(object, object)
    layer_hovered = Signal(object, object)
    selection_dragged = Signal(object, str)
    menu_requested = Signal(object, int)
    tool_changed = Signal(str)
    mode_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self._tool: Tool = "pan"
        self._mode: SelectionMode = "replace"
        self._drag: Drag | None = None
        self._held = Qt.KeyboardModifier.NoModifier
        self._space_held = False
        self._pointer = QPointF()
        self._hovered = -1
        self._hover_text = ""
        self._over: tuple[object, object] | None = None
        self._count, self._count_is_exact = 0, True
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._count_all)

    # --- tools ----------------------------------------------------------------------------------------

    @property
    def tool(self) -> Tool:
        return self._tool

    @property
    def mode(self) -> SelectionMode:
        return self._mode

    def set_tool(self, tool: Tool) -> None:
        """What dragging does: "pan", "box" or "lasso"."""
        if tool not in TOOLS:
            raise ValueError(f"a tool is one of {', '.join(TOOLS)}, not {tool!r}")
        if tool != self._tool:
            self._tool = tool
            self._show_cursor()
            self.tool_changed.emit(tool)

    def set_mode(self, mode: SelectionMode) -> None:
        """What is done with a selection unless a key says otherwise: "replace", "add", "subtract" or "intersect"."""
        if mode not in MODES:
            raise ValueError(f"a mode is one of {', '.join(MODES)}, not {mode!r}")
        if mode != self._mode:
            self._mode = mode
            self.update()
            self.mode_changed.emit(mode)

    def set_hover_text(self, text: str) -> None:
        """Words shown beside the pointer as long as it is on a point; empty for none."""
        self._hover_text = text
        self.update()

    def set_positions(self, positions: npt.NDArray[np.floating], *, morph: bool = False) -> None:
        rows, camera = len(self._points), self.camera
        super().set_positions(positions, morph=morph)
        if len(self._points) != rows:
            self._end_drag()
        elif self._drag is not None:  # what is drawn stays where it is seen, whatever the new map's units
            self._drag.path = [self.camera.to_map(*camera.to_pixel(x, y)) for x, y in self._drag.path]
        self._hover(-1)

    def set_shown(self, mask: npt.NDArray[np.bool_] | None) -> None:
        super().set_shown(mask)
        self._hover(-1)

    # --- painting -------------------------------------------------------------------------------------

    def _paint_hands(self, painter: QPainter) -> None:
        theme, drag = current_theme(), self._drag
        if self._hovered >= 0 and (place := self._place(self._hovered)) is not None:
            overlay.paint_hovered(painter, theme, place, self._points.radius(self.camera))
        if drag is not None and drag.selects:
            corners = [QPointF(*self.camera.to_pixel(x, y)) for x, y in drag.path]
            if drag.kind == "box":
                overlay.paint_box(painter, theme, QRectF(corners[0], corners[-1]).normalized())
            else:
                overlay.paint_lasso(painter, theme, corners)
            overlay.paint_hint(painter, theme, self._hint(), self._pointer, self.size())
        elif self._hovered >= 0 and self._hover_text:
            overlay.paint_text(painter, theme, self._hover_text, self._pointer, self.size())

    def _hint(self) -> list[list[overlay.HintPart]]:
        mode = drag_mode(self._tool, self._held, self._mode)
        return hint_lines(self._tool, mode, self._count, self.locale(), exact=self._count_is_exact)

    # --- mouse ----------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = event.modifiers()
        if self._drag is not None:
            return
        kind = drag_kind(self._tool, event.button(), self._held, space=self._space_held, turns=self.in_space)
        self._pointer = event.position()
        self._drag = Drag(kind, event.button(), self._pointer, [self._map_place(self._pointer)])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        before, self._pointer, self._held = self._pointer, event.position(), event.modifiers()
        drag = self._drag
        if drag is None:
            self._hover_at(self._pointer)
            return
        if not drag.under_way:
            if (self._pointer - drag.start).manhattanLength() < QApplication.startDragDistance():
                return
            drag.under_way = True
            before = drag.start
            self._hover(-1)
            self._hover_layer(None)
            self._show_cursor()
        self._go_on(drag, self._pointer - before)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._held = self._drag, event.modifiers()
        if drag is None or event.button() != drag.button:
            return
        self._pointer = event.position()
        self._end_drag()
        if drag.selects:
            drag.extend(self._map_place(self._pointer), self.camera.scale)
            self.selection_dragged.emit(self._rows_where(drag.holds), drag_mode(self._tool, self._held, self._mode))
        elif drag.under_way:
            self._hover_at(self._pointer)
        elif drag.button == Qt.MouseButton.LeftButton:
            self._click(self._pointer, self._held)
        elif drag.button == Qt.MouseButton.RightButton:
            self._ask_for_menu(self._pointer)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if event.button() == Qt.MouseButton.LeftButton and self._row_at(place) < 0 and self._layer_at(place) is None:
            self.fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # That of the mouse comes when a button goes down, when nobody knows yet whether it will be dragged.
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = None if self._current is None else self._place(self._current)
            self._ask_for_menu(place or QPointF(self.rect().center()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        self._hover_layer(None)
        super().leaveEvent(event)

    def _go_on(self, drag: Drag, moved: QPointF) -> None:
        if drag.kind == "pan":
            self._move_camera(self.camera.panned(moved.x(), moved.y()))
        elif drag.kind == "turn":
            self.turn_by(moved.x() * _DEGREES_PER_PIXEL, moved.y() * _DEGREES_PER_PIXEL)
        elif drag.selects:
            drag.extend(self._map_place(self._pointer), self.camera.scale)
            self._count_some(drag)
        self.update()

    def _end_drag(self) -> None:
        self._drag = None
        self._rest.stop()
        self._show_cursor()
        self.update()

    def _count_some(self, drag: Drag) -> None:
        """Keep up with the pointer: of many rows a part is counted, and all of them once it rests."""
        every = -(-len(self._seen_rows()) // _COUNTED_IN_MOTION) or 1
        self._count = every * len(self._rows_where(drag.holds, every=every))
        self._count_is_exact = every == 1
        if every > 1:
            self._rest.start()

    def _count_all(self) -> None:
        if self._drag is not None and self._drag.selects:
            self._count, self._count_is_exact = len(self._rows_where(self._drag.holds)), True
            self.update()

    def _click(self, place: QPointF, held: Qt.KeyboardModifier) -> None:
        layer = self._layer_at(place)
        if layer is not None:
            self.layer_clicked.emit(*layer)
        elif (row := self._row_at(place)) >= 0:
            self.clicked.emit(row, held)

    def _layer_at(self, place: QPointF) -> tuple[object, object] | None:
        """The layer, and what of it, that a click here is for."""
        if self.in_space:
            return None
        if self._row_at(place) >= 0:  # a name must not keep anybody from a point that lies under it
            return None
        above = self._layers.hit(place.x(), place.y(), below=False)
        return above if above is not None else self._layers.hit(place.x(), place.y(), below=True)

    def _ask_for_menu(self, place: QPointF) -> None:
        where: QPoint = self.mapToGlobal(place).toPoint()
        self.menu_requested.emit(where, self._row_at(place))

    def _map_place(self, place: QPointF) -> tuple[float, float]:
        return self.camera.to_map(place.x(), place.y())

    def _hover_at(self, place: QPointF) -> None:
        layer = self._layer_at(place)
        self._hover(-1 if layer is not None else self._row_at(place))
        self._hover_layer(layer)
        self._show_cursor(on_layer=layer is not None)

    def _hover_layer(self, layer: tuple[object, object] | None) -> None:
        """Tell which part of a layer a click would be for now; (None, None) for none."""
        if layer != self._over:
            self._over = layer
            self.layer_hovered.emit(*(layer or (None, None)))

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self._hover_text = ""
            self.hovered.emit(row)
            self.update()
        elif self._hover_text:
            self.update()

    def _show_cursor(self, *, on_layer: bool = False) -> None:
        shape = Qt.CursorShape
        if self._drag is not None and self._drag.under_way and self._drag.kind is not None:
            self.setCursor(shape.CrossCursor if self._drag.selects else shape.ClosedHandCursor)
        elif self._space_held:
            self.setCursor(shape.OpenHandCursor)
        elif on_layer:
            self.setCursor(shape.PointingHandCursor)
        elif self._tool != "pan":
            self.setCursor(shape.CrossCursor)
        else:
            self.unsetCursor()
