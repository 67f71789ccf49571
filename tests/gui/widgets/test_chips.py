from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.chip import Chip, ChipView
from explorer.gui.widgets.chips import ChipBar

LEFT = Qt.MouseButton.LeftButton
SIGNALS = (
    "enabled_changed",
    "inverted_changed",
    "renamed",
    "removed",
    "edit_requested",
    "save_requested",
    "match_changed",
    "add_requested",
    "clear_requested",
)
VIEWS = [
    ChipView("label is card_arrival"),
    ChipView("score at least 0.42", enabled=False),
    ChipView("length over 200 characters", inverted=True, name="long ones"),
]


@pytest.fixture
def bar(qtbot: QtBot) -> ChipBar:
    bar = ChipBar()
    qtbot.addWidget(bar)
    bar.resize(800, 80)
    bar.set_chips(VIEWS, "any")
    bar.show()
    qtbot.waitExposed(bar)
    return bar


@pytest.fixture
def told(bar: ChipBar) -> list[tuple[Any, ...]]:
    """Everything that the bar tells, signal first."""
    calls: list[tuple[Any, ...]] = []
    for name in SIGNALS:
        getattr(bar, name).connect(lambda *args, name=name: calls.append((name, *args)))
    return calls


def _button(bar: ChipBar, name: str) -> QPushButton:
    return next(button for button in bar.findChildren(QPushButton) if button.accessibleName() == name)


def test_chips_say_what_they_are(bar: ChipBar) -> None:
    assert [chip.accessibleName() for chip in bar.chips] == [
        "Filter: label is card_arrival",
        "Filter: score at least 0.42, off",
        "Filter: not long ones",
    ]
    assert [chip.isChecked() for chip in bar.chips] == [True, False, True]
    assert bar.chips[2].toolTip().startswith("not length over 200 characters")
    assert bar.findChild(QComboBox).currentText() == "Any of"


@pytest.mark.parametrize(
    ("key", "place", "expected"),
    [
        (Qt.Key.Key_Space, 0, ("enabled_changed", 0, False)),
        (Qt.Key.Key_Return, 1, ("edit_requested", 1)),
        (Qt.Key.Key_Space, 1, ("enabled_changed", 1, True)),
        (Qt.Key.Key_I, 1, ("inverted_changed", 1, True)),
        (Qt.Key.Key_I, 2, ("inverted_changed", 2, False)),
        (Qt.Key.Key_Delete, 1, ("removed", 1)),
    ],
)
def test_keys_tell_what_is_wanted_and_change_nothing(
    qtbot: QtBot, bar: ChipBar, told: list[tuple[Any, ...]], key: Qt.Key, place: int, expected: tuple[Any, ...]
) -> None:
    bar.chips[place].setFocus()
    qtbot.keyClick(bar.chips[place], key)
    assert told == [expected]
    assert [chip.view for chip in bar.chips] == VIEWS
    assert [chip.isChecked() for chip in bar.chips] == [True, False, True]


def test_a_click_toggles_and_the_small_buttons_do_theirs(
    qtbot: QtBot, bar: ChipBar, told: list[tuple[Any, ...]]
) -> None:
    qtbot.mouseClick(bar.chips[0], LEFT, pos=bar.chips[0].rect().center() / 2)
    close = bar.chips[1].findChildren(QToolButton)[1]
    assert close.accessibleName() == "Remove the filter score at least 0.42"
    qtbot.mouseClick(close, LEFT)
    assert told == [("enabled_changed", 0, False), ("removed", 1)]


def test_the_menu_has_it_all(bar: ChipBar, told: list[tuple[Any, ...]]) -> None:
    menu = bar.chips[2].make_menu()
    words = [action.text().replace("&", "") for action in menu.actions() if not action.isSeparator()]
    assert words == ["Edit…", "Rename…", "Do not invert", "Disable", "Remove", "Save as…"]
    for action in menu.actions()[1:]:
        action.trigger()
    assert told == [
        ("inverted_changed", 2, False),
        ("enabled_changed", 2, False),
        ("removed", 2),
        ("save_requested", 2),
    ]


def _rename(qtbot: QtBot, chip: Chip, name: str) -> QLineEdit:
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_F2)
    editor = chip.findChild(QLineEdit)
    assert editor.hasFocus()
    qtbot.keyClicks(editor, name)
    return editor


def test_f2_renames_and_enter_keeps_the_name(qtbot: QtBot, bar: ChipBar, told: list[tuple[Any, ...]]) -> None:
    editor = _rename(qtbot, bar.chips[0], "  arrivals  of cards ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert told == [("renamed", 0, "arrivals of cards")]
    assert bar.chips[0].hasFocus()


def test_escape_drops_the_name_and_leaving_keeps_it(qtbot: QtBot, bar: ChipBar, told: list[tuple[Any, ...]]) -> None:
    qtbot.keyClick(_rename(qtbot, bar.chips[0], "no"), Qt.Key.Key_Escape)
    assert told == []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    _rename(qtbot, bar.chips[0], "yes")
    bar.chips[1].setFocus()
    assert told == [("renamed", 0, "yes")]


def test_the_own_words_as_a_name_are_no_name(qtbot: QtBot, bar: ChipBar, told: list[tuple[Any, ...]]) -> None:
    qtbot.keyClick(_rename(qtbot, bar.chips[2], VIEWS[2].words), Qt.Key.Key_Return)
    assert told == [("renamed", 2, "")]


def test_keys_of_the_chip_are_not_the_windows(bar: ChipBar) -> None:
    for key, mine in ((Qt.Key.Key_I, True), (Qt.Key.Key_F2, True), (Qt.Key.Key_N, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(bar.chips[0], event)
        assert event.isAccepted() == mine


def test_the_switch_is_there_for_two_and_the_buttons_tell(
    qtbot: QtBot, bar: ChipBar, told: list[tuple[Any, ...]]
) -> None:
    box = bar.findChild(QComboBox)
    qtbot.keyClick(box, Qt.Key.Key_Home)
    qtbot.mouseClick(_button(bar, "Add a filter"), LEFT)
    qtbot.mouseClick(_button(bar, "Clear all filters"), LEFT)
    assert told == [("match_changed", "all"), ("add_requested",), ("clear_requested",)]
    for count, switch, clear in ((1, False, True), (0, False, False), (2, True, True)):
        bar.set_chips(VIEWS[:count])
        assert (box.isVisible(), _button(bar, "Clear all filters").isVisible()) == (switch, clear)
        assert _button(bar, "Add a filter").isVisible()


def test_the_focus_stays_at_its_place(bar: ChipBar) -> None:
    chip = bar.chips[1]
    chip.setFocus()
    bar.set_chips([VIEWS[0], VIEWS[2]])
    assert bar.chips[1] is chip
    assert chip.hasFocus()
    bar.set_chips(VIEWS[:1])
    assert bar.chips[0].hasFocus()
    bar.set_chips([])
    assert _button(bar, "Add a filter").hasFocus()


def test_tab_goes_through_the_chips_in_order(qtbot: QtBot, bar: ChipBar) -> None:
    bar.findChild(QComboBox).setFocus()
    seen = []
    for _ in range(5):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget().accessibleName())
    assert seen == [*(chip.accessibleName() for chip in bar.chips), "Add a filter", "Clear all filters"]


def test_long_words_are_cut_and_many_chips_wrap(bar: ChipBar) -> None:
    bar.set_chips([ChipView("word " * 200)] + [ChipView(f"filter number {place}") for place in range(30)])
    QCoreApplication.sendPostedEvents()  # a layout shows what was added to it by a posted event
    bar.layout().activate()
    assert max(chip.width() for chip in bar.chips) <= 320
    assert max(chip.geometry().right() for chip in bar.chips) < bar.width()
    assert bar.heightForWidth(400) > bar.heightForWidth(1600) > 24
    bar.grab()
