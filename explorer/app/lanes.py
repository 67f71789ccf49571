"""Where the work of a session is done: up to three worker processes and some threads, and how answers come back.

The long lane embeds and computes; the quick lane previews, estimates and exports, so that they never wait for an
embedding to end; the lasting lane measures benchmarks and recommends, which nobody waits for. Its worker starts with
its first job.
Threads read files, search neighbours and do what needs this process,
such as painting. Everything comes back on the session's thread.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from explorer.app.jobs import JobEvent, JobRunner
from explorer.app.state import JobStatus, JobView
from explorer.app.thread_jobs import ThreadJobs, Work
from explorer.core.progress import Cancelled
from explorer.errors import ExplorerError, WorkerError

Post = Callable[[Callable[[], None]], None]
"""Runs a function on the session's thread, later; safe to call from any thread."""

OnFailed = Callable[[ExplorerError], None]
ShowJob = Callable[[JobView], None]
T = TypeVar("T")

QUICK = ("preview", "estimate", "export", "rows", "page", "corrected", "encoder", "query", "words", "look", "rest")
"""Kinds of jobs that run in the quick lane."""

PAUSABLE = ("run", "add", "benchmark", "recommend")
"""Kinds of jobs that can be held and go on."""

LASTING = ("benchmark", "recommend")
"""Kinds of jobs that belong to no project: they run in a lane of their own and go on when another one is opened."""


INSIST = 0.1
"""Seconds between two interruptions of a question that nobody waits for."""


def nothing(*_: object) -> None:
    """A handler that has nothing to do."""


@dataclass(frozen=True)
class Handlers:
    """What to do with a job's events, on the session's thread. ``visible`` jobs are shown in the jobs panel.

    news : called on another thread, where it may read files; what it returns runs on the session's thread.
    """

    title: str
    done: Callable[[Mapping[str, Any]], None]
    failed: OnFailed
    cancelled: Callable[[], None] = nothing
    news: Callable[[Mapping[str, Any]], Callable[[], None]] | None = None
    visible: bool = True


@dataclass
class _Job:
    kind: str
    lane: JobRunner | ThreadJobs
    handlers: Handlers
    view: JobView
    started: float
    held: bool = False
    begun: bool = False
    said: Mapping[str, Any] | None = None
    """How far it is, where that has not been shown yet."""

    @property
    def status(self) -> JobStatus:
        """While it has not ended."""
        return "paused" if self.held else "running" if self.begun else "waiting"


class Lanes:
    """Runs jobs and background functions; used from the session's thread. ``show_job`` is told what is under way."""

    def __init__(self, post: Post, show_job: ShowJob, log: Path | None) -> None:
        self._post = post
        self.show_job = show_job
        self._tokens = itertools.count(1)
        self._jobs: dict[int, _Job] = {}
        self._closed = False
        self.long = JobRunner(self._on_event, log)
        self.quick = JobRunner(self._on_event, log, nice=0)
        self.lasting = JobRunner(self._on_event, log, nice=10)
        self._beside = ThreadJobs(self._on_event)
        self._files = ThreadPoolExecutor(1, thread_name_prefix="files")
        self._search = ThreadPoolExecutor(1, thread_name_prefix="neighbour-search")
        self._queries = ThreadPoolExecutor(1, thread_name_prefix="queries")
        self._latest: dict[str, int] = {}
        self._asking: tuple[str, Callable[[], None]] | None = None
        self._guard = threading.Lock()
        self._saying = threading.Lock()

    # --- jobs in the workers --------------------------------------------------------------------

    def submit(self, kind: str, request: Mapping[str, Any], handlers: Handlers) -> int:
        """Start a job; its token cancels it."""
        token = self.new_token()
        lane = self.lasting if kind in LASTING else self.quick if kind in QUICK else self.long
        view = JobView(token, handlers.title, status="waiting", can_pause=kind in PAUSABLE, lasting=kind in LASTING)
        self._jobs[token] = _Job(kind, lane, handlers, view, time.monotonic())
        lane.submit(kind, request, token)
        self._show(self._jobs[token])
        return token

    def work(self, work: Work, handlers: Handlers) -> int:
        """Start a job that needs this process, on a thread of its own; ``done`` gets what it returns as ``answer``."""
        token = self.new_token()
        view = JobView(token, handlers.title, status="waiting")
        self._jobs[token] = _Job("work", self._beside, handlers, view, time.monotonic())
        self._beside.submit(work, token)
        self._show(self._jobs[token])
        return token

    def new_token(self) -> int:
        """A number that no other work has."""
        return next(self._tokens)

    def cancel(self, token: int) -> None:
        """End one job; unknown and finished ones are ignored."""
        if token in self._jobs:
            self._jobs[token].lane.cancel(token)

    def pause(self, token: int, *, on: bool) -> None:
        """Hold one job, or let it go on; only those that can be held."""
        job = self._jobs.get(token)
        if job is not None and job.view.can_pause:
            job.held = on
            job.lane.pause(token, on=on)
            self._show(job, status=job.status)

    def cancel_all(self, *kinds: str, lasting: bool = True) -> None:
        """End the jobs of these kinds, or all visible ones if none is named; ``lasting``: those of no project too."""
        for token, job in tuple(self._jobs.items()):
            wanted = job.handlers.visible and (lasting or job.kind not in LASTING)
            if job.kind in kinds or (not kinds and wanted):
                job.lane.cancel(token)

    def _show(self, job: _Job, **news: Any) -> None:
        job.view = replace(job.view, **news)
        if job.handlers.visible:
            self.show_job(job.view)

    def _on_event(self, event: JobEvent) -> None:
        """On any thread: read here what needs files, then go on on the session's thread.

        How far a job is, is shown once for all that is said until then: a busy thread would have to show every bit.
        """
        job = self._jobs.get(event.token)
        if event.kind == "progress" and job is not None and self._is_said_already(job, event.payload):
            return
        apply: Callable[[], None] = nothing
        if event.kind == "news" and job is not None and job.handlers.news is not None:
            try:
                apply = job.handlers.news(event.payload)
            except (OSError, ValueError, ExplorerError):
                return  # a partial layout that has been replaced meanwhile: the next one comes
        self._post(lambda: self._handle(event, apply))

    def _is_said_already(self, job: _Job, said: Mapping[str, Any]) -> bool:
        """Note how far a job is; whether showing it is on its way."""
        with self._saying:
            waiting, job.said = job.said is not None, said
        return waiting

    def _handle(self, event: JobEvent, apply: Callable[[], None]) -> None:
        job = self._jobs.get(event.token)
        if job is None or self._closed:
            return
        if event.kind not in ("news", "progress"):
            self._finish(event, job)
            return
        job.begun = True
        if event.kind == "news":
            apply()
        else:
            with self._saying:
                said, job.said = job.said or event.payload, None
            self._show(job, message=said["message"], fraction=said["fraction"], facts=said["facts"], status=job.status)

    def _finish(self, event: JobEvent, job: _Job) -> None:
        del self._jobs[event.token]
        seconds = time.monotonic() - job.started
        if event.kind == "done":
            self._show(job, status="done", seconds=seconds, message="", fraction=1.0)
            job.handlers.done(event.payload)
        elif event.kind == "cancelled":
            self._show(job, status="cancelled", seconds=seconds, message="")
            job.handlers.cancelled()
        else:
            said = event.payload
            details = said.get("details", "")
            self._show(job, status="failed", seconds=seconds, message=said["what"], hint=said["hint"], details=details)
            job.handlers.failed(_with_details(WorkerError(said["what"], said["hint"]), details))

    # --- threads --------------------------------------------------------------------------------

    def read(self, work: Callable[[], T], done: Callable[[T], None], failed: OnFailed) -> None:
        """Run ``work``, which reads files, on a thread and bring its answer or error back."""
        self._run(self._files, work, done, failed)

    def search(self, kind: str, work: Callable[[], T], done: Callable[[T], None], failed: OnFailed) -> None:
        """The same for a neighbour search; one that waits is dropped when a newer one of its kind comes."""
        self._newest(kind, self._search, work, done, failed)

    def query(
        self, kind: str, work: Callable[[], T], done: Callable[[T], None], failed: OnFailed,
        interrupt: Callable[[], None] = nothing,
    ) -> None:  # fmt: skip
        """The same for a question to the engine, which answers one at a time; only the newest of a kind counts.

        interrupt : makes ``work`` end soon with an error; called when nobody waits for the answer any more.
        """

        number = self._latest.get(kind, 0) + 1

        def asked() -> T:
            with self._guard:
                if self._closed or number != self._latest[kind]:
                    raise Cancelled
                self._asking = (kind, interrupt)
            try:
                return work()
            finally:
                with self._guard:
                    self._asking = None

        self._newest(kind, self._queries, asked, done, failed)

    def drop(self, kind: str) -> None:
        """No answer to questions of this kind is wanted any more."""
        self._latest[kind] = self._latest.get(kind, 0) + 1
        self._interrupt(kind)

    def _interrupt(self, kind: str | None) -> None:
        """End the question under way if it is of this kind (None = any); one that begins later sees it by itself."""
        with self._guard:
            asking = self._asking
        if asking is not None and kind in (None, asking[0]):
            self._insist(asking)

    def _insist(self, asking: tuple[str, Callable[[], None]]) -> None:
        """Interrupt a question until it has ended: one that has only just begun may not have noticed."""
        with self._guard:
            if self._asking is not asking:
                return
            asking[1]()
        again = threading.Timer(INSIST, self._insist, (asking,))
        again.daemon = True
        again.start()

    def _newest(
        self, kind: str, pool: ThreadPoolExecutor, work: Callable[[], T], done: Callable[[T], None], failed: OnFailed
    ) -> None:
        number = self._latest[kind] = self._latest.get(kind, 0) + 1
        self._interrupt(kind)

        def latest() -> tuple[T] | None:
            return (work(),) if number == self._latest[kind] else None

        def answer(found: tuple[T] | None) -> None:
            if found is not None and number == self._latest[kind]:
                done(found[0])

        def refused(error: ExplorerError) -> None:
            if number == self._latest[kind]:
                failed(error)

        self._run(pool, latest, answer, refused)

    def _run(
        self, pool: ThreadPoolExecutor, work: Callable[[], T], done: Callable[[T], None], failed: OnFailed
    ) -> None:
        def answer(future: Future[T]) -> None:
            if future.cancelled() or self._closed:
                return
            error = future.exception()
            if error is None:
                self._post(lambda: done(future.result()))
            else:
                told = error if isinstance(error, ExplorerError) else _internal(error)
                self._post(lambda: failed(told))

        if not self._closed:
            pool.submit(work).add_done_callback(answer)

    def close(self) -> None:
        """End the workers and the threads; nothing is answered any more."""
        self._closed = True
        self._interrupt(None)
        self.long.close()
        self.quick.close()
        self.lasting.close()
        self._beside.close()
        for pool in (self._files, self._search, self._queries):
            pool.shutdown(wait=True, cancel_futures=True)


def _with_details(error: ExplorerError, details: str) -> ExplorerError:
    error.__cause__ = RuntimeError(details)
    return error


def _internal(error: BaseException) -> ExplorerError:
    what = f"Something went wrong inside the program ({type(error).__name__}: {error})."
    return _with_details(ExplorerError(what, "Please report this with the details."), repr(error))
