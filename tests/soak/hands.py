"""A person's hands: mouse and keys, given to Qt's windows as the system gives them, one event a turn of the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QWheelEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QWidget,
)
from shiboken6 import isValid

Steps = Iterator[None]
"""What a person does, event by event; the loop turns in between."""
W = TypeVar("W", bound=QWidget)
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
ANSWER = 20
"""Milliseconds between two looks for a dialog or a menu that waits for an answer."""
FORGOTTEN = 10
"""Looks after which a menu that holds everything up, and that nobody wanted, is closed."""


def turn(milliseconds: int) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Hands:
    """On one window. ``file`` and ``words`` are what the next dialog that holds everything up is answered with."""

    def __init__(self, window: QWidget) -> None:
        self.window = window
        self.file: Path | None = None
        self.words: str | None = None
        self._clicking = False
        self._for_menu: Steps | None = None
        self._looks = 0
        self._answers = QTimer(interval=ANSWER)
        self._answers.timeout.connect(self._answer)
        self._answers.start()

    def rest(self) -> None:
        self._answers.stop()

    # --- finding --------------------------------------------------------------------------------

    def find(self, kind: type[W], name: str = "", within: QWidget | None = None) -> W | None:
        """The visible widget of a kind with an accessible name; None where there is none now."""
        named = (widget for widget in self.all(kind, within) if not name or widget.accessibleName() == name)
        return next(named, None)

    def all(self, kind: type[W], within: QWidget | None = None) -> list[W]:
        parent = within or self.window
        if not isValid(parent):  # a dialog that was answered meanwhile
            return []
        return [widget for widget in parent.findChildren(kind) if widget.isVisible()]

    # --- mouse ----------------------------------------------------------------------------------

    def _reach(self, widget: QWidget, at: QPoint | None) -> tuple[QWindow, QPoint] | None:
        """The system's window and the place in it, if the mouse can get there."""
        top = widget.window()
        handle = top.windowHandle()
        place = widget.mapTo(top, at if at is not None else widget.rect().center())
        if (
            handle is None
            or not isValid(handle)
            or not widget.isVisible()
            or not top.rect().contains(place)
            or self._is_blocked(top)
        ):
            return None
        hit = top.childAt(place)
        under = widget is top or (hit is not None and (hit is widget or widget.isAncestorOf(hit)))
        return (handle, place) if under else None

    def _is_blocked(self, top: QWidget) -> bool:
        modal, popup = QApplication.activeModalWidget(), QApplication.activePopupWidget()
        return (modal is not None and modal is not top and popup is not top) or (popup not in (None, top))

    def click(
        self, widget: QWidget | None, at: QPoint | None = None, button: Qt.MouseButton = LEFT,
        keys: Qt.KeyboardModifier = NONE,
    ) -> bool:  # fmt: skip
        """Whether there was something to click."""
        reached = None if widget is None else self._reach(widget, at)
        if reached is not None:
            self._clicking = True
            QTest.mouseMove(*reached)
            QTest.mouseClick(reached[0], button, keys, reached[1])
            self._clicking = False
        return reached is not None

    def double_click(self, widget: QWidget | None, at: QPoint | None = None) -> bool:
        """As a mouse does it: the first click is one click of its own."""
        reached = None if widget is None else self._reach(widget, at)
        if reached is not None:
            QTest.mouseClick(reached[0], LEFT, NONE, reached[1])
            QTest.mouseDClick(reached[0], LEFT, NONE, reached[1])
        return reached is not None

    def hover(self, widget: QWidget | None, at: QPoint) -> None:
        reached = None if widget is None else self._reach(widget, at)
        if reached is not None:
            QTest.mouseMove(*reached)

    def drag(self, widget: QWidget | None, stops: list[QPoint], keys: Qt.KeyboardModifier = NONE) -> Steps:
        """Press at the first stop, move over the others, let go at the last."""
        start = None if widget is None else self._reach(widget, stops[0])
        if widget is None or start is None:
            return
        handle, _ = start
        places = [widget.mapTo(widget.window(), stop) for stop in stops]
        QTest.mousePress(handle, LEFT, keys, places[0])
        yield
        for place in places[1:]:
            QTest.mouseMove(handle, place)
            yield
        QTest.mouseRelease(handle, LEFT, keys, places[-1])
        yield

    def wheel(self, widget: QWidget, at: QPoint, notches: int, keys: Qt.KeyboardModifier = NONE) -> None:
        place, globally = QPointF(at), QPointF(widget.mapToGlobal(at))
        event = QWheelEvent(
            place, globally, QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)

    # --- keys -----------------------------------------------------------------------------------

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        """To whatever the keyboard belongs to now."""
        target = QApplication.activePopupWidget() or QApplication.focusWidget() or self._front()
        QTest.keyClick(target, key, keys)

    def type(self, words: str) -> Steps:
        for letter in words:
            target = QApplication.focusWidget()
            if target is not None and letter.isascii():
                QTest.keyClicks(target, letter)
            elif target is not None:  # as an input method gives it
                written = QInputMethodEvent()
                written.setCommitString(letter)
                QApplication.sendEvent(target, written)
            yield

    def _front(self) -> QWidget:
        return QApplication.activeModalWidget() or self.window

    def at_the_window(self) -> None:
        """Make the main window the one that has the keyboard."""
        self.window.activateWindow()

    # --- composed -------------------------------------------------------------------------------

    def pick(self, combo: QComboBox | None, place: int) -> Steps:
        """Open a box, go to an entry by keys, take it."""
        if combo is None or not combo.isEnabled() or not self.click(combo):
            return
        yield
        moves = place - combo.currentIndex()
        for _ in range(abs(moves)):
            popup = QApplication.activePopupWidget()
            if popup is None:
                return
            QTest.keyClick(combo.view(), Qt.Key.Key_Down if moves > 0 else Qt.Key.Key_Up)
            yield
        QTest.keyClick(combo.view(), Qt.Key.Key_Return)
        yield

    def menu_of(self, button: QWidget | None, choose: Callable[[QMenu | None], Steps]) -> Steps:
        """Click a button that has a menu, and choose from it; the click may not return before that is done."""
        self._for_menu = self._in_menu(choose)
        self.click(button)
        for _ in range(200):
            if self._for_menu is None:
                return
            yield
        self._for_menu = None

    def _in_menu(self, choose: Callable[[QMenu | None], Steps]) -> Steps:
        for _ in range(FORGOTTEN):
            if self.open_menu() is not None:
                break
            yield
        yield from choose(self.open_menu())

    def choose(self, menu: QMenu | None, *ways: str) -> Steps:
        """Choose an entry of a menu that is open, and of the menus in it, by the beginning of its words."""
        for words in ways:
            if menu is None or not menu.isVisible():
                return
            action = next((a for a in menu.actions() if a.text().replace("&", "").startswith(words)), None)
            if action is None or not action.isEnabled():
                break
            self.click(menu, menu.actionGeometry(action).center())
            yield
            menu = action.menu() if isinstance(action.menu(), QMenu) else None
        yield from self.close_popups()

    def close_popups(self) -> Steps:
        """Esc until no menu is open."""
        for _ in range(5):
            popup = QApplication.activePopupWidget()
            if popup is None:
                return
            QTest.keyClick(popup, Qt.Key.Key_Escape)
            yield

    def open_menu(self) -> QMenu | None:
        popup = QApplication.activePopupWidget()
        return popup if isinstance(popup, QMenu) else None

    def settle(self) -> Steps:
        """Close what a deed has left open."""
        yield from self.close_popups()
        for _ in range(4):
            dialog = QApplication.activeModalWidget()
            if dialog is None:
                return
            if isinstance(dialog, QDialog):
                dialog.reject()
            yield

    # --- dialogs that hold everything up --------------------------------------------------------

    def _answer(self) -> None:
        if self._for_menu is not None:
            if next(self._for_menu, self) is self:
                self._for_menu = None
            return
        self._looks = self._looks + 1 if self._clicking and self.open_menu() is not None else 0
        if self._looks > FORGOTTEN:
            QTest.keyClick(self.open_menu(), Qt.Key.Key_Escape)
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog):
            self._name_file(dialog)
        elif isinstance(dialog, QInputDialog):
            words, self.words = self.words, None
            self._fill(dialog, words)
        elif isinstance(dialog, QMessageBox):
            dialog.reject()

    def _name_file(self, dialog: QFileDialog) -> None:
        file, self.file = self.file, None
        if file is not None:
            file.unlink(missing_ok=True)
        self._fill(dialog, None if file is None else str(file))

    def _fill(self, dialog: QDialog, words: str | None) -> None:
        field = dialog.findChild(QLineEdit)
        if words is None or field is None:
            dialog.reject()
            return
        field.setFocus()
        field.selectAll()
        field.insert(words)  # pasted: letter by letter, between two turns of the loop, nobody types
        QTest.keyClick(field, Qt.Key.Key_Return)
