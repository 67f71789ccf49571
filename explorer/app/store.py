"""The one place where the state changes, and the one notification that says so."""

from __future__ import annotations

from collections.abc import Callable

from explorer.app.changes import Changes
from explorer.app.state import AppState

Operation = Callable[[AppState], tuple[AppState, Changes]]
"""An intent of the person or news from a job: given the state, the next state and what changed."""

Listener = Callable[[AppState, Changes], None]


class Store:
    """Holds the state; to be used from one thread. A listener that dispatches is served after the present round."""

    def __init__(self, state: AppState | None = None) -> None:
        self._state = state or AppState()
        self._listeners: list[Listener] = []
        self._waiting: list[Operation] = []
        self._notifying = False

    @property
    def state(self) -> AppState:
        return self._state

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after every change, in order of subscription; returns the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def dispatch(self, operation: Operation) -> None:
        """Apply an operation and tell everybody, unless it changed nothing."""
        self._waiting.append(operation)
        if self._notifying:
            return
        self._notifying = True
        try:
            while self._waiting:
                self._apply(self._waiting.pop(0))
        finally:
            self._notifying = False
            self._waiting.clear()

    def _apply(self, operation: Operation) -> None:
        self._state, changes = operation(self._state)
        if changes is Changes.NONE:
            return
        for listener in tuple(self._listeners):
            listener(self._state, changes)
