"""The encoders and detectors that were compared without labels, as a table that sorts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from explorer.app.recommend_view import COLUMNS, Column, Compared, Pair
from explorer.gui.benchmark.cells import digits, encoder_words
from explorer.gui.item_models.benchmark_model import SORT
from explorer.gui.item_models.rows_model import LEFT, NOWHERE, RIGHT, Index
from explorer.gui.parts import number, sentence

NAMES = ("Rank", "Encoder", "Detector")
RANK = 0
"""The column that the table is sorted by first."""
RANK_TIP = "1 is recommended; equal where nothing tells two apart"


class RecommendModel(QAbstractTableModel):
    """One row an encoder and a detector, in the order of their ranks."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Compared, ...] = ()

    def show_rows(self, rows: tuple[Compared, ...]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def compared_at(self, index: Index) -> Compared | None:
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, pair: Pair | None) -> QModelIndex:
        """Where an encoder and a detector are listed; the recommended one where they are not."""
        pairs = [(each.encoder, each.detector) for each in self._rows]
        return self.index(pairs.index(pair) if pair in pairs else 0, 0)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(NAMES) + len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= self.columnCount():
            return None
        column = _column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return NAMES[section] if column is None else column.title.capitalize()
        if role == Qt.ItemDataRole.ToolTipRole:
            return sentence(column.tip) if column is not None else RANK_TIP if section == RANK else None
        return _side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        each, section = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _words(each, section)
        if role == SORT:
            return _value(each, section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return sentence(each.why)
        return _side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _column(section: int) -> Column | None:
    return None if section < len(NAMES) else COLUMNS[section - len(NAMES)]


def _words(each: Compared, section: int) -> str:
    column = _column(section)
    if column is not None:
        return column.words(each, digits)
    return (number(each.rank), encoder_words(each.encoder), each.detector)[section]


def _value(each: Compared, section: int) -> Any:
    column = _column(section)
    if column is not None:
        return column.value(each)
    return (each.rank, encoder_words(each.encoder).casefold(), each.detector)[section]


def _side(section: int) -> Qt.AlignmentFlag:
    return LEFT if section in (1, 2) else RIGHT
