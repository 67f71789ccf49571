"""A change in one turn of the event loop, its picture in the next."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.turns import paint_later


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def test_nothing_is_painted_before_the_next_turn(window: QWidget, qtbot: QtBot) -> None:
    paint_later(window, lambda: paint_later(window, lambda: window.setObjectName("changed")))
    assert window.objectName() == "changed" and not window.updatesEnabled()
    qtbot.waitUntil(window.updatesEnabled)


def test_a_window_is_painted_again_whatever_went_wrong(window: QWidget, qtbot: QtBot) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        paint_later(window, fail)
    qtbot.waitUntil(window.updatesEnabled)
