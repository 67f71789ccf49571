"""Jobs in the worker process: answers, errors, cancelling, a worker that dies."""

from __future__ import annotations

import os
import queue
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.app.jobs import JobEvent, JobRunner

ENDS = ("done", "failed", "cancelled")


class Events:
    """Collects events and waits for the one that ends a job."""

    def __init__(self) -> None:
        self.queue: queue.SimpleQueue[JobEvent] = queue.SimpleQueue()
        self.seen: list[JobEvent] = []

    def end_of(self, token: int, timeout: float = 60) -> JobEvent:
        until = time.monotonic() + timeout
        while True:
            event = self.queue.get(timeout=max(0.01, until - time.monotonic()))
            self.seen.append(event)
            if event.token == token and event.kind in ENDS:
                return event


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def runner(events: Events, tmp_path: Path) -> Iterator[JobRunner]:
    runner = JobRunner(events.queue.put, tmp_path / "worker.log")
    yield runner
    runner.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_job_is_answered(runner: JobRunner, events: Events, small_csv: Path) -> None:
    end = events.end_of(runner.submit("preview", {"path": str(small_csv)}))
    assert end.kind == "done"
    assert end.payload["roles"]["text"] == ["question"]


def test_an_error_comes_with_words_and_the_worker_goes_on(runner: JobRunner, events: Events, small_csv: Path) -> None:
    end = events.end_of(runner.submit("preview", {"path": str(small_csv.with_name("gone.csv"))}))
    assert end.kind == "failed" and end.payload["what"] and end.payload["hint"]
    pid = runner.worker_pid
    assert events.end_of(runner.submit("preview", {"path": str(small_csv)})).kind == "done"
    assert runner.worker_pid == pid


def test_an_unexpected_error_is_a_message_too(runner: JobRunner, events: Events) -> None:
    end = events.end_of(runner.submit("preview", {"nonsense": 1}))
    assert end.kind == "failed" and "KeyError" in end.payload["what"] and "Traceback" in end.payload["details"]


def test_cancelling_is_answered_at_once_and_ends_the_job(runner: JobRunner, events: Events, small_csv: Path) -> None:
    token = runner.submit("preview", {"path": str(small_csv)})
    runner.cancel(token)
    assert events.end_of(token).kind == "cancelled"
    assert events.end_of(runner.submit("preview", {"path": str(small_csv)})).kind == "done"
    assert [event for event in events.seen if event.token == token and event.kind != "cancelled"] == []


def test_a_killed_worker_is_an_error_and_is_replaced(runner: JobRunner, events: Events, small_csv: Path) -> None:
    events.end_of(runner.submit("preview", {"path": str(small_csv)}))
    pid = runner.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    token = runner.submit("preview", {"path": str(small_csv)})
    os.kill(pid, signal.SIGKILL)
    end = events.end_of(token)
    if end.kind == "failed":
        assert "memory" in end.payload["what"]
    assert events.end_of(runner.submit("preview", {"path": str(small_csv)})).kind == "done"
    assert runner.worker_pid not in (None, pid)


def test_the_worker_ends_with_the_runner(events: Events, tmp_path: Path, small_csv: Path) -> None:
    runner = JobRunner(events.queue.put, tmp_path / "worker.log")
    events.end_of(runner.submit("preview", {"path": str(small_csv)}))
    pid = runner.worker_pid
    assert pid is not None and alive(pid)
    runner.close()
    assert not alive(pid)


def test_closing_while_a_job_runs_ends_everything(events: Events, tmp_path: Path, small_csv: Path) -> None:
    runner = JobRunner(events.queue.put, tmp_path / "worker.log")
    runner.submit("preview", {"path": str(small_csv)})
    runner.close()
    assert runner.worker_pid is None
