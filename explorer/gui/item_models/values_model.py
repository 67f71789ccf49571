"""The values of a column as a list to tick, with how often each is there; ten thousand as quickly as ten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt

from explorer.gui.column_facts import ValueFacts
from explorer.gui.item_models.rows_model import NOWHERE, Index
from explorer.gui.parts import counted, number, snippet

MISSING = "(missing)"


class ValuesModel(QAbstractListModel):
    """Values, most frequent first, then blank cells if there are any; ``look_for`` lists those that contain words."""

    def __init__(self) -> None:
        super().__init__()
        self._facts = ValueFacts([], np.empty(0, np.int64), 0, 0)
        self._names = pa.array([], pa.large_string())
        self._chosen = np.zeros(1, np.bool_)
        self._listed = np.empty(0, np.int64)

    def show_facts(self, facts: ValueFacts, chosen: Iterable[str] = (), *, missing: bool = False) -> None:
        """Another column; ``chosen`` values are ticked."""
        wanted = set(chosen)
        self.beginResetModel()
        self._facts, self._names = facts, pa.array(facts.names, pa.large_string())
        self._chosen = np.array([name in wanted for name in facts.names] + [missing], np.bool_)
        self._listed = self._all()
        self.endResetModel()

    def look_for(self, words: str) -> None:
        """List the values that contain ``words``, whatever their case; "" for all. Ticks stay."""
        self.beginResetModel()
        if words.strip():
            found = pc.match_substring(self._names, words.strip(), ignore_case=True)
            self._listed = np.flatnonzero(found.to_numpy(zero_copy_only=False))
        else:
            self._listed = self._all()
        self.endResetModel()

    def _all(self) -> NDArray[np.int64]:
        """Everything, what is ticked first."""
        there = self._chosen[: len(self._facts.names) + bool(self._facts.missing)]
        return np.argsort(~there, kind="stable")

    # --- what is ticked -------------------------------------------------------------------------

    @property
    def values(self) -> tuple[str, ...]:
        """The values ticked."""
        return tuple(self._facts.names[place] for place in np.flatnonzero(self._chosen[:-1]))

    @property
    def missing(self) -> bool:
        """Whether blank cells are ticked."""
        return bool(self._chosen[-1])

    def tick_listed(self, on: bool) -> None:
        """Tick or untick everything that is listed now."""
        self._chosen[self._listed] = on
        self._told(0, self._listed.size - 1)

    def _told(self, first: int, last: int) -> None:
        if last >= first:
            self.dataChanged.emit(self.index(first), self.index(last))

    # --- Qt's side ------------------------------------------------------------------------------

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else int(self._listed.size)

    def match(self, *_: Any, **__: Any) -> list[QModelIndex]:
        """Nothing: a letter typed into the list would look through every value; the field above finds them."""
        return []

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.isValid() else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = int(self._listed[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self._name(place)}  ({number(self._count(place))})"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{self._name(place)}: {counted(self._count(place), 'text')}"
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if self._chosen[place] else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self._chosen[int(self._listed[index.row()])] = Qt.CheckState(value) == Qt.CheckState.Checked
        self._told(index.row(), index.row())
        return True

    def _name(self, place: int) -> str:
        return snippet(self._facts.names[place]) if place < len(self._facts.names) else MISSING

    def _count(self, place: int) -> int:
        return int(self._facts.counts[place]) if place < len(self._facts.names) else self._facts.missing
