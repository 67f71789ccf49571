"""The window over a project of a million texts, in a process of its own; prints what it saw as JSON.

python -m tests.bench.million_probe PROJECT
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from tests.bench.memory import memory_mb

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
QUIET = 0.5
"""Seconds without an answer after which the next action is taken."""
PATIENCE = 60.0


def since_start() -> float:
    """Seconds since the system made this process, imports included."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


class Person:
    """Opens the project and does one thing after the other, watched."""

    def __init__(self, project: Path) -> None:
        from explorer.app.settings import Settings
        from explorer.gui.application import make_application, make_window
        from tests.bench.window_probe import Watchdog

        self.app = make_application("light")
        self.made = make_window(Settings(), lambda _: None, projects=project.parent)
        self.window, self.session = self.made.window, self.made.session
        self.window.resize(1280, 800)
        self.window.show()
        self.seen: dict[str, float] = {}
        self.busy = time.perf_counter()
        self.session.store.subscribe(lambda *_: self._note())
        self.watchdog = Watchdog()
        self.window.open_path(project)

    def _note(self) -> None:
        self.busy = time.perf_counter()

    def until(self, ready: Callable[[], bool], what: str) -> None:
        """Run the event loop, as it runs for a person."""
        from PySide6.QtCore import QEventLoop, QTimer

        end = time.perf_counter() + PATIENCE
        loop, timer = QEventLoop(), QTimer()
        timer.timeout.connect(lambda: loop.quit() if ready() or time.perf_counter() > end else None)
        timer.start(5)
        loop.exec()
        if not ready():
            raise SystemExit(f"waited in vain: {what}; {self.session.state.messages}")

    def open(self) -> None:
        """Until the map of all points has been painted."""
        from PySide6.QtCore import QEvent, QObject

        from explorer.gui.widgets.map.compiled import load_in_background
        from explorer.gui.widgets.map.view import MapView

        view, painted = self.window.findChildren(MapView)[0], []

        class Eye(QObject):
            def eventFilter(self, _: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint and view.points.is_shown:
                    painted.append(event)
                return False

        eye = Eye()
        view.installEventFilter(eye)
        self.until(lambda: bool(painted), "the map")
        self.seen["open_s"] = since_start()
        load_in_background().join()  # as the program does after its first paint
        view.removeEventFilter(eye)
        self.rest()
        self.watchdog.stalls.clear()

    def rest(self) -> None:
        """Until nothing has happened for a while."""
        self.until(lambda: time.perf_counter() - self.busy > QUIET, "rest")

    def act(self, name: str, do: Callable[[], None], ready: Callable[[], bool] = lambda: True) -> None:
        """Do something, wait until it is shown everywhere; how long that took and the longest stall on the way."""
        self.watchdog.forgive()
        self.watchdog.stalls.clear()
        start = time.perf_counter()
        do()
        self.until(lambda: ready() and self._is_drawn(), name)
        self.seen[f"{name}_ms"] = (time.perf_counter() - start) * 1000
        self.busy = time.perf_counter()
        self.rest()
        self.seen[f"{name}_stall_ms"] = max(self.watchdog.stalls)

    def _is_drawn(self) -> bool:
        """Whether the map shows what is wanted."""
        return self.window._map._map.points.is_shown


def actions(person: Person) -> Iterator[tuple]:
    """Name, what is done, and when it is shown."""
    from explorer.app import filtering, marking
    from explorer.app import operations as op
    from explorer.core.query.predicates import Expression, Range
    from explorer.core.query.search import TextQuery
    from explorer.gui.map.colouring import REGIONS

    session, store, colours = person.session, person.session.store, person.window._map._colours

    def state():
        return session.state

    def do(operation) -> Callable[[], None]:
        return lambda: store.dispatch(operation)

    def coloured() -> Callable[[], bool]:
        before = colours.shown
        return lambda: colours.shown is not before

    def press(name: str) -> Callable[[], None]:
        return person.window.actions_by_name[name].trigger

    yield (
        "filter_number",
        do(filtering.add_filter(predicate=Range("amount", 20, 60))),
        lambda: state().shown is not None,
    )
    before = state().shown
    yield (
        "filter_expression",
        do(filtering.add_filter(predicate=Expression("anomaly_score > 0.1 and team = 'team 7'"))),
        lambda: state().shown is not before,
    )
    yield "filters_off", press("undo"), lambda: state().shown_count > 100_000
    yield "search", do(filtering.search(query=TextQuery("refund"))), lambda: state().search.found is not None
    yield "select_all", press("select_shown")
    yield "label", do(marking.add_label(name="odd"))
    yield "label_all", lambda: store.dispatch(marking.give_label(rows=state().targets, name="odd"))
    yield "undo_label", press("undo")
    yield "invert", press("invert")
    yield "colour_number", do(op.set_colour(colour_by="amount")), coloured()
    yield "colour_category", do(op.set_colour(colour_by="team")), coloured()
    yield "colour_region", do(op.set_colour(colour_by=REGIONS)), coloured()
    yield "hide_entry", do(op.hide_entries(names=["team 1"]))
    yield "colour_anomaly", do(op.set_colour(colour_by="\0anomaly")), coloured()
    yield "detector", do(op.show_detector(detector="lof")), coloured()
    for place in range(3):
        yield f"threshold_{place}", lambda: store.dispatch(op.set_threshold(value=state().threshold.value * 0.98))
    yield "share", do(op.set_threshold(share=0.02))
    yield "flag", do(op.override_flags(rows=[5, 6], flag=True))
    yield "undo_flag", press("undo")
    yield "step", press("next")
    yield "step_again", press("next")
    yield "current", do(op.set_current(row=123_456)), lambda: bool(state().neighbours.source)
    yield "current_again", do(op.set_current(row=654_321)), lambda: bool(state().neighbours.source)
    yield "grow", press("grow")
    yield "trash", do(marking.put_in_trash(rows=np.arange(1000))), lambda: state().trash_count > 0
    yield "undo_trash", press("undo")
    yield "select_window", press("select_window")
    yield "clear", press("select_none")
    for panel in ("Documents", "Anomalies", "Filters", "Labels", "Report", "Text"):
        yield f"panel_{panel}", lambda panel=panel: person.window.panels.show(panel)


def main(project: Path) -> dict[str, float]:
    person = Person(project)
    person.open()
    person.seen["memory_open_mb"] = memory_mb("VmHWM")
    for step in actions(person):
        person.act(*step)
        if os.environ.get("VERBOSE"):
            name = step[0]
            print(f"{name:20} {person.seen[name + '_ms']:8.0f} {person.seen[name + '_stall_ms']:8.0f}", file=sys.stderr)
    person.seen |= {"memory_mb": memory_mb("VmHWM"), "private_mb": memory_mb("RssAnon")}
    person.made.close()
    return person.seen


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
