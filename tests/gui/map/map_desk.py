"""A map panel over a real session, for the tests of the map's parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QToolButton
from pytestqt.qtbot import QtBot
from window_driver import TIMEOUT, choose, control

from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.pipeline import is_complete
from explorer.gui.application import make_application
from explorer.gui.panels.map_panel import MapPanel
from explorer.gui.qt_bridge import QtBridge
from explorer.gui.widgets.legend_row import LegendRow
from explorer.gui.widgets.map.view import MapView

START = date(2026, 1, 1)
ROWS = 160
"""Texts of the project, one a day."""


class MapDriver:
    """A map panel on a session of its own."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        make_application("light")
        self.qtbot = qtbot
        self.bridge = QtBridge()
        self.session = Session(self.bridge.post, folder)
        self.panel = MapPanel(self.session)
        qtbot.addWidget(self.panel)
        self.session.store.subscribe(self.panel.show_state)
        self.panel.resize(704, 560)
        self.panel.show()

    @property
    def state(self) -> AppState:
        return self.session.state

    @property
    def view(self) -> MapView:
        return self.panel.findChild(MapView)

    def until(self, ready: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(ready, timeout=TIMEOUT)

    def complete(self) -> bool:
        errors = [message for message in self.state.messages if message.level == "error"]
        assert not errors, errors
        state = self.state
        return state.corpus is not None and state.job is None and is_complete(state.corpus, state.plan, state.results)

    def open(self, project: Path) -> None:
        self.session.open_project(project)
        self.until(lambda: self.complete() and self.panel._colours.shown is not None)

    def legend(self) -> list[str]:
        return [row.accessibleName() for row in self.panel.findChildren(LegendRow) if row.isCheckable()]

    def row_of_legend(self, place: int) -> LegendRow:
        return [row for row in self.panel.findChildren(LegendRow) if row.isCheckable()][place]

    def says(self, words: str) -> bool:
        return any(words in label.text() for label in self.panel.findChildren(QLabel))

    def combo(self, name: str) -> QComboBox:
        return control(self.panel, QComboBox, name)

    def colour(self, colour_by: str) -> None:
        """Colour by it, and wait for the colours."""
        before = self.panel._colours.shown
        choose(self.combo("Colour by"), colour_by)
        self.until(lambda: self.panel._colours.shown is not before)

    def tool(self, name: str) -> QToolButton:
        return control(self.panel, QToolButton, name)

    def menu(self, row: int) -> dict[str, object]:
        """The entries of the context menu at a row, or (-1) at none."""
        self.view.menu_requested.emit(QPoint(10, 10), row)
        menu = self.panel.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)[-1]
        return {action.text().replace("&", ""): action for action in menu.actions()} | {"": menu}

    def close(self) -> None:
        self.session.close()
        self.bridge.close()
