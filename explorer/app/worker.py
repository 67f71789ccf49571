"""The worker process: reads requests as JSON lines, does the heavy work, answers as JSON lines.

It ends with its parent: when its standard input closes, or, on Linux, by the kernel's parent-death signal.
What libraries print goes to standard error; standard output is kept for answers.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from explorer.app.tasks import TASKS
from explorer.core.progress import Cancelled, Progress, Report
from explorer.errors import ExplorerError

REPORT_EVERY = 0.1
"""Seconds between two progress lines at most; more would only keep the window busy."""


PAUSE = 0.05
"""Seconds between two looks whether a paused job may go on."""


class Worker:
    """One process's loop: a reader thread fills the queue, the main thread works."""

    def __init__(self, answers: int) -> None:
        self._answers = os.fdopen(answers, "wb", buffering=0)
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._paused: set[int] = set()

    def run(self) -> None:
        threading.Thread(target=self._listen, name="listener", daemon=True).start()
        while True:
            self._serve(self._queue.get())

    def _listen(self) -> None:
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if "cancel" in message:
                self._cancelled.add(message["cancel"])
            elif "pause" in message:
                (self._paused.add if message["on"] else self._paused.discard)(message["pause"])
            else:
                self._queue.put(message)
        os._exit(0)

    def _serve(self, message: Mapping[str, Any]) -> None:
        token = message["token"]
        try:
            answer = TASKS[message["kind"]](message["request"], self._progress(token), self._news(token))
            self._say(token, "done", answer)
        except Cancelled:
            self._say(token, "cancelled", {})
        except ExplorerError as error:
            details = "".join(traceback.format_exception(error))
            self._say(token, "failed", {"what": error.what, "hint": error.hint, "details": details})
        except MemoryError:
            what = "There is not enough memory for this corpus."
            self._say(token, "failed", {"what": what, "hint": "Close other programs or load fewer texts."})
        except Exception as error:  # noqa: BLE001 - the boundary: a failing job becomes a message, the worker lives
            self._say(token, "failed", _unexpected(error))

    def _progress(self, token: int) -> Progress:
        last = [0.0]

        def report(news: Report) -> None:
            now = time.monotonic()
            if now - last[0] >= REPORT_EVERY or news.fraction >= 1:
                last[0] = now
                payload = {"fraction": news.fraction, "message": news.message, "facts": dict(news.facts)}
                self._say(token, "progress", payload)

        return Progress(report, lambda: self._should_stop(token))

    def _should_stop(self, token: int) -> bool:
        """Whether a job was cancelled; one that is paused waits here until it may go on."""
        while token in self._paused and token not in self._cancelled:
            time.sleep(PAUSE)
        return token in self._cancelled

    def _news(self, token: int) -> Callable[[Mapping[str, Any]], None]:
        return lambda payload: self._say(token, "news", payload)

    def _say(self, token: int, kind: str, payload: Mapping[str, Any]) -> None:
        line = json.dumps({"token": token, "kind": kind, "payload": payload}).encode() + b"\n"
        with self._lock:
            self._answers.write(line)


def _unexpected(error: Exception) -> dict[str, str]:
    return {
        "what": f"Something went wrong inside the program ({type(error).__name__}: {error}).",
        "hint": "What was finished is kept. Please report this with the details.",
        "details": "".join(traceback.format_exception(error)),
    }


def _die_with(parent: int) -> None:
    """Ask the kernel to end this process with its parent (Linux); elsewhere the closed pipe does it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def main(parent: int, nice: int) -> None:
    """Serve requests until the parent goes away. ``nice`` leaves the processor to the window first."""
    _die_with(parent)
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.dup(1)
    os.dup2(2, 1)
    Worker(answers).run()
