"""Every GUI test runs offscreen and fails on what it leaves behind: Qt warnings, windows, threads, processes."""

from __future__ import annotations

import gc
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pytestqt.qtbot import QtBot

if TYPE_CHECKING:
    from window_driver import Driver

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QMessageLogContext, QThreadPool, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from explorer.app import jobs

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
        left = [thread for thread in threading.enumerate() if thread not in threads and not _may_stay(thread)]
        known = {*children, *getattr(jobs.WORKERS, "pids", ())}
        processes = {pid: name for pid, name in _child_processes().items() if pid not in known}
        if not (left or processes) or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    assert not left, f"threads still running: {left}"
    assert not processes, f"processes still running: {processes}"


def _windows_left(before: set[QWidget]) -> list[QWidget]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [widget for widget in QApplication.topLevelWidgets() if widget not in before]


def _may_stay(thread: threading.Thread) -> bool:
    """One that has ended, that paints whatever map there is, or that starts workers for all tests."""
    return not thread.is_alive() or thread.name.startswith(("map-painter", "warm-workers"))


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


# --- a real window over a finished project ------------------------------------------------------


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 120 texts with every kind of column, computed once; tests work on copies."""
    from panel_desk import make_project

    return make_project(tmp_path_factory.mktemp("finished"))


@pytest.fixture
def own_project(finished_project: Path, tmp_path: Path) -> Path:
    """A copy of ``finished_project`` that a test may do anything to."""
    return Path(shutil.copytree(finished_project, tmp_path / "questions.textmap"))


@pytest.fixture
def make_window_driver(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Driver]]:
    """Opens windows, and closes them in the end."""
    made: list[Driver] = []

    def make(**options: Any) -> Driver:
        from window_driver import Driver

        made.append(Driver(qtbot, tmp_path / "projects", **options))
        return made[-1]

    yield make
    for driver in made:
        driver.close()


@pytest.fixture
def at_work(make_window_driver: Callable[..., Driver], own_project: Path) -> Driver:
    """A window with a finished project."""
    driver = make_window_driver()
    driver.open_project(own_project)
    return driver
