"""The strip of a timeline: bars over an axis of dates, and a brush that mouse and keys move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui.theme import current_theme
from explorer.gui.widgets.painting import painted
from explorer.gui.widgets.timeline.axis import places_of
from explorer.gui.widgets.timeline.bins import TimeBins, bins_between
from explorer.gui.widgets.timeline.paint import LANE, paint_axes, paint_bars, paint_brush, paint_hovered

Days = tuple[int, int]
"""A first day, and the day after the last; numbered from 1970-01-01."""

_Hold = Literal["start", "end", "middle", "new"]

_GRAB = 6.0
_PAD = 8.0
_WIDEST_BAR = 48.0
_FRAME_MS = 40
_SETTLE_MS = 350
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class TimelineStrip(QWidget):
    """Bars of :class:`TimeBins`, and a brush over whole bins, kept as days so that it survives a change of unit.

    Heights are square roots of counts, as in the score histogram. A drag or a click on a bin makes a brush, a drag
    of its middle or of its ends changes it. Left and Right move it by a bin, with Shift its end, with Ctrl and
    Shift its start; Home and End move it to the ends of the axis; Esc and a double click take it away.

    Signals
    -------
    hovered(int)
        The pointer is over this bin; -1 when it leaves.
    brushing(object)
        The brush moves (days, or None); at most once in 40 ms.
    brushed(object)
        The brush was let go, or neither key nor click has come for a moment; only if it is not what was told last.
    """

    hovered = Signal(int)
    brushing = Signal(object)
    brushed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._bins: TimeBins | None = None
        self._drawn: QPixmap | None = None
        self._brush: Days | None = None
        self._told: Days | None = None
        self._hold: _Hold | None = None
        self._grip = 0
        self._dragged = False
        self._hovered = -1
        self._frame = self._timer(_FRAME_MS, lambda: self.brushing.emit(self._brush))
        self._settle = self._timer(_SETTLE_MS, self._tell)

    def set_bins(self, bins: TimeBins | None) -> None:
        """Show other bars; the brush stays where it is."""
        self._bins = bins
        self._drawn = None
        self._hover(-1)
        self.update()

    def set_brush(self, days: Days | None) -> None:
        """Place the brush without a signal. While a person moves it, theirs is the one that counts."""
        if self._hold is None and not self._settle.isActive():
            self._brush = self._told = days
            self.update()

    @property
    def brush(self) -> Days | None:
        return self._brush

    def clear_brush(self) -> None:
        """Take the brush away as a person does: with a signal, if there was one."""
        self._move(None)
        self._tell()

    def plot(self) -> QRectF:
        """Where the bars stand; narrower than the strip where a few bins would be absurdly wide."""
        metrics = self.fontMetrics()
        greatest = 0 if self._bins is None else int(self._bins.counts.total.max())
        left = metrics.horizontalAdvance(self.locale().toString(greatest)) + 2 * _PAD
        least = metrics.horizontalAdvance("0000-00-00 (week)") + _PAD
        width = min(self.width() - left - _PAD, max(_WIDEST_BAR * self._n_bins(), least))
        return QRectF(left, _PAD, max(1.0, width), max(1.0, self.height() - 1.5 * _PAD - LANE - metrics.height()))

    def x_of(self, place: float) -> float:
        """Pixel column at which a bin begins."""
        plot = self.plot()
        return plot.left() + place * plot.width() / max(1, self._n_bins())

    # --- painting -------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, 112)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 72)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.drawPixmap(0, 0, self._background())
        if self._bins is not None:
            plot = self.plot()
            if self._hovered >= 0:
                paint_hovered(painter, theme, plot, (self.x_of(self._hovered), self.x_of(self._hovered + 1)))
            if self._brush is not None:
                left, right = (plot.left() + places_of(self._bins, np.array(self._brush), plot.width())).tolist()
                paint_brush(painter, theme, plot, (left, right))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.LocaleChange):
            self._drawn = None
            self.update()
        super().changeEvent(event)

    def _background(self) -> QPixmap:
        """Axes and bars, drawn once for as long as they stay the same: the brush moves over them."""
        scale = self.devicePixelRatioF()
        wanted = (self.size().toSizeF() * scale).toSize()
        if self._drawn is None or self._drawn.size() != wanted or self._drawn.devicePixelRatioF() != scale:
            self._drawn = self._draw(wanted, scale)
        return self._drawn

    def _draw(self, size: QSize, scale: float) -> QPixmap:
        theme = current_theme()
        picture = QPixmap(size)
        picture.setDevicePixelRatio(scale)
        picture.fill(QColor(theme.surface))
        if self._bins is not None:
            with QPainter(picture) as painter:
                painter.setFont(self.font())
                plot = self.plot()
                paint_axes(painter, theme, plot, self._bins, self.fontMetrics(), self.locale())
                paint_bars(painter, theme, plot, self._bins)
        return picture

    # --- the mouse ------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._bins is None:
            return super().mousePressEvent(event)
        self._settle.stop()
        x = event.position().x()
        self._hold, self._dragged = self._hold_at(x), False
        self._grip = self._bin_at(x) - (self._span()[0] if self._hold == "middle" else 0)
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._hold is not None:
            self._dragged = True
            self._drag(self._hold, x)
        elif self._bins is not None:
            self._hover(self._tallest_at(x))
            self.setCursor(_cursor(self._hold_at(x)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._hold is None:
            return super().mouseReleaseEvent(event)
        clicked = not self._dragged and self._hold in ("new", "middle")
        if clicked:
            place = self._tallest_at(event.position().x())
            self._select(place, place + 1)
            self._settle.start()  # a second click may follow, and means the opposite
        self._hold = None
        if not clicked:
            self._tell()
        return None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._hold = None
            self.clear_brush()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _drag(self, hold: _Hold, x: float) -> None:
        start, stop = self._span()
        edge = self._edge_at(x)
        if hold == "new":
            here = self._bin_at(x)
            self._select(min(here, self._grip), max(here, self._grip) + 1)
        elif hold == "middle":
            self._shift(self._bin_at(x) - self._grip - start)
        elif hold == "start":
            self._select(min(edge, stop - 1), stop)
        else:
            self._select(start, max(edge, start + 1))

    def _hold_at(self, x: float) -> _Hold:
        """What a press at ``x`` takes hold of."""
        start, stop = self._span()
        if start == stop:
            return "new"
        ends: tuple[tuple[_Hold, float], ...] = (("start", self.x_of(start)), ("end", self.x_of(stop)))
        nearest, distance = min(((hold, abs(x - place)) for hold, place in ends), key=lambda pair: pair[1])
        if distance <= _GRAB:
            return nearest
        return "middle" if ends[0][1] < x < ends[1][1] else "new"

    # --- the keys -------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Esc takes the brush away before it means anything else in the window."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and (event.key() in (*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End) or self._is_escape(event))
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), self._n_bins()
        if self._is_escape(event):
            return self.clear_brush()
        if not count or key not in (*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End):
            return super().keyPressEvent(event)
        if self._brush is None or self._span() == (0, 0):
            first = key in (Qt.Key.Key_Right, Qt.Key.Key_Home)
            self._select(*((0, 1) if first else (count - 1, count)))
        elif key in _STEPS:
            self._step(_STEPS[key], event.modifiers())
        else:
            self._shift(-count if key == Qt.Key.Key_Home else count)
        self._settle.start()
        return None

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self._settle.isActive():
            self._tell()
        self.update()
        super().focusOutEvent(event)

    def _is_escape(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and self._brush is not None

    def _step(self, step: int, held: Qt.KeyboardModifier) -> None:
        start, stop = self._span()
        if not held & Qt.KeyboardModifier.ShiftModifier:
            self._shift(step)
        elif held & Qt.KeyboardModifier.ControlModifier:
            self._select(min(max(start + step, 0), stop - 1), stop)
        else:
            self._select(start, min(max(stop + step, start + 1), self._n_bins()))

    # --- the brush ------------------------------------------------------------------------------------

    def _n_bins(self) -> int:
        return 0 if self._bins is None else len(self._bins.edges) - 1

    def _span(self) -> tuple[int, int]:
        """The brush in bins; (0, 0) where there is none on this axis."""
        if self._bins is None or self._brush is None:
            return 0, 0
        return bins_between(self._bins, self._brush)

    def _edge_at(self, x: float) -> int:
        plot = self.plot()
        place = round((x - plot.left()) / plot.width() * self._n_bins())
        return min(max(place, 0), self._n_bins())

    def _bin_at(self, x: float) -> int:
        plot = self.plot()
        place = int((x - plot.left()) / plot.width() * self._n_bins())
        return min(max(place, 0), max(0, self._n_bins() - 1))

    def _tallest_at(self, x: float) -> int:
        """The bin under the pointer: of those that share its pixel the one that is drawn; -1 beside the axis."""
        plot = self.plot()
        if self._bins is None or not plot.left() <= x <= plot.right():
            return -1
        start, stop = self._bin_at(x - 0.5), self._bin_at(x + 0.5) + 1
        if plot.width() >= self._n_bins():
            return self._bin_at(x)
        return start + int(self._bins.counts.total[start:stop].argmax())

    def _shift(self, steps: int) -> None:
        start, stop = self._span()
        steps = min(max(steps, -start), self._n_bins() - stop)
        self._select(start + steps, stop + steps)

    def _select(self, start: int, stop: int) -> None:
        assert self._bins is not None
        if 0 <= start < stop:
            self._move((int(self._bins.edges[start]), int(self._bins.edges[stop])))

    def _move(self, days: Days | None) -> None:
        if days == self._brush:
            return
        self._brush = days
        self.update()
        if not self._frame.isActive():
            self._frame.start()

    def _tell(self) -> None:
        self._settle.stop()
        if self._frame.isActive():
            self._frame.stop()
            self.brushing.emit(self._brush)
        if self._brush != self._told:
            self._told = self._brush
            self.brushed.emit(self._brush)

    def _hover(self, place: int) -> None:
        if place != self._hovered:
            self._hovered = place
            self.hovered.emit(place)
            self.update()

    def _timer(self, milliseconds: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(then)
        return timer


def _cursor(hold: _Hold) -> Qt.CursorShape:
    if hold == "middle":
        return Qt.CursorShape.SizeHorCursor
    return Qt.CursorShape.ArrowCursor if hold == "new" else Qt.CursorShape.SplitHCursor
