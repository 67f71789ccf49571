"""Random actions in the real window: what a person may do in any order must never raise, leak, or hold the window up.

    python -m tests.soak.soak [--actions 2000] [--rows 100000] [--seed 1]

Every action is drawn from a seeded list. Told at the end: exceptions and error messages, widgets and memory before and
after, and the longest times for which the event loop did not turn, with the actions that they belong to.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.session import OpenRequest
from explorer.app.settings import Settings
from explorer.core.corpus.corpus import Roles
from explorer.core.pipeline import is_complete
from explorer.core.plan import Plan
from explorer.core.query.predicates import Expression, Filters, Moments, Range, Values
from explorer.core.query.search import TextQuery
from explorer.gui.application import make_application, make_window
from explorer.gui.theme import apply_theme
from explorer.gui.widgets.map.compiled import load
from explorer.gui.widgets.map.view import MapView

BEAT = 5
"""Milliseconds between two beats of the event loop that is watched."""
WORDS = (
    "card",
    "bank",
    "transfer",
    "refund",
    "delay",
    "app",
    "login",
    "fee",
    "cash",
    "exchange",
    "lost",
    "stolen",
    "new",
)
LANGUAGES = ("en", "de", "fr", "es")


@dataclass
class Outcome:
    """What a session showed."""

    errors: list[str] = field(default_factory=list)
    widgets: tuple[int, int] = (0, 0)
    megabytes: tuple[float, float] = (0.0, 0.0)
    stalls: list[tuple[float, str]] = field(default_factory=list)


def write_corpus(folder: Path, rows: int, seed: int) -> tuple[Path, Path]:
    """Texts with a label, a date and a number, and vectors in clusters for them."""
    random = np.random.default_rng(seed)
    file, vectors = folder / "soak.csv", folder / "soak.npy"
    picked = random.integers(0, len(WORDS), (rows, 7))
    days = np.datetime64("2026-01-01") + random.integers(0, 300, rows)
    with file.open("w", encoding="utf-8") as out:
        out.write("text,lang,day,amount\n")
        for row in range(rows):
            words = " ".join(WORDS[word] for word in picked[row])
            out.write(f"{words} {row},{LANGUAGES[picked[row, 0] % 4]},{days[row]},{picked[row, 1] * 1.5}\n")
    middles = random.normal(size=(60, 32)) * 3
    np.save(vectors, (middles[random.integers(0, 60, rows)] + random.normal(size=(rows, 32))).astype(np.float32))
    return file, vectors


class Person:
    """Acts in the window at random."""

    def __init__(self, folder: Path, rows: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.outcome = Outcome()
        self.app = make_application("light")
        self._hook, sys.excepthook = sys.excepthook, self._note
        made = make_window(Settings(), lambda _: None, projects=folder / "projects")
        self.made, self.window, self.session = made, made.window, made.session
        self.window.show()
        load()
        file, vectors = write_corpus(folder, rows, seed)
        plan = Plan(vectors=str(vectors))
        self.session.open_corpus(OpenRequest(file, Roles(("text",), label="lang", date="day"), plan=plan))
        self.until(self._complete)
        self.map = self.window.findChildren(MapView)[0]

    def _note(self, kind: type[BaseException], error: BaseException, trace: object) -> None:
        self.outcome.errors.append(f"{kind.__name__}: {error}")
        self._hook(kind, error, trace)  # type: ignore[arg-type]

    def _complete(self) -> bool:
        state = self.session.state
        return state.corpus is not None and state.job is None and is_complete(state.corpus, state.plan, state.results)

    def until(self, ready: Callable[[], bool], patience: float = 560) -> None:
        end = time.monotonic() + patience
        while not ready():
            assert time.monotonic() < end, self.session.state.messages
            self.turn(20)

    def turn(self, milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    # --- what can be done -----------------------------------------------------------------------

    def act(self) -> str:
        """Do one thing; its name."""
        deeds = (self._key, self._menu, self._drag, self._click, self._wheel, self._filter, self._search, self._mark)
        weights = (0.2, 0.16, 0.14, 0.14, 0.12, 0.1, 0.07, 0.07)
        return deeds[self.random.choice(len(deeds), p=weights)]()

    def _some(self, *choices: str) -> str:
        return str(self.random.choice(choices))

    def _spot(self) -> QPoint:
        return QPoint(*(int(self.random.integers(2, side - 2)) for side in (self.map.width(), self.map.height())))

    def _key(self) -> str:
        key = self._some("N", "P", "C", "F", "U", "1", "2", "Escape", "0", "V", "B", "L", "M", "Left", "Plus", "Minus")
        QTest.keyClick(self.map, getattr(Qt.Key, f"Key_{key}"))
        return f"key {key}"

    def _menu(self) -> str:
        name = self._some(
            "undo", "undo", "redo", "grow", "invert", "select_none", "select_shown", "filter_selection",
            "clear_filters", "next_text", "previous_text", "back", "find_next", "trash", "restore", "fit",
            "select_window",
        )  # fmt: skip
        self.window.actions_by_name[name].trigger()
        return f"menu {name}"

    def _drag(self) -> str:
        start, keys = self._spot(), Qt.KeyboardModifier.NoModifier
        if self.random.random() < 0.5:
            keys = Qt.KeyboardModifier.ShiftModifier
        QTest.mousePress(self.map, Qt.MouseButton.LeftButton, keys, start)
        for _ in range(6):
            QTest.mouseMove(self.map, self._spot())
        QTest.mouseRelease(self.map, Qt.MouseButton.LeftButton, keys, self._spot())
        return "drag"

    def _click(self) -> str:
        QTest.mouseMove(self.map, self._spot())
        QTest.mouseClick(self.map, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, self._spot())
        return "click"

    def _wheel(self) -> str:
        for _ in range(3):
            QTest.keyClick(self.map, Qt.Key.Key_Plus if self.random.random() < 0.6 else Qt.Key.Key_Minus)
        return "zoom"

    def _filter(self) -> str:
        predicate = [
            Values("lang", (self._some(*LANGUAGES),)),
            Range("amount", 3.0, float(self.random.integers(4, 20))),
            Moments("day", "2026-02-01", "2026-06-01"),
            Expression("amount > 6 and flagged"),
        ][self.random.integers(4)]
        if len(self.session.state.filters.chips) > 3:
            self.session.store.dispatch(filtering.set_filters(filters=Filters()))
        self.session.store.dispatch(filtering.add_filter(predicate=predicate))
        return f"filter {predicate.kind}"

    def _search(self) -> str:
        mode = self._some("words", "phrase", "regex", "none")
        query = None if mode == "none" else TextQuery(self._some(*WORDS, "lost card", "["), mode)  # type: ignore[arg-type]
        self.session.store.dispatch(filtering.search(query=query))
        return f"search {mode}"

    def _mark(self) -> str:
        dispatch, state = self.session.store.dispatch, self.session.state
        deed = self._some("label", "note", "colour", "threshold", "detector", "theme", "hide")
        if deed == "label":
            dispatch(marking.add_label(name=self._some("spam", "odd", "later")))
            dispatch(marking.give_label(rows=state.targets, name=state.labels[0].name if state.labels else "spam"))
        elif deed == "note" and state.current is not None:
            dispatch(marking.write_note(row=state.current, text=self._some("", "look", "ask")))
        elif deed == "colour":
            dispatch(op.set_colour(colour_by=self._some("\0anomaly", "lang", "day", "amount", "\0trust", "\0labels")))
        elif deed == "threshold":
            dispatch(op.set_threshold(share=float(self.random.uniform(0, 0.1))))
        elif deed == "detector":
            dispatch(op.show_detector(detector=self._some("knn", "lof")))
        elif deed == "theme":
            apply_theme(self.app, self._some("light", "dark"))  # type: ignore[arg-type]
        elif deed == "hide":
            dispatch(op.hide_entries(names=[self._some(*LANGUAGES)]))
        return deed


def memory() -> float:
    """Megabytes of this process in memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def session(folder: Path, *, actions: int, rows: int, seed: int) -> Outcome:
    """A whole session; the window is closed at the end."""
    person = Person(folder, rows, seed)
    outcome, last, doing = person.outcome, [time.perf_counter()], ["start"]
    beat = QTimer(interval=BEAT, timerType=Qt.TimerType.PreciseTimer)

    def watch() -> None:
        now = time.perf_counter()
        outcome.stalls.append(((now - last[0]) * 1000 - BEAT, doing[0]))
        last[0] = now

    beat.timeout.connect(watch)
    person.turn(500)
    last[0] = time.perf_counter()
    beat.start()
    before: tuple[int, float] = (0, 0.0)
    for number in range(actions):
        if number == actions // 4:  # what is made on demand is there by now
            before = len(QApplication.allWidgets()), memory()
        doing[0] = person.act()
        person.turn(10)
    person.turn(1_000)
    beat.stop()
    state = person.session.state
    outcome.errors += [message.what for message in state.messages if message.level == "error"]
    outcome.widgets = before[0], len(QApplication.allWidgets())
    outcome.megabytes = before[1], memory()
    outcome.stalls = sorted(outcome.stalls, reverse=True)[:12]
    person.made.close()
    sys.excepthook = person._hook
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--actions", type=int, default=2_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        found = session(Path(folder), actions=options.actions, rows=options.rows, seed=options.seed)
    print(f"{options.actions:,} actions on {options.rows:,} rows: {len(found.errors)} errors {found.errors[:5]}")
    grown = f"{found.widgets[0]} -> {found.widgets[1]}"
    print(f"widgets {grown}, memory {found.megabytes[0]:.0f} -> {found.megabytes[1]:.0f} MB")
    print("longest stalls:", ", ".join(f"{stall:.0f} ms ({name})" for stall, name in found.stalls))
    return 1 if found.errors else 0


if __name__ == "__main__":
    sys.exit(main())
