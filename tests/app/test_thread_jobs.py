"""Jobs that need this process end like those of the workers: done, failed or cancelled, and each once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest

from explorer.app.jobs import JobEvent
from explorer.app.thread_jobs import ThreadJobs
from explorer.core.progress import Progress
from explorer.errors import OutputError

SECONDS = 20


class Runner:
    def __init__(self) -> None:
        self.events: queue.Queue[JobEvent] = queue.Queue()
        self.jobs = ThreadJobs(self.events.put)

    def next(self) -> JobEvent:
        return self.events.get(timeout=SECONDS)


@pytest.fixture
def runner() -> Iterator[Runner]:
    runner = Runner()
    yield runner
    runner.jobs.close()


def test_progress_and_the_answer_are_told_in_order(runner: Runner) -> None:
    def work(progress: Progress) -> str:
        progress.report(0.5, "Drawing", done=1)
        return "drawn"

    runner.jobs.submit(work, 7)
    said, done = runner.next(), runner.next()
    assert (said.token, said.kind, said.payload["fraction"], said.payload["facts"]) == (7, "progress", 0.5, {"done": 1})
    assert (done.token, done.kind, done.payload) == (7, "done", {"answer": "drawn"})


def test_what_fails_is_told_and_the_next_one_is_done(runner: Runner) -> None:
    def full(_: Progress) -> None:
        raise OutputError("The disk is full.", "Make room.")

    def wrong(_: Progress) -> None:
        raise ZeroDivisionError("by nothing")

    for token, work in enumerate((full, wrong, lambda _: 3)):
        runner.jobs.submit(work, token)
    first, second, third = runner.next(), runner.next(), runner.next()
    assert (first.kind, first.payload["what"], first.payload["hint"]) == ("failed", "The disk is full.", "Make room.")
    assert second.kind == "failed" and "ZeroDivisionError: by nothing" in second.payload["what"]
    assert (third.kind, third.payload["answer"]) == ("done", 3)


def test_cancelling_is_answered_at_once_and_stops_the_work(runner: Runner) -> None:
    began, go_on, stopped = threading.Event(), threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        began.set()
        go_on.wait(SECONDS)
        try:
            progress.check()
        finally:
            stopped.set()

    runner.jobs.submit(work, 1)
    runner.jobs.submit(lambda _: "never", 2)
    assert began.wait(SECONDS)
    runner.jobs.cancel(1)
    runner.jobs.cancel(2)
    assert [(event.token, event.kind) for event in (runner.next(), runner.next())] == [
        (1, "cancelled"),
        (2, "cancelled"),
    ]
    go_on.set()
    assert stopped.wait(SECONDS)
    runner.jobs.submit(lambda _: "later", 3)
    assert runner.next().payload == {"answer": "later"}
    assert runner.events.empty()


def test_closing_ends_what_runs_and_says_nothing() -> None:
    runner, began = Runner(), threading.Event()

    def work(progress: Progress) -> None:
        began.set()
        while True:
            progress.check()

    runner.jobs.submit(work, 1)
    assert began.wait(SECONDS)
    runner.jobs.close()
    assert runner.events.empty()
