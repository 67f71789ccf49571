"""Makes a filter, or changes one: what to filter by, what to let through, and how many texts that would be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QPushButton, QStackedWidget, QWidget

from explorer.app.session import Session
from explorer.core.query.predicates import Chip, Predicate
from explorer.errors import ExplorerError, OptionError
from explorer.gui.column_facts import Facts, column_facts
from explorer.gui.filter_choices import SEPARATOR, choice_for, choice_of, choices, editor_for, kind_of
from explorer.gui.filter_editors import FilterEditor
from explorer.gui.parts import UNIT, column, counted, labelled, line, named, number, prose

if TYPE_CHECKING:
    from explorer.core.query.workspace import ColumnInfo

QUIET = 200
"""Milliseconds without a change after which the texts are counted."""


class FilterDialog(QDialog):
    """``chip`` is the filter when it is accepted. ``column``: what to begin with, as the engine names it."""

    def __init__(self, session: Session, parent: QWidget, *, column: str = "", chip: Chip | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._before = chip
        self._wanted = (choice_for(chip.predicate) or "") if chip is not None else choice_of(column)
        self._infos: Sequence[ColumnInfo] = ()
        self._columns = named(QComboBox(), "Filter by")
        self._editors = QStackedWidget()
        self._told = prose("Reading the columns…", quiet=True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._quiet = QTimer(self, singleShot=True, interval=QUIET)
        self._asked: Predicate | None = None
        self._closed = False
        self._build()
        session.queries.ask("filter columns", session.state, lambda engine: engine.columns(), self._show_columns)

    def _build(self) -> None:
        self.setWindowTitle("Add a filter" if self._before is None else "Change a filter")
        self.resize(46 * UNIT, 50 * UNIT)
        self._columns.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._columns.activated.connect(lambda _: self._edit(self._columns.currentData()))
        self._ok.setText("Add" if self._before is None else "Change")
        self._ok.setEnabled(False)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._quiet.timeout.connect(self._preview)
        self.finished.connect(self._close)
        self._told.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        top = line()
        top.addWidget(labelled("Filter &by", self._columns))
        top.addWidget(self._columns, 1)
        whole = column(self, margin=2 * UNIT)
        whole.addLayout(top)
        whole.addWidget(self._editors, 1)
        whole.addWidget(self._told)
        whole.addWidget(self._buttons)

    @property
    def _ok(self) -> QPushButton:
        return self._buttons.button(QDialogButtonBox.StandardButton.Ok)

    @property
    def editor(self) -> FilterEditor | None:
        """What is edited now; None until the columns are known."""
        shown = self._editors.currentWidget()
        return shown if isinstance(shown, FilterEditor) else None

    @property
    def chip(self) -> Chip | None:
        """The filter as it stands; None where it makes no sense."""
        try:
            return None if self.editor is None else self.editor.chip()
        except OptionError:
            return None

    # --- what to filter by ----------------------------------------------------------------------

    def _show_columns(self, infos: Sequence[ColumnInfo]) -> None:
        if self._closed:
            return
        self._infos = infos
        for words, key in choices(infos, self._session.state):
            if key == SEPARATOR:
                self._columns.insertSeparator(self._columns.count())
            else:
                self._columns.addItem(words, key)
        self._columns.setCurrentIndex(max(self._columns.findData(self._wanted), 0))
        self._edit(self._columns.currentData())

    def _edit(self, key: str) -> None:
        """Another editor; a filter that is changed is shown in its own."""
        old, editor = self.editor, editor_for(key, self._infos, self._session.state)
        self._editors.setCurrentIndex(self._editors.addWidget(editor))
        if old is not None:
            self._editors.removeWidget(old)
            old.deleteLater()
        if self._before is not None and choice_for(self._before.predicate) == key:
            editor.show_predicate(self._before.predicate)
        editor.changed.connect(self._quiet.start)
        self._read_facts(editor, key)
        self._preview()

    def _read_facts(self, editor: FilterEditor, key: str) -> None:
        kind = kind_of(key, self._infos)
        if not kind:
            return

        def show(facts: Facts) -> None:
            if not self._closed and self.editor is editor:
                editor.show_facts(facts)
                self._preview()

        work = lambda engine: column_facts(engine, key, kind)  # noqa: E731
        self._session.queries.ask("filter facts", self._session.state, work, show, self._refuse)

    # --- how many that would be -----------------------------------------------------------------

    def _preview(self) -> None:
        self._asked = None
        try:
            chip = None if self.editor is None else self.editor.chip()
        except OptionError as error:
            self._refuse(error)
            return
        if chip is None:
            self._say("", ready=False)
            return
        self._asked = predicate = chip.predicate

        def show(count: int) -> None:
            if not self._closed and self._asked == predicate:
                of = counted(self._session.state.rows, "text")
                self._say(f"Lets {number(count)} of {of} through.", ready=True)

        work = lambda engine: int(np.count_nonzero(engine.mask(predicate)))  # noqa: E731
        self._session.queries.ask("filter preview", self._session.state, work, show, self._refuse)

    def _refuse(self, error: ExplorerError) -> None:
        if not self._closed:
            self._say(f"{error.what} {error.hint}".strip(), ready=False)

    def _say(self, words: str, *, ready: bool) -> None:
        """What would pass, quietly; what is wrong, plainly."""
        self._told.setForegroundRole(QPalette.ColorRole.PlaceholderText if ready else QPalette.ColorRole.WindowText)
        self._told.setText(words)
        self._told.setAccessibleName(words)
        self._ok.setEnabled(ready)

    def _close(self) -> None:
        self._closed = True
        self._quiet.stop()
