"""Jobs that need this process, such as painting: on one thread, with the events of the jobs in the workers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from explorer.app.jobs import JobEvent
from explorer.core.progress import Cancelled, Progress, Report
from explorer.errors import ExplorerError

Work = Callable[[Progress], Any]
"""Asks its progress often whether it should stop; what it returns is the job's answer."""


class ThreadJobs:
    """Runs functions one after the other. ``on_event`` must be safe to call from any thread.

    done: the payload's ``answer`` is what the function returned. Cancelling is answered at once; the function learns
    of it when it reports next.
    """

    def __init__(self, on_event: Callable[[JobEvent], None]) -> None:
        self._on_event = on_event
        self._lock = threading.Lock()
        self._ended: set[int] = set()
        self._closing = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="thread-jobs")

    def submit(self, work: Work, token: int) -> None:
        """Queue a job under a token that no other job has."""
        self._pool.submit(self._do, work, token).add_done_callback(lambda done: self._tell_fault(token, done))

    def cancel(self, token: int) -> None:
        """End a job, queued or running. The ``cancelled`` event is sent before this returns."""
        self._end(JobEvent(token, "cancelled"))

    def pause(self, token: int, *, on: bool) -> None:
        """These jobs are too short to be held."""

    def close(self) -> None:
        """End the thread; waits for it. What is running stops at its next report, without an event."""
        self._closing = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _do(self, work: Work, token: int) -> None:
        progress = Progress(lambda report: self._report(token, report), lambda: self._closing or token in self._ended)
        try:
            progress.check()
            self._end(JobEvent(token, "done", {"answer": work(progress)}))
        except Cancelled:
            pass
        except ExplorerError as error:
            self._fail(token, error.what, error.hint, str(error.__cause__ or ""))

    def _tell_fault(self, token: int, done: Future[None]) -> None:
        """A fault of ours is told like any other failure; the next job is done."""
        error = None if done.cancelled() else done.exception()
        if error is not None:
            what = f"Something went wrong inside the program ({type(error).__name__}: {error})."
            self._fail(token, what, "Please report this with the details.", repr(error))

    def _report(self, token: int, report: Report) -> None:
        payload = {"message": report.message, "fraction": report.fraction, "facts": dict(report.facts)}
        if token not in self._ended:
            self._on_event(JobEvent(token, "progress", payload))

    def _fail(self, token: int, what: str, hint: str, details: str) -> None:
        self._end(JobEvent(token, "failed", {"what": what, "hint": hint, "details": details}))

    def _end(self, event: JobEvent) -> None:
        """Send an event that ends its job, if nothing has ended it before."""
        with self._lock:
            if event.token in self._ended:
                return
            self._ended.add(event.token)
        if not self._closing:
            self._on_event(event)
