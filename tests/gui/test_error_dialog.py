"""What went wrong is presented in one place, and the window lives on."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from window_driver import control

from explorer.app.changes import Changes
from explorer.app.messages import Message
from explorer.app.session import Session
from explorer.gui.error_dialog import DetailsDialog, MessageBar, install_hooks
from explorer.gui.qt_bridge import QtBridge


@pytest.fixture
def session(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = Session(lambda work: None, tmp_path)
    yield made
    made.close()


def test_the_newest_message_is_shown_and_dismissed(qtbot: QtBot, session: Session) -> None:
    bar = MessageBar(session)
    qtbot.addWidget(bar)
    session.store.subscribe(bar.show_state)
    assert not bar.isVisible()
    session.say(Message("info", "Written."))
    session.say(Message("error", "The disk is full.", "Free some space.", "errno 28"))
    words = [label.text() for label in bar.findChildren(QLabel) if not label.isHidden()]
    assert "Error: The disk is full." in words
    assert "Free some space." in words
    assert "1 more" in words
    assert bar.accessibleName() == "Error: The disk is full. Free some space."
    dismiss = control(bar, QToolButton, "Dismiss the message")
    qtbot.mouseClick(dismiss, Qt.MouseButton.LeftButton)
    assert bar.message == Message("info", "Written.")
    assert control(bar, QPushButton, "Details of the message").isHidden()
    qtbot.mouseClick(dismiss, Qt.MouseButton.LeftButton)
    assert bar.message is None
    assert bar.isHidden()
    session.say(Message("warning", "Again."))
    assert bar.message == Message("warning", "Again.")


def test_another_corpus_puts_away_what_was_said_about_the_last(qtbot: QtBot, session: Session) -> None:
    bar = MessageBar(session)
    qtbot.addWidget(bar)
    session.store.subscribe(bar.show_state)
    session.say(Message("error", "The worker ended.", "Start again."))
    assert bar.message is not None
    bar.show_state(session.state, Changes.CORPUS)
    assert bar.message is None and bar.isHidden()


def test_details_can_be_copied(qtbot: QtBot) -> None:
    dialog = DetailsDialog(Message("error", "It failed.", "Try again.", "Traceback"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    copy = control(dialog, QPushButton, "Copy the message and its details")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "It failed.\nTry again.\n\nTraceback"


def test_unforeseen_exceptions_open_one_dialog(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    window, bridge = QWidget(), QtBridge()
    qtbot.addWidget(window)
    window.show()
    restore = install_hooks(window, bridge.post, lambda _: None)
    try:
        for number in range(3):
            error = ZeroDivisionError(f"fault {number}")
            sys.excepthook(type(error), error, None)
        qtbot.waitUntil(lambda: bool(window.findChildren(DetailsDialog)))
        assert len(window.findChildren(DetailsDialog)) == 1
        dialog = window.findChildren(DetailsDialog)[0]
        assert "fault 0" in control(dialog, QPlainTextEdit, "Details").toPlainText()
        dialog.reject()
        qtbot.waitUntil(lambda: not window.findChildren(DetailsDialog))
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(window.findChildren(DetailsDialog)))
        assert "division by zero" in window.findChildren(QPlainTextEdit)[0].toPlainText()
        assert window.isVisible()
    finally:
        restore()
        bridge.close()


class Broken(QLabel):
    """Raises whenever it is to be painted."""

    def paintEvent(self, event: QPaintEvent) -> None:
        raise ZeroDivisionError("cannot paint")


def test_a_widget_that_cannot_paint_is_told_of_once_and_takes_no_other_with_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *words: raised.append(words))
    window, bridge = QWidget(), QtBridge()
    qtbot.addWidget(window)
    layout, broken, whole = QVBoxLayout(window), Broken("broken"), QLabel("whole")
    layout.addWidget(broken)
    layout.addWidget(whole)
    restore = install_hooks(window, bridge.post, lambda _: None)
    try:
        window.show()
        qtbot.waitUntil(lambda: bool(window.findChildren(DetailsDialog)))
        window.findChildren(DetailsDialog)[0].reject()
        qtbot.waitUntil(lambda: not window.findChildren(DetailsDialog))
        before = len(raised)
        broken.update()
        qtbot.waitUntil(lambda: len(raised) > before)
        qtbot.wait(50)
        assert not window.findChildren(DetailsDialog), "it would come back for ever"
        picture = whole.grab().toImage()
        assert len({picture.pixel(x, y) for x in range(picture.width()) for y in range(picture.height())}) > 1
    finally:
        restore()
        bridge.close()


def test_the_bridge_runs_in_order_on_the_main_thread(qtbot: QtBot) -> None:
    bridge = QtBridge()
    ran: list[tuple[int, bool]] = []
    main = threading.current_thread()

    def post() -> None:
        for number in range(100):
            bridge.post(lambda number=number: ran.append((number, threading.current_thread() is main)))

    thread = threading.Thread(target=post)
    thread.start()
    thread.join()
    assert not ran
    qtbot.waitUntil(lambda: len(ran) == 100)
    assert ran == [(number, True) for number in range(100)]
    bridge.post(lambda: ran.append((-1, True)))
    bridge.close()
    qtbot.wait(20)
    assert len(ran) == 100
