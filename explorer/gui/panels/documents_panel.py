"""All texts as a table: scroll a million rows, sort them, search them, select many."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Literal

import numpy as np
from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import NO_ROWS, AppState
from explorer.core.query.predicates import Filters
from explorer.gui.item_models.documents_model import OWN, DocumentsModel
from explorer.gui.item_models.rows_model import Rows
from explorer.gui.parts import column, counted, line, named, number, selected_words
from explorer.gui.row_menu import RowMenu, pop_up
from explorer.gui.table_columns import TableColumns
from explorer.gui.table_order import Sort, TableOrder, engine_name
from explorer.gui.tables import dress_table
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.match_delegate import MatchDelegate
from explorer.gui.widgets.rows_selection import RowsTable

BESIDE = ("row", "labels", "note", "score", "rank", "state")
"""What is seen with the texts without scrolling; also the id and the label."""
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
ARRANGED = Changes.CORPUS | Changes.SHOWN | Changes.SEARCH
COUNTED = ARRANGED | Changes.SELECTION | Changes.LABELS


class DocumentsPanel(QWidget):
    """Shows the current row and the selection, and sets both; what it shows never answers back.

    Signals
    -------
    filter_requested(str)
        A filter by this column (named as the engine names it) is wanted.
    neighbours_requested(int), map_requested(int)
        The current row's neighbours, or its place on the map, shall be seen.
    rearranged()
        The person has changed columns or order: ``view_state`` is another one.
    """

    filter_requested = Signal(str)
    neighbours_requested = Signal(int)
    map_requested = Signal(int)
    rearranged = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = DocumentsModel()
        self._order = TableOrder(session, self._reorder)
        self._texts, self._trash = QToolButton(), QToolButton()
        self._count = named(QLabel(), "Texts shown")
        self._restore = named(QPushButton("&Restore"), "Restore", "Take the selected texts out of the trash")
        self._table = named(RowsTable(), "Documents", "Click a header to sort; select several to see them on the map")
        self._empty = EmptyState()
        self._pages = QStackedWidget()
        self._build()
        self._columns = TableColumns(self._table, self._model, self.rearranged.emit)
        self.show_state(session.state, Changes.ALL)

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        dress_table(self._table, self._model)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._table.chosen.connect(self._choose)
        self._table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._table.customContextMenuRequested.connect(self._open_row_menu)
        self._build_header(self._table.horizontalHeader())
        self._marks = MatchDelegate(self._table)
        self._model.modelReset.connect(lambda: self._show_chosen(self._session.state))
        self._empty.action_requested.connect(self._show_more)
        for page in (self._table, self._empty):
            self._pages.addWidget(page)
        whole = column(self)
        whole.addLayout(self._top())
        whole.addWidget(self._pages, 1)

    def _build_header(self, header: QHeaderView) -> None:
        header.setStretchLastSection(True)
        header.setSortIndicator(0, UP)
        self._table.setSortingEnabled(True)
        self._model.sort_requested.connect(self._sort)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._open_column_menu)

    def _top(self) -> QHBoxLayout:
        switch = QButtonGroup(self)
        for button, words, trash in ((self._texts, "Texts", False), (self._trash, "Trash", True)):
            button.setText(words)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.clicked.connect(lambda _=False, trash=trash: self._show_trash(trash))
            switch.addButton(button)
        named(self._texts, "Show the texts", "Show the texts that are not in the trash")
        self._restore.clicked.connect(lambda _: self._take_from_trash())
        top = line()
        top.addStrut(self._texts.sizeHint().height())  # nothing moves when the trash gets its first text
        self._count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for widget in (self._texts, self._trash, self._count, self._restore):
            top.addWidget(widget, 1 if widget is self._count else 0)
        return top

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        self._order.follow(state, changes)
        if changes & Changes.CORPUS:
            self._start(state)
        elif changes & ARRANGED:
            self._model.arrange(state, self._order.rows)
        elif changes & (Changes.SCORES | Changes.FLAGS | Changes.CURRENT | Changes.LABELS):
            self._model.refresh(state)
        if changes & (ARRANGED | Changes.LABELS):
            self._show_sort()
            self._columns.show({"labels": bool(state.labels), "note": bool(state.notes)})
        if changes & (Changes.SELECTION | Changes.CURRENT):
            self._show_chosen(state)
        if changes & (COUNTED | Changes.CURRENT):
            self._show_count(state)

    def _start(self, state: AppState) -> None:
        self._model.show_corpus(state)
        for section, shown in enumerate(self._model.columns):
            marks = self._marks if shown.key == "text" else None
            self._table.setItemDelegateForColumn(section, marks)  # type: ignore[arg-type]
        roles = () if state.corpus is None else (state.corpus.roles.id, state.corpus.roles.label)
        self._columns.start([*BESIDE, *(f"{OWN}{name}" for name in roles if name is not None)])

    def _show_sort(self) -> None:
        """The header shows what sorts, also while the order is not there yet."""
        sort, header = self._order.sort, self._table.horizontalHeader()
        usual = -1 if self._session.state.search.found is not None else 0
        section = usual if sort is None else self._model.section_of(sort.key)
        with QSignalBlocker(header):
            header.setSortIndicator(section, DOWN if sort is not None and sort.descending else UP)

    def _show_chosen(self, state: AppState) -> None:
        """Mark the selection; without one, the current row."""
        current = self._model.index_of(state.current).row()
        rows = state.selected
        if not rows.size and state.current is not None:
            rows = np.array([state.current], np.int64)
        self._table.show_chosen(self._model.places_of(rows), current)

    def _show_count(self, state: AppState) -> None:
        shown, trash = self._model.rowCount(), state.trash_count
        self._count.setText(shown_words(state, shown, sorting=self._order.waiting))
        self._texts.setChecked(not state.in_trash)
        self._trash.setChecked(state.in_trash)
        named(self._trash, f"Show the trash, {counted(trash, 'text')}", "Show what you have put in the trash")
        self._trash.setText(f"Trash ({number(trash)})")
        for button in (self._texts, self._trash):
            button.setVisible(bool(trash) or state.in_trash)
        self._restore.setVisible(state.in_trash)
        self._restore.setEnabled(bool(trashed_targets(state).size))
        self._empty.set_texts(*empty_words(state))
        self._pages.setCurrentWidget(self._table if shown or state.corpus is None else self._empty)

    # --- order and columns ----------------------------------------------------------------------

    def _sort(self, key: str, descending: bool) -> None:
        self._order.choose(self._session.state, Sort(key, descending))
        self._show_sort()
        self._show_count(self._session.state)
        self.rearranged.emit()

    def _reorder(self) -> None:
        self._model.arrange(self._session.state, self._order.rows)
        self._show_sort()
        self._show_count(self._session.state)

    def _open_column_menu(self, at: QPoint) -> None:
        header = self._table.horizontalHeader()
        menu = self.column_menu(max(header.logicalIndexAt(at), 0))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(header.mapToGlobal(at))

    def column_menu(self, section: int) -> QMenu:
        """Sort or filter by a column; and which columns are shown."""
        shown, menu = self._model.columns[section], QMenu(self)
        for words, order in (("Sort &upwards", UP), ("Sort &downwards", DOWN)):
            menu.addAction(words, partial(self._table.sortByColumn, section, order))
        name = engine_name(self._session.state, shown.key) if self._session.state.corpus is not None else ""
        asked = menu.addAction("&Filter by this column…", lambda: self.filter_requested.emit(name))
        asked.setEnabled(bool(name))
        menu.addSeparator()
        columns = menu.addMenu("&Columns")
        for place, entry in enumerate(self._model.columns):
            action = columns.addAction(entry.title.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(not self._table.isColumnHidden(place))
            action.setEnabled(entry.key != "text")
            action.toggled.connect(lambda on, key=entry.key: self._columns.choose(key, on))
        return menu

    def view_state(self) -> dict[str, object]:
        """Columns and order, as something that JSON can hold."""
        sort = self._order.lasting
        return {**self._columns.view_state(), "sort": None if sort is None else [sort.key, sort.descending]}

    def restore_view(self, kept: object) -> None:
        """Go back to what ``view_state`` gave; what is not understood is left alone."""
        if not isinstance(kept, Mapping):
            return
        self._columns.restore(kept)
        match kept.get("sort"):
            case [str(key), bool(descending)] if self._model.section_of(key) >= 0:
                self._sort(key, descending)

    # --- intents --------------------------------------------------------------------------------

    def step(self, direction: Literal[1, -1]) -> None:
        """Go to the next (previous) row of the table."""
        self._session.store.dispatch(op.step_in(rows=self._model.rows, direction=direction))

    def _choose(self, anew: bool) -> None:
        """What is selected but not listed (a search lists fewer texts) stays so while rows are added."""
        state, rows = self._session.state, self._model.rows[self._table.rows.places]
        if not anew:
            listed = self._model.is_listed(state.selection)
            rows = np.concatenate([rows, state.selection[~listed]])
        self._session.store.dispatch(op.choose(row=self._model.row_at(self._table.currentIndex()), rows=rows))

    def _open_row_menu(self, at: QPoint) -> None:
        if self._session.state.targets.size:
            pop_up(self.row_menu(), self._table, at)

    def row_menu(self) -> QMenu:
        """What can be done with the rows that a decision acts on."""
        state = self._session.state
        menu = RowMenu(self._session, state.targets, self)
        row = state.current
        if row is not None:
            menu.addSeparator()
            menu.addAction("Find its &neighbours", lambda: self._go(row, self.neighbours_requested))
            menu.addAction("Show on the &map", lambda: self._go(row, self.map_requested))
        return menu

    def _go(self, row: int, wanted: SignalInstance) -> None:
        self._session.store.dispatch(op.set_current(row=row))
        wanted.emit(row)

    def _show_trash(self, show: bool) -> None:
        self._session.store.dispatch(marking.show_trash(show=show))

    def _take_from_trash(self) -> None:
        rows = trashed_targets(self._session.state)
        self._session.store.dispatch(marking.put_in_trash(rows=rows, trash=False))

    def _show_more(self) -> None:
        """Take away what keeps the table empty."""
        state, dispatch = self._session.state, self._session.store.dispatch
        if state.search.found is not None:
            dispatch(filtering.search(query=None))
        elif state.in_trash and not state.trash_count:
            dispatch(marking.show_trash(show=False))
        else:
            dispatch(filtering.set_filters(filters=Filters()))


def trashed_targets(state: AppState) -> Rows:
    """The rows that a decision acts on, as far as they are in the trash."""
    return state.targets[state.trashed[state.targets]] if state.trashed.size else NO_ROWS


def shown_words(state: AppState, shown: int, *, sorting: bool = False) -> str:
    """``312 of 48,210 texts · filtered · found · 37 selected``."""
    if state.corpus is None:
        return ""
    of = state.trash_count if state.in_trash else state.rows - state.trash_count
    first = counted(of, "text") if shown == of else f"{number(shown)} of {counted(of, 'text')}"
    said = {
        "filtered": state.passed is not None,
        "found": state.search.found is not None,
        selected_words(state): bool(state.selection.size),
        "sorting…": sorting,
    }
    return " · ".join([first, *(words for words, is_so in said.items() if is_so)])


def empty_words(state: AppState) -> tuple[str, str, str]:
    """Why no text is shown, and what fills the table: title, sentence, action."""
    if state.search.found is not None:
        return "No text is found", "None of the texts shown matches the search.", "End the search"
    if state.in_trash and not state.trash_count:
        return "The trash is empty", "What you put there can be restored at any time.", "Show the texts"
    if state.passed is not None:
        return "No text passes the filters", "Every text is filtered out.", "Clear all filters"
    return "Every text is in the trash", "", ""
