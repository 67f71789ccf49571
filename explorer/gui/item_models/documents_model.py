"""The corpus as a table: the rows that are shown, in any order, with what was searched for marked in the texts."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal

from explorer.app.filtering import found_rows
from explorer.app.labels import names_at
from explorer.app.shown import shown_rows
from explorer.app.state import AppState
from explorer.core.corpus.columns import cell_text
from explorer.core.corpus.corpus import Corpus
from explorer.core.query.search import TextQuery
from explorer.gui.excerpts import Excerpt, excerpt
from explorer.gui.item_models.rows_model import Column, Index, Rows, RowsModel, text_cell
from explorer.gui.parts import flag_words, number, significant, snippet
from explorer.gui.widgets.match_delegate import MATCHES

OWN = "own:"
"""Begins the keys of the corpus's own columns."""


def _score(state: AppState, row: int) -> str:
    return "" if state.scores is None else significant(float(state.scores[row]), 4)


def _rank(state: AppState, row: int) -> str:
    return "" if state.ranks is None or not state.ranks[row] else number(int(state.ranks[row]))


def _labels(state: AppState, row: int) -> str:
    return ", ".join(names_at(state.label_bits, state.labels, row))


ROW = Column("row", "Row", lambda _, row: str(row), "Row number, counted from 0 as in the report", numeric=True)
STATE = Column("state", "State", flag_words, "Flagged by the threshold, or flagged or cleared by hand")
SCORE = Column("score", "Score", _score, "Anomaly score: higher is stranger", numeric=True)
RANK = Column("rank", "Rank", _rank, "1 is the strangest text", numeric=True)
TEXT = Column("text", "Text", text_cell, steady=True)
LABELS = Column("labels", "Labels", _labels, "Labels that you gave")
NOTE = Column("note", "Note", lambda state, row: snippet(state.notes.get(row, "")), "What you wrote about the text")


def corpus_column(name: str, title: str = "") -> Column:
    """One of the corpus's own columns, cells written as they were read."""

    def cell(state: AppState, row: int) -> str:
        assert state.corpus is not None
        return snippet(cell_text(state.corpus.table[name][row].as_py()))

    return Column(f"{OWN}{name}", title or name, cell, steady=True)


class DocumentsModel(RowsModel):
    """The rows of :func:`arranged`. It does not sort by itself, as that takes a while: it asks.

    Signals
    -------
    sort_requested(str, bool)
        Key of a column, and whether downwards.
    """

    sort_requested = Signal(str, bool)
    KEPT_EXCERPTS: ClassVar[int] = 2_000

    def __init__(self) -> None:
        self._text = Column("text", "Text", lambda _, row: self._excerpt(row).line or "(empty)")
        self._query: TextQuery | None = None
        self._excerpts: dict[int, Excerpt] = {}
        super().__init__((ROW, self._text, SCORE, RANK, STATE))

    def show_corpus(self, state: AppState) -> None:
        """Another corpus, with its columns."""
        self._look_for(state)
        self._excerpts.clear()
        self.show_rows(state, arranged(state, None), self._columns_of(state.corpus))

    def arrange(self, state: AppState, order: Rows | None) -> None:
        """Show what ``state`` shows, in this order of all rows; the same rows stay where they are."""
        self._look_for(state)
        rows = arranged(state, order)
        if np.array_equal(rows, self.rows):
            self.refresh(state)
        else:
            self.show_rows(state, rows)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.columns):
            self.sort_requested.emit(self.columns[column].key, order == Qt.SortOrder.DescendingOrder)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == MATCHES:
            is_text = self.columns[index.column()] is self._text and self._query is not None
            return self._excerpt(int(self.rows[index.row()])).matches if is_text else None
        return super().data(index, role)

    def _columns_of(self, corpus: Corpus | None) -> tuple[Column, ...]:
        """Number and id, text, what is said about it, then what else the corpus holds."""
        if corpus is None:
            return (ROW, self._text, SCORE, RANK, STATE)
        roles = corpus.roles
        ids = () if roles.id is None else (corpus_column(roles.id),)
        label = () if roles.label is None else (corpus_column(roles.label),)
        taken = {*roles.text, roles.id, roles.label}
        rest = (corpus_column(name) for name in corpus.table.column_names if name not in taken)
        return (ROW, *ids, self._text, *label, LABELS, NOTE, SCORE, RANK, STATE, *rest)

    def _look_for(self, state: AppState) -> None:
        """What is marked follows the answer, not the question that is still under way."""
        search = state.search
        if search.running:
            return
        query = None if search.found is None else search.query
        if query != self._query:
            self._query = query
            self._excerpts.clear()

    def _excerpt(self, row: int) -> Excerpt:
        found = self._excerpts.get(row)
        if found is None:
            corpus = self._state.corpus
            assert corpus is not None
            if len(self._excerpts) >= self.KEPT_EXCERPTS:
                self._excerpts.clear()
            found = self._excerpts[row] = excerpt(corpus.text(row), self._query)
        return found


def arranged(state: AppState, order: Rows | None) -> Rows:
    """The rows shown (while something is searched for, those found among them).

    order : all rows, sorted; None = best match first while something is searched for, else by row.
    """
    if order is None:
        return shown_rows(state) if state.search.found is None else found_rows(state)
    wanted = _wanted(state)
    return order if wanted is None else order[wanted[order]]


def _wanted(state: AppState) -> NDArray[np.bool_] | None:
    found, shown = state.search.found, state.shown
    if found is None or shown is None:
        return shown if found is None else found
    return found & shown
