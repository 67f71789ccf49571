"""All texts as a table: scroll a million rows, sort them, select many."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QItemSelection, QModelIndex, QSignalBlocker, Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QLabel, QTableView, QWidget

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import NO_ROWS, AppState
from explorer.gui.item_models.documents_model import DocumentsModel
from explorer.gui.item_models.rows_model import Rows
from explorer.gui.parts import column, counted, labelled, line, named, number
from explorer.gui.tables import dress_table, follow_current

WIDTHS = {"row": 64, "state": 120, "score": 72, "rank": 64, "text": 384}
OWN_WIDTH = 120
SHOW = {"all": "All texts", "selected": "Selected texts", "flagged": "Flagged texts"}


class DocumentsPanel(QWidget):
    """Shows the current row and the selection, and sets both; what it shows never answers back."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = DocumentsModel()
        self._show = named(QComboBox(), "Texts shown", "All texts, or only those selected or flagged when you chose it")
        self._count = QLabel()
        self._table = named(QTableView(), "Documents", "Click a header to sort; select several to see them on the map")
        self._following = False
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        for key, words in SHOW.items():
            self._show.addItem(words, key)
        self._show.activated.connect(lambda _: self._show_subset())
        dress_table(self._table, self._model)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._table.selectionModel().currentRowChanged.connect(self._current_moved)
        self._table.selectionModel().selectionChanged.connect(self._selection_moved)
        header = self._table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self._table.setSortingEnabled(True)
        self._model.modelReset.connect(self._rearranged)
        top = line()
        label = labelled("Sho&w", self._show)
        for widget in (label, self._show, self._count):
            top.addWidget(widget)
        top.addStretch(1)
        whole = column(self)
        whole.addLayout(top)
        whole.addWidget(self._table, 1)

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        self._following = True
        try:
            self._follow(state, changes)
        finally:
            self._following = False

    def _follow(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.CORPUS:
            self._start(state)
        elif changes & Changes.SCORES:
            self._model.scores_changed(state)
        elif changes & (Changes.FLAGS | Changes.CURRENT):
            self._model.refresh(state)
        if changes & Changes.SELECTION:
            self._follow_selection(state)
        if changes & Changes.CURRENT:
            follow_current(self._table, self._model.index_of(state.current))
        if changes & (Changes.CORPUS | Changes.SELECTION):
            self._show_count(state)

    def _start(self, state: AppState) -> None:
        with QSignalBlocker(self._show):
            self._show.setCurrentIndex(0)
        self._model.show_corpus(state)
        header = self._table.horizontalHeader()
        with QSignalBlocker(header):
            header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        for section, shown in enumerate(self._model.columns):
            self._table.setColumnWidth(section, WIDTHS.get(shown.key, OWN_WIDTH))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)

    def _follow_selection(self, state: AppState) -> None:
        """Mark rows that were selected elsewhere, if the table can show so many scattered ones."""
        if np.array_equal(self._selected(), state.selection):
            return
        selection = self._model.selection_of(state.selection)
        model = self._table.selectionModel()
        if selection is None or not selection.count():
            model.clearSelection()
        else:
            model.select(selection, model.SelectionFlag.ClearAndSelect)

    def _show_count(self, state: AppState) -> None:
        shown = self._model.rowCount()
        words = counted(shown, "text") if shown == state.rows else f"{number(shown)} of {counted(state.rows, 'text')}"
        chosen = f" · {number(state.selection.size)} selected" if state.selection.size else ""
        self._count.setText(words + chosen if state.corpus is not None else "")

    # --- intents --------------------------------------------------------------------------------

    def _selected(self) -> Rows:
        """Several selected rows are a selection; a single one is only where the person is."""
        rows = self._model.rows_of(self._table.selectionModel().selection())
        return rows if rows.size > 1 else NO_ROWS

    def _current_moved(self, index: QModelIndex, _: QModelIndex) -> None:
        row = self._model.row_at(index)
        if not self._following and row is not None:
            self._session.store.dispatch(op.set_current(row=row))

    def _selection_moved(self, _: QItemSelection, __: QItemSelection) -> None:
        if not self._following:
            self._session.store.dispatch(op.select(rows=self._selected()))

    def _show_subset(self) -> None:
        state = self._session.state
        rows: Rows | None = None
        if self._show.currentData() == "selected":
            rows = state.selection
        elif self._show.currentData() == "flagged":
            rows = NO_ROWS if state.flagged is None else np.flatnonzero(state.flagged)
        self._model.show_subset(state, rows)

    def _rearranged(self) -> None:
        """Other rows or another order: the current row and the selection stay what they are."""
        before, self._following = self._following, True
        state = self._session.state
        self._follow_selection(state)
        follow_current(self._table, self._model.index_of(state.current))
        self._show_count(state)
        self._following = before
