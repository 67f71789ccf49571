"""What can be done with rows, as a menu: the same wherever rows are listed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QMenu, QWidget

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.labels import has
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.query.predicates import Rows
from explorer.gui.parts import counted

MOST_COPIED = 10_000
"""Texts that fit into a clipboard without a pause."""


class RowMenu(QMenu):
    """Decisions on ``rows``: one, or all that are selected; the first line says which."""

    def __init__(self, session: Session, rows: NDArray[np.int64], parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._rows = rows
        self._add_decisions()
        self._add_labels()
        self.addSeparator()
        self._add("Show &only these", lambda: show_only(session, rows))
        copied = self._add("&Copy text" if rows.size == 1 else "&Copy texts", self._copy)
        copied.setEnabled(rows.size <= MOST_COPIED)
        self.addSeparator()
        restore = bool(session.state.in_trash)
        self._add("&Restore" if restore else "Put in the &trash", lambda: self._trash(not restore))

    def _add(self, words: str, deed: Callable[[], object]) -> QAction:
        action = self.addAction(words)
        action.triggered.connect(lambda _=False: deed())
        return action

    def _add_decisions(self) -> None:
        state, rows = self._session.state, self._rows
        add_title(self, title_words(state, rows))
        for words, flag in (("&Flag", True), ("C&lear: it is fine", False), ("Take &back the decision", None)):
            action = self._add(words, partial(self._decide, flag))
            action.setEnabled(state.scores is not None)
        self.addSeparator()

    def _add_labels(self) -> None:
        state = self._session.state
        menu = self.addMenu("L&abel")
        menu.setEnabled(bool(state.labels))
        for place, label in enumerate(state.labels):
            words = label.name.replace("&", "&&")
            action = menu.addAction(f"{words}\t{label.key}" if label.key else words)
            action.setCheckable(True)
            action.setChecked(bool(has(state.label_bits, place, state.rows)[self._rows].all()))
            action.triggered.connect(lambda _=False, name=label.name: self._label(name))

    def _decide(self, flag: bool | None) -> None:
        self._session.store.dispatch(op.override_flags(rows=self._rows, flag=flag))

    def _label(self, name: str) -> None:
        self._session.store.dispatch(marking.give_label(rows=self._rows, name=name))

    def _trash(self, trash: bool) -> None:
        self._session.store.dispatch(marking.put_in_trash(rows=self._rows, trash=trash))

    def _copy(self) -> None:
        corpus = self._session.state.corpus
        if corpus is not None:
            QGuiApplication.clipboard().setText("\n\n".join(corpus.text(int(row)) for row in self._rows))


def title_words(state: AppState, rows: NDArray[np.int64]) -> str:
    """What a menu acts on: ``37 selected texts``, ``Text #1042``."""
    if rows.size == 1 and not op.is_selected(state, int(rows[0])):
        return f"Text #{int(rows[0])}"
    return counted(rows.size, "selected text")


def add_title(menu: QMenu, words: str) -> None:
    """A first line that cannot be chosen; the titles of Qt's own sections are not shown on every system."""
    menu.addAction(words).setEnabled(False)
    menu.addSeparator()


def offer_row_menu(session: Session, table: QAbstractItemView, row_at: Callable[[QModelIndex], int | None]) -> None:
    """On a right click: the menu of the text clicked, or of all that are selected if it is one of them."""

    def open_menu(at: QPoint) -> None:
        row = row_at(table.indexAt(at))
        if row is not None:
            pop_up(RowMenu(session, rows_meant(session.state, row), table), table, at)

    table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    table.customContextMenuRequested.connect(open_menu)


def rows_meant(state: AppState, row: int) -> NDArray[np.int64]:
    """What a click on a text means: all that are selected if it is one of them, else the text alone."""
    return state.selected if op.is_selected(state, row) else np.array([row], np.int64)


def pop_up(menu: QMenu, table: QAbstractItemView, at: QPoint) -> None:
    """Show a menu at a place of a table; it is gone when it is closed."""
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(table.viewport().mapToGlobal(at))


def show_only(session: Session, rows: NDArray[np.int64]) -> None:
    """Make rows a filter that says how many they are."""
    name = counted(rows.size, "selected text")
    session.store.dispatch(filtering.add_filter(predicate=Rows.of(name, rows, session.state.rows)))
