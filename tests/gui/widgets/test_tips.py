from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.tips import Tips

TIPS = ("Press N.", "Drag the line.", "Undo with Ctrl+Z.")


@pytest.fixture
def tips(qtbot: QtBot) -> Tips:
    tips = Tips(TIPS, start=5)
    qtbot.addWidget(tips)
    tips.show()
    qtbot.waitExposed(tips)
    return tips


def _click(qtbot: QtBot, tips: Tips, name: str) -> None:
    button = next(button for button in tips.findChildren(QToolButton) if button.accessibleName() == name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_tips_go_around_from_where_they_start(qtbot: QtBot, tips: Tips) -> None:
    shown: list[int] = []
    tips.shown.connect(shown.append)
    assert (tips.accessibleName(), tips.accessibleDescription()) == ("Tip 3 of 3", TIPS[2])
    _click(qtbot, tips, "Next tip")
    assert tips.accessibleDescription() == TIPS[0]
    _click(qtbot, tips, "Previous tip")
    _click(qtbot, tips, "Previous tip")
    assert shown == [0, 2, 1]
    assert tips.place == 1


def test_they_can_be_dismissed(qtbot: QtBot, tips: Tips) -> None:
    with qtbot.waitSignal(tips.dismissed):
        _click(qtbot, tips, "No more tips")


def test_without_tips_there_is_no_box_and_one_needs_no_buttons(tips: Tips) -> None:
    tips.set_tips([])
    assert not tips.isVisible()
    tips.set_tips(["Only one."], 9)
    assert tips.isVisible()
    visible = [button.accessibleName() for button in tips.findChildren(QToolButton) if button.isVisible()]
    assert visible == ["No more tips"]
