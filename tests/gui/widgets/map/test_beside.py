"""Work beside the window's thread: one piece at a time, the newest next, errors told where the window can tell them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.map.beside import Beside


@pytest.fixture
def beside(qapp: object) -> Iterator[Beside]:
    parent = QObject()
    yield Beside(parent)


def test_of_what_is_asked_meanwhile_only_the_last_is_done_and_answers_come_on_the_windows_thread(
    qtbot: QtBot, beside: Beside
) -> None:
    gate, done, answered = threading.Event(), [], []

    def work(name: str) -> Callable[[], Callable[[], None]]:
        def run() -> Callable[[], None]:
            gate.wait(10)
            done.append((name, threading.get_ident() == threading.main_thread().ident))
            return lambda: answered.append((name, threading.get_ident() == threading.main_thread().ident))

        return run

    for name in ("first", "second", "third"):
        beside.ask(work(name))
    gate.set()
    qtbot.waitUntil(lambda: len(answered) == 2)
    assert done == [("first", False), ("third", False)]
    assert answered == [("first", True), ("third", True)]


def test_an_error_is_raised_on_the_windows_thread_and_the_next_work_is_done(qtbot: QtBot, beside: Beside) -> None:
    def fail() -> Callable[[], None]:
        raise ZeroDivisionError("no points")

    answered: list[int] = []
    with qtbot.captureExceptions() as caught:
        beside.ask(fail)
        beside.ask(lambda: lambda: answered.append(1))
        qtbot.waitUntil(lambda: bool(answered))
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_a_window_that_is_gone_is_not_told(qtbot: QtBot) -> None:
    gate, told = threading.Event(), []
    parent = QObject()
    beside = Beside(parent)

    def run() -> Callable[[], None]:
        gate.wait(10)
        return lambda: told.append(1)

    beside.ask(run)
    with qtbot.waitSignal(parent.destroyed):
        parent.deleteLater()
    gate.set()  # the fixture for running threads waits until the work has ended
    assert not told
