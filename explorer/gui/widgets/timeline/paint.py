"""How a timeline is drawn: axes, bars of texts and flagged texts, and the brush."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLocale, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen, QPolygonF

from explorer.gui.theme import Theme
from explorer.gui.widgets.colour_scales import other_colour
from explorer.gui.widgets.score_bins import count_ticks
from explorer.gui.widgets.timeline.axis import axis_ticks
from explorer.gui.widgets.timeline.bins import TimeBins

LANE = 7.0
"""Height of the lane under the bars, where flagged ones have a mark that a bar of one pixel cannot carry."""

_PALE = 90
_HATCHED_FROM = 6


@dataclass(frozen=True)
class Bar:
    """One column of pixels or more, from ``left`` to ``right``, and the counts it stands for."""

    left: int
    right: int
    total: int
    flagged: int
    shown: int
    shown_flagged: int


def bars(bins: TimeBins, plot: QRectF) -> Iterator[Bar]:
    """The bars that have any text. Where bins are thinner than pixels, each column shows the greatest counts in it."""
    edges = (plot.left() + np.linspace(0.0, plot.width(), len(bins.edges))).round().astype(np.int64)
    starts = np.flatnonzero(np.diff(edges[:-1], prepend=edges[0] - 1))
    parts = (bins.counts.total, bins.counts.flagged, bins.counts.shown, bins.counts.shown_flagged)
    heights = np.stack([np.maximum.reduceat(part, starts) for part in parts])
    ends = np.append(edges[starts[1:]], max(edges[-1], edges[starts[-1]] + 1))
    for place in np.flatnonzero(heights[0]).tolist():
        left, right = int(edges[starts[place]]), int(ends[place])
        yield Bar(left, right - (right - left >= 4), *heights[:, place].tolist())


def paint_axes(
    painter: QPainter, theme: Theme, plot: QRectF, bins: TimeBins, metrics: QFontMetrics, locale: QLocale
) -> None:
    """Round counts at the left, round dates below."""
    greatest, line = int(bins.counts.total.max()), metrics.height()
    aligned = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for count in count_ticks(greatest, plot.height(), line * 1.2):
        y = plot.bottom() - plot.height() * (count / greatest) ** 0.5
        painter.setPen(QColor(theme.border))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(QColor(theme.muted_text))
        painter.drawText(QRectF(0, y - line / 2, plot.left() - 8, line), aligned, locale.toString(count))
    top = plot.bottom() + LANE
    for place, words in axis_ticks(bins, plot.width(), metrics.horizontalAdvance):
        x = plot.left() + place
        painter.setPen(QColor(theme.border))
        painter.drawLine(QPointF(x, plot.bottom()), QPointF(x, top + line))
        painter.setPen(QColor(theme.muted_text))
        painter.drawText(QPointF(x + 3, top + metrics.ascent()), words)


def paint_bars(painter: QPainter, theme: Theme, plot: QRectF, bins: TimeBins) -> None:
    """All texts pale, those that the filter shows strong, flagged ones hatched and outlined, with a mark below."""
    strong = QColor(*other_colour(dark=theme.dark).tolist())
    pale = _faded(strong)
    greatest = float(bins.counts.total.max())

    def box(bar: Bar, count: int) -> QRectF:
        height = max(2.0, plot.height() * (count / greatest) ** 0.5) if count else 0.0
        return QRectF(bar.left, plot.bottom() - height, bar.right - bar.left, height)

    drawn = list(bars(bins, plot))
    painter.setPen(Qt.PenStyle.NoPen)
    for colour, boxes in (
        (pale, [box(bar, bar.total) for bar in drawn if bar.shown < bar.total]),
        (strong, [box(bar, bar.shown) for bar in drawn if bar.shown]),
    ):
        painter.setBrush(colour)
        painter.drawRects(boxes)
    flag = QColor(theme.flag)
    hit = [bar for bar in drawn if bar.flagged]
    _paint_thin(painter, _faded(flag), flag, [bar for bar in hit if _is_thin(bar)], box)
    for bar in (bar for bar in hit if not _is_thin(bar)):
        _paint_flagged(painter, theme, box(bar, bar.flagged), _faded(flag))
        _paint_flagged(painter, theme, box(bar, bar.shown_flagged), flag)
        _paint_mark(painter, flag if bar.shown_flagged else _faded(flag), bar, plot.bottom())


def paint_hovered(painter: QPainter, theme: Theme, plot: QRectF, ends: tuple[float, float]) -> None:
    """Light behind the bin under the pointer, at least two pixels wide."""
    light = QColor(theme.accent)
    light.setAlpha(50)
    painter.fillRect(QRectF(ends[0], plot.top(), max(2.0, ends[1] - ends[0]), plot.height()), light)


def paint_brush(painter: QPainter, theme: Theme, plot: QRectF, ends: tuple[float, float]) -> None:
    """What lies outside the brush steps back; its ends are lines with handles."""
    veil, accent = QColor(theme.surface), QColor(theme.accent)
    veil.setAlpha(170)
    left, right = ends
    top, height = plot.top(), plot.height() + LANE
    painter.fillRect(QRectF(plot.left(), top, left - plot.left(), height), veil)
    painter.fillRect(QRectF(right, top, plot.right() - right, height), veil)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(accent)
    for x in ends:
        painter.setPen(QPen(accent, 2.0))
        painter.drawLine(QPointF(x, top), QPointF(x, plot.bottom()))
        painter.setPen(QPen(QColor(theme.surface), 1.0))
        painter.drawRoundedRect(QRectF(x - 4, top + plot.height() / 2 - 9, 8, 18), 3, 3)
    painter.restore()


def _is_thin(bar: Bar) -> bool:
    """Too thin for hatching: there may be a thousand of them."""
    return bar.right - bar.left < _HATCHED_FROM


def _paint_thin(
    painter: QPainter, faded: QColor, flag: QColor, thin: Sequence[Bar], box: Callable[[Bar, int], QRectF]
) -> None:
    """Plain, with a tick in the lane below: all of one colour in one go."""
    seen = [bar for bar in thin if bar.shown_flagged]
    painter.setPen(Qt.PenStyle.NoPen)
    for colour, boxes in (
        (faded, [box(bar, bar.flagged) for bar in thin]),
        (faded, [_tick(bar, box) for bar in thin if not bar.shown_flagged]),
        (flag, [box(bar, bar.shown_flagged) for bar in seen]),
        (flag, [_tick(bar, box) for bar in seen]),
    ):
        painter.setBrush(colour)
        painter.drawRects(boxes)


def _tick(bar: Bar, box: Callable[[Bar, int], QRectF]) -> QRectF:
    return QRectF(bar.left, box(bar, 0).bottom() + 1.5, max(1, bar.right - bar.left), LANE - 2.5)


def _paint_flagged(painter: QPainter, theme: Theme, box: QRectF, colour: QColor) -> None:
    """Hatched and outlined inside the bar."""
    if box.isEmpty():
        return
    inside = box.adjusted(1.5, 0.5, -1.5, -0.5)
    painter.fillRect(inside, QColor(theme.surface))
    painter.setPen(QPen(colour, 1.0))
    painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
    painter.drawRect(inside)


def _paint_mark(painter: QPainter, colour: QColor, bar: Bar, bottom: float) -> None:
    """A triangle under a bar with flagged texts."""
    middle, top = (bar.left + bar.right) / 2, bottom + 1.5
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    base = top + LANE - 2.5
    painter.drawPolygon(QPolygonF([QPointF(middle, top), QPointF(middle - 3.5, base), QPointF(middle + 3.5, base)]))
    painter.restore()


def _faded(colour: QColor) -> QColor:
    faded = QColor(colour)
    faded.setAlpha(_PALE)
    return faded
