"""Rows of the corpus in some order, for a table view: nothing is fetched before it is painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QFont

from explorer.app.state import NO_ROWS, AppState
from explorer.gui.parts import snippet

Rows = NDArray[np.int64]
Index = QModelIndex | QPersistentModelIndex

NOWHERE = QModelIndex()
DISPLAY, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole
FONT, ALIGNMENT = Qt.ItemDataRole.FontRole, Qt.ItemDataRole.TextAlignmentRole
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
"""Looked up once: a table asks for them ten times a cell."""


@dataclass(frozen=True)
class Column:
    """One column. ``cell`` gives the words for a row; ``steady`` cells depend on the corpus alone and are kept."""

    key: str
    title: str
    cell: Callable[[AppState, int], str]
    tip: str = ""
    numeric: bool = False
    steady: bool = False


class RowsModel(QAbstractTableModel):
    """Shows ``rows`` (any order, any subset) of the corpus in ``state``, a million of them as quickly as ten."""

    KEPT = 20_000
    """Steady cells kept, so that scrolling back does not read them again."""

    def __init__(self, columns: Iterable[Column]) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._state = AppState()
        self._rows: Rows = NO_ROWS
        self._places: Rows | None = None
        self._cells: dict[tuple[int, int], str] = {}
        self._bold = QFont()
        self._bold.setBold(True)

    # --- what is shown --------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    @property
    def rows(self) -> Rows:
        """The corpus rows in the order shown."""
        return self._rows

    def show_rows(self, state: AppState, rows: Rows, columns: Iterable[Column] | None = None) -> None:
        """Other rows, another order, or another corpus (then with its columns)."""
        self.beginResetModel()
        if state.corpus is not self._state.corpus:
            self._cells.clear()
        if columns is not None:
            self._columns = tuple(columns)
            self._cells.clear()
        self._state, self._rows, self._places = state, rows, None
        self.endResetModel()

    def refresh(self, state: AppState) -> None:
        """The same rows with other scores or flags: what is visible is painted again, nothing moves."""
        self._state = state
        if self._rows.size:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def row_at(self, index: Index) -> int | None:
        """The corpus row under an index."""
        return int(self._rows[index.row()]) if index.isValid() else None

    def index_of(self, row: int | None) -> QModelIndex:
        """Where a corpus row is shown; an invalid index if it is not."""
        if row is None or not 0 <= row < self._state.rows:
            return QModelIndex()
        place = int(self._find_places()[row])
        return self.index(place, 0) if place >= 0 else QModelIndex()

    def _find_places(self) -> Rows:
        """(n,) the place of each corpus row, -1 where it is not shown."""
        if self._places is None:
            self._places = np.full(self._state.rows, -1, dtype=np.int64)
            self._places[self._rows] = np.arange(self._rows.size)
        return self._places

    def places_of(self, rows: Rows) -> Rows:
        """Where corpus rows are shown, in any order; those that are not are left out."""
        places = self._find_places()[rows]
        return places[places >= 0]

    def is_listed(self, rows: Rows) -> NDArray[np.bool_]:
        """(m,) whether each of these corpus rows is shown."""
        return self._find_places()[rows] >= 0

    def section_of(self, key: str) -> int:
        """Where a column stands; -1 where there is none."""
        return next((place for place, shown in enumerate(self._columns) if shown.key == key), -1)

    # --- Qt's side ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else int(self._rows.size)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        if role == DISPLAY:
            return column.title
        if role == TIP:
            return column.tip or None
        if role == ALIGNMENT:
            return RIGHT if column.numeric else LEFT
        return None

    def match(self, *_: Any, **__: Any) -> list[QModelIndex]:
        """Nothing: a letter typed into a view would look through every row, for seconds; the search box is for that."""
        return []

    def data(self, index: Index, role: int = DISPLAY) -> Any:
        if role == DISPLAY:
            return self.words(index.row(), index.column())
        if role == ALIGNMENT:
            return RIGHT if self._columns[index.column()].numeric else LEFT
        if role == FONT:
            return self._bold if self._is_current(index.row()) else None
        if role == TIP:
            return self.words(index.row(), index.column()) or None
        return None

    def _is_current(self, place: int) -> bool:
        return self._state.current is not None and int(self._rows[place]) == self._state.current

    def words(self, place: int, number: int) -> str:
        """What stands in a cell."""
        column, row = self._columns[number], int(self._rows[place])
        if not column.steady:
            return column.cell(self._state, row)
        found = self._cells.get((row, number))
        if found is None:
            if len(self._cells) >= self.KEPT:
                self._cells.clear()
            found = self._cells[row, number] = column.cell(self._state, row)
        return found


def text_cell(state: AppState, row: int) -> str:
    """The beginning of a row's text on one line."""
    assert state.corpus is not None
    return snippet(state.corpus.text(row)) or "(empty)"
