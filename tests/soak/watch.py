"""What is watched while somebody works in the window: how late the event loop turns, what is raised, what piles up."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import FrameType, TracebackType

import pyarrow
from PySide6.QtCore import QMessageLogContext, QObject, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget

from explorer.gui.qt_messages import OFFSCREEN
from explorer.gui.widgets.jobs_list import JobsList

BEAT = 5
"""Milliseconds between two beats of the event loop."""
LONG = 20.0
"""Milliseconds without a beat after which the window's thread is asked what it is doing."""
AGAIN = 10.0
"""Milliseconds until it is asked once more."""
DEPTH = 7
MESSAGES = ("This plugin does not support", OFFSCREEN)


@dataclass(frozen=True)
class Stall:
    """The event loop did not turn for ``wall`` ms; for ``queued`` of them the thread waited for a processor.

    worked : ms for which it had one; what is left it spent waiting for a lock, another thread's Python or the disk.
    places : what ran when it had lasted ``LONG`` ms and every ``AGAIN`` ms from then on, the innermost line first.
    """

    wall: float
    queued: float
    worked: float
    doing: str
    places: tuple[str, ...] = ()

    @property
    def ms(self) -> float:
        """What is left on a machine that has nothing else to do."""
        return max(self.wall - self.queued, 0.0)

    def __str__(self) -> str:
        times = f"{self.ms:.0f} ms, {self.worked:.0f} at work (and {self.queued:.0f} for a processor)"
        return "\n    ".join((f"{times} {self.doing}", *dict.fromkeys(self.places)))


class Pulse:
    """A timer that should beat every ``BEAT`` ms; ``doing`` names what the person does at the time."""

    def __init__(self) -> None:
        self.stalls: list[Stall] = []
        self.doing = "start"
        self._timer = QTimer(interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last, self._waited, self._worked = 0.0, 0.0, 0.0
        self._places: list[str] = []
        self._before = signal.signal(signal.SIGALRM, self._look)

    def start(self) -> None:
        self._listen()
        self._timer.start()

    def pause(self) -> None:
        """Do not count what the test itself does now; ``start`` goes on."""
        self._timer.stop()
        signal.setitimer(signal.ITIMER_REAL, 0)

    def stop(self) -> None:
        self.pause()
        signal.signal(signal.SIGALRM, self._before)

    def _listen(self) -> None:
        self._last, self._waited, self._worked = time.perf_counter(), _queued(), time.thread_time()
        self._places = []
        signal.setitimer(signal.ITIMER_REAL, LONG / 1000, AGAIN / 1000)

    def _beat(self) -> None:
        wall = (time.perf_counter() - self._last) * 1000 - BEAT
        if wall > LONG / 2:
            worked = (time.thread_time() - self._worked) * 1000
            self.stalls.append(Stall(wall, _queued() - self._waited, worked, self.doing, tuple(self._places)))
        self._listen()

    def _look(self, _: int, frame: FrameType | None) -> None:
        """No beat for long: the lines that run, the innermost first; none where it is Qt itself that works."""
        if frame is not None and frame.f_code.co_name != "_beat":
            self._places.append(" < ".join(islice(_lines(frame), DEPTH)))


def _lines(frame: FrameType | None) -> Iterator[str]:
    """The lines that run, without a look into their files: that would be part of the stall."""
    while frame is not None:
        name = frame.f_code.co_filename.rpartition("/")[2]
        if name != "soak.py":
            yield f"{name}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back


def _queued() -> float:
    """Milliseconds for which this thread has been ready to run, and had no processor."""
    said = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
    return int(said.read_text().split()[1]) / 1e6 if said.exists() else 0.0


class Complaints:
    """Whatever Python or Qt says that nobody should ever see; context manager."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __enter__(self) -> Complaints:
        self._hook, sys.excepthook = sys.excepthook, self._raised
        self._thread_hook, threading.excepthook = threading.excepthook, self._raised_beside
        self._unraisable, sys.unraisablehook = sys.unraisablehook, self._lost
        self._qt = qInstallMessageHandler(self._qt_says)
        return self

    def __exit__(self, *_: object) -> None:
        sys.excepthook, threading.excepthook = self._hook, self._thread_hook
        sys.unraisablehook = self._unraisable
        qInstallMessageHandler(self._qt)

    def _raised(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.said.append("".join(traceback.format_exception(kind, error, trace)))

    def _raised_beside(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._raised(args.exc_type, args.exc_value, args.exc_traceback)

    def _lost(self, args: object) -> None:
        error = getattr(args, "exc_value", None)
        self.said.append(f"lost: {error!r} in {getattr(args, 'object', None)!r}")

    def _qt_says(self, kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not message.startswith(MESSAGES):
            self.said.append(f"Qt: {message}")


@dataclass(frozen=True)
class Inventory:
    """What there is of everything, at rest."""

    widgets: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)
    python: Counter[str] = field(default_factory=Counter)
    megabytes: float = 0.0
    threads: int = 0
    files: int = 0

    @classmethod
    def take(cls) -> Inventory:
        for _ in range(3):
            gc.collect()
        _give_back()
        widgets = [widget for widget in QApplication.allWidgets() if not _is_bounded(widget)]
        return cls(
            Counter(map(_name, widgets)),
            Counter(_name(child) for top in _tops() for child in top.findChildren(QObject) if not _is_bounded(child)),
            Counter(_type(thing) for thing in gc.get_objects() if _is_ours(thing)),
            memory("RssAnon"),
            len(list(Path("/proc/self/task").iterdir())),
            len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - a Path would open one more
        )

    def grown(self, before: Inventory) -> dict[str, int]:
        """What there is more of than ``before``, by class."""
        found: Counter[str] = Counter()
        for what in ("widgets", "objects", "python"):
            found |= getattr(self, what) - getattr(before, what)
        return dict(found.most_common())


def _tops() -> list[QObject]:
    """Whatever has no parent that Qt knows of."""
    app = QApplication.instance()
    return [*(widget for widget in QApplication.topLevelWidgets() if widget.parent() is None), *([app] if app else [])]


def _is_bounded(thing: QObject) -> bool:
    """Part of the list of jobs, which keeps the last ones and no more."""
    parent: QObject | None = thing
    while parent is not None and not isinstance(parent, JobsList):
        parent = parent.parent()
    return parent is not None


def _name(thing: QObject) -> str:
    name = thing.metaObject().className()
    return (
        f"{name} in {thing.parent().metaObject().className()}"
        if isinstance(thing, QWidget) and thing.parent()
        else name
    )


def _is_ours(thing: object) -> bool:
    return str(type(thing).__module__).startswith("explorer.")


def _type(thing: object) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}"


def _give_back() -> None:
    """Let the allocators return what is free, so that memory says what is held."""
    pyarrow.default_memory_pool().release_unused()
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).malloc_trim(0)


def memory(name: str) -> float:
    """A line of /proc/self/status in megabytes (RssAnon: this process's own memory, mapped files left out)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def load_now() -> str:
    """How busy the machine is, to be said beside numbers."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())
