"""The person's own labels: how many texts have each, and the key that gives it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.labels import DIGITS, Label, counts, has, place_of
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.query.predicates import Labelled
from explorer.errors import OptionError
from explorer.gui.parts import UNIT, column, line, named, number, prose, target_words

NOTHING = (
    "Labels are your own words for texts, such as spam or refund. Each has a key that gives it to the text shown, \
or to all that is selected."
)


class LabelsPanel(QWidget):
    """A row gives its label to what is chosen (double click or Enter); the menu renames, filters, selects, removes."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._about = prose(NOTHING, quiet=True)
        self._list = named(QTreeWidget(), "Labels", "Double click gives the label, or takes it")
        self._name = named(QLineEdit(), "Name of a new label", "Type a name and press Enter")
        self._add = named(QPushButton("&Add"), "Add the label")
        self._targets = prose(quiet=True)
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        self._list.setColumnCount(3)
        self._list.setHeaderLabels(["Key", "Label", "Texts"])
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setMinimumHeight(6 * UNIT)
        self._list.header().setStretchLastSection(False)
        for section, mode in enumerate(("ResizeToContents", "Stretch", "ResizeToContents")):
            self._list.header().setSectionResizeMode(section, getattr(QHeaderView.ResizeMode, mode))
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.itemActivated.connect(lambda item, _: self._give(item))
        self._name.setPlaceholderText("New label…")
        self._name.returnPressed.connect(self._make)
        self._add.clicked.connect(lambda _: self._make())
        self._targets.setMinimumHeight(2 * self._targets.fontMetrics().lineSpacing())  # nothing moves as it changes
        below = line()
        below.addWidget(self._name, 1)
        below.addWidget(self._add)
        whole = column(self)
        whole.addWidget(self._about)
        whole.addWidget(self._list, 1)
        whole.addWidget(self._targets)
        whole.addLayout(below)

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & (Changes.CORPUS | Changes.LABELS):
            self._show_labels(state)
        if changes & (Changes.CORPUS | Changes.LABELS | Changes.CURRENT | Changes.SELECTION):
            self._show_targets(state)

    def _show_labels(self, state: AppState) -> None:
        chosen = self._list.currentIndex().row()
        self._list.clear()
        for label, count in zip(state.labels, counts(state.label_bits, state.labels), strict=True):
            item = QTreeWidgetItem([label.key, label.name, number(count)])
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(1, label.name)
            self._list.addTopLevelItem(item)
        self._list.setCurrentItem(self._list.topLevelItem(chosen))
        self._about.setVisible(not state.labels)
        self._list.setVisible(bool(state.labels))
        self._name.setEnabled(state.corpus is not None)
        self._add.setEnabled(state.corpus is not None)

    def _show_targets(self, state: AppState) -> None:
        words = target_words(state)
        self._targets.setText(f"Keys act on {words}." if words else "")
        self._targets.setVisible(bool(state.labels) and bool(words))

    # --- intents --------------------------------------------------------------------------------

    def _label_at(self, item: QTreeWidgetItem) -> Label:
        return self._session.state.labels[self._list.indexOfTopLevelItem(item)]

    def _make(self) -> None:
        try:
            self._session.store.dispatch(marking.add_label(name=self._name.text()))
        except OptionError as error:
            self._session.say_error(error)
        else:
            self._name.clear()

    def _give(self, item: QTreeWidgetItem) -> None:
        name = self._label_at(item).name
        self._session.store.dispatch(marking.give_label(rows=self._session.state.targets, name=name))

    def _show_menu(self, where: QPoint) -> None:
        item = self._list.itemAt(where)
        if item is None:
            return
        label, session = self._label_at(item), self._session
        menu = QMenu(self)
        menu.addAction("Give it, or take it").triggered.connect(lambda _: self._give(item))
        menu.addAction("Select its texts").triggered.connect(lambda _: self._select(label))
        menu.addAction("Show only its texts").triggered.connect(
            lambda _: session.store.dispatch(filtering.add_filter(predicate=Labelled(label.name)))
        )
        menu.addSeparator()
        menu.addAction("Name and key…").triggered.connect(lambda _: self._edit(label))
        menu.addAction("Remove the label").triggered.connect(
            lambda _: session.store.dispatch(marking.remove_label(name=label.name))
        )
        menu.popup(self._list.viewport().mapToGlobal(where))
        menu.aboutToHide.connect(menu.deleteLater)

    def _select(self, label: Label) -> None:
        state = self._session.state
        place = place_of(state.labels, label.name)
        if place is not None:
            held = has(state.label_bits, place, state.rows)
            seen = held if state.shown is None else held & state.shown
            self._session.store.dispatch(op.select(rows=np.flatnonzero(seen)))

    def _edit(self, label: Label) -> None:
        LabelDialog(self._session, label, self).open()


class LabelDialog(QDialog):
    """Another name or key for a label; what cannot be is said in the dialog."""

    def __init__(self, session: Session, label: Label, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Label")
        self._session = session
        self._label = label
        self._name = named(QLineEdit(label.name), "Name")
        self._key = named(QLineEdit(label.key), "Key", "A digit; it goes over from the label that has it")
        self._key.setMaxLength(1)
        self._said = prose()
        self._said.hide()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.addRow("&Name", self._name)
        form.addRow("&Key", self._key)
        whole = column(self, margin=2 * UNIT)
        whole.addLayout(form)
        whole.addWidget(self._said)
        whole.addWidget(buttons)

    def accept(self) -> None:
        key = self._key.text().strip()
        try:
            if key and key not in DIGITS:
                raise OptionError("Labels have the digits 1 to 9 as keys; letters belong to other actions.")
            change = marking.change_label(old=self._label.name, name=self._name.text(), key=key)
            self._session.store.dispatch(change)
        except OptionError as error:
            self._said.setText(f"{error.what} {error.hint}".strip())
            self._said.show()
        else:
            super().accept()
