"""Numbers and words as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from explorer.app.state import JobView
from explorer.gui.panels.text_panel import broken_lines
from explorer.gui.parts import CountBox, ShareBox, counted, data_size, duration, number, sentence, significant, snippet
from explorer.gui.status_bar import job_words


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


def test_counts_follow_the_locale() -> None:
    assert counted(1, "text") == "1 text"
    assert counted(48_210, "text") == "48,210 texts"
    assert counted(2, "entry", "entries") == "2 entries"
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert number(48_210) == "48.210"
    assert significant(0.5) == "0,500"


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.18, "0.180"), (0.0, "0.00"), (12.345, "12.3"), (1234.6, "1,235"), (-0.5, "-0.500"), (float("nan"), "")],
)
def test_measured_numbers_keep_their_digits(value: float, words: str) -> None:
    assert significant(value) == words


def test_very_small_numbers_are_not_shown_as_zero() -> None:
    assert significant(1.5e-9).startswith("1.50")
    assert "9" in significant(1.5e-9)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (59, "59 s"), (72, "1 min 12 s"), (120, "2 min"), (7500, "2 h 5 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_sizes_have_units() -> None:
    assert data_size(31_000_000) == "31.0 MB"


def test_snippets_are_one_line_and_cut() -> None:
    assert snippet("  a\n\n b\t c ") == "a b c"
    assert snippet("word " * 500, 20) == "word word word word…"
    assert len(snippet("x" * 1_000_000)) == 301


def test_a_phrase_becomes_a_sentence() -> None:
    assert sentence("mean distance 0.61") == "Mean distance 0.61."
    assert sentence("") == ""
    assert sentence("Done.") == "Done."


def test_long_lines_are_broken_and_nothing_is_lost() -> None:
    text = "short\n\n" + "x" * 25
    assert broken_lines(text, 10) == "short\n\n" + "x" * 10 + "\n" + "x" * 10 + "\n" + "x" * 5
    assert broken_lines(text) == text


def test_a_job_is_said_in_one_line() -> None:
    facts = {"per_second": 291.3, "seconds_left": 71.2, "unit": "texts"}
    assert (
        job_words(JobView(1, "Computing", "Embedding", 0.62, facts))
        == "Embedding · 62 % · 291 texts/s · 1 min 12 s left"
    )
    assert job_words(JobView(1, "Loading tickets.csv")) == "Loading tickets.csv"


def test_letters_typed_in_a_box_for_numbers_reach_the_shortcuts_of_the_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    boxes = (CountBox(window), ShareBox(window))
    heard: list[str] = []
    QShortcut(QKeySequence("N"), window, lambda: heard.append("n"))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for box in boxes:
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_N)
        qtbot.keyClicks(box, "7")
        assert "7" in box.text()
    assert heard == ["n", "n"]
