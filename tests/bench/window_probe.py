"""One real window in a process of its own, watched while it works; prints what it saw as JSON.

python -m tests.bench.window_probe paint
python -m tests.bench.window_probe open CORPUS PROJECTS [VECTORS.npy]
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
STARTED = time.perf_counter()
HEAVY = ("torch", "transformers", "sentence_transformers", "sklearn", "numba", "pyod")
TICK = 5
"""Milliseconds between two ticks of the watchdog; a stall is what a tick comes late."""


def memory_mb() -> float:
    """Peak resident memory of this process, mapped files included, in megabytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6


class Watchdog:
    """Measures how late the event loop's ticks come."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.stalls: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK)

    def forgive(self) -> None:
        """Do not count what the probe itself has just done."""
        self._last = time.perf_counter()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.stalls.append((now - self._last) * 1000 - TICK)
        self._last = now


def paint() -> dict:
    """Seconds from the start of the process to the first painted window, and what had been imported by then."""
    from PySide6.QtCore import QTimer

    from explorer.app.settings import Settings
    from explorer.gui.application import make_application, make_window

    app = make_application("light")
    made = make_window(Settings(), lambda _: None)
    made.window.show()
    seen: dict = {}

    def painted() -> None:
        seen.update(seconds=time.perf_counter() - STARTED, heavy=[name for name in HEAVY if name in sys.modules])
        app.exit(0)

    QTimer.singleShot(0, painted)
    made.window.grab()
    app.exec()
    made.close()
    return seen


def open_corpus(corpus: Path, projects: Path, vectors: Path | None) -> dict:
    """Open a corpus in the window, watch until everything is computed, step through the strangest rows."""
    from explorer.app import operations as op
    from explorer.app.changes import Changes
    from explorer.app.session import OpenRequest
    from explorer.app.settings import Settings
    from explorer.core.corpus.corpus import Roles
    from explorer.core.pipeline import is_complete
    from explorer.core.plan import Plan
    from explorer.gui.application import make_application, make_window

    app = make_application("light")
    made = make_window(Settings(), lambda _: None, projects=projects)
    made.window.resize(1280, 800)
    made.window.show()
    session, when, watchdog = made.session, {}, Watchdog()

    def follow(state, changes) -> None:
        now = time.perf_counter()
        if changes & Changes.VECTORS and state.results.vectors is not None:
            when.setdefault("vectors", now)
        if changes & Changes.POSITIONS and state.results.positions is not None and "picture" not in when:
            made.window.grab()
            when["picture"] = time.perf_counter()
            watchdog.forgive()
        if any(message.level == "error" for message in state.messages):
            print(state.messages, file=sys.stderr)
            app.exit(1)
        if state.corpus is not None and state.job is None and is_complete(state.corpus, state.plan, state.results):
            app.exit(0)

    session.store.subscribe(follow)
    plan = Plan(vectors=None if vectors is None else str(vectors))
    session.open_corpus(OpenRequest(corpus, Roles(("question",)), plan=plan))
    app.exec()
    computing = list(watchdog.stalls)
    watchdog.stalls.clear()
    _step_through(app, session, op)
    seen = {
        "picture_seconds": when["picture"] - when["vectors"],
        "stall_ms": max(computing),
        "stall_99_ms": sorted(computing)[int(len(computing) * 0.99)],
        "review_stall_ms": max(watchdog.stalls),
        "ticks": len(computing),
        "memory_mb": memory_mb(),
        "heavy": [name for name in HEAVY if name in sys.modules],
    }
    made.close()
    return seen


def _step_through(app, session, op, steps: int = 40) -> None:
    """Go through the flagged rows and move the threshold, as a reviewer does, one action every 50 ms."""
    from PySide6.QtCore import QTimer

    done = [0]
    timer = QTimer()

    def act() -> None:
        done[0] += 1
        session.store.dispatch(op.step(direction=1, flagged_only=False))
        if done[0] % 4 == 0:
            session.store.dispatch(op.set_threshold(value=session.state.threshold.value * 0.99))
        if done[0] >= steps:
            timer.stop()
            app.exit(0)

    timer.timeout.connect(act)
    timer.start(50)
    app.exec()


if __name__ == "__main__":
    if sys.argv[1] == "paint":
        print(json.dumps(paint()))
    else:
        given = [Path(word) for word in sys.argv[2:]]
        print(json.dumps(open_corpus(given[0], given[1], given[2] if len(given) > 2 else None)))
