"""What is painted above the points of the map: marks of single rows, the selection that is drawn, words."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF, QTextLayout, QTextOption

from explorer.gui.theme import Theme

_BUBBLE_WIDTH = 340.0
_BUBBLE_LINES = 5
_MOST_CHARACTERS = 1000
_PADDING = 8.0
_GAP = 16.0
_COMPASS = 28.0


@dataclass(frozen=True)
class HintPart:
    """A piece of a hint; the active one is drawn bold."""

    text: str
    active: bool


def paint_links(painter: QPainter, theme: Theme, current: QPointF, others: list[QPointF]) -> None:
    """Thin lines from the current point to its neighbours."""
    colour = QColor(theme.accent)
    colour.setAlpha(130)
    painter.setPen(QPen(colour, 1.0))
    for other in others:
        painter.drawLine(current, other)


def paint_neighbours(painter: QPainter, theme: Theme, places: list[QPointF], radius: float) -> None:
    """A small square around each neighbour: told from the round marks by its shape as well."""
    half = radius + 2.5
    for colour, width in ((theme.surface, 3.5), (theme.accent, 1.75)):
        painter.setPen(QPen(QColor(colour), width))
        for place in places:
            painter.drawRect(QRectF(place.x() - half, place.y() - half, 2 * half, 2 * half))


def paint_current(painter: QPainter, theme: Theme, place: QPointF, fill: QColor, radius: float) -> None:
    """The current row: a larger disc of its own colour in a ring with four ticks."""
    disc, ring = max(radius, 3.0), max(radius, 3.0) + 5.0
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawEllipse(place, disc, disc)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((theme.surface, 5.0), (theme.accent, 2.5)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawEllipse(place, ring, ring)
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(place + QPointF(x, y) * (ring + 1), place + QPointF(x, y) * (ring + 6))


def paint_hovered(painter: QPainter, theme: Theme, place: QPointF, radius: float) -> None:
    """A thin ring around the point that a click would take."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.text), 1.5))
    painter.drawEllipse(place, radius + 3.0, radius + 3.0)


def paint_box(painter: QPainter, theme: Theme, box: QRectF) -> None:
    _prepare_outline(painter, theme)
    painter.drawRect(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_lasso(painter: QPainter, theme: Theme, corners: list[QPointF]) -> None:
    """The outline, closed, filled where it takes points: by the even-odd rule."""
    _prepare_outline(painter, theme)
    painter.drawPolygon(QPolygonF(corners), Qt.FillRule.OddEvenFill)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _prepare_outline(painter: QPainter, theme: Theme) -> None:
    fill = QColor(theme.accent)
    fill.setAlpha(36)
    painter.setBrush(fill)
    painter.setPen(QPen(QColor(theme.accent), 1.0, Qt.PenStyle.DashLine))


def paint_hint(painter: QPainter, theme: Theme, lines: list[list[HintPart]], near: QPointF, window: QSize) -> None:
    """Lines of words near the pointer that say what letting go will do."""
    plain = painter.font()
    bold = QFont(plain)
    bold.setBold(True)
    gap, height = QFontMetricsF(plain).horizontalAdvance("   "), QFontMetricsF(bold).lineSpacing()
    # Every part has the width that it has in bold, so that nothing moves when another mode is taken.
    widths = [[QFontMetricsF(bold).horizontalAdvance(part.text) for part in line] for line in lines]
    across = max(sum(line) + gap * (len(line) - 1) for line in widths)
    inner = _paint_bubble(painter, theme, QSizeF(across, height * len(lines)), near, window)
    for place, (line, sizes) in enumerate(zip(lines, widths, strict=True)):
        x = inner.left()
        for part, width in zip(line, sizes, strict=True):
            painter.setFont(bold if part.active else plain)
            painter.setPen(QColor(theme.text if part.active else theme.muted_text))
            where = QRectF(x, inner.top() + place * height, width + 2, height)
            painter.drawText(where, Qt.AlignmentFlag.AlignLeft, part.text)
            x += width + gap
    painter.setFont(plain)


def paint_compass(
    painter: QPainter, theme: Theme, axes: list[tuple[str, float, float, float]], words: str, window: QSize
) -> None:
    """Which way the three axes of a map in space point, and how it is turned, in the lower left corner.

    ``axes`` are name, share to the right, upwards and towards the eye, for each axis.
    """
    metrics = QFontMetricsF(painter.font())
    middle = QPointF(_COMPASS + 2 * _PADDING, window.height() - _COMPASS - 2 * _PADDING)
    for name, right, up, near in sorted(axes, key=lambda axis: axis[3]):
        colour = QColor(theme.text if near >= 0 else theme.muted_text)
        end = middle + QPointF(right, -up) * (_COMPASS * 0.75)
        painter.setPen(QPen(QColor(theme.surface), 4.0))
        painter.drawLine(middle, end)
        painter.setPen(QPen(colour, 1.75))
        painter.drawLine(middle, end)
        place = middle + QPointF(right, -up) * _COMPASS
        size = QSizeF(metrics.horizontalAdvance(name) + 2, metrics.height())
        painter.drawText(
            QRectF(place - QPointF(size.width() / 2, size.height() / 2), size), Qt.AlignmentFlag.AlignCenter, name
        )
    painter.setPen(QColor(theme.muted_text))
    line = QRectF(middle.x() + _COMPASS + _PADDING, 0, window.width(), window.height() - _PADDING)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, words)


def paint_text(painter: QPainter, theme: Theme, text: str, near: QPointF, window: QSize) -> None:
    """Words about the hovered point, at most a few lines of them."""
    metrics = QFontMetricsF(painter.font())
    lines = wrapped_lines(text, painter.font(), min(_BUBBLE_WIDTH, window.width() / 2))
    width = max((metrics.horizontalAdvance(line) for line in lines), default=0.0)
    inner = _paint_bubble(painter, theme, QSizeF(width, len(lines) * metrics.lineSpacing()), near, window)
    painter.setPen(QColor(theme.text))
    for place, line in enumerate(lines):
        painter.drawText(QPointF(inner.left(), inner.top() + metrics.ascent() + place * metrics.lineSpacing()), line)


def wrapped_lines(text: str, font: QFont, width: float) -> list[str]:
    """``text`` broken at words where it can be, in at most five lines; the last one is cut where there is more."""
    text = " ".join(text[:_MOST_CHARACTERS].split())
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout = QTextLayout(text, font)
    layout.setTextOption(option)
    layout.beginLayout()
    lines: list[str] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        if len(lines) == _BUBBLE_LINES - 1:
            rest = text[line.textStart() :]
            lines.append(QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, width))
            break
        lines.append(text[line.textStart() : line.textStart() + line.textLength()])
    layout.endLayout()
    return lines


def _paint_bubble(painter: QPainter, theme: Theme, size: QSizeF, near: QPointF, window: QSize) -> QRectF:
    """A box for words beside the pointer, inside the window; returns where the words go."""
    width, height = size.width() + 2 * _PADDING, size.height() + 2 * _PADDING
    x, y = near.x() + _GAP, near.y() + _GAP
    if x + width > window.width():
        x = near.x() - _GAP - width
    if y + height > window.height():
        y = near.y() - _GAP - height
    box = QRectF(max(0.0, x), max(0.0, y), width, height)
    fill = QColor(theme.surface)
    fill.setAlpha(242)
    painter.setPen(QPen(QColor(theme.border), 1.0))
    painter.setBrush(fill)
    painter.drawRoundedRect(box, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    return box.adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
