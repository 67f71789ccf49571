"""A table of numbers as colours: what was measured, what is a guess, what is not known. The arrows go through it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QFont, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget

from explorer.gui.theme import contrast, current_theme
from explorer.gui.widgets.announce import announce
from explorer.gui.widgets.colour_scales import scale_colours
from explorer.gui.widgets.painting import painted

Kind = Literal["measured", "guessed", "missing", "failed"]
Spot = tuple[int, int]
"""Row and column of a cell."""

_PAD = 6
_ROOM = 4
_TALL = 12
_BLACK, _WHITE = "#000000", "#ffffff"
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Home: (0, -1_000_000),
    Qt.Key.Key_End: (0, 1_000_000),
    Qt.Key.Key_PageUp: (-1_000_000, 0),
    Qt.Key.Key_PageDown: (1_000_000, 0),
}


@dataclass(frozen=True)
class HeatCell:
    """value : places it on the colour scale; NaN where there is none. words : what stands in it, a line or two.

    tip : what is to be known of it, said to a screen reader too. strong, underlined : how its words stand out.
    """

    kind: Kind = "missing"
    value: float = math.nan
    words: str = ""
    tip: str = ""
    strong: bool = False
    underlined: bool = False


class HeatMap(QWidget):
    """Cells in rows and columns, with the names of both kept in sight while it is scrolled.

    A measured cell is filled with its colour, a guess has a dashed frame of it and slanted words, what is not known is
    hatched. The arrows, Home, End, Page up and Page down go from cell to cell; Enter chooses one.

    Signals
    -------
    current_changed(int, int)
        A person has gone to this row and column.
    chosen(int, int)
        Enter, or a double click.
    """

    current_changed = Signal(int, int)
    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)
        self._rows: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()
        self._cells: tuple[tuple[HeatCell, ...], ...] = ()
        self._range = (math.nan, math.nan)
        self._current: Spot | None = None
        self._title = self.tr("Heat map")
        self._describe()

    # --- what is shown --------------------------------------------------------------------------------

    def set_cells(
        self, title: str, rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[HeatCell]]
    ) -> None:
        """Other cells, one sequence a row. The current one stays where its row and column have the same names."""
        kept = self._name_of(self._current)
        self._title, self._rows, self._columns = title, tuple(rows), tuple(columns)
        self._cells = tuple(map(tuple, cells))
        values = [cell.value for row in self._cells for cell in row if math.isfinite(cell.value)]
        self._range = (min(values), max(values)) if values else (math.nan, math.nan)
        names = {(row, column): (i, j) for i, row in enumerate(self._rows) for j, column in enumerate(self._columns)}
        self._current = names.get(kept) if kept is not None else None
        self.updateGeometry()
        self._describe()

    @property
    def value_range(self) -> tuple[float, float]:
        """The values at the ends of the scale; NaN where there is none."""
        return self._range

    @property
    def current(self) -> Spot | None:
        """The cell that the keys act on."""
        return self._current

    def set_current(self, spot: Spot | None) -> None:
        """Go to a cell without a signal; what is not there is no cell."""
        there = spot is not None and spot[0] < len(self._rows) and spot[1] < len(self._columns)
        self._current = spot if there else None
        self._show_current()
        self._describe()

    def cell(self, spot: Spot) -> HeatCell:
        return self._cells[spot[0]][spot[1]]

    def words_of(self, spot: Spot) -> str:
        """A cell in words: ``MiniLM, knn: 0.871``."""
        cell = self.cell(spot)
        return cell.tip or f"{self._rows[spot[0]]}, {self._columns[spot[1]]}: {cell.words}"

    # --- where things are -----------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(self._left() + sum(self._widths()) + 1, self._top() + len(self._rows) * self._height() + 1)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def rect_of(self, spot: Spot) -> QRect:
        """Where a cell lies."""
        widths = self._widths()
        left = self._left() + sum(widths[: spot[1]])
        return QRect(left, self._top() + spot[0] * self._height(), widths[spot[1]], self._height())

    def spot_at(self, place: QPoint) -> Spot | None:
        """The cell under a point, if one is there that the names do not cover."""
        seen = self._seen()
        if place.x() < seen.left() + self._left() or place.y() < seen.top() + self._top():
            return None
        row = (place.y() - self._top()) // self._height()
        edges = np.cumsum([self._left(), *self._widths()])
        column = int(np.searchsorted(edges, place.x(), side="right")) - 1
        return (row, column) if row < len(self._rows) and column < len(self._columns) else None

    def _left(self) -> int:
        return max((self._width_of(name) for name in self._rows), default=0) + 2 * _PAD

    def _top(self) -> int:
        return self.fontMetrics().height() + _PAD

    def _height(self) -> int:
        return 2 * self.fontMetrics().height() + _TALL

    def _widths(self) -> list[int]:
        """Each column as wide as its name, and as the widest words that any cell has."""
        lines = [line for row in self._cells for cell in row for line in cell.words.split("\n")]
        least = max((self._width_of(line) for line in dict.fromkeys(lines)), default=0)
        return [max(self._width_of(name), least) + 2 * _PAD for name in self._columns]

    def _width_of(self, words: str) -> int:
        return self.fontMetrics().horizontalAdvance(words) + _ROOM

    def _seen(self) -> QRect:
        """The part that is not scrolled away."""
        return self.visibleRegion().boundingRect()

    # --- painting -------------------------------------------------------------------------------------

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.fillRect(self.rect(), QColor(theme.surface))
        table = scale_colours("viridis", dark=theme.dark)[:, :3]
        colours = [QColor(*map(int, rgb)) for rgb in table]
        for row, cells in enumerate(self._cells):
            for column, cell in enumerate(cells):
                self._paint_cell(painter, self.rect_of((row, column)), cell, colours)
        if self._current is not None:
            self._paint_current(painter, self.rect_of(self._current))
        self._paint_names(painter)

    def _paint_cell(self, painter: QPainter, rect: QRect, cell: HeatCell, colours: Sequence[QColor]) -> None:
        theme, inside = current_theme(), rect.adjusted(1, 1, -1, -1)
        colour = self._colour(cell, colours)
        font, ink = QFont(self.font()), QColor(theme.text)
        if cell.kind == "measured" and colour is not None:
            painter.fillRect(inside, colour)
            ink = QColor(max((_BLACK, _WHITE), key=lambda each: contrast(each, colour.name())))
        elif cell.kind == "guessed" and colour is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 2.0, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(inside).adjusted(1, 1, -1, -1))
            font.setItalic(True)
        else:
            across = Qt.BrushStyle.DiagCrossPattern if cell.kind == "failed" else Qt.BrushStyle.BDiagPattern
            painter.fillRect(inside, QBrush(QColor(theme.border), across))
            ink = QColor(theme.flag if cell.kind == "failed" else theme.muted_text)
            self._clear_behind(painter, inside, cell.words)
        font.setBold(cell.strong)
        font.setUnderline(cell.underlined)
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(inside, Qt.AlignmentFlag.AlignCenter, cell.words)

    def _clear_behind(self, painter: QPainter, rect: QRect, words: str) -> None:
        """Words on a hatched cell stand on plain ground."""
        if words:
            size = self.fontMetrics().size(0, words)
            ground = QRect(QPoint(0, 0), size + QSize(_ROOM, 0))
            ground.moveCenter(rect.center())
            painter.fillRect(ground, QColor(current_theme().surface))

    def _colour(self, cell: HeatCell, colours: Sequence[QColor]) -> QColor | None:
        low, high = self._range
        if not math.isfinite(cell.value):
            return None
        share = (cell.value - low) / (high - low) if high > low else 0.5
        return colours[round(min(max(share, 0.0), 1.0) * (len(colours) - 1))]

    def _paint_current(self, painter: QPainter, rect: QRect) -> None:
        theme = current_theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.surface), 4))
        painter.drawRect(rect.adjusted(1, 1, -2, -2))
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.text), 2))
        painter.drawRect(rect.adjusted(1, 1, -2, -2))

    def _paint_names(self, painter: QPainter) -> None:
        """Above and on the left, over what is scrolled away below them."""
        theme, seen = current_theme(), self._seen()
        painter.setFont(self.font())
        painter.setPen(QColor(theme.text))
        left, top = self._left(), self._top()
        painter.fillRect(QRect(seen.left(), seen.top(), left, self.height()), QColor(theme.surface))
        for row, name in enumerate(self._rows):
            rect = self.rect_of((row, 0)) if self._columns else QRect()
            room = QRect(seen.left() + _PAD, rect.top(), left - _PAD, rect.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.fillRect(QRect(seen.left(), seen.top(), self.width(), top), QColor(theme.surface))
        painter.setClipRect(QRect(seen.left() + left, seen.top(), self.width(), top))
        for column, name in enumerate(self._columns):
            rect = self.rect_of((0, column)) if self._rows else QRect()
            room = QRect(rect.left(), seen.top(), rect.width(), top)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)
        painter.setClipping(False)

    # --- moving ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and spot is not None:
            self._go(spot)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position().toPoint())
        if spot is not None:
            self.chosen.emit(*spot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not (self._rows and self._columns):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
                return self.chosen.emit(*self._current)
            return super().keyPressEvent(event)
        first = (
            (-step[0], -step[1]) if abs(sum(step)) == 1 else (0, 0)
        )  # an arrow goes to the first cell, End to the last
        row, column = first if self._current is None else self._current
        last = (len(self._rows) - 1, len(self._columns) - 1)
        self._go((min(max(row + step[0], 0), last[0]), min(max(column + step[1], 0), last[1])))
        return None

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._current is None and self._rows and self._columns:
            self._go((0, 0))
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            spot = self.spot_at(event.pos())
            if spot is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.words_of(spot), self, self.rect_of(spot))
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    def _go(self, spot: Spot) -> None:
        if spot == self._current:
            return
        self._current = spot
        self._show_current()
        self._describe()
        announce(self, self.words_of(spot))
        self.current_changed.emit(*spot)

    def _show_current(self) -> None:
        """Scroll to the current cell, so that the names do not cover it."""
        area = self.parentWidget().parentWidget() if self.parentWidget() is not None else None
        if self._current is None or not isinstance(area, QScrollArea):
            return
        rect = self.rect_of(self._current)
        room = QRect(rect.topLeft() - QPoint(self._left(), self._top()), rect.bottomRight())
        area.ensureVisible(room.right(), room.bottom(), _PAD, _PAD)
        area.ensureVisible(room.left(), room.top(), _PAD, _PAD)

    def _name_of(self, spot: Spot | None) -> tuple[str, str] | None:
        return None if spot is None else (self._rows[spot[0]], self._columns[spot[1]])

    def _describe(self) -> None:
        self.setAccessibleName(self._title)
        self.setAccessibleDescription("" if self._current is None else self.words_of(self._current))
        self.update()


def heat_area(heat: HeatMap) -> QScrollArea:
    """A heat map with scroll bars; its names are painted anew wherever it is scrolled to."""
    area = QScrollArea()
    area.setWidget(heat)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    for bar in (area.horizontalScrollBar(), area.verticalScrollBar()):
        bar.valueChanged.connect(lambda _: heat.update())
    return area
