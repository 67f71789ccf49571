from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.empty_state import EmptyState


def test_it_says_what_it_is_for_and_offers_one_action(qtbot: QtBot) -> None:
    state = EmptyState("No texts yet", "Open a file, or drop it here.", "&Open a file…")
    qtbot.addWidget(state)
    state.show()
    assert state.accessibleName() == "No texts yet"
    with qtbot.waitSignal(state.action_requested):
        qtbot.mouseClick(state.button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(state.action_requested):
        qtbot.keyClick(state.button, Qt.Key.Key_Space)


def test_without_an_action_there_is_no_button(qtbot: QtBot) -> None:
    state = EmptyState("Nothing is flagged", "Move the threshold to the left.")
    qtbot.addWidget(state)
    state.show()
    assert not state.button.isVisible()
    state.set_texts("No scores yet", action="Score the texts")
    assert state.button.isVisible()
