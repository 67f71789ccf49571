"""Questions that nobody waits for any more end; what a job is said to do is what it does."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import LEXICAL, QUESTIONS, Desk

from explorer.app import filtering
from explorer.app.lanes import Handlers, Lanes, nothing
from explorer.app.opening import OpenRequest
from explorer.app.state import JobView
from explorer.core.progress import Progress
from explorer.core.query.predicates import Expression

PATIENCE = 60.0
ENDLESS = "(select count(*) from range(1000000000000) t(i) where i % 7 = row) > 3"


class Asker:
    """Lanes with a loop of their own, and questions that last until they are interrupted."""

    def __init__(self) -> None:
        self.calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.jobs: list[JobView] = []
        self.lanes = Lanes(self.calls.put, self.jobs.append, None)
        self.answers: list[str] = []

    def ask_endless(self, kind: str, name: str) -> threading.Event:
        begun, stopped = threading.Event(), threading.Event()

        def work() -> str:
            begun.set()
            assert stopped.wait(PATIENCE), f"{name} was not interrupted"
            raise RuntimeError("interrupted")

        self.lanes.query(kind, work, self.answers.append, lambda _: self.answers.append(f"{name} failed"), stopped.set)
        assert begun.wait(PATIENCE)
        return stopped

    def ask(self, kind: str, name: str) -> None:
        self.lanes.query(kind, lambda: name, self.answers.append, nothing)

    def until(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not ready():
            assert time.monotonic() < end, self.answers
            try:
                self.calls.get(timeout=0.05)()
            except queue.Empty:
                continue


@pytest.fixture
def asker() -> Iterator[Asker]:
    asker = Asker()
    yield asker
    asker.lanes.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "projects")
    yield desk
    desk.session.close()


def test_a_question_ends_when_a_newer_one_of_its_kind_is_asked(asker: Asker) -> None:
    asker.ask_endless("filter", "old")
    asker.ask("filter", "new")
    asker.until(lambda: asker.answers == ["new"])


def test_a_question_of_another_kind_goes_on(asker: Asker) -> None:
    stopped = asker.ask_endless("filter", "old")
    asker.ask("order", "other")
    assert not stopped.is_set()
    asker.lanes.drop("filter")
    asker.until(lambda: asker.answers == ["other"])


def test_closing_does_not_wait_for_a_question(asker: Asker) -> None:
    stopped = asker.ask_endless("filter", "old")
    asker.lanes.close()
    assert stopped.is_set() and asker.answers == []


def test_a_filter_under_way_is_given_up_for_a_newer_one_and_at_the_end(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    dispatch = desk.session.store.dispatch
    dispatch(filtering.add_filter(predicate=Expression(ENDLESS)))
    place = len(desk.state.filters.chips) - 1
    dispatch(filtering.replace_filter(place=place, chip=None))
    dispatch(filtering.add_filter(predicate=Expression("row < 10")))
    desk.until(lambda: desk.state.shown is not None)
    assert desk.state.shown_count == 10 and not desk.state.messages
    dispatch(filtering.add_filter(predicate=Expression(ENDLESS)))
    desk.session.close()


def test_closing_at_once_ends_a_question_that_has_not_begun(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    began, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        began.set()
        go_on.wait(20)

    desk.session._lanes.query("before", wait, nothing, nothing)
    assert began.wait(20)
    desk.session.store.dispatch(filtering.add_filter(predicate=Expression(ENDLESS)))
    threading.Timer(0.5, go_on.set).start()
    desk.session.close()


def test_a_job_that_is_held_while_it_waits_goes_back_to_waiting(asker: Asker, tmp_path: Path) -> None:
    handlers = Handlers("Adding", nothing, nothing)
    first = asker.lanes.submit("add", {"project": str(tmp_path / "none"), "path": "none"}, handlers)
    second = asker.lanes.submit("add", {"project": str(tmp_path / "none"), "path": "none"}, handlers)
    asker.lanes.pause(second, on=True)
    assert asker.jobs[-1].status == "paused"
    asker.lanes.pause(second, on=False)
    assert (asker.jobs[-1].token, asker.jobs[-1].status) == (second, "waiting")
    for token in (first, second):
        asker.lanes.cancel(token)


def test_how_far_a_job_is_is_shown_once_for_all_that_was_said_meanwhile(asker: Asker) -> None:
    begun = threading.Event()

    def work(progress: Progress) -> str:
        for step in range(50):
            progress.report(step / 100, f"step {step}")
        begun.set()
        return "done"

    asker.lanes.work(work, Handlers("Work", asker.answers.append, lambda _: None))
    assert begun.wait(PATIENCE)
    asker.until(lambda: bool(asker.answers))
    shown = [view.message for view in asker.jobs if view.status == "running"]
    assert 1 <= len(shown) < 10 and shown[-1] == "step 49"


def test_the_encoder_is_loaded_once_before_the_first_question(desk: Desk, small_csv: Path) -> None:
    desk.session.queries.wake_encoder()
    assert not desk.state.jobs, "there is nothing to ask about yet"
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=LEXICAL))
    desk.until(desk.complete)
    desk.session.queries.wake_encoder()
    assert desk.session.queries.is_waking(desk.state)
    loading = [job for job in desk.state.jobs if job.title == "Loading the encoder"]
    assert len(loading) == 1
    desk.until(lambda: not desk.session.queries.is_waking(desk.state))
    desk.session.queries.wake_encoder()
    assert not desk.session.queries.is_waking(desk.state)
    assert [job.status for job in desk.state.jobs if job.title == "Loading the encoder"] == ["done"]
