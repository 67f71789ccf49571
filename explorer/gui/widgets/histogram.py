"""How the scores are spread, with a threshold line that can be dragged: what lies right of it is flagged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui.theme import current_theme
from explorer.gui.widgets.painting import painted
from explorer.gui.widgets.score_bins import ScoreBins, bin_scores, count_ticks, round_ticks

_N_BINS = 80
_GRAB = 10.0
_FRAME_MS = 16
_SETTLE_MS = 350
_STEPS = 200
_PAD = 8.0
_KEY_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -10,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_Home: -_STEPS,
    Qt.Key.Key_End: _STEPS,
}


class ScoreHistogram(QWidget):
    """Score histogram with a threshold. A score is flagged if it is not less than the threshold.

    The heights are square roots of the counts, so that a tail of a few rows can be seen beside thousands; the axis
    says so. The line is dragged with the mouse, or moved by the arrow keys (with Shift ten times as far),
    Page up, Page down, Home and End.

    Signals
    -------
    threshold_moved(float)
        The line moves; at most once a frame (16 ms), and always for its last place.
    threshold_settled(float)
        The line was let go, or no key has moved it for a moment.
    """

    threshold_moved = Signal(float)
    threshold_settled = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._sorted = np.empty(0)
        self._bins: ScoreBins | None = None
        self._threshold: float | None = None
        self._title = self.tr("score")
        self._count_text: str | None = None
        self._grabbed: float | None = None
        self._frame = self._timer(_FRAME_MS, self._tell_moved)
        self._settle = self._timer(_SETTLE_MS, self._tell_settled)
        self._untold = False
        self._describe()

    def set_scores(self, scores: npt.NDArray[np.floating]) -> None:
        """Scores, (n,) float; higher = stranger; a row that has no score is NaN."""
        self._sorted = np.sort(scores[~np.isnan(scores)].astype(np.float64))
        self._bins = bin_scores(self._sorted, _N_BINS)
        self._describe()

    def set_threshold(self, value: float | None) -> None:
        """Place the line without a signal. While a person moves it, theirs is the one that counts."""
        if self._grabbed is None and not self._settle.isActive():
            self._threshold = None if value is None else float(value)
            self._describe()

    def set_title(self, title: str) -> None:
        """What the scores are, with the unit: the label of the axis."""
        self._title = title
        self._describe()

    def set_count_text(self, text: str | None) -> None:
        """Words instead of the number of scores from the threshold up, where overrides change that number."""
        self._count_text = text
        self._describe()

    @property
    def threshold(self) -> float | None:
        return self._threshold

    def flagged_count(self) -> int:
        """How many scores are not less than the threshold."""
        if self._threshold is None:
            return 0
        return len(self._sorted) - int(np.searchsorted(self._sorted, self._threshold, side="left"))

    def label(self) -> str:
        """The words at the line."""
        if self._threshold is None:
            return ""
        count = self._count_text or self.tr("{0} flagged").format(self.locale().toString(self.flagged_count()))
        return self.tr("threshold {0} · {1}").format(self._number(self._threshold, 4), count)

    def x_of(self, value: float) -> float:
        """Pixel column of a score; of the axis' end for a score beyond it."""
        plot = self._plot()
        if self._bins is None:
            return plot.left()
        share = (value - self._bins.low) / (self._bins.high - self._bins.low)
        return plot.left() + min(max(share, 0.0), 1.0) * plot.width()

    # --- painting -------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(360, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 92)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.fillRect(self.rect(), QColor(theme.surface))
        if self._bins is None:
            painter.setPen(QColor(theme.muted_text))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("No scores yet"))
        else:
            self._paint_axes(painter, self._bins)
            self._paint_bars(painter, self._bins)
            self._paint_threshold(painter)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _plot(self) -> QRectF:
        """Where the bars stand."""
        line = self.fontMetrics().height()
        greatest = 0 if self._bins is None else int(self._bins.counts.max())
        left = self.fontMetrics().horizontalAdvance(self.locale().toString(greatest)) + 2 * _PAD
        top, below = 2 * line + _PAD + 10, 2 * line + _PAD  # the axis's name, the threshold's words, its handle
        return QRectF(left, top, max(1.0, self.width() - left - 2 * _PAD), max(1.0, self.height() - top - below))

    def _paint_axes(self, painter: QPainter, bins: ScoreBins) -> None:
        theme, plot, line = current_theme(), self._plot(), self.fontMetrics().height()
        painter.setPen(QColor(theme.muted_text))
        painter.drawText(QPointF(_PAD, _PAD / 2 + self.fontMetrics().ascent()), self.tr("texts (square-root scale)"))
        greatest = int(bins.counts.max())
        for count in count_ticks(greatest, plot.height(), line * 1.2):
            y = plot.bottom() - plot.height() * (count / greatest) ** 0.5
            painter.setPen(QColor(theme.border))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(theme.muted_text))
            box = QRectF(0, y - line / 2, plot.left() - _PAD, line)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.locale().toString(count)
            )
        self._paint_score_axis(painter, bins, plot)

    def _paint_score_axis(self, painter: QPainter, bins: ScoreBins, plot: QRectF) -> None:
        line = self.fontMetrics().height()
        for value in round_ticks(bins.low, bins.high, max(2, int(plot.width() // 64))):
            words = self._number(value)
            width = self.fontMetrics().horizontalAdvance(words) + 4
            left = min(self.x_of(value) - width / 2, self.width() - width)
            painter.drawText(QRectF(left, plot.bottom() + 2, width, line), Qt.AlignmentFlag.AlignHCenter, words)
        beyond = self.tr("; the last bar holds all beyond") if bins.cut else ""
        title = self.tr("{0} · higher = stranger{1}").format(self._title, beyond)
        room = QRectF(_PAD, plot.bottom() + line + 4, self.width() - 2 * _PAD, line)
        title = self.fontMetrics().elidedText(title, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.setPen(QColor(current_theme().text))
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, title)

    def _paint_bars(self, painter: QPainter, bins: ScoreBins) -> None:
        theme, plot = current_theme(), self._plot()
        heights = np.sqrt(bins.counts / bins.counts.max()) * plot.height()
        # One row in thousands is still a line that can be seen.
        heights = np.where(bins.counts > 0, np.maximum(heights, 2.0), 0.0)
        width = plot.width() / len(heights)
        split = self.width() if self._threshold is None else self.x_of(self._threshold)
        gap = 1.0 if width > 4 else 0.0
        flagged, calm = QColor(theme.flag), QColor(theme.muted_text)
        calm.setAlpha(150)
        for place, height in enumerate(heights.tolist()):
            bar = QRectF(plot.left() + place * width, plot.bottom() - height, width - gap, height)
            share = min(max((split - bar.left()) / bar.width(), 0.0), 1.0)
            painter.fillRect(bar.adjusted(0, 0, (share - 1) * bar.width(), 0), calm)
            painter.fillRect(bar.adjusted(share * bar.width(), 0, 0, 0), flagged)

    def _paint_threshold(self, painter: QPainter) -> None:
        if self._threshold is None:
            return
        theme, plot, line = current_theme(), self._plot(), self.fontMetrics().height()
        x = self.x_of(self._threshold)
        painter.fillRect(QRectF(x - 1, plot.top() - 6, 2, plot.height() + 6), QColor(theme.text))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent if self.hasFocus() or self._grabbed is not None else theme.text))
        painter.drawRoundedRect(QRectF(x - 5, plot.top() - 8, 10, 14), 3, 3)
        words = self.label()
        width = self.fontMetrics().horizontalAdvance(words) + 4
        left = min(max(_PAD, x - width / 2), max(_PAD, self.width() - width - _PAD))
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(left, plot.top() - 10 - line, width, line), Qt.AlignmentFlag.AlignHCenter, words)

    # --- moving the line ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._is_on_line(event.position()):
            assert self._threshold is not None
            self._grabbed = self.x_of(self._threshold) - event.position().x()
            self.update()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is not None:
            self._move_to(self._value_at(event.position().x() + self._grabbed))
        on_line = self._grabbed is not None or self._is_on_line(event.position())
        self.setCursor(Qt.CursorShape.SplitHCursor if on_line else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._grabbed is None:
            return super().mouseReleaseEvent(event)
        self._grabbed = None
        self._tell_settled()
        self.update()
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = _KEY_STEPS.get(Qt.Key(event.key()))
        if steps is None or self._bins is None or self._threshold is None:
            return super().keyPressEvent(event)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            steps *= 10
        step = (self._bins.high - self._bins.low) / _STEPS
        most = max(self._bins.high, self._bins.greatest)
        self._move_to(min(max(self._threshold + steps * step, self._bins.low), most))
        self._settle.start()
        return None

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self._settle.isActive():
            self._tell_settled()
        self.update()
        super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.LocaleChange):
            self.update()
        super().changeEvent(event)

    def _is_on_line(self, place: QPointF) -> bool:
        if self._bins is None or self._threshold is None:
            return False
        in_reach = self._plot().top() - 16 <= place.y() <= self._plot().bottom() + 4
        return in_reach and abs(place.x() - self.x_of(self._threshold)) <= _GRAB

    def _value_at(self, x: float) -> float:
        assert self._bins is not None
        plot = self._plot()
        share = min(max((x - plot.left()) / plot.width(), 0.0), 1.0)
        return self._bins.low + share * (self._bins.high - self._bins.low)

    def _move_to(self, value: float) -> None:
        """Move the line; tell now, or, where the last word is younger than a frame, at the frame's end."""
        if value == self._threshold:
            return
        self._threshold = value
        self._count_text = None
        self._describe()
        self._untold = True
        if not self._frame.isActive():
            self._tell_moved()

    def _tell_moved(self) -> None:
        if self._untold and self._threshold is not None:
            self._untold = False
            self._frame.start()
            self.threshold_moved.emit(self._threshold)

    def _tell_settled(self) -> None:
        self._settle.stop()
        self._tell_moved()
        if self._threshold is not None:
            self.threshold_settled.emit(self._threshold)

    def _timer(self, milliseconds: int, then: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(then)
        return timer

    def _describe(self) -> None:
        self.setAccessibleName(self.tr("Histogram: {0}").format(self._title))
        self.setAccessibleDescription(self.label() or self.tr("No threshold yet"))
        self.update()

    def _number(self, value: float, digits: int = 6) -> str:
        return self.locale().toString(float(value), "g", digits)
