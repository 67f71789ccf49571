"""Undo and redo, across restarts: every action as the fields that it changed, before and after.

A step is kept in the project in the same transaction as the change itself, so that neither exists without the
other. What changes many times within a moment (a threshold that is dragged, a selection that is moved) is one step.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.app.project_database import ProjectDatabase, StoredStep
from explorer.app.state import AppState, HistoryView
from explorer.app.work import WORK, changed_fields, describe
from explorer.errors import ExplorerError, ProjectError

MOMENT = 1.0
"""Seconds within which changes of the same passing field are one step."""
PASSING = (("plan",), ("selection",), ("hidden",))
"""Fields that are moved rather than set."""


@dataclass(frozen=True)
class Undone:
    """What to put back, and what was undone (redone) in words."""

    values: Mapping[str, Any]
    words: str


class History:
    """The steps of one project. ``state`` is what is stored in it now."""

    def __init__(self, database: ProjectDatabase, state: AppState) -> None:
        self._database = database
        self._state = state
        self._encoded: dict[str, bytes] = {}
        self._last: tuple[tuple[str, ...], float] | None = None

    def view(self) -> HistoryView:
        """What undo and redo would do."""
        return HistoryView(*self._database.history_words())

    def record(self, state: AppState) -> bool:
        """Keep what has changed since the last call; whether there was anything. Raises ``ProjectError``."""
        names = changed_fields(self._state, state)
        if not names:
            return False
        before = {name: getattr(self._state, name) for name in names}
        after = {name: getattr(state, name) for name in names}
        old = {name: self._stored(name) for name in names}
        new = {name: WORK[name].encode(value) for name, value in after.items()}
        now = time.monotonic()
        words = describe(before, after)
        # Of the parameters only the threshold is moved; two other changes of them are two steps.
        what = (*names, words) if names == ("plan",) else names
        joins = names in PASSING and self._last is not None and what == self._last[0]
        close = self._last is not None and now - self._last[1] < MOMENT
        self._database.save_step(StoredStep(words, old, new), join=joins and close)
        self._last = (what, now)
        self._encoded.update(new)
        self._state = state
        return True

    def _stored(self, name: str) -> bytes:
        if name not in self._encoded:
            self._encoded[name] = WORK[name].encode(getattr(self._state, name))
        return self._encoded[name]

    def undo(self) -> Undone | None:
        """Go one step back in the project; the values that the state is to have then."""
        return self._move(back=True)

    def redo(self) -> Undone | None:
        """Go one step forward again."""
        return self._move(back=False)

    def _move(self, *, back: bool) -> Undone | None:
        step = self._database.next_step(back=back)
        if step is None:
            return None
        stored = step.before if back else step.after
        values = self._understood(stored)
        self._database.move_in_history(back=back)
        self._encoded.update(stored)
        self._last = None
        return Undone(values, step.words)

    def _understood(self, stored: Mapping[str, bytes]) -> dict[str, Any]:
        try:
            return {name: WORK[name].decode(value, self._state.rows) for name, value in stored.items()}
        except (ValueError, TypeError, KeyError, ExplorerError) as error:
            raise ProjectError(
                "This step cannot be undone or done again: what was kept of it is damaged.", "Nothing has changed."
            ) from error

    def restored(self, state: AppState) -> None:
        """``state`` has what ``undo`` or ``redo`` gave: nothing of it is a new action."""
        self._state = state
