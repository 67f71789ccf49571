"""Work of the window's thread spread over turns of its event loop, so that none of them is long."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget


def paint_later(window: QWidget, change: Callable[[], None]) -> None:
    """Change everything in this turn and paint it in the next, so that a key or the mouse need not wait for both."""
    if not window.updatesEnabled():
        return change()
    window.setUpdatesEnabled(False)
    QTimer.singleShot(0, window, lambda: window.setUpdatesEnabled(True))
    return change()
