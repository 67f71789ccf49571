"""Paints a cell with the places marked that match a search."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from explorer.gui.theme import current_theme
from explorer.gui.widgets.painting import painted_cell
from explorer.gui.widgets.rows_selection import RowsDelegate

MATCHES = Qt.ItemDataRole.UserRole + 1
"""Role under which a model gives the places [start, end) of a cell's words that match, in Python's positions."""
_TINT = 64
"""Opacity, of 255, of the colour behind a match."""


class MatchDelegate(RowsDelegate):
    """As Qt paints a cell, but what matches (:data:`MATCHES`) is tinted and underlined."""

    @painted_cell
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        matches = index.data(MATCHES)
        if not matches:
            super().paint(painter, option, index)
            return
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        style = shown.widget.style()
        area = _text_area(shown, style)
        words, shown.text = shown.text, ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, shown, painter, shown.widget)
        _paint_words(painter, shown, area, words, matches)


def _text_area(shown: QStyleOptionViewItem, style: QStyle) -> QRect:
    widget = shown.widget
    margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, shown, widget) + 1
    area = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, shown, widget)
    return area.adjusted(margin, 0, -margin, 0)


def _paint_words(
    painter: QPainter, shown: QStyleOptionViewItem, area: QRect, words: str, matches: Sequence[tuple[int, int]]
) -> None:
    line = shown.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    whole = len(line) if line == words else max(len(line) - 1, 0)
    layout = QTextLayout(line, shown.font)
    option = QTextOption(QStyle.visualAlignment(shown.direction, shown.displayAlignment))
    option.setTextDirection(shown.direction)
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(option)
    colour = _text_colour(shown)
    layout.setFormats([_marked(line, start, min(end, whole), colour) for start, end in matches if start < whole])
    layout.beginLayout()
    laid = layout.createLine()
    laid.setLineWidth(area.width())
    layout.endLayout()
    painter.setClipRect(area)
    painter.setPen(colour)
    layout.draw(painter, QPointF(area.left(), area.top() + (area.height() - laid.height()) / 2))


def _text_colour(shown: QStyleOptionViewItem) -> QColor:
    selected = shown.state & QStyle.StateFlag.State_Selected
    active = shown.state & QStyle.StateFlag.State_Active
    group = QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive
    role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
    return shown.palette.color(group, role)


def _marked(line: str, start: int, end: int, colour: QColor) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start = _units(line[:start])
    made.length = _units(line[start:end])
    marked = QTextCharFormat()
    tint = QColor(current_theme().accent if colour == QColor(current_theme().text) else colour)
    tint.setAlpha(_TINT)
    marked.setBackground(tint)
    marked.setForeground(colour)
    marked.setFontUnderline(True)
    made.format = marked
    return made


def _units(text: str) -> int:
    """How many of Qt's characters (UTF-16) a text has."""
    return len(text) + sum(char > "\uffff" for char in text)
