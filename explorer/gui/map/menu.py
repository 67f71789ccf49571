"""The menu of the map: what can be done with a text, with the selection it belongs to, or with all that is seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from explorer.app import marking
from explorer.app import operations as op
from explorer.app.labels import has
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.gui.parts import snippet
from explorer.gui.row_menu import add_title, rows_meant, title_words

TITLE = 48
"""Characters of a text or a label in the menu."""
Rows = NDArray[np.int64]


def text_menu(parent: QWidget, session: Session, row: int) -> QMenu:
    """For the text under the pointer; where it is selected, for the whole selection."""
    state = session.state
    selected, rows = op.is_selected(state, row), rows_meant(state, row)
    menu = _menu(parent)
    dispatch = session.store.dispatch
    add_title(menu, title_words(state, rows))
    what = f"#{row} {snippet(state.corpus.text(row), TITLE)}" if state.corpus is not None else f"#{row}"
    menu.addAction(f"&Show: {_plain(what)}", lambda: dispatch(op.set_current(row=row)))
    if not selected:
        menu.addAction("&Add to the selection", lambda: dispatch(op.select(rows=rows, mode="add")))
    else:
        menu.addAction("&Take out of the selection", lambda: dispatch(op.select(rows=[row], mode="subtract")))
    menu.addSeparator()
    _add_decisions(menu, session, rows)
    return menu


def _add_decisions(menu: QMenu, session: Session, rows: Rows) -> None:
    state, dispatch = session.state, session.store.dispatch
    scored = state.threshold is not None
    menu.addAction("&Confirm: flag", lambda: dispatch(op.override_flags(rows=rows, flag=True))).setEnabled(scored)
    menu.addAction("&Fine: clear", lambda: dispatch(op.override_flags(rows=rows, flag=False))).setEnabled(scored)
    _add_labels(menu.addMenu("&Label"), session, rows)
    menu.addSeparator()
    grow = menu.addAction("Select with &neighbours", lambda: _grow(session, rows))
    grow.setEnabled(state.results.graph is not None)
    menu.addSeparator()
    words = "&Restore from the trash" if state.in_trash else "Move to t&rash"
    menu.addAction(words, lambda: dispatch(marking.put_in_trash(rows=rows, trash=not state.in_trash)))


def _add_labels(menu: QMenu, session: Session, rows: Rows) -> None:
    """Every label, checked where all the rows have it."""
    state = session.state
    menu.setEnabled(bool(state.labels))
    menu.setToolTip("" if state.labels else "Make a label first")
    for place, label in enumerate(state.labels):
        action = menu.addAction(_plain(snippet(label.name, TITLE)))
        action.setCheckable(True)
        action.setChecked(bool(has(state.label_bits, place, state.rows)[rows].all()))
        action.triggered.connect(
            lambda on, name=label.name: session.store.dispatch(marking.give_label(rows=rows, name=name, on=on))
        )


def _grow(session: Session, rows: Rows) -> None:
    session.store.dispatch(op.select(rows=rows))
    session.store.dispatch(op.grow_selection())


def map_menu(
    parent: QWidget, session: Session, *, select_window: Callable[[], None], fit: Callable[[], None],
    export: Callable[[], None],
) -> QMenu:  # fmt: skip
    """For the ground between the texts."""
    state: AppState = session.state
    dispatch, some = session.store.dispatch, bool(state.selected.size)
    menu = _menu(parent)
    menu.addAction("Select all texts &seen here", select_window)
    menu.addAction("Select &all shown", lambda: dispatch(op.select_shown()))
    menu.addAction("&Invert the selection", lambda: dispatch(op.invert_selection())).setEnabled(some)
    menu.addAction("&Grow to neighbours", lambda: dispatch(op.grow_selection())).setEnabled(
        some and state.results.graph is not None
    )
    menu.addAction("Select n&othing", lambda: dispatch(op.select(rows=[]))).setEnabled(some)
    menu.addSeparator()
    menu.addAction("Show the &whole map", fit)
    menu.addAction("&Export the map as a picture…", export)
    return menu


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _plain(words: str) -> str:
    """Words in which an ampersand is one."""
    return words.replace("&", "&&")
