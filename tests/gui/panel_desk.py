"""Panels over a real session without a window: a small corpus with every kind of column, computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from pytestqt.qtbot import QtBot

from explorer.app.changes import Changes
from explorer.app.headless import run_corpus
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.app.store import Operation
from explorer.core.corpus.corpus import Roles
from explorer.core.pipeline import is_complete
from explorer.core.plan import Plan
from explorer.gui.application import make_application
from explorer.gui.qt_bridge import QtBridge
from tests.conftest import sample_rows

TIMEOUT = 30_000
ROWS = 120
STRANGE = {
    3: "\u0645\u0631\u062d\u0628\u0627 card \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
    4: "Cafe\u0301 card \U0001f469\u200d\U0001f680\U0001f4b3 na\u0308ive",
    5: "card " + "all work and no play " * 50_000,
}
"""Right to left, combining and beyond 16 bits, and a text of 1 MB."""


class Panel(Protocol):
    def show_state(self, state: AppState, changes: Changes) -> None: ...


def make_project(folder: Path) -> Path:
    """A finished project whose corpus has numbers, dates, truth values, one value only, and no value at all."""
    rows = sample_rows(ROWS)
    texts = [STRANGE.get(place, row["question"]) for place, row in enumerate(rows)]
    table = {
        "question": texts,
        "ticket": [row["ticket"] for row in rows],
        "intent": [row["intent"] for row in rows],
        "amount": [float(place % 40) for place in range(ROWS)],
        "opened": [date(2026, 1, 1) + timedelta(days=place) for place in range(ROWS)],
        "paid": [place % 3 == 0 if place else None for place in range(ROWS)],
        "branch": ["main"] * ROWS,
        "nothing": [float("nan")] * ROWS,
        "note": [f"note {place % 7}" for place in range(ROWS)],
    }
    pq.write_table(pa.table(table), folder / "questions.parquet")
    roles = Roles(("question",), id="ticket", label="intent")
    plan = Plan(encoder="lexical", flag_share=0.05)
    return run_corpus(folder / "questions.parquet", folder, roles, plan).project


class PanelDesk:
    """A session with its panels; ``until`` waits while answers come in."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        make_application("light")
        self.qtbot = qtbot
        self._bridge = QtBridge()
        self.session = Session(self._bridge.post, folder)

    @property
    def state(self) -> AppState:
        return self.session.state

    def open(self, project: Path) -> None:
        self.session.open_project(project)
        self.until(self.complete)

    def complete(self) -> bool:
        state = self.state
        assert not [message for message in state.messages if message.level == "error"], state.messages
        return state.corpus is not None and state.job is None and is_complete(state.corpus, state.plan, state.results)

    def follow(self, panels: Sequence[Panel]) -> None:
        for panel in panels:
            self.session.store.subscribe(panel.show_state)

    def do(self, operation: Operation) -> None:
        self.session.store.dispatch(operation)

    def until(self, ready: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(ready, timeout=TIMEOUT)

    def close(self) -> None:
        self.session.close()
        self._bridge.close()
