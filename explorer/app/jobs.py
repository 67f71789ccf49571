"""Heavy work in one worker process, driven and supervised by one background thread.

A job is an immutable JSON request with a token. The worker (``worker.py``) answers with JSON lines; large
results are files in the project folder. Cancelling is answered at once: whatever the worker still says under
that token is dropped, and a worker that has not stopped after ``GRACE`` seconds is ended and replaced, which
loses nothing that was finished. A worker that dies is reported as an error of the job that it was doing.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

Kind = Literal["progress", "news", "done", "failed", "cancelled"]
GRACE = 3.0
"""Seconds that a cancelled job has to wind down before its process is ended."""


@dataclass(frozen=True)
class JobEvent:
    """What a job says, on the supervising thread (``cancelled``: on the thread that cancelled).

    progress: fraction, message, facts. news: something is ready (a stage, a partial layout).
    done: the job's answer. failed: what, hint, details. Exactly one of done, failed, cancelled ends a job.
    """

    token: int
    kind: Kind
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Job:
    token: int
    kind: str
    request: Mapping[str, Any]


class Workers:
    """Where worker processes come from and go to."""

    def start(self, nice: int, log: Path | None) -> subprocess.Popen[bytes]:
        """A worker that waits for its first job. Raises ``OSError``."""
        kept: IO[bytes] | int = subprocess.DEVNULL if log is None else log.open("ab")
        try:
            return subprocess.Popen(worker_command(nice), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=kept)
        finally:
            if not isinstance(kept, int):
                kept.close()

    def let_go(self, worker: subprocess.Popen[bytes], *, clean: bool) -> None:
        """End a worker. clean : it has answered whatever it was told, so that another runner could go on with it."""
        worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


WORKERS = Workers()


class JobRunner:
    """Runs jobs one after the other. ``on_event`` must be safe to call from any thread.

    The worker starts with the first job.
    """

    def __init__(
        self,
        on_event: Callable[[JobEvent], None],
        log: Path | None = None,
        *,
        nice: int = 5,
    ) -> None:
        self._on_event = on_event
        self._log = log
        self._nice = nice
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._tokens = itertools.count(1)
        self._lock = threading.Lock()
        self._ended: set[int] = set()
        self._paused: set[int] = set()
        self._running: int | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._interrupted = False
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="job-supervisor", daemon=True)
        self._thread.start()

    def submit(self, kind: str, request: Mapping[str, Any], token: int | None = None) -> int:
        """Queue a job. Its token marks all its events: the caller's own, which no other job has, or a new one."""
        token = next(self._tokens) if token is None else token
        self._queue.put(_Job(token, kind, dict(request)))
        return token

    def cancel(self, token: int) -> None:
        """End a job, queued or running. The ``cancelled`` event is sent before this returns."""
        with self._lock:
            if token in self._ended:
                return
            self._ended.add(token)
            running = self._running == token
            self._interrupted |= running
        self._on_event(JobEvent(token, "cancelled"))
        if running:
            self._tell({"cancel": token})
            timer = threading.Timer(GRACE, self._end_if_still, (token,))
            timer.daemon = True
            timer.start()

    def pause(self, token: int, *, on: bool) -> None:
        """Hold a job at its next step, one that waits as soon as it begins; or let it go on."""
        self._interrupted = True
        (self._paused.add if on else self._paused.discard)(token)
        self._tell({"pause": token, "on": on})

    def close(self) -> None:
        """End the worker and the thread; waits for both. Running jobs end without an event."""
        with self._lock:
            self._closing = True
            clean = self._running is None and not self._interrupted
            if self._worker is not None and not clean:
                self._worker.kill()
        self._queue.put(None)
        self._thread.join()
        if self._worker is not None:
            WORKERS.let_go(self._worker, clean=clean)

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker, if one runs (the fault tests kill it)."""
        return self._worker.pid if self._worker is not None and self._worker.poll() is None else None

    # --- the supervising thread -----------------------------------------------------------------

    def _serve(self) -> None:
        while (job := self._queue.get()) is not None and not self._closing:
            with self._lock:
                if job.token in self._ended:
                    continue
                self._running = job.token
            self._do(job)
            with self._lock:
                self._running = None

    def _do(self, job: _Job) -> None:
        try:
            worker = self._hand_over(job)
        except OSError as error:
            self._emit(_failure(job.token, f"The worker process cannot be started: {error}.", str(error)))
            return
        if worker is None:
            return
        assert worker.stdout is not None
        for line in worker.stdout:
            event = _event(line)
            if event is None or event.token != job.token:
                continue
            self._emit(event)
            if event.kind in ("done", "failed", "cancelled"):
                return
        self._report_death(job.token, worker)

    def _hand_over(self, job: _Job) -> subprocess.Popen[bytes] | None:
        """The worker that has the job, a new one if the last has died; None when everything is being closed."""
        message = {"token": job.token, "kind": job.kind, "request": job.request}
        worker = self._ensure_worker()
        if worker is not None and not self._tell(message):
            worker = self._ensure_worker()
            self._tell(message)
        if job.token in self._paused:
            self._tell({"pause": job.token, "on": True})
        return worker

    def _report_death(self, token: int, worker: subprocess.Popen[bytes]) -> None:
        code = worker.wait()
        if not self._closing:
            self._emit(_failure(token, _obituary(code), f"exit code {code}"))

    def _emit(self, event: JobEvent) -> None:
        with self._lock:
            if event.token in self._ended or self._closing:
                return
            if event.kind in ("done", "failed", "cancelled"):
                self._ended.add(event.token)
        self._on_event(event)

    # --- the worker process ---------------------------------------------------------------------

    def _ensure_worker(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._closing:
                return None
            if self._worker is not None and self._worker.poll() is None:
                return self._worker
            if self._worker is not None:
                WORKERS.let_go(self._worker, clean=False)
            self._worker = WORKERS.start(self._nice, self._log)
            return self._worker

    def _tell(self, message: Mapping[str, Any]) -> bool:
        """Send one line; False when the worker is gone (its end is noticed where its answers are read)."""
        with self._lock:
            if self._worker is None or self._worker.stdin is None:
                return False
            try:
                self._worker.stdin.write(json.dumps(message).encode() + b"\n")
                self._worker.stdin.flush()
            except OSError:
                return False
            return True

    def _end_if_still(self, token: int) -> None:
        with self._lock:
            if self._running == token and self._worker is not None:
                self._worker.kill()


def worker_command(nice: int) -> list[str]:
    """How this program starts itself as a worker, also when frozen into one executable."""
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "explorer"]
    return [*start, "--worker", str(os.getpid()), str(nice)]


def _event(line: bytes) -> JobEvent | None:
    try:
        values = json.loads(line)
        return JobEvent(values["token"], values["kind"], values["payload"])
    except (ValueError, KeyError, TypeError):
        return None


def _failure(token: int, what: str, details: str) -> JobEvent:
    hint = "What was finished is kept; start again to go on from there."
    return JobEvent(token, "failed", {"what": what, "hint": hint, "details": details})


def _obituary(code: int) -> str:
    if code == -9:
        return "The worker process was ended by the system, most often because memory ran out."
    return f"The worker process ended unexpectedly ({f'signal {-code}' if code < 0 else f'exit code {code}'})."
