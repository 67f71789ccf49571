"""A session with a loop of its own, for tests without a window."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from pathlib import Path

from explorer.app.opening import OpenRequest
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.corpus.corpus import Roles
from explorer.core.pipeline import is_complete
from explorer.core.plan import Plan

LEXICAL = Plan(encoder="lexical")
QUESTIONS = Roles(("question",), id="ticket", label="intent")


class Desk:
    """A session with a loop of its own: ``until`` runs what other threads post."""

    def __init__(self, folder: Path) -> None:
        self.calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.session = Session(self.calls.put, folder)

    @property
    def state(self) -> AppState:
        return self.session.state

    def until(self, ready: Callable[[], bool], timeout: float = 90) -> None:
        end = time.monotonic() + timeout
        while not ready():
            assert time.monotonic() < end, f"waited in vain; job {self.state.job}, messages {self.state.messages}"
            try:
                call = self.calls.get(timeout=0.05)
            except queue.Empty:
                continue
            call()

    def open(self, path: Path, plan: Plan = LEXICAL) -> None:
        self.session.open_corpus(OpenRequest(path, QUESTIONS, plan=plan))
        self.until(self.complete)

    def complete(self) -> bool:
        state = self.state
        return state.corpus is not None and state.job is None and is_complete(state.corpus, state.plan, state.results)
