"""Where the panels lie: left what the corpus is, right the text and what is near it, below the lists."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from explorer.gui.sealed import sealed, unsealed

LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea

AREAS: Mapping[str, Qt.DockWidgetArea] = {
    "Corpus": LEFT,
    "Filters": LEFT,
    "Labels": LEFT,
    "Text": RIGHT,
    "Neighbours": RIGHT,
    "Documents": BOTTOM,
    "Anomalies": BOTTOM,
    "Quality": BOTTOM,
    "Benchmark": BOTTOM,
    "Report": BOTTOM,
    "Jobs": BOTTOM,
}
WIDTHS = {LEFT: 184, RIGHT: 232}
"""Pixels that a panel beside the map needs at least."""
FRONT = "Anomalies"
"""The list that is seen first."""

VERSION = 5
"""Raised when panels come or go, so that an older arrangement is not forced upon them; 5: Benchmark."""


class Docks:
    """One dock for each panel, by the panel's title."""

    def __init__(self, window: QMainWindow, panels: Mapping[str, QWidget]) -> None:
        self._window = window
        # Not GroupedDragging: Qt 6.11 crashes when panels that float together are pulled apart or put back.
        window.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        window.setTabPosition(BOTTOM, QTabWidget.TabPosition.North)
        window.setTabPosition(LEFT, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        window.setCorner(Qt.Corner.BottomLeftCorner, BOTTOM)
        self._docks = {title: self._dock(title, panel) for title, panel in panels.items()}
        self._arrange()
        self._share_room()
        self._first = self.save()

    def _dock(self, title: str, panel: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock_{title.lower()}")
        dock.setWidget(panel)
        panel.setMinimumWidth(WIDTHS.get(AREAS[title], 0))
        return dock

    def _arrange(self) -> None:
        """Every panel where it lies at first."""
        docks = self._docks
        for title, dock in docks.items():
            self._window.addDockWidget(AREAS[title], dock)
        self._window.splitDockWidget(docks["Corpus"], docks["Filters"], Qt.Orientation.Vertical)
        self._window.splitDockWidget(docks["Filters"], docks["Labels"], Qt.Orientation.Vertical)
        self._window.splitDockWidget(docks["Text"], docks["Neighbours"], Qt.Orientation.Vertical)
        lists = [docks[title] for title, area in AREAS.items() if area is BOTTOM]
        for dock in lists[1:]:
            self._window.tabifyDockWidget(lists[0], dock)
        docks[FRONT].raise_()

    def _share_room(self) -> None:
        """The panels as large beside each other as they are at first."""
        docks = self._docks
        self._window.resizeDocks([docks["Corpus"], docks["Text"]], [232, 336], Qt.Orientation.Horizontal)
        self._window.resizeDocks([docks["Text"], docks["Neighbours"]], [400, 320], Qt.Orientation.Vertical)
        left = [docks[title] for title in ("Corpus", "Filters", "Labels")]
        self._window.resizeDocks(left, [160, 184, 160], Qt.Orientation.Vertical)
        self._window.resizeDocks([docks[FRONT]], [256], Qt.Orientation.Vertical)

    def reset(self) -> None:
        """Every panel where it lay at first; put back as a whole, since one by one each would be laid out and shown."""
        self.restore(self._first)
        self._share_room()

    def show(self, title: str) -> None:
        """Bring a panel to the front."""
        self._docks[title].show()
        self._docks[title].raise_()

    def switches(self) -> list[QAction]:
        """An action for each panel that shows or hides it."""
        return [dock.toggleViewAction() for dock in self._docks.values()]

    def save(self) -> str:
        """The arrangement, as text."""
        return sealed(self._window.saveState(VERSION))

    def restore(self, saved: object) -> None:
        """Go back to an arrangement; one that is not understood changes nothing."""
        state = unsealed(saved)
        if state is not None:
            self._window.restoreState(state, VERSION)
