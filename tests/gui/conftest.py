"""Every GUI test runs offscreen and fails on what it leaves behind: Qt warnings, windows, threads, processes."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QMessageLogContext, QThreadPool, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

# Said by the offscreen platform itself about every top-level widget with a size of its own, and every popup.
_EXPECTED_MESSAGES = tuple(
    f"This plugin does not support {what}" for what in ("propagateSizeHints()", "raise()", "grabbing the")
)
_GRACE_SECONDS = 5.0


@pytest.fixture(autouse=True)
def no_stray_qt_messages(qapp: QApplication) -> Iterator[list[str]]:
    """Fails the test if Qt has warned of anything. A test that provokes a warning clears the list it gets here."""
    messages: list[str] = []

    def note(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not message.startswith(_EXPECTED_MESSAGES):
            messages.append(message)

    previous = qInstallMessageHandler(note)
    yield messages
    qInstallMessageHandler(previous)
    assert not messages, f"Qt warned: {messages}"


@pytest.fixture(autouse=True)
def no_leaked_windows(qapp: QApplication) -> Iterator[None]:
    """Fails the test if a top-level widget outlives it. Give widgets to ``qtbot.addWidget``."""
    before = set(QApplication.topLevelWidgets())
    yield
    leaked = _windows_left(before)
    if leaked:
        gc.collect()
        leaked = _windows_left(before)
    assert not leaked, f"left open: {leaked}"


@pytest.fixture(autouse=True)
def no_running_threads() -> Iterator[None]:
    """Fails the test if a thread or a child process still runs a few seconds after it."""
    threads, children = set(threading.enumerate()), _child_processes()
    yield
    assert QThreadPool.globalInstance().waitForDone(int(_GRACE_SECONDS * 1000)), "Qt's thread pool still works"
    deadline = time.monotonic() + _GRACE_SECONDS
    while True:
        left = [thread for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
        processes = {pid: name for pid, name in _child_processes().items() if pid not in children}
        if not (left or processes) or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    assert not left, f"threads still running: {left}"
    assert not processes, f"processes still running: {processes}"


def _windows_left(before: set[QWidget]) -> list[QWidget]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [widget for widget in QApplication.topLevelWidgets() if widget not in before]


def _child_processes() -> dict[int, str]:
    """Running children of this process, where /proc tells; Python's own resource tracker, which stays, is not one."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            words = (stat.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == os.getpid() and state != "Z" and "resource_tracker" not in words:
            found[int(stat.parent.name)] = words
    return found
