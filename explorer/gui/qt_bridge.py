"""The one way from another thread into the window: a queued signal that runs a function on the main thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot


class QtBridge(QObject):
    """Made on the main thread. ``post`` may be called from any thread; after ``close`` nothing arrives any more."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._open = True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, work: Callable[[], None]) -> None:
        """Run ``work`` on the main thread, later, in the order of posting."""
        with contextlib.suppress(RuntimeError):  # the application is gone, and with it whoever waited for this
            self._posted.emit(work)

    def close(self) -> None:
        """Drop what is still on its way."""
        self._open = False

    @Slot(object)
    def _run(self, work: Callable[[], None]) -> None:
        if self._open:
            work()
