from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QLocale, QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from explorer.gui.theme import DARK, LIGHT, apply_theme
from explorer.gui.widgets.timeline.bins import day_number
from explorer.gui.widgets.timeline.timeline import Timeline

LEFT = Qt.MouseButton.LeftButton
NO = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
FIRST = day_number("2026-10-05")  # a Monday
WEEKS = 20
SECONDS = np.append(np.repeat((FIRST + np.arange(7 * WEEKS)) * 86_400.0, 5), [np.nan, np.nan])
FLAGGED = np.zeros(len(SECONDS), bool)
FLAGGED[:4] = True
Spans = list[tuple[str | None, str | None]]


@pytest.fixture
def timeline(qtbot: QtBot, qapp: QApplication) -> Timeline:
    apply_theme(qapp, "light")
    QLocale.setDefault(QLocale("en_GB"))
    widget = Timeline()
    qtbot.addWidget(widget)
    widget.resize(900, 160)
    widget.show()
    qtbot.waitExposed(widget)
    widget.set_times(SECONDS, FLAGGED)
    widget.set_unit("week")
    return widget


@pytest.fixture
def told(timeline: Timeline) -> Spans:
    spans: Spans = []
    timeline.brushed.connect(lambda start, end: spans.append((start, end)))
    return spans


def _at(timeline: Timeline, place: float) -> QPoint:
    return QPoint(round(timeline.strip.x_of(place)), 40)


def _drag(qtbot: QtBot, timeline: Timeline, start: float, end: float) -> None:
    qtbot.mousePress(timeline.strip, LEFT, NO, _at(timeline, start))
    for share in (0.5, 1.0):
        qtbot.mouseMove(timeline.strip, _at(timeline, start + share * (end - start)))
    qtbot.mouseRelease(timeline.strip, LEFT, NO, _at(timeline, end))


def _brush_in_weeks(timeline: Timeline) -> tuple[int, int]:
    assert timeline.strip.brush is not None
    start, end = timeline.strip.brush
    assert (start - FIRST) % 7 == (end - FIRST) % 7 == 0
    return (start - FIRST) // 7, (end - FIRST) // 7


def test_the_line_above_says_what_there_is(timeline: Timeline) -> None:
    assert timeline.words() == "2026-10-05 to 2027-02-21: 700 texts, 4 flagged · 2 texts without a date"
    assert timeline.strip.accessibleDescription() == timeline.words()


def test_hovering_tells_of_the_bin(qtbot: QtBot, timeline: Timeline) -> None:
    qtbot.mouseMove(timeline.strip, _at(timeline, 0.5))
    assert timeline.words() == "2026-10-05 (week): 35 texts, 4 flagged"
    shown = np.arange(len(SECONDS)) % 5 == 0
    timeline.set_masks(FLAGGED, shown)
    qtbot.mouseMove(timeline.strip, _at(timeline, 1.5))
    qtbot.mouseMove(timeline.strip, _at(timeline, 0.5))
    assert timeline.words() == "2026-10-05 (week): 7 of 35 texts shown, 1 of 4 flagged"
    QApplication.sendEvent(timeline.strip, QEvent(QEvent.Type.Leave))
    assert timeline.words().startswith("2026-10-05 to")


def test_a_drag_brushes_whole_bins_and_tells_once(qtbot: QtBot, timeline: Timeline, told: Spans) -> None:
    _drag(qtbot, timeline, 2.4, 4.6)
    assert told == [("2026-10-19", "2026-11-09")]
    assert timeline.words() == "2026-10-19 to 2026-11-08: 105 texts, 0 flagged"
    _drag(qtbot, timeline, 7.5, 6.5)
    assert told[-1] == ("2026-11-16", "2026-11-30")


def test_the_brush_is_told_while_it_moves_but_not_too_often(qtbot: QtBot, timeline: Timeline) -> None:
    live: Spans = []
    timeline.brushing.connect(lambda start, end: live.append((start, end)))
    qtbot.mousePress(timeline.strip, LEFT, NO, _at(timeline, 2.5))
    for place in (3.5, 4.5, 5.5, 6.5):
        qtbot.mouseMove(timeline.strip, _at(timeline, place))
    assert live == []
    qtbot.waitUntil(lambda: len(live) == 1)
    assert live == [("2026-10-19", "2026-11-23")]
    qtbot.mouseRelease(timeline.strip, LEFT, NO, _at(timeline, 6.5))
    assert len(live) == 1


def test_handles_resize_and_the_middle_moves(qtbot: QtBot, timeline: Timeline, told: Spans) -> None:
    _drag(qtbot, timeline, 4.5, 7.5)
    assert _brush_in_weeks(timeline) == (4, 8)
    _drag(qtbot, timeline, 8.0, 10.1)
    assert _brush_in_weeks(timeline) == (4, 10)
    _drag(qtbot, timeline, 4.0, 2.0)
    assert _brush_in_weeks(timeline) == (2, 10)
    _drag(qtbot, timeline, 2.0, 15.0)  # an end does not go beyond the other one
    assert _brush_in_weeks(timeline) == (9, 10)
    timeline.set_brush("2026-11-02", "2026-11-23")
    _drag(qtbot, timeline, 5.5, 8.5)
    assert _brush_in_weeks(timeline) == (7, 10)
    _drag(qtbot, timeline, 8.5, 19.9)
    assert _brush_in_weeks(timeline) == (WEEKS - 3, WEEKS)
    assert len(told) == 6


def test_a_click_chooses_a_bin_and_a_double_click_clears(qtbot: QtBot, timeline: Timeline, told: Spans) -> None:
    qtbot.mouseClick(timeline.strip, LEFT, NO, _at(timeline, 3.5))
    assert _brush_in_weeks(timeline) == (3, 4)
    assert told == []  # a second click may follow
    qtbot.waitUntil(lambda: told == [("2026-10-26", "2026-11-02")])
    qtbot.mouseClick(timeline.strip, LEFT, NO, _at(timeline, 8.5))
    qtbot.mouseDClick(timeline.strip, LEFT, NO, _at(timeline, 8.5))
    assert timeline.strip.brush is None
    assert told[1:] == [(None, None)]


@pytest.mark.parametrize(
    ("key", "held", "expected"),
    [
        (Qt.Key.Key_Right, NO, (5, 8)),
        (Qt.Key.Key_Left, NO, (3, 6)),
        (Qt.Key.Key_Right, SHIFT, (4, 8)),
        (Qt.Key.Key_Left, SHIFT, (4, 6)),
        (Qt.Key.Key_Right, SHIFT | CTRL, (5, 7)),
        (Qt.Key.Key_Left, SHIFT | CTRL, (3, 7)),
        (Qt.Key.Key_Home, NO, (0, 3)),
        (Qt.Key.Key_End, NO, (WEEKS - 3, WEEKS)),
    ],
)
def test_keys_move_and_resize_and_tell_when_they_rest(
    qtbot: QtBot, timeline: Timeline, key: Qt.Key, held: Qt.KeyboardModifier, expected: tuple[int, int]
) -> None:
    timeline.set_brush("2026-11-02", "2026-11-23")
    with qtbot.waitSignal(timeline.brushed):
        qtbot.keyClick(timeline.strip, key, held)
    assert _brush_in_weeks(timeline) == expected


def test_keys_begin_a_brush_and_escape_ends_it(qtbot: QtBot, timeline: Timeline, told: Spans) -> None:
    qtbot.keyClick(timeline.strip, Qt.Key.Key_Left)
    assert _brush_in_weeks(timeline) == (WEEKS - 1, WEEKS)
    escape = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, NO)
    escape.ignore()
    QApplication.sendEvent(timeline.strip, escape)
    assert escape.isAccepted()
    qtbot.keyClick(timeline.strip, Qt.Key.Key_Escape)
    assert timeline.strip.brush is None
    assert told == []  # as it was told before: nothing
    qtbot.keyClick(timeline.strip, Qt.Key.Key_Right)
    assert _brush_in_weeks(timeline) == (0, 1)
    escape.ignore()
    timeline.set_brush(None, None)


def test_leaving_tells_what_keys_have_done(qtbot: QtBot, timeline: Timeline, told: Spans) -> None:
    timeline.strip.setFocus()
    qtbot.keyClick(timeline.strip, Qt.Key.Key_Right)
    timeline.findChild(QComboBox).setFocus()
    assert told == [("2026-10-05", "2026-10-12")]


def test_a_brush_from_outside_is_not_told_and_survives_other_units(timeline: Timeline, told: Spans) -> None:
    timeline.set_brush("2026-10-07", "2026-10-09")
    assert timeline.words() == "2026-10-07 to 2026-10-08: 10 texts, 0 flagged"
    for unit in ("month", "day", "year"):
        timeline.set_unit(unit)
        assert timeline.strip.brush == (FIRST + 2, FIRST + 4)
        assert timeline.words() == "2026-10-07 to 2026-10-08: 10 texts, 0 flagged"
    assert told == []


def test_the_button_clears_and_is_there_only_with_a_brush(qtbot: QtBot, timeline: Timeline, told: Spans) -> None:
    buttons = {button.accessibleName(): button for button in timeline.findChildren(QPushButton)}
    clear = buttons["Clear the span of dates"]
    assert clear.isHidden()
    timeline.set_brush("2026-10-07", "2026-10-09")
    qtbot.mouseClick(clear, LEFT)
    assert told == [(None, None)]
    assert clear.isHidden()


def test_the_unit_follows_the_width_unless_one_is_chosen(qtbot: QtBot, timeline: Timeline) -> None:
    timeline.set_unit(None)
    assert timeline.unit == "day"
    timeline.resize(300, 160)
    assert timeline.unit == "week"
    box = timeline.findChild(QComboBox)
    with qtbot.waitSignal(timeline.unit_chosen) as caught:
        qtbot.keyClick(box, Qt.Key.Key_End)
    assert caught.args == ["year"]
    timeline.resize(900, 160)
    assert timeline.unit == "year"


def test_centuries_are_not_offered_in_days(timeline: Timeline) -> None:
    timeline.set_unit("day")
    timeline.set_times(np.array([day_number("0001-01-01"), day_number("2026-01-01")]) * 86_400.0)
    assert timeline.unit == "year"
    model = timeline.findChild(QComboBox).model()
    offered = [model.index(row, 0).flags() & Qt.ItemFlag.ItemIsEnabled for row in range(1, 5)]
    assert [bool(flag) for flag in offered] == [False, False, True, True]
    timeline.grab()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "Choose a column of dates"), (np.full(3, np.nan), "None of 3 texts has"), (np.empty(0), "None of 0 texts")],
    ids=["no column", "all missing", "no rows"],
)
def test_without_dates_there_are_words(timeline: Timeline, seconds: np.ndarray | None, words: str) -> None:
    timeline.set_times(seconds)
    assert timeline.unit is None
    assert any(words in label.text() for label in timeline.findChildren(QLabel) if label.isVisible())
    timeline.set_times(SECONDS)
    assert timeline.strip.isVisible()


@pytest.mark.parametrize("seconds", [np.zeros(1), np.array([-1e10, 0.0]), np.array([0.0, 2.5e11]), np.full(9, -5.0)])
def test_extremes_are_drawn_and_brushed(qtbot: QtBot, timeline: Timeline, seconds: np.ndarray) -> None:
    timeline.set_unit(None)
    timeline.set_times(seconds, np.ones(len(seconds), bool))
    qtbot.mouseMove(timeline.strip, _at(timeline, 0.5))
    with qtbot.waitSignal(timeline.brushed):
        qtbot.keyClick(timeline.strip, Qt.Key.Key_Right)
    timeline.grab()
    assert "1 text" in timeline.words() or "9 texts" in timeline.words()


@pytest.mark.parametrize(("choice", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_flagged_bins_have_the_flag_colour_and_a_mark_below(
    qtbot: QtBot, qapp: QApplication, timeline: Timeline, choice: str, theme: object
) -> None:
    apply_theme(qapp, choice)
    qtbot.waitUntil(lambda: timeline.strip.grab().toImage().pixelColor(1, 1) == QColor(theme.surface))
    image, plot = timeline.strip.grab().toImage(), timeline.strip.plot()
    flag = QColor(theme.flag)
    places = {(x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) == flag}
    assert max(x for x, _ in places) < timeline.strip.x_of(1)
    assert any(y > plot.bottom() for _, y in places)
    assert any(y < plot.bottom() for _, y in places)


def test_a_single_flagged_text_is_seen_among_bins_thinner_than_pixels(timeline: Timeline) -> None:
    days = np.arange(40_000)
    flagged = np.zeros(len(days), bool)
    flagged[12_345] = True
    timeline.set_times(days * 86_400.0, flagged)
    timeline.set_unit("day")
    image = timeline.strip.grab().toImage()
    flag = QColor(LIGHT.flag)
    columns = {x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) == flag}
    assert len(columns) == 1
    assert abs(columns.pop() - timeline.strip.x_of(12_345)) <= 1
