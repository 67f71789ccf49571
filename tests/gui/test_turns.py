"""What changes a window for long and what paints it are two turns of the event loop."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.turns import LONG, PaintTurns


class Watched(QWidget):
    """Notes what happens, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        self.seen.append("painted")

    def change(self, seconds: float) -> None:
        """Work, with a key or the mouse waiting meanwhile."""
        QTimer.singleShot(0, self, lambda: QTimer.singleShot(0, self, lambda: self.seen.append("answered")))
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass
        self.update()
        self.seen.append("changed")


@pytest.fixture
def window(qtbot: QtBot) -> Watched:
    made = Watched()
    qtbot.addWidget(made)
    PaintTurns(made)
    made.show()
    qtbot.waitUntil(lambda: "painted" in made.seen)
    qtbot.wait(20)
    made.seen.clear()
    return made


def test_after_long_work_whatever_waits_comes_before_the_picture(window: Watched, qtbot: QtBot) -> None:
    QTimer.singleShot(1, window, lambda: window.change(2 * LONG))
    qtbot.waitUntil(lambda: len(window.seen) == 3)
    assert window.seen == ["changed", "answered", "painted"]


def test_what_changes_again_and_again_is_painted(window: Watched, qtbot: QtBot) -> None:
    again = QTimer(window, interval=0)
    again.timeout.connect(lambda: window.change(2 * LONG))
    again.start()
    qtbot.waitUntil(lambda: window.seen.count("painted") >= 3)
    again.stop()


def test_a_short_change_is_painted_in_its_own_turn(window: Watched, qtbot: QtBot) -> None:
    QTimer.singleShot(1, window, lambda: window.change(0.0))
    qtbot.waitUntil(lambda: "painted" in window.seen)
    assert window.seen[:2] == ["changed", "painted"]


def test_a_window_that_is_closed_meanwhile_is_not_painted(qtbot: QtBot) -> None:
    window = Watched()
    PaintTurns(window)
    window.show()
    qtbot.waitUntil(lambda: "painted" in window.seen)
    window.change(2 * LONG)
    window.close()
    window.deleteLater()
    qtbot.wait(30)
