"""A window that is painted in a turn of the event loop of its own where the turn that changed it has been long."""

from __future__ import annotations

import time
from collections.abc import Iterable

from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

LONG = 0.02
"""Seconds of work after which keys and mouse come before the picture."""
NEXT_TURN = 1
"""Milliseconds; what is due after 0 is done in the same turn."""


class PaintTurns(QObject):
    """Holds back what Qt asks a window to paint until keys and mouse were asked, if there was work for ``LONG``.

    The turn before counts as well: Qt paints at the beginning of a turn, before it looks at what else has come.

    guests : parts that may have been windows of their own. What is asked of them then is asked of them, and paints
    the whole window, after they have been put back.
    """

    def __init__(self, window: QWidget, guests: Iterable[QWidget] = ()) -> None:
        super().__init__(window)
        self._window = window
        self._began = self._began_before = time.thread_time()
        self._painting = False
        self._next = QTimer(self, singleShot=True, interval=NEXT_TURN, timerType=Qt.TimerType.PreciseTimer)
        self._next.timeout.connect(self._paint)
        QAbstractEventDispatcher.instance().awake.connect(self._begin)
        for part in (window, *guests):
            part.installEventFilter(self)

    def _begin(self) -> None:
        self._began_before, self._began = self._began, time.thread_time()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.UpdateRequest or self._painting or not self._is_inside(watched):
            return False
        if not self._next.isActive() and time.thread_time() - self._began_before > LONG:
            self._next.start()
        return self._next.isActive()

    def _is_inside(self, part: QObject) -> bool:
        return isinstance(part, QWidget) and part.window() is self._window

    def _paint(self) -> None:
        self._painting = True
        try:
            QApplication.sendEvent(self._window, QEvent(QEvent.Type.UpdateRequest))
        finally:
            self._painting = False
