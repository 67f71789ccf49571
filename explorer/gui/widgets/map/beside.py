"""Work beside the window's thread, of which only the newest counts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, Signal, Slot

Work = Callable[[], Callable[[], None]]
"""Done on another thread; what it returns is called on the window's."""


class Beside(QObject):
    """Does one piece of work at a time; of those that are asked for meanwhile, the last one follows.

    Errors are raised on the window's thread, where they are told as any other.
    """

    _done = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._running = False
        self._next: Work | None = None
        self._done.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    def ask(self, work: Work) -> None:
        """Do this now or as soon as what is under way has ended."""
        if self._running:
            self._next = work
        else:
            self._start(work)

    def _start(self, work: Work) -> None:
        self._running = True
        pool = ThreadPoolExecutor(1, thread_name_prefix="map-beside")
        pool.submit(work).add_done_callback(self._tell)
        pool.shutdown(wait=False)  # the thread ends with the work

    def _tell(self, done: Future[Callable[[], None]]) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone, and with it whoever waited for this
            self._done.emit(done)

    @Slot(object)
    def _finish(self, done: Future[Callable[[], None]]) -> None:
        self._running = False
        following, self._next = self._next, None
        if following is not None:
            self._start(following)
        done.result()()
