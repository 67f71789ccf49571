from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from explorer.gui.theme import apply_theme
from explorer.gui.widgets.job_card import JobCard, JobRow, Status
from explorer.gui.widgets.jobs_list import JobsList

RUNNING = JobRow("a", "Embedding", "Encoding", 0.625, "291 texts/s", "1 min 12 s left", can_pause=True)
FAILED = JobRow(
    "b",
    "Download",
    "No connection.",
    0.3,
    took="after 2 s",
    status="failed",
    hint="Check it.",
    details="Line\nof a trace",
)


@pytest.fixture
def jobs(qtbot: QtBot) -> JobsList:
    QLocale.setDefault(QLocale("en_GB"))
    jobs = JobsList()
    qtbot.addWidget(jobs)
    jobs.resize(500, 500)
    jobs.show()
    qtbot.waitExposed(jobs)
    jobs.set_rows([RUNNING, FAILED])
    QCoreApplication.sendPostedEvents()
    return jobs


def _words(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def _buttons(card: JobCard) -> dict[str, QPushButton]:
    return {button.accessibleName(): button for button in card.findChildren(QPushButton) if button.isVisible()}


def test_a_running_job_says_what_how_far_and_how_long(jobs: JobsList) -> None:
    card = jobs.card("a")
    assert _words(card) == ["Embedding", "Running", "Encoding", "62 % · 291 texts/s · 1 min 12 s left"]
    assert card.findChild(QProgressBar).value() == 625
    assert list(_buttons(card)) == ["Pause Embedding", "Cancel Embedding"]


def test_a_failed_job_says_what_went_wrong_and_what_to_do(qtbot: QtBot, jobs: JobsList) -> None:
    card = jobs.card("b")
    assert _words(card) == ["Download", "Failed", "No connection.", "Check it.", "after 2 s"]
    assert not card.findChild(QProgressBar).isVisible()
    qtbot.mouseClick(card.findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert _words(card)[-1] == "Line\nof a trace"
    for label in card.findChildren(QLabel):
        if label.text() in ("No connection.", "Check it.", "Line\nof a trace"):
            assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    jobs.set_rows([RUNNING, replace(FAILED, message="Still none.")])
    assert "Line\nof a trace" in _words(card)


@pytest.mark.parametrize(
    ("status", "buttons", "bar"),
    [
        ("running", ["Pause Embedding", "Cancel Embedding"], True),
        ("paused", ["Continue Embedding", "Cancel Embedding"], True),
        ("waiting", ["Cancel Embedding"], True),
        ("done", ["Dismiss Embedding"], False),
        ("failed", ["Dismiss Embedding"], False),
        ("cancelled", ["Dismiss Embedding"], False),
    ],
)
def test_each_status_has_its_buttons(jobs: JobsList, status: Status, buttons: list[str], bar: bool) -> None:
    jobs.set_rows([replace(RUNNING, status=status)])
    card = jobs.card("a")
    assert list(_buttons(card)) == buttons
    assert card.findChild(QProgressBar).isVisible() == bar
    assert card.accessibleName() == f"Embedding: {status}"
    card.grab()


def test_a_job_of_unknown_length_is_busy_and_one_that_cannot_pause_has_no_button(jobs: JobsList) -> None:
    jobs.set_rows([replace(RUNNING, fraction=None, can_pause=False)])
    bar = jobs.card("a").findChild(QProgressBar)
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    assert list(_buttons(jobs.card("a"))) == ["Cancel Embedding"]
    jobs.set_rows([RUNNING])
    assert (bar.maximum(), bar.value()) == (1000, 625)


def test_the_buttons_tell_of_their_job(qtbot: QtBot, jobs: JobsList) -> None:
    calls: list[tuple[str, Any]] = []
    for name in ("cancel", "pause", "resume", "dismiss"):
        getattr(jobs, name).connect(lambda token, name=name: calls.append((name, token)))
    qtbot.mouseClick(_buttons(jobs.card("a"))["Pause Embedding"], Qt.MouseButton.LeftButton)
    jobs.set_rows([replace(RUNNING, status="paused"), FAILED])
    for card, name in (("a", "Continue Embedding"), ("a", "Cancel Embedding"), ("b", "Dismiss Download")):
        qtbot.mouseClick(_buttons(jobs.card(card))[name], Qt.MouseButton.LeftButton)
    assert calls == [("pause", "a"), ("resume", "a"), ("cancel", "a"), ("dismiss", "b")]


def test_an_update_rebuilds_nothing_and_keeps_the_focus(jobs: JobsList) -> None:
    card = jobs.card("a")
    children = card.findChildren(QWidget)
    _buttons(card)["Cancel Embedding"].setFocus()
    before = QApplication.focusWidget()
    for percent in range(100):
        jobs.set_rows([FAILED, replace(RUNNING, fraction=percent / 100, left=f"{100 - percent} s left")])
    assert jobs.card("a") is card
    assert card.findChildren(QWidget) == children
    assert QApplication.focusWidget() is before
    jobs.layout().activate()
    QCoreApplication.sendPostedEvents()
    assert jobs.card("b").y() < card.y()


def test_the_focus_goes_to_dismiss_when_the_job_ends(jobs: JobsList) -> None:
    _buttons(jobs.card("a"))["Cancel Embedding"].setFocus()
    jobs.set_rows([replace(RUNNING, status="done", took="took 8 s"), FAILED])
    assert QApplication.focusWidget().accessibleName() == "Dismiss Embedding"
    assert "took 8 s" in _words(jobs.card("a"))


def test_cards_go_with_their_jobs_and_then_there_are_words(jobs: JobsList) -> None:
    jobs.set_rows([FAILED])
    with pytest.raises(KeyError):
        jobs.card("a")
    jobs.set_rows([])
    assert _words(jobs)[0] == "No work under way"


def test_hostile_words_are_plain_text_and_wrap(qapp: QApplication, jobs: JobsList) -> None:
    apply_theme(qapp, "dark")
    jobs.set_rows([replace(FAILED, title="<b>x</b> " * 40, message="<img src=x> word " * 60)])
    QCoreApplication.sendPostedEvents()
    assert jobs.card("b").width() <= jobs.width()
    hostile = [label for label in jobs.card("b").findChildren(QLabel) if "<" in label.text()]
    assert [label.textFormat() for label in hostile] == [Qt.TextFormat.PlainText] * 2
