"""What is wrong with the data: checks of the texts, duplicates, leakage, labels that are probably wrong."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QSplitter, QStackedWidget, QTreeWidget, QTreeWidgetItem, QWidget

from explorer.app import curating
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.quality.checks import Check
from explorer.gui.parts import UNIT, column, named, number, prose
from explorer.gui.quality.duplicates_page import DuplicatesPage
from explorer.gui.quality.failed_page import FailedPage
from explorer.gui.quality.labels_page import LabelsPage
from explorer.gui.widgets.empty_state import EmptyState

SIZES = [312, 608]
DUPLICATES = ("duplicate", "near_duplicate")
LABELS = {"label_error": "wrong", "missing_label": "missing"}
"""Checks that a page of their own is about; of labels, with what it lists then."""
NOTHING = "Duplicates, doubtful labels and what is wrong with texts are listed here as soon as the texts are embedded."
NOT_WANTED = "This corpus was computed without checks."


class QualityPanel(QWidget):
    """On the left the checks: a click selects the texts that fail one; on the right what can be done about it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._checks: tuple[Check, ...] = ()
        self._list = named(QTreeWidget(), "Checks", "Click a check to select the texts that fail it")
        self._about = prose(quiet=True)
        self._pages = QStackedWidget()
        self._empty = EmptyState()
        self._failed, self._duplicates, self._labels = FailedPage(session), DuplicatesPage(session), LabelsPage(session)
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        self._list.setColumnCount(3)
        self._list.setHeaderLabels(["Texts", "Severity", "Check"])
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setMinimumHeight(6 * UNIT)
        header = self._list.header()
        for section in (0, 1):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        self._list.currentItemChanged.connect(lambda item, _: self._show_page(item))
        self._list.itemClicked.connect(lambda item, _: self._select(item))
        self._list.itemActivated.connect(lambda item, _: self._select(item))
        # Words wrapped at the width of a tab not seen yet would make the window higher.
        for shown in (self._pages, self._empty):
            shown.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            shown.setMinimumHeight(15 * UNIT)
        self._about.setMinimumHeight(3 * self._about.fontMetrics().lineSpacing())  # nothing moves as it changes
        self._about.setAlignment(Qt.AlignmentFlag.AlignTop)
        left = QWidget()
        listed = column(left, margin=0)
        listed.addWidget(self._list, 1)
        listed.addWidget(self._about)
        for page in (self._failed, self._duplicates, self._labels):
            self._pages.addWidget(page)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(left)
        self._split.addWidget(self._pages)
        self._split.setStretchFactor(1, 1)
        self._split.setChildrenCollapsible(False)
        self._split.setSizes(SIZES)
        self._split.setHandleWidth(UNIT)
        self._empty.action_requested.connect(self._check_now)
        whole = column(self)
        whole.addWidget(self._split)
        whole.addWidget(self._empty)

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        for page in (self._failed, self._duplicates, self._labels):
            page.show_state(state, changes)
        if changes & Changes.CORPUS:
            self._show_checks(())
        if changes & (Changes.CORPUS | Changes.CHECKS):
            self._session.beside("checks", lambda: state.checks, self._show_checks)
        if changes & (Changes.CORPUS | Changes.PLAN):
            self._show_empty(state)

    def _show_empty(self, state: AppState) -> None:
        if state.corpus is not None and not state.plan.quality:
            self._empty.set_texts("Not checked", NOT_WANTED, "Check now")
        else:
            self._empty.set_texts("Nothing checked yet", NOTHING)

    def _show_checks(self, checks: tuple[Check, ...]) -> None:
        chosen = self._name_of(self._list.currentItem())
        self._checks = checks
        self._list.blockSignals(True)
        self._list.clear()
        for check in checks:
            self._list.addTopLevelItem(_item(check))
        self._list.blockSignals(False)
        self._split.setVisible(bool(checks))
        self._empty.setVisible(not checks)
        names = [check.name for check in checks]
        first = next((place for place, check in enumerate(checks) if check.count), 0)
        place = names.index(chosen) if chosen in names else first
        if checks:
            self._list.setCurrentItem(self._list.topLevelItem(place))

    def _name_of(self, item: QTreeWidgetItem | None) -> str:
        return "" if item is None else str(item.data(0, Qt.ItemDataRole.UserRole))

    def _show_page(self, item: QTreeWidgetItem | None) -> None:
        check = next((check for check in self._checks if check.name == self._name_of(item)), None)
        if check is None:
            return
        self._about.setText(check.kind.what)
        if check.name in DUPLICATES:
            self._pages.setCurrentWidget(self._duplicates)
        elif check.name in LABELS:
            self._labels.show_list(LABELS[check.name])
            self._pages.setCurrentWidget(self._labels)
        else:
            self._failed.show_check(self._session.state, check)
            self._pages.setCurrentWidget(self._failed)

    # --- intents --------------------------------------------------------------------------------

    def _select(self, item: QTreeWidgetItem) -> None:
        self._session.store.dispatch(curating.select_check(name=self._name_of(item)))

    def _check_now(self) -> None:
        self._session.change_plan(replace(self._session.state.plan, quality=True))


def _item(check: Check) -> QTreeWidgetItem:
    kind = check.kind
    item = QTreeWidgetItem([number(check.count), kind.severity.capitalize(), kind.title])
    item.setData(0, Qt.ItemDataRole.UserRole, check.name)
    item.setTextAlignment(0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    tip = kind.what + (f" Found: {check.details}." if check.details else "")
    for place in range(3):
        item.setToolTip(place, tip)
    item.setDisabled(not check.count and check.name not in (*DUPLICATES, *LABELS))
    return item
