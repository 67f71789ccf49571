"""The cells of a benchmark as a table that sorts: what is measured, what is predicted, what is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSortFilterProxyModel, Qt

from explorer.app.benchmark_view import BenchmarkView
from explorer.core.benchmark.grid import Place
from explorer.core.benchmark.tables import MEASURES
from explorer.gui.benchmark.cells import (
    MEASURE_TIPS,
    MEASURE_WORDS,
    NOT_MEASURED,
    STANDING_WORDS,
    encoder_words,
    guess_words,
    place_tip,
    span_words,
)
from explorer.gui.item_models.rows_model import NOWHERE, Index
from explorer.gui.parts import significant

SORT = int(Qt.ItemDataRole.UserRole)
BEHIND_TIP = (
    "Whether the AUROC is really lower than that of the best on the same texts: the interval of the difference leaves "
    "out 0, corrected for the number of comparisons"
)
_ORDER = {"best": 3.0, "level": 2.0, "behind": 1.0}

Shown = tuple[str, Any]
"""The words of a cell, and what it is sorted by; None = always last."""


@dataclass(frozen=True)
class _Column:
    title: str
    shown: Callable[[BenchmarkView, Place], Shown]
    tip: str = ""
    numeric: bool = True


def _name(part: int) -> Callable[[BenchmarkView, Place], Shown]:
    def shown(_: BenchmarkView, place: Place) -> Shown:
        words = encoder_words(place[part]) if part == 1 else place[part]
        return words, words.casefold()

    return shown


def _measure(name: str) -> Callable[[BenchmarkView, Place], Shown]:
    def shown(view: BenchmarkView, place: Place) -> Shown:
        cell, guess = view.cells.get(place), view.guesses.get(place)
        if cell is not None:
            span = cell.measures.get(name)
            return ("failed" if cell.failed else "", None) if span is None else (span_words(span), span.value)
        if guess is not None and name == "auroc":
            return f"{guess_words(guess)}, predicted", guess.value
        return (NOT_MEASURED if name == "auroc" else ""), None

    return shown


def _seconds(view: BenchmarkView, place: Place) -> Shown:
    cell = view.cells.get(place)
    return ("", None) if cell is None or cell.failed else (significant(cell.seconds, 2), cell.seconds)


def _standing(view: BenchmarkView, place: Place) -> Shown:
    cell = view.cells.get(place)
    standing = "" if cell is None else cell.standing
    return STANDING_WORDS[standing], _ORDER.get(standing)


_COLUMNS = (
    _Column("Corpus", _name(0), numeric=False),
    _Column("Encoder", _name(1), numeric=False),
    _Column("Detector", _name(2), numeric=False),
    *(_Column(MEASURE_WORDS[name], _measure(name), MEASURE_TIPS[name]) for name in MEASURES),
    _Column("Seconds", _seconds, "Learning and scoring; vectors and neighbours, which cells share, are not counted"),
    _Column("Really behind?", _standing, BEHIND_TIP, numeric=False),
)
AUROC = 3
"""The column that the table is sorted by first."""


class BenchmarkModel(QAbstractTableModel):
    """One row a cell of the table of results, in its own order."""

    def __init__(self) -> None:
        super().__init__()
        self._view = BenchmarkView(Path())
        self._places: list[Place] = []

    def show_view(self, view: BenchmarkView) -> None:
        """Another benchmark, or news of it: where the cells are the same, rows stay and are painted anew."""
        places = view.places()
        if places != self._places:
            self.beginResetModel()
            self._view, self._places = view, places
            self.endResetModel()
            return
        self._view = view
        if places:
            self.dataChanged.emit(self.index(0, 0), self.index(len(places) - 1, len(_COLUMNS) - 1))

    def place_at(self, index: Index) -> Place | None:
        return self._places[index.row()] if index.isValid() else None

    def index_of(self, place: Place | None) -> QModelIndex:
        """Where a cell is listed; an invalid index if it is not."""
        there = place is not None and place in self._places
        return self.index(self._places.index(place), 0) if there else QModelIndex()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._places)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(_COLUMNS):
            return None
        column = _COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        return _side(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place, column = self._places[index.row()], _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.shown(self._view, place)[0]
        if role == SORT:
            return column.shown(self._view, place)[1]
        if role == Qt.ItemDataRole.ToolTipRole:
            return place_tip(self._view, place, "auroc")
        return _side(column) if role == Qt.ItemDataRole.TextAlignmentRole else None


class BenchmarkOrder(QSortFilterProxyModel):
    """Sorts by numbers and names; what has none stays last, whichever way is sorted."""

    def __init__(self, model: QAbstractTableModel) -> None:
        super().__init__()
        self.setSourceModel(model)
        self.setDynamicSortFilter(True)

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = (index.data(SORT) for index in (left, right))
        if one is None or other is None:
            descending = self.sortOrder() == Qt.SortOrder.DescendingOrder
            return (one is None) > (other is None) if descending else (one is None) < (other is None)
        return bool(one < other)


def _side(column: _Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
