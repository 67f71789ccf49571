"""A key for each of the person's labels, and the menu that lists them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from explorer.app import marking
from explorer.app.changes import Changes
from explorer.app.labels import Label
from explorer.app.session import Session
from explorer.app.state import AppState


class LabelKeys(QObject):
    """Gives or takes a label of the rows that a decision acts on."""

    def __init__(self, session: Session, window: QMainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._labels: tuple[Label, ...] = ()
        self._actions: list[QAction] = []
        self.menu = QMenu("&Label", window)
        self._redraw()

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.LABELS and state.labels != self._labels:
            self._labels = state.labels
            self._redraw()

    def _redraw(self) -> None:
        for action in self._actions:
            self._window.removeAction(action)
            action.deleteLater()
        self._actions = [self._action(label) for label in self._labels]
        self.menu.clear()
        self.menu.addActions(self._actions)
        self.menu.setEnabled(bool(self._actions))

    def _action(self, label: Label) -> QAction:
        action = QAction(label.name.replace("&", "&&"), self)
        action.setShortcut(QKeySequence(label.key))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(f"Give the label {label.name}, or take it")
        action.triggered.connect(lambda _=False: self._give(label.name))
        self._window.addAction(action)
        return action

    def _give(self, name: str) -> None:
        self._session.store.dispatch(marking.give_label(rows=self._session.state.targets, name=name))
