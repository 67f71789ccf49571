from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from explorer.gui.theme import DARK, LIGHT, apply_theme, contrast
from explorer.gui.widgets.search_box import MODES, SearchBox

Calls = list[tuple[str, str]]


@pytest.fixture
def box(qtbot: QtBot, qapp: QApplication) -> SearchBox:
    apply_theme(qapp, "light")
    QLocale.setDefault(QLocale("en_GB"))
    box = SearchBox()
    qtbot.addWidget(box)
    box.resize(900, 60)
    box.show()
    qtbot.waitExposed(box)
    box.start()
    return box


@pytest.fixture
def searches(box: SearchBox) -> Calls:
    calls: Calls = []
    box.searched.connect(lambda text, mode: calls.append((text, mode)))
    return calls


def _choose(qtbot: QtBot, box: SearchBox, mode: str) -> None:
    combo = box.findChild(QComboBox)
    qtbot.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(MODES.index(mode)):
        qtbot.keyClick(combo, Qt.Key.Key_Down)


def _named(box: SearchBox, kind: type, name: str) -> object:
    return next(child for child in box.findChildren(kind) if child.accessibleName() == name)


def test_what_is_written_is_searched_for_once_it_rests(qtbot: QtBot, box: SearchBox, searches: Calls) -> None:
    qtbot.keyClicks(box.field, "refund")
    assert searches == []
    qtbot.waitUntil(lambda: bool(searches))
    assert searches == [("refund", "words")]


def test_enter_searches_at_once_and_then_goes_on_to_the_next(qtbot: QtBot, box: SearchBox, searches: Calls) -> None:
    qtbot.keyClicks(box.field, " refund ")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert searches == [("refund", "words")]
    box.set_count(312, 48_210)
    with qtbot.waitSignal(box.next_requested):
        qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert len(searches) == 1


def test_meaning_waits_for_enter(qtbot: QtBot, box: SearchBox, searches: Calls) -> None:
    box.start("meaning")
    qtbot.keyClicks(box.field, "money gone")
    qtbot.wait(300)
    assert searches == []
    assert "Enter" in box.field.placeholderText()
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    assert searches == [("money gone", "meaning")]


def test_another_mode_searches_again_but_meaning_waits(qtbot: QtBot, box: SearchBox, searches: Calls) -> None:
    qtbot.keyClicks(box.field, "a.c")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    _choose(qtbot, box, "regex")
    assert searches == [("a.c", "words"), ("a.c", "phrase"), ("a.c", "regex")]
    _choose(qtbot, box, "meaning")
    assert searches[-1][1] != "meaning"


def test_escape_empties_and_tells_then_belongs_to_the_window(qtbot: QtBot, box: SearchBox, searches: Calls) -> None:
    qtbot.keyClicks(box.field, "x")
    qtbot.keyClick(box.field, Qt.Key.Key_Return)
    for mine in (True, False):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(box, event)
        assert event.isAccepted() == mine
        qtbot.keyClick(box.field, Qt.Key.Key_Escape)
    assert searches == [("x", "words"), ("", "words")]
    assert box.text == ""


def test_the_buttons_go_from_match_to_match(qtbot: QtBot, box: SearchBox) -> None:
    steps: list[int] = []
    box.next_requested.connect(lambda: steps.append(1))
    box.previous_requested.connect(lambda: steps.append(-1))
    before, after = box.steppers
    qtbot.mouseClick(after, Qt.MouseButton.LeftButton)
    assert steps == []  # nothing was found
    box.set_count(2, 10)
    for button in (after, before, before):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert steps == [1, -1, -1]


def test_the_count_is_said_in_words(box: SearchBox) -> None:
    box.set_count(312, 48_210)
    assert _named(box, QLabel, "312 of 48,210 texts").isVisible()
    box.set_count(0, 1)
    assert _named(box, QLabel, "0 of 1 text").isVisible()
    box.set_count(None)
    assert not _named(box, QLabel, "Matches").isVisible()


def test_the_search_can_become_a_filter_once_it_has_an_answer(qtbot: QtBot, box: SearchBox) -> None:
    button = _named(box, QPushButton, "Make the search a filter")
    assert not button.isEnabled()
    qtbot.keyClicks(box.field, "refund")
    box.set_count(0, 10)
    with qtbot.waitSignal(box.filter_requested) as caught:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert caught.args == ["refund", "words"]


@pytest.mark.parametrize(("choice", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_an_error_stands_beside_in_words_an_icon_and_a_colour(
    qtbot: QtBot, qapp: QApplication, box: SearchBox, choice: str, theme: object
) -> None:
    box.set_error("missing closing ) at place 9")
    apply_theme(qapp, choice)
    label = _named(box, QLabel, "missing closing ) at place 9")
    assert label.isVisible()
    assert box.field.accessibleDescription() == "missing closing ) at place 9"
    qtbot.waitUntil(lambda: label.palette().color(QPalette.ColorRole.WindowText) == QColor(theme.flag))
    assert contrast(theme.flag, theme.background) >= 4.5
    icons = [icon for icon in box.findChildren(QLabel) if icon.isVisible() and not icon.pixmap().isNull()]
    assert len(icons) == 1
    box.set_error("")
    assert not label.isVisible()
    assert not icons[0].isVisible()


def test_an_error_goes_with_the_mode_it_belongs_to(qtbot: QtBot, box: SearchBox) -> None:
    box.start("regex")
    box.set_error("nothing to repeat")
    _choose(qtbot, box, "phrase")
    assert box.field.accessibleDescription() != "nothing to repeat"


def test_nothing_moves_when_a_search_begins(qapp: QApplication, box: SearchBox) -> None:
    box.layout().activate()
    before = box.field.geometry()
    box.set_busy(True)
    box.layout().activate()
    assert box.findChild(QProgressBar).isVisible()
    assert box.field.geometry() == before
    box.set_busy(False)


def test_a_search_from_outside_is_shown_and_not_told(qtbot: QtBot, box: SearchBox, searches: Calls) -> None:
    box.set_search("refund", "phrase")
    assert (box.text, box.mode) == ("refund", "phrase")
    qtbot.wait(300)
    assert searches == []
    qtbot.keyClicks(box.field, "s")
    box.set_search("other", "words")  # what is being written stays
    assert box.text.endswith("s")
    qtbot.waitUntil(lambda: bool(searches))


def test_history_is_offered_and_a_mode_can_be_missing(box: SearchBox) -> None:
    box.set_history(["refund", "card not arrived"])
    completer = box.field.completer()
    completer.setCompletionPrefix("ARR")
    assert completer.currentCompletion() == "card not arrived"
    box.set_mode_available("meaning", False, "The model is not loaded")
    item = box.findChild(QComboBox).model().item(MODES.index("meaning"))
    assert not item.isEnabled()
    assert item.toolTip() == "The model is not loaded"
    box.set_mode_available("meaning", True)
    assert item.isEnabled()


def test_it_fits_half_a_small_window(box: SearchBox) -> None:
    box.set_count(1_000_000, 1_000_000)
    assert box.minimumSizeHint().width() <= 640
