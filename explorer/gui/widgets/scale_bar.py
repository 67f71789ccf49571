"""A colour scale as a bar with its numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui.theme import current_theme
from explorer.gui.widgets.painting import painted

_GAP = 8
_BAR_HEIGHT = 12


class ScaleBar(QWidget):
    """A bar of the scale's colours with the values at its ends and a tick at the median below it."""

    def __init__(self) -> None:
        super().__init__()
        self._colours = np.zeros((1, 4), np.uint8)
        self._values = (np.nan, np.nan, np.nan)
        self._words = ("", "", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_scale(
        self,
        colours: npt.NDArray[np.uint8],
        values: tuple[float, float, float],
        beyond: tuple[bool, bool],
        words: Callable[[float], str] | None,
    ) -> None:
        self._colours = np.ascontiguousarray(colours, np.uint8)
        self._values = values
        low, median, high = (self._number(value) if words is None else words(value) for value in values)
        self._words = (f"≤ {low}" if beyond[0] else low, median, f"≥ {high}" if beyond[1] else high)
        self.setAccessibleName(self.tr("Scale from {0} to {2}, median {1}").format(*self._words))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, _BAR_HEIGHT + 4 + self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        theme = current_theme()
        image = QImage(self._colours.data, len(self._colours), 1, self._colours.nbytes, QImage.Format.Format_RGBA8888)
        painter.drawImage(QRectF(0, 0, self.width(), _BAR_HEIGHT), image)
        painter.setPen(QColor(theme.border))
        painter.drawRect(QRectF(0.5, 0.5, self.width() - 1, _BAR_HEIGHT - 1))
        painter.setPen(QColor(theme.text))
        self._paint_numbers(painter)

    def _paint_numbers(self, painter: QPainter) -> None:
        low, median, high = self._values
        if not np.isfinite(low):
            painter.drawText(self._line(), Qt.AlignmentFlag.AlignLeft, self.tr("no values"))
            return
        painter.drawText(self._line(), Qt.AlignmentFlag.AlignLeft, self._words[0])
        if not high > low:
            return
        painter.drawText(self._line(), Qt.AlignmentFlag.AlignRight, self._words[2])
        x = round((median - low) / (high - low) * (self.width() - 1))
        painter.fillRect(x - 1, 0, 3, _BAR_HEIGHT + 4, QColor(current_theme().surface))
        painter.fillRect(x, 0, 1, _BAR_HEIGHT + 4, QColor(current_theme().text))
        self._paint_median(painter, self._words[1], x)

    def _paint_median(self, painter: QPainter, words: str, x: int) -> None:
        """The median's number under its tick, if the numbers of the ends leave room for it."""
        metrics = self.fontMetrics()
        for text in (self.tr("median {0}").format(words), words):
            width = metrics.horizontalAdvance(text)
            free_left = metrics.horizontalAdvance(self._words[0]) + _GAP
            free_right = self.width() - metrics.horizontalAdvance(self._words[2]) - _GAP - width
            if free_left <= free_right:
                left = min(max(x - width / 2, free_left), free_right)
                painter.drawText(QPointF(left, self._line().top() + metrics.ascent()), text)
                return

    def _line(self) -> QRectF:
        return QRectF(0, _BAR_HEIGHT + 4, self.width(), self.fontMetrics().height() + 2)

    def _number(self, value: float) -> str:
        return self.locale().toString(float(value), "g", 3)
