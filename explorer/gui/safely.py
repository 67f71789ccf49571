"""Views that are shown the state one by one, so that one that fails takes no other with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.gui.error_dialog import unexpected


class View(Protocol):
    """Whatever redraws itself when the state changes."""

    def show_state(self, state: AppState, changes: Changes) -> None: ...


class Safely:
    """Shows the state to views in order. What one of them raises is said once; it is asked again the next time."""

    def __init__(self, session: Session, views: Sequence[View]) -> None:
        self._session = session
        self._views = tuple(views)
        self._said: set[tuple[type[View], str]] = set()

    def show_state(self, state: AppState, changes: Changes) -> None:
        for view in self._views:
            try:
                view.show_state(state, changes)
            except Exception as error:  # noqa: BLE001 - the boundary: a view that cannot draw must not stop the others
                self._tell(view, error)

    def _tell(self, view: View, error: Exception) -> None:
        fault = (type(view), repr(error))
        if fault not in self._said:
            self._said.add(fault)
            self._session.say(unexpected(error))
