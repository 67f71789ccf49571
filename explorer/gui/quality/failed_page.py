"""The texts that fail one check, the worst first."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.quality.checks import Check
from explorer.gui.item_models.quality_models import FailedModel
from explorer.gui.item_models.rows_model import RowsModel
from explorer.gui.parts import UNIT, column, counted, named, prose
from explorer.gui.row_menu import offer_row_menu
from explorer.gui.tables import dress_table, follow_current

LABEL_WIDTH = 16 * UNIT


class FailedPage(QWidget):
    """A click on a text shows it; the selection that the check made stays."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._check: Check | None = None
        self._model = FailedModel()
        self._words = prose()
        self._table = named(QTableView(), "Texts that fail the check", "The worst first. Click a text to read it")
        dress_row_list(session, self._table, self._model)
        whole = column(self, margin=0)
        whole.addWidget(self._words)
        whole.addWidget(self._table, 1)

    def show_check(self, state: AppState, check: Check) -> None:
        """Another check, or other findings of it."""
        self._check = check
        said = counted(check.count, "text") + (f": {check.details}" if check.details else "")
        self._words.setText(f"{said}." if check.count else "Nothing was found.")
        self._list(state)

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & (Changes.CORPUS | Changes.ROLES | Changes.SHOWN):
            self._check = None if changes & Changes.CORPUS else self._check
            self._list(state)
        elif changes & (Changes.CURRENT | Changes.FLAGS | Changes.LABELS):
            self._model.refresh(state)
            follow_current(self._table, self._model.index_of(state.current))

    def _list(self, state: AppState) -> None:
        self._model.show_check(state, self._check)
        stretch_text(self._table, self._model, {"label": LABEL_WIDTH})
        follow_current(self._table, self._model.index_of(state.current))


def dress_row_list(session: Session, table: QTableView, model: RowsModel, *, alone: bool = False) -> None:
    """A table of texts in which a click shows the text; ``alone``: whoever goes through it decides one by one."""
    dress_table(table, model)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    offer_row_menu(session, table, model.row_at)

    def go(index: QModelIndex) -> None:
        row = model.row_at(index)
        if row is not None:
            session.store.dispatch(op.set_current(row=row, alone=alone))

    table.clicked.connect(go)
    table.activated.connect(go)


def stretch_text(table: QTableView, model: RowsModel, widths: dict[str, int]) -> None:
    """The text takes the room that the other columns leave; ``widths`` by key, the rest as wide as their titles."""
    header = table.horizontalHeader()
    header.setStretchLastSection(False)
    for section, shown in enumerate(model.columns):
        mode = QHeaderView.ResizeMode.Stretch if shown.key == "text" else QHeaderView.ResizeMode.Interactive
        header.setSectionResizeMode(section, mode)
        table.setColumnWidth(section, widths.get(shown.key, 9 * UNIT))
