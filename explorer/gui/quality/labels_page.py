"""Labels of the corpus that are probably wrong: read, accepted or rejected one by one, or many at once."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QTableView, QWidget

from explorer.app import curating
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.quality.label_errors import FLAGGED
from explorer.gui.item_models.quality_models import SuspectsModel
from explorer.gui.parts import UNIT, column, counted, labelled, line, named, number, prose
from explorer.gui.quality.failed_page import dress_row_list, stretch_text
from explorer.gui.tables import follow_current

LISTS = {"wrong": "Probably wrong", "missing": "Without a label", "decided": "Decided by hand"}
WIDTHS = {"given": 14 * UNIT, "suggested": 14 * UNIT, "decided": 10 * UNIT, "fit": 5 * UNIT, "near": 14 * UNIT}
NO_COLUMN = "The corpus has no label column. Choose one in the Corpus panel."
JUDGED = Changes.CORPUS | Changes.ROLES | Changes.CHECKS
"""After these, other labels are doubtful."""
WAITING = "Labels that are probably wrong appear here as soon as the neighbours are found."


class LabelsPage(QWidget):
    """Decisions act on the text shown, or on all that are selected; they are corrections of the corpus's own column."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = SuspectsModel()
        self._accept = named(QPushButton("&Accept"), "Accept the suggested label", "Correct the label as suggested (A)")
        self._reject = named(QPushButton("&Right as it is"), "Keep the label as it is", "The label is right (R)")
        self._back = named(QPushButton("Take &back"), "Take back the label decision", "Nothing is decided (Shift+A)")
        self._which = named(QComboBox(), "Labels listed", "Which texts are listed")
        self._words = prose()
        self._counted = ""
        self._table = named(QTableView(), "Doubtful labels", "The least credible first. A accepts, R keeps the label")
        self._build()

    def _build(self) -> None:
        for key, words in LISTS.items():
            self._which.addItem(words, key)
        self._which.activated.connect(lambda _: self._list(self._session.state))
        dispatch = self._session.store.dispatch
        self._accept.clicked.connect(lambda _: dispatch(curating.judge_labels(accept=True)))
        self._reject.clicked.connect(lambda _: dispatch(curating.judge_labels(accept=False)))
        self._back.clicked.connect(
            lambda _: dispatch(curating.correct_labels(rows=self._session.state.targets, label=None))
        )
        dress_row_list(self._session, self._table, self._model, alone=True)
        stretch_text(self._table, self._model, WIDTHS)
        whole = column(self, margin=0)
        whole.addLayout(self._controls())
        self._words.setMinimumHeight(2 * self._words.fontMetrics().lineSpacing())  # nothing moves as it changes
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        whole.addWidget(self._words)
        whole.addWidget(self._table, 1)

    def _controls(self) -> QHBoxLayout:
        row = line()
        for button in (self._accept, self._reject, self._back):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(labelled("&List", self._which))
        row.addWidget(self._which)
        return row

    def show_list(self, kind: str) -> None:
        """List what is probably ``wrong``, what is ``missing``, or what was ``decided``."""
        self._which.setCurrentIndex(self._which.findData(kind))
        self._list(self._session.state)

    def show_state(self, state: AppState, changes: Changes) -> None:
        follows = Changes.LABELS if self._which.currentData() == "decided" else Changes.NONE
        if changes & (JUDGED | Changes.SHOWN | follows):
            self._list(state)
        elif changes & (Changes.LABELS | Changes.CURRENT):
            self._model.refresh(state)
            follow_current(self._table, self._model.index_of(state.current))
        if changes & (JUDGED | Changes.LABELS):
            self._counted = label_words(state)
        if changes & (JUDGED | Changes.LABELS | Changes.CURRENT):
            self._words.setText(" ".join(filter(None, (self._counted, current_words(state)))))
        if changes & (JUDGED | Changes.LABELS | Changes.CURRENT | Changes.SELECTION):
            self._show_buttons(state)

    def _list(self, state: AppState) -> None:
        self._model.show_suspects(state, str(self._which.currentData()))
        follow_current(self._table, self._model.index_of(state.current))

    def _show_buttons(self, state: AppState) -> None:
        can = curating.what_labels_can(state)
        self._accept.setEnabled(can.accept)
        self._reject.setEnabled(can.reject)
        self._back.setEnabled(can.take_back)
        many = int(state.selected.size)
        self._accept.setText(f"&Accept ({number(many)} selected)" if many > 1 else "&Accept")


def current_words(state: AppState) -> str:
    """What the text shown is called and what is suggested instead, in full: the table's cells may be too narrow."""
    found, row = state.results.labels, state.current
    suggested = None if found is None or row is None else found.suggestion(row)
    if found is None or row is None or suggested is None:
        return ""
    given = found.names[found.given[row]] if found.given[row] >= 0 else "no label"
    return f"Text #{row}: {given}, suggested {suggested}."


def label_words(state: AppState) -> str:
    """How many labels are doubtful, how many of those were decided, and what a reader should know."""
    if state.corpus is None:
        return ""
    if state.corpus.roles.label is None:
        return NO_COLUMN
    found = state.results.labels
    if found is None:
        return WAITING
    doubtful = int(found.flagged.size)
    judged = int(found.judged.sum())
    said = []
    if judged:
        done = int(np.count_nonzero(found.flags[state.corrections.rows] & FLAGGED))
        decided = f", {number(done)} decided" if done else ""
        said = [f"{number(doubtful)} of {counted(judged, 'label')} in {found.column} are probably wrong{decided}."]
    return " ".join([*said, *found.notes])
