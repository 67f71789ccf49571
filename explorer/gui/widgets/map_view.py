"""The map: arrays in, hover, click and selection intents out.

The interface of ``MapView`` is fixed, so that what draws the points (``map_points``) can be replaced by something
faster without a change anywhere else.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEasingCurve, QEvent, QPointF, QRectF, QSize, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from explorer.gui.theme import current_theme
from explorer.gui.widgets import map_overlay as overlay
from explorer.gui.widgets.camera import Camera
from explorer.gui.widgets.map_points import MapPoints, MarkColours

SelectionMode = Literal["replace", "add", "remove"]

_HIT_RADIUS = 8.0
_ZOOM_PER_NOTCH = 1.2
_ZOOM_PER_KEY = 1.25
_PAN_PER_KEY = 0.1
_MORPH_MS = 260
_MOST_MORPHED = 200_000
_SHARPEN_MS = 150
_MOST_SHARP_IN_MOTION = 20_000
_ARROWS = {
    Qt.Key.Key_Left: (1.0, 0.0),
    Qt.Key.Key_Right: (-1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}


class MapView(QWidget):
    """Points on a plane, with one scale for both axes and no axes shown: map units mean nothing.

    Mouse: drag pans, wheel zooms around the pointer, Shift-drag selects a box (with Ctrl it adds, with Alt it removes),
    double-click on the background shows everything. Keys: arrows pan, + and - zoom, 0 shows everything, Esc
    clears the selection or gives up the box.

    Signals
    -------
    hovered(int)
        The row under the pointer has changed; -1 for none.
    clicked(int, object)
        A point was clicked: its row and the ``Qt.KeyboardModifiers`` held.
    selection_dragged(object, str)
        Rows (int64 array, ascending) and what to do with them: "replace", "add" or "remove".
        Esc sends no rows and "replace".
    """

    hovered = Signal(int)
    clicked = Signal(int, object)
    selection_dragged = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Map of the texts"))
        self.setAccessibleDescription(
            self.tr("Arrow keys move the map, plus and minus zoom, 0 shows everything, Escape clears the selection.")
        )
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._points = MapPoints()
        self._camera = Camera()
        self._camera_moved = False
        self._current: int | None = None
        self._highlight = np.empty(0, np.int64)
        self._links = True
        self._hovered = -1
        self._hover_text = ""
        self._pointer = QPointF()
        self._pressed: QPointF | None = None
        self._press_boxes = False
        self._dragging = False
        self._in_motion = QTimer(self)
        self._in_motion.setSingleShot(True)
        self._in_motion.setInterval(_SHARPEN_MS)
        self._in_motion.timeout.connect(self.update)
        self._target: npt.NDArray[np.float32] | None = None
        self._morph = QVariantAnimation(self)
        self._morph.setDuration(_MORPH_MS)
        self._morph.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._morph.setStartValue(0.0)
        self._morph.setEndValue(1.0)
        self._morph.valueChanged.connect(self._show_morph)
        self._morph.finished.connect(self._end_morph)

    # --- what is shown --------------------------------------------------------------------------------

    def set_positions(self, xy: npt.NDArray[np.floating], *, morph: bool = False) -> None:
        """Place the rows.

        Parameters
        ----------
        xy : (n, 2) float32 array
            A row that is not finite is not placed yet and not shown. Where n differs from before,
            colours, flags, selection, current row and highlight are reset: set them after this.
        morph : bool
            Let the points glide from where they are seen now. Ignored with another n, where the widget is not
            visible, and beyond 200,000 points.
        """
        xy = np.ascontiguousarray(xy, np.float32)
        if xy.ndim != 2 or xy.shape[1] != 2:
            raise ValueError(f"positions have shape (n, 2), not {xy.shape}")
        same_rows = len(xy) == len(self._points)
        old_xy, old_camera, old_bounds = self._points.xy, self._camera, self._points.bounds
        self._morph.stop()
        self._target = None
        if not same_rows:
            self._reset_marks()
        self._points.set_positions(xy)
        if self._camera_moved and same_rows and old_bounds is not None and self._points.bounds is not None:
            self._camera = self._camera.following(old_bounds, self._points.bounds)
        else:
            self._fit_camera()
        if morph and same_rows and self.isVisible() and 0 < len(xy) <= _MOST_MORPHED:
            self._start_morph(old_xy, old_camera)
        self._hover(-1)
        self.update()

    def set_colours(self, rgba: npt.NDArray[np.uint8]) -> None:
        """Colours, (n, 4) uint8: red, green, blue, alpha. A row with alpha 0 is neither drawn nor hit, and the
        lower the alpha, the further below the others a row is drawn."""
        self._points.set_colours(rgba)
        self.update()

    def set_flagged(self, mask: npt.NDArray[np.bool_]) -> None:
        """Rows, (n,) bool, that have a ring and are drawn above all others."""
        self._points.set_flagged(mask)
        self.update()

    def set_selection(self, rows: npt.NDArray[np.integer]) -> None:
        """Row numbers to outline as selected."""
        self._points.set_selected(self._checked_rows(rows))
        self.update()

    def set_current(self, row: int | None) -> None:
        """The row that everything else in the window is about; None for none."""
        self._current = None if row is None else int(self._checked_rows([row])[0])
        self.update()

    def set_highlight(self, rows: npt.NDArray[np.integer], *, links: bool = True) -> None:
        """Row numbers to mark as neighbours of the current one, with thin lines to it if ``links``."""
        self._highlight = self._checked_rows(rows)
        self._links = links
        self.update()

    def set_hover_text(self, text: str) -> None:
        """Words shown beside the pointer as long as it is on a point; empty for none."""
        self._hover_text = text
        self.update()

    def fit(self) -> None:
        """Show the whole map, and follow it as it grows."""
        self._camera_moved = False
        self._fit_camera()
        self.update()

    def reveal(self, row: int) -> None:
        """Pan, without another zoom, to a row that lies outside of what is seen; one that is seen moves nothing."""
        place, margin = self._place(row), round(_HIT_RADIUS)
        seen = self.rect().adjusted(margin, margin, -margin, -margin)
        if self._camera_moved and place is not None and not seen.contains(place.toPoint()):
            self._move_camera(self._camera.panned(seen.center().x() - place.x(), seen.center().y() - place.y()))

    @property
    def camera(self) -> Camera:
        """Where one looks at the map from; what a test or another drawing needs to find a point on the screen."""
        return self._camera

    def _checked_rows(self, rows: npt.ArrayLike) -> npt.NDArray[np.int64]:
        checked = np.asarray(rows, np.int64).reshape(-1)
        if len(checked) and (checked.min() < 0 or checked.max() >= len(self._points)):
            raise IndexError(f"a row that is not one of the {len(self._points)} of the map")
        return checked

    def _reset_marks(self) -> None:
        self._current = None
        self._highlight = np.empty(0, np.int64)
        self._camera_moved = False
        self._pressed = None
        self._dragging = False

    def _fit_camera(self) -> None:
        self._camera = self._camera.fitted(self._points.bounds)

    def _move_camera(self, camera: Camera) -> None:
        self._camera = camera
        self._camera_moved = True
        self._in_motion.start()
        self.update()

    # --- gliding from one layout to the next ---------------------------------------------------------

    def _start_morph(self, old_xy: npt.NDArray[np.float32], old_camera: Camera) -> None:
        """Start where each point is seen now, told in the units of the new map."""
        px, py = old_camera.to_pixels(old_xy[:, 0], old_xy[:, 1])
        x, y = self._camera.to_map(px, py)  # type: ignore[arg-type]
        start = np.column_stack([x, y]).astype(np.float32)
        self._target = self._points.xy
        self._start = np.where(np.isfinite(start), start, self._target)
        self._points.move(self._start)
        self._morph.start()

    def _show_morph(self, share: float) -> None:
        if self._target is not None:
            self._points.move(self._start + (self._target - self._start) * np.float32(share))
            self.update()

    def _end_morph(self) -> None:
        if self._target is not None:
            self._points.move(self._target)
            self._target = None
            self.update()

    # --- painting -------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.surface))
        colours = MarkColours(theme.text, theme.flag, theme.surface)
        self._points.paint(painter, self._camera, self._sharpness(), colours)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter)
        self._paint_words(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _sharpness(self) -> float:
        """Pixels drawn to one of the window: on a fine screen, large maps are drawn coarser while they move."""
        moving = self._in_motion.isActive() or self._target is not None
        ratio = self.devicePixelRatioF()
        return 1.0 if moving and ratio > 1.0 and len(self._points) > _MOST_SHARP_IN_MOTION else ratio

    def _paint_marks(self, painter: QPainter) -> None:
        theme, radius = current_theme(), self._points.radius(self._camera)
        current = None if self._current is None else self._place(self._current)
        neighbours = [place for row in self._highlight.tolist() if (place := self._place(row)) is not None]
        if current is not None and self._links:
            overlay.paint_links(painter, theme, current, neighbours)
        overlay.paint_neighbours(painter, theme, neighbours, radius)
        if current is not None and self._current is not None:
            overlay.paint_current(painter, theme, current, self._points.colour(self._current), radius)
        if self._hovered >= 0 and (place := self._place(self._hovered)) is not None:
            overlay.paint_hovered(painter, theme, place, radius)

    def _paint_words(self, painter: QPainter) -> None:
        theme = current_theme()
        if self._box is not None:
            overlay.paint_box(painter, theme, self._box)
            overlay.paint_hint(painter, theme, self._hint(), self._pointer, self.size())
        elif self._hovered >= 0 and self._hover_text and not self._dragging:
            overlay.paint_text(painter, theme, self._hover_text, self._pointer, self.size())

    def _place(self, row: int) -> QPointF | None:
        """Where a row is seen, None if it is not placed."""
        x, y = self._points.xy[row].tolist()
        return QPointF(*self._camera.to_pixel(x, y)) if np.isfinite([x, y]).all() else None

    # --- mouse ----------------------------------------------------------------------------------------

    @property
    def _box(self) -> QRectF | None:
        if self._pressed is None or not (self._dragging and self._press_boxes):
            return None
        return QRectF(self._pressed, self._pointer).normalized()

    def _rows_in_box(self, box: QRectF) -> npt.NDArray[np.int64]:
        one = self._camera.to_map(box.left(), box.top())
        return self._points.grid().rows_in_rectangle(*one, *self._camera.to_map(box.right(), box.bottom()))

    def _hint(self) -> list[overlay.HintPart]:
        count = "" if self._box is None else self.locale().toString(len(self._rows_in_box(self._box)))
        mode = _mode(QApplication.keyboardModifiers())
        return [
            overlay.HintPart(self.tr("Select {0}").format(count), mode == "replace"),
            overlay.HintPart(self.tr("Ctrl: add"), mode == "add"),
            overlay.HintPart(self.tr("Alt: remove"), mode == "remove"),
            overlay.HintPart(self.tr("Esc: give up"), False),
        ]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return super().mousePressEvent(event)
        self._pressed = self._pointer = event.position()
        self._press_boxes = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._dragging = False
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        before, self._pointer = self._pointer, event.position()
        if self._pressed is None:
            self._hover(self._row_at(event.position()))
            return
        if not self._dragging:
            far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
            if not far:
                return
            self._start_drag()
            before = self._pressed
        if not self._press_boxes:
            self._move_camera(self._camera.panned(self._pointer.x() - before.x(), self._pointer.y() - before.y()))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return super().mouseReleaseEvent(event)
        self._pointer = event.position()
        box, dragged = self._box, self._dragging
        self._end_drag()
        if box is not None:
            self.selection_dragged.emit(self._rows_in_box(box), _mode(event.modifiers()))
        elif not dragged and (row := self._row_at(event.position())) >= 0:
            self.clicked.emit(row, event.modifiers())
        return None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._row_at(event.position()) < 0:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if not notches:
            return event.ignore()
        at = event.position()
        self._move_camera(self._camera.zoomed(_ZOOM_PER_NOTCH**notches, (at.x(), at.y())))
        self._pointer = at
        self._hover(self._row_at(at))
        event.accept()
        return None

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _start_drag(self) -> None:
        self._dragging = True
        self._hover(-1)
        self.setCursor(Qt.CursorShape.CrossCursor if self._press_boxes else Qt.CursorShape.ClosedHandCursor)

    def _end_drag(self) -> None:
        self._pressed = None
        self._dragging = False
        self.unsetCursor()
        self.update()

    def _row_at(self, place: QPointF) -> int:
        """The row that is shown nearest to a pixel and near enough to be meant, else -1; none while points glide."""
        if self._target is not None or not len(self._points):
            return -1
        x, y = self._camera.to_map(place.x(), place.y())
        return self._points.grid().nearest(x, y, _HIT_RADIUS / self._camera.scale)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self._hover_text = ""
            self.hovered.emit(row)
            self.update()
        elif self._hover_text:
            self.update()

    # --- keys and the rest ----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        middle = (self.width() / 2, self.height() / 2)
        if key in _ARROWS:
            dx, dy = _ARROWS[Qt.Key(key)]
            self._move_camera(self._camera.panned(dx * self.width() * _PAN_PER_KEY, dy * self.height() * _PAN_PER_KEY))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._move_camera(self._camera.zoomed(_ZOOM_PER_KEY, middle))
        elif key == Qt.Key.Key_Minus:
            self._move_camera(self._camera.zoomed(1 / _ZOOM_PER_KEY, middle))
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_Escape:
            self._escape()
        else:
            self.update()
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self.update()  # the hint of a box says which modifier is held
        super().keyReleaseEvent(event)

    def _escape(self) -> None:
        if self._dragging:
            self._end_drag()
        else:
            self.selection_dragged.emit(np.empty(0, np.int64), "replace")

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._camera = self._camera.resized(self.width(), self.height())
        if self._camera_moved:
            self._camera = self._camera.refitted(self._points.bounds)
        else:
            self._fit_camera()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)


def _mode(modifiers: Qt.KeyboardModifier) -> SelectionMode:
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return "add"
    return "remove" if modifiers & Qt.KeyboardModifier.AltModifier else "replace"
