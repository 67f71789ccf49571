"""The whole corpus as a table, sorted by row, flag, score, rank or a column of the corpus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from explorer.app.state import AppState
from explorer.core.corpus.columns import cell_text
from explorer.core.corpus.corpus import Corpus
from explorer.gui.item_models.rows_model import Column, Rows, RowsModel, text_cell
from explorer.gui.parts import counted, flag_words, number, significant, snippet

SORTABLE_ROWS = 200_000
"""Corpora up to this size can be sorted by their own columns without a pause that one notices."""


def _score(state: AppState, row: int) -> str:
    return "" if state.scores is None else significant(float(state.scores[row]), 4)


def _rank(state: AppState, row: int) -> str:
    return "" if state.ranks is None or not state.ranks[row] else number(int(state.ranks[row]))


ROW = Column("row", "Row", lambda _, row: str(row), "Row number, counted from 0 as in the report", numeric=True)
STATE = Column("state", "State", flag_words, "Flagged by the threshold, or flagged or cleared by hand")
SCORE = Column("score", "Score", _score, "Anomaly score: higher is stranger", numeric=True)
RANK = Column("rank", "Rank", _rank, "1 is the strangest text", numeric=True)
TEXT = Column("text", "Text", text_cell, steady=True)


def corpus_column(name: str, title: str = "") -> Column:
    """One of the corpus's own columns, cells written as they were read."""

    def cell(state: AppState, row: int) -> str:
        assert state.corpus is not None
        return snippet(cell_text(state.corpus.table[name][row].as_py()))

    return Column(f"own:{name}", title or name, cell, steady=True)


def document_columns(corpus: Corpus) -> tuple[Column, ...]:
    """Ours first, then the corpus's own, without those that are shown as text or id already."""
    shown = {*corpus.roles.text, corpus.roles.id}
    ids = (corpus_column(corpus.roles.id),) if corpus.roles.id is not None else ()
    own = (corpus_column(name) for name in corpus.table.column_names if name not in shown)
    return (ROW, STATE, SCORE, RANK, *ids, TEXT, *own)


class DocumentsModel(RowsModel):
    """All rows or a subset of them, in an order that the person chooses by the headers."""

    def __init__(self) -> None:
        super().__init__((ROW, STATE, SCORE, RANK, TEXT))
        self._subset: Rows | None = None
        self._key = "row"
        self._descending = False

    @property
    def order(self) -> tuple[str, bool]:
        """Key of the column that sorts, and whether it does so downwards."""
        return self._key, self._descending

    def show_corpus(self, state: AppState) -> None:
        self._subset, self._key, self._descending = None, "row", False
        columns = document_columns(state.corpus) if state.corpus is not None else (ROW, STATE, SCORE, RANK, TEXT)
        self.show_rows(state, np.arange(state.rows), columns)

    def show_subset(self, state: AppState, rows: Rows | None) -> None:
        """Only these rows, or all (None)."""
        self._subset = rows
        self.show_rows(state, self._ordered(state))

    def scores_changed(self, state: AppState) -> None:
        """Other scores: the order follows them only if it is made of them."""
        if self._key in ("score", "rank"):
            self.show_rows(state, self._ordered(state))
        else:
            self.refresh(state)

    def can_sort(self, section: int) -> bool:
        """Ours always; columns of a large corpus not, as that would stall the window."""
        return self.columns[section].key in _KEYS or self._state.rows <= SORTABLE_ROWS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.ToolTipRole and not self.can_sort(section):
            return f"Sorting by this column works up to {counted(SORTABLE_ROWS, 'text')}"
        return super().headerData(section, orientation, role)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.columns) or not self.can_sort(column):
            return
        self._key = self.columns[column].key
        self._descending = order == Qt.SortOrder.DescendingOrder
        self.show_rows(self._state, self._ordered(self._state))

    def _ordered(self, state: AppState) -> Rows:
        rows = np.arange(state.rows) if self._subset is None else self._subset
        keys = _KEYS[self._key](state) if self._key in _KEYS else _corpus_keys(state, self._key)
        return rows if keys is None else sorted_rows(rows, keys[rows], descending=self._descending)


def sorted_rows(rows: Rows, keys: NDArray[np.float64], *, descending: bool) -> Rows:
    """``rows`` by their keys, ties by row, those without a key (NaN) last either way."""
    known = ~np.isnan(keys)
    first, last = np.sort(rows[known]), np.sort(rows[~known])
    keys = keys[known][np.argsort(rows[known], kind="stable")]
    order = np.argsort(-keys if descending else keys, kind="stable")
    return np.concatenate([first[order], last])


def _row_keys(state: AppState) -> NDArray[np.float64] | None:
    return np.arange(state.rows, dtype=np.float64)


def _score_keys(state: AppState) -> NDArray[np.float64] | None:
    return None if state.scores is None else np.asarray(state.scores, dtype=np.float64)


def _rank_keys(state: AppState) -> NDArray[np.float64] | None:
    return None if state.ranks is None else np.where(state.ranks > 0, state.ranks, np.nan)


def _state_keys(state: AppState) -> NDArray[np.float64] | None:
    """Flagged first, then those cleared by hand, then the rest."""
    if state.flagged is None:
        return None
    keys = np.where(state.flagged, 0.0, 2.0)
    keys[[row for row, flag in state.overrides.items() if not flag]] = 1.0
    return keys


_KEYS: dict[str, Callable[[AppState], NDArray[np.float64] | None]] = {
    "row": _row_keys,
    "score": _score_keys,
    "rank": _rank_keys,
    "state": _state_keys,
}


def _corpus_keys(state: AppState, key: str) -> NDArray[np.float64] | None:
    """(n,) the place of each row when sorted by a column of the corpus; equal cells share a place, nulls are NaN."""
    if state.corpus is None:
        return None
    column = state.corpus.texts if key == "text" else state.corpus.table[key.removeprefix("own:")]
    try:
        ranked = pc.rank(column, "ascending", tiebreaker="dense")
        places: NDArray[np.float64] = ranked.to_numpy(zero_copy_only=False).astype(np.float64)
    except (NotImplementedError, TypeError, ValueError):
        return None
    places[column.is_null().to_numpy()] = np.nan
    return places
