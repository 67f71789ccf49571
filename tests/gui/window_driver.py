"""Drives the real window over a real session with its real worker process, offscreen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer.app.settings import Settings
from explorer.app.state import AppState
from explorer.core.pipeline import is_complete
from explorer.gui.application import make_application, make_window
from explorer.gui.open_dialog import OpenDialog
from explorer.gui.widgets.map.view import MapView

W = TypeVar("W", bound=QWidget)
TIMEOUT = 90_000


class Driver:
    """A window that is shown, found by what a screen reader would say, and closed with its session."""

    def __init__(self, qtbot: QtBot, projects: Path, settings: Settings | None = None) -> None:
        self.qtbot = qtbot
        self.saved: list[Settings] = []
        self.app = make_application("light")
        made = make_window(settings or Settings(), self.saved.append, projects=projects)
        self.made, self.window, self.session = made, made.window, made.session
        self.window.show()
        qtbot.waitExposed(self.window)

    @property
    def state(self) -> AppState:
        return self.session.state

    def until(self, ready: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(ready, timeout=TIMEOUT)

    def complete(self) -> bool:
        """Whether everything is computed and shown; an error message fails the test with its words."""
        errors = [message for message in self.state.messages if message.level == "error"]
        assert not errors, errors
        state = self.state
        return state.corpus is not None and state.job is None and is_complete(state.corpus, state.plan, state.results)

    def open_project(self, path: Path) -> None:
        self.window.open_path(path)
        self.until(self.complete)

    def control(self, kind: type[W], name: str) -> W:
        """The control of a kind with an accessible name."""
        return control(self.window, kind, name)

    @property
    def map(self) -> MapView:
        return self.window.findChildren(MapView)[0]

    def dialog(self) -> OpenDialog:
        return self.window.findChildren(OpenDialog)[0]

    def key(self, key: Qt.Key) -> None:
        self.window.activateWindow()
        self.qtbot.waitUntil(self.window.isActiveWindow, timeout=TIMEOUT)
        self.qtbot.keyClick(self.window, key)

    def click_row(self, view: QAbstractItemView, place: int, column: int = 1) -> None:
        """A click into a table, as a hand would do it."""
        index = view.model().index(place, column)
        view.scrollTo(index)
        self.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(index).center())

    def click_point(self, row: int) -> None:
        """A click on a point of the map."""
        positions = self.state.results.positions
        assert positions is not None
        x, y = self.map.camera.to_pixel(*positions[row].tolist())
        self.qtbot.mouseClick(self.map, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key where the keyboard is now."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, held)

    def write(self, words: str) -> None:
        """Letters where the keyboard is now."""
        self.qtbot.keyClicks(QApplication.focusWidget(), words)

    def answer(self, kind: type[W], deed: Callable[[W], object]) -> None:
        """Do something to a dialog of this kind as soon as it is open; for those that are waited for in Qt."""
        timer = QTimer(self.window, interval=20)

        def look() -> None:
            shown = (widget for widget in QApplication.topLevelWidgets() if widget.isVisible())
            found = [widget for widget in shown if isinstance(widget, kind)]
            if found:
                timer.stop()
                timer.deleteLater()
                deed(found[0])

        timer.timeout.connect(look)
        timer.start()

    def save_as(self, path: Path, replacing: QMessageBox.StandardButton | None = None) -> None:
        """Write a name into the next file dialog and press Enter; answer its question about a file that is there."""

        def fill(dialog: QFileDialog) -> None:
            field = dialog.findChild(QLineEdit, "fileNameEdit")
            assert field is not None
            dialog.activateWindow()
            field.setFocus()
            self.qtbot.waitUntil(field.hasFocus, timeout=TIMEOUT)
            field.selectAll()
            self.qtbot.keyClicks(field, str(path))
            self.qtbot.keyClick(field, Qt.Key.Key_Return)
            if dialog.isVisible():  # the question was answered with no
                dialog.reject()

        if replacing is not None:
            self.answer(QMessageBox, lambda question: question.button(replacing).click())
        self.answer(QFileDialog, fill)

    def close(self) -> None:
        self.made.close()


def control(parent: QWidget, kind: type[W], name: str) -> W:
    found = [widget for widget in parent.findChildren(kind) if widget.accessibleName() == name]
    assert len(found) == 1, (name, [widget.accessibleName() for widget in parent.findChildren(kind)])
    return found[0]


def choose(combo: QComboBox, data: object, *, place: int = -1) -> None:
    """Choose an entry of a combo box as a person would: the box tells those who listen to people."""
    place = combo.findData(data) if place < 0 else place
    assert place >= 0, data
    combo.setCurrentIndex(place)
    combo.activated.emit(place)
