"""Axes at the left and at the bottom of the map, where it shows two columns."""

from __future__ import annotations

import math

from PySide6.QtCore import QLocale, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from explorer.gui.theme import Theme
from explorer.gui.widgets.map.axes import AxisScale
from explorer.gui.widgets.map.camera import Camera

_GAP = 4.0
_TICK = 4.0
_EVERY = 64.0
"""Least pixels between two ticks."""

PlacedWords = tuple[float, str]


class MapAxes:
    """The two scales, drawn in strips that stay at the window's edges while the map is moved and zoomed."""

    def __init__(self, x: AxisScale, y: AxisScale) -> None:
        self.x, self.y = x, y

    def free(self, metrics: QFontMetricsF, locale: QLocale) -> tuple[int, int]:
        """Pixels at the left and at the bottom that the axes take while the whole map is shown."""
        widest = _widest(self.y.ticks(0.0, self.y.length, 8, locale), metrics)
        return math.ceil(self._left(widest, metrics)), math.ceil(self._bottom(metrics))

    def paint(self, painter: QPainter, camera: Camera, theme: Theme, locale: QLocale) -> None:
        """Draw both strips over whatever the points have left there."""
        metrics = QFontMetricsF(painter.font())
        bottom = self._bottom(metrics)
        rows = self._y_ticks(camera, bottom, locale)
        left = self._left(_widest(rows, metrics), metrics)
        across, along = (
            QRectF(left, camera.height - bottom, camera.width - left, bottom),
            QRectF(0, 0, left, camera.height - bottom),
        )
        ground = QColor(theme.surface)
        ground.setAlpha(235)
        painter.fillRect(across.adjusted(-left, 0, 0, 0), ground)
        painter.fillRect(along, ground)
        painter.setPen(QPen(QColor(theme.border), 1.0))
        painter.drawLine(across.topLeft(), across.topRight())
        painter.drawLine(along.topRight(), along.bottomRight())
        self._paint_x(painter, camera, theme, across, self._x_ticks(camera, across, metrics, locale))
        self._paint_y(painter, camera, theme, along, rows)

    def _left(self, widest: float, metrics: QFontMetricsF) -> float:
        return metrics.height() + widest + _TICK + 3 * _GAP

    def _bottom(self, metrics: QFontMetricsF) -> float:
        return 2 * metrics.height() + _TICK + 2 * _GAP

    def _y_ticks(self, camera: Camera, bottom: float, locale: QLocale) -> list[PlacedWords]:
        first, last = camera.to_map(0, camera.height - bottom)[1], camera.to_map(0, 0)[1]
        return self.y.ticks(first, last, max(1, int((camera.height - bottom) / _EVERY)), locale)

    def _x_ticks(self, camera: Camera, strip: QRectF, metrics: QFontMetricsF, locale: QLocale) -> list[PlacedWords]:
        """Fewer ticks until no two labels touch."""
        first, last = camera.to_map(strip.left(), 0)[0], camera.to_map(strip.right(), 0)[0]
        most = max(1, int(strip.width() / _EVERY))
        while True:
            ticks = self.x.ticks(first, last, most, locale)
            spacing = strip.width() / max(len(ticks), 1)
            if most == 1 or _widest(ticks, metrics) + 4 * _GAP <= spacing:
                return ticks
            most = max(1, most * 2 // 3)

    def _paint_x(
        self, painter: QPainter, camera: Camera, theme: Theme, strip: QRectF, ticks: list[PlacedWords]
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        for place, words in ticks:
            x = camera.to_pixel(place, 0)[0]
            painter.setPen(QColor(theme.muted_text))
            painter.drawLine(round(x), round(strip.top()), round(x), round(strip.top() + _TICK))
            half = metrics.horizontalAdvance(words) / 2 + 1
            line = QRectF(x - half, strip.top() + _TICK + 1, 2 * half, metrics.height())
            if strip.left() <= line.left() and line.right() <= strip.right():
                painter.drawText(line, Qt.AlignmentFlag.AlignCenter, words)
        painter.setPen(QColor(theme.text))
        line = QRectF(strip.left(), strip.bottom() - metrics.height() - _GAP, strip.width(), metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, _cut(self.x.title, metrics, line.width()))

    def _paint_y(
        self, painter: QPainter, camera: Camera, theme: Theme, strip: QRectF, ticks: list[PlacedWords]
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(theme.muted_text))
        for place, words in ticks:
            y = camera.to_pixel(0, place)[1]
            painter.drawLine(round(strip.right() - _TICK), round(y), round(strip.right()), round(y))
            line = QRectF(0, y - metrics.height() / 2, strip.right() - _TICK - _GAP, metrics.height())
            if strip.top() <= line.top() and line.bottom() <= strip.bottom():
                painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        painter.save()
        painter.translate(_GAP, strip.bottom())
        painter.rotate(-90)
        painter.setPen(QColor(theme.text))
        title = QRectF(0, 0, strip.height(), metrics.height())
        painter.drawText(title, Qt.AlignmentFlag.AlignCenter, _cut(self.y.title, metrics, title.width()))
        painter.restore()


def _widest(ticks: list[PlacedWords], metrics: QFontMetricsF) -> float:
    return max((metrics.horizontalAdvance(words) for _, words in ticks), default=0.0)


def _cut(words: str, metrics: QFontMetricsF, width: float) -> str:
    return metrics.elidedText(" ".join(words.split()), Qt.TextElideMode.ElideRight, width)
