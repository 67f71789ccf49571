"""A walk through the whole window with a real corpus: every feature once, a picture of each in light and dark.

    python -m tests.walk.walk OUT [--theme light|dark]

The corpus is the bundled sample (real questions, CC BY) with a date and an amount for each text, which are made up so
that there is something to show on the timeline and the axes. Needs no display (then it is drawn offscreen).
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QListWidget, QPushButton, QTableView, QTreeWidget, QWidget

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.labels import names_at
from explorer.app.opening import OpenRequest
from explorer.app.settings import Settings
from explorer.app.state import ANOMALY
from explorer.core.corpus.corpus import Roles
from explorer.core.pipeline import is_complete
from explorer.core.query.predicates import Moments, Values
from explorer.core.query.search import TextQuery
from explorer.gui.application import make_application, make_window
from explorer.gui.exporting import PictureDialog, RowsDialog
from explorer.gui.map.colouring import LABELS
from explorer.gui.sample import sample_file
from explorer.gui.theme import apply_theme
from explorer.gui.widgets.map.compiled import load
from explorer.gui.widgets.map.view import MapView

F = TypeVar("F", bound=QWidget)
PATIENCE = 900.0
SETTLE = 450
"""Milliseconds before a picture: longer than the map's glide."""


def with_dates(target: Path) -> Path:
    """The sample with a made-up day and amount for each text; misplaced texts come in two bursts."""
    random = np.random.default_rng(5)
    with sample_file().open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "day", "amount"])
        writer.writeheader()
        for row in rows:
            burst = row["source"] != "banking77"
            days = int(random.choice([40, 41, 130])) if burst else int(180 * random.beta(2, 1.6))
            amount = round(float(random.lognormal(3 + 0.1 * len(row["intent"]) % 2, 0.8)), 2)
            writer.writerow({**row, "day": date(2026, 4, 1) + timedelta(days), "amount": amount})
    return target


class Walk:
    """The window, and what a person does in it."""

    def __init__(self, out: Path, theme: str) -> None:
        self.out, self.theme = out, theme
        self.folder = Path(tempfile.mkdtemp(prefix="walk-"))
        self.app = make_application(theme)  # type: ignore[arg-type]
        self.made = make_window(Settings(theme=theme), lambda _: None, projects=self.folder)  # type: ignore[arg-type]
        self.window, self.session = self.made.window, self.made.session
        self.number = 0
        self.window.show()

    @property
    def state(self):
        return self.session.state

    def do(self, operation: object) -> None:
        self.session.store.dispatch(operation)  # type: ignore[arg-type]

    def act(self, name: str) -> None:
        self.window.actions_by_name[name].trigger()

    def wait(self, ready: Callable[[], bool] = lambda: True, settle: int = SETTLE) -> None:
        end = time.monotonic() + PATIENCE
        while not ready():
            assert time.monotonic() < end, "waited in vain"
            self._run(30)
        self._run(settle)

    def _run(self, milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def complete(self) -> bool:
        state = self.state
        errors = [message for message in state.messages if message.level == "error"]
        assert not errors, errors
        return state.corpus is not None and state.job is None and is_complete(state.corpus, state.plan, state.results)

    def picture(self, name: str, widget: QWidget | None = None) -> None:
        self._run(SETTLE)
        self.number += 1
        file = self.out / f"{self.number:02}-{name}-{self.theme}.png"
        assert (widget or self.window).grab().save(str(file)), file
        print(file.name, flush=True)

    def panel(self, title: str) -> None:
        self.window.panels.show(title)

    @property
    def map(self) -> MapView:
        return self.window.findChildren(MapView)[0]

    def choose(self, name: str, words: str) -> None:
        box = next(box for box in self.window.findChildren(QComboBox) if box.accessibleName() == name)
        place = next(place for place in range(box.count()) if words in box.itemText(place))
        box.setCurrentIndex(place)
        box.activated.emit(place)

    def find(self, kind: type[F], name: str) -> F:
        return next(widget for widget in self.window.findChildren(kind) if widget.accessibleName() == name)

    def press(self, name: str) -> None:
        QTest.mouseClick(self.find(QPushButton, name), Qt.MouseButton.LeftButton)

    def drag(self, start: QPoint, stops: list[QPoint], keys: Qt.KeyboardModifier, picture: str) -> None:
        """Press, move, take a picture before letting go."""
        QTest.mousePress(self.map, Qt.MouseButton.LeftButton, keys, start)
        for stop in stops:
            QTest.mouseMove(self.map, stop)
            self._run(20)
        self.picture(picture)
        QTest.mouseRelease(self.map, Qt.MouseButton.LeftButton, keys, stops[-1])


def walk(out: Path, theme: str) -> None:
    """Everything, in the order in which a person meets it."""
    w = Walk(out, theme)
    w.picture("welcome")
    corpus = with_dates(w.folder / "bank-questions.csv")
    w.session.open_corpus(OpenRequest(corpus, Roles(("question",), "ticket", "intent", "day")))
    w.wait(lambda: w.state.results.pca is not None)
    w.picture("first-picture")
    w.wait(w.complete)
    load()
    w.act("next")
    w.picture("map-and-first-flagged")
    _map(w)
    _selection(w)
    _search_and_filters(w)
    _labels(w)
    _review(w)
    _quality(w)
    _benchmark(w)
    _export(w)
    _layouts(w)
    _dialogs(w)
    w.made.close()
    _again(out, theme, w.folder)


def _map(w: Walk) -> None:
    w.choose("Colour by", "intent")
    w.wait()
    w.picture("colour-by-category")
    w.do(op.hide_entries(names=_legend(w)[1:4]))
    w.picture("legend-hides-classes")
    w.do(op.hide_entries(names=[]))
    w.choose("Colour by", "Trust")
    w.picture("trust-of-the-map")
    w.choose("Colour by", "day")
    w.picture("colour-by-time")
    w.choose("Colour by", "Anomaly")


def _legend(w: Walk) -> list[str]:
    counts = {}
    for value in w.state.corpus.table["intent"].to_pylist():
        counts[value] = counts.get(value, 0) + 1
    return sorted(counts, key=counts.__getitem__, reverse=True)


def _selection(w: Walk) -> None:
    size = w.map.size()
    middle = QPoint(size.width() // 2, size.height() // 2)
    w.drag(middle - QPoint(90, 70), [middle, middle + QPoint(40, 30)], Qt.KeyboardModifier.ShiftModifier, "box")
    assert w.state.selection.size > 0
    w.map.set_tool("lasso")
    round_ = [middle + QPoint(int(150 * np.cos(a)), int(110 * np.sin(a))) for a in np.linspace(0, 6, 40)]
    w.drag(round_[0], round_[1:], Qt.KeyboardModifier.ShiftModifier, "lasso-adds")
    w.map.set_tool("pan")
    before = w.state.selection.size
    w.act("grow")
    assert w.state.selection.size >= before
    w.picture("selection-grown")
    w.act("filter_selection")
    w.wait(lambda: w.state.shown is not None)
    w.picture("only-the-selection")
    w.act("undo")
    w.wait(lambda: w.state.shown is None)
    w.act("select_none")


def _search_and_filters(w: Walk) -> None:
    w.panel("Documents")
    w.do(filtering.search(query=TextQuery("exchange rate", "words")))
    w.wait(lambda: not w.state.search.running)
    w.act("find_next")
    w.picture("search-words")
    w.do(filtering.search(query=TextQuery("my card was swallowed by the machine", "meaning")))
    w.wait(lambda: not w.state.search.running)
    assert not w.state.search.error, w.state.search.error
    w.picture("search-meaning")
    w.do(filtering.search(query=TextQuery("(", "regex")))
    w.wait(lambda: bool(w.state.search.error))
    w.picture("search-error")
    w.do(filtering.search(query=None))
    w.do(filtering.add_filter(predicate=Moments("day", "2026-05-08", "2026-05-15")))
    w.do(filtering.add_filter(predicate=Values("source", ("banking77",))))
    place = len(w.state.filters.chips) - 1
    w.do(filtering.replace_filter(place=place, chip=replace(w.state.filters.chips[place], inverted=True)))
    w.wait(lambda: w.state.shown is not None)
    w.picture("filters-and-timeline")
    w.act("clear_filters")
    w.wait(lambda: w.state.shown is None)


def _labels(w: Walk) -> None:
    for name in ("off topic", "refund", "check"):
        w.do(marking.add_label(name=name))
    rows = np.flatnonzero(w.state.flagged)[:37]
    w.do(op.select(rows=rows))
    w.do(marking.give_label(rows=rows, name="off topic"))
    w.act("next")
    QTest.keyClick(w.window, Qt.Key.Key_3)
    assert "check" in names_at(w.state.label_bits, w.state.labels, w.state.current)
    w.do(marking.write_note(row=w.state.current, text="Ask the branch who sent this."))
    w.do(op.set_colour(colour_by=LABELS))
    w.picture("labels-and-note")
    w.do(marking.put_in_trash(rows=rows[:12]))
    w.do(marking.show_trash(show=True))
    w.panel("Documents")
    w.picture("trash")
    w.do(marking.show_trash(show=False))
    w.act("undo")
    w.panel("Anomalies")
    w.picture("undone")
    w.do(op.set_colour(colour_by=ANOMALY))


def _review(w: Walk) -> None:
    """The line, the reasons, and a decision about some of what is flagged."""
    w.panel("Anomalies")
    w.do(op.set_threshold(share=0.005))
    w.act("next_new")
    w.wait(lambda: w.state.explainer is not None)
    for deed in ("confirm_on", "confirm_on", "dismiss_on", "confirm_on"):
        w.act(deed)
    w.press("Which words make it strange")
    w.wait(lambda: w.state.words is not None and bool(w.state.words.said))
    w.picture("review")


def _quality(w: Walk) -> None:
    """Duplicates go to the trash, a doubtful label is corrected, another found right."""
    w.panel("Quality")
    checks = w.find(QTreeWidget, "Checks")
    for name in ("near_duplicate", "label_error"):
        entries = [checks.topLevelItem(place) for place in range(checks.topLevelItemCount())]
        checks.setCurrentItem(next(entry for entry in entries if entry.data(0, Qt.ItemDataRole.UserRole) == name))
        w.wait()
        if name == "near_duplicate":
            w.picture("duplicates")
            before = w.state.trash_count
            w.press("Move the others to the trash")
            assert w.state.trash_count > before
    table = w.find(QTableView, "Doubtful labels")
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(0, 0)).center()
    )
    w.act("accept_label")
    w.act("reject_label")
    assert len(w.state.corrections) == 2
    w.picture("doubtful-labels")


def _benchmark(w: Walk) -> None:
    """Three detectors on the open corpus and its column of sources."""
    w.panel("Benchmark")
    w.choose("Label column", "source")
    for name, wanted in (("Encoders", ("Lexical",)), ("Detectors", ("knn", "pca", "hbos"))):
        ticks = w.find(QListWidget, name)
        for place in range(ticks.count()):
            on = ticks.item(place).text().startswith(wanted)
            ticks.item(place).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
    w.wait(lambda: w.find(QPushButton, "Measure").isEnabled())
    w.picture("benchmark-asks")
    w.press("Measure")
    w.wait(lambda: w.state.job is not None, 50)
    w.wait(lambda: w.state.job is None)
    w.picture("benchmark")
    w.press("Recommend")
    w.wait(lambda: w.state.job is not None, 50)
    w.wait(lambda: w.state.job is None)
    w.picture("recommendation")


def _export(w: Walk) -> None:
    """The report, with what was decided, and the corpus as it should be."""
    w.panel("Report")
    report, corrected = w.folder / "report.csv", w.folder / "corrected.csv"
    w.session.export_report(report)
    w.session.export_corrected(corrected, without_trash=True)
    w.wait(lambda: report.exists() and corrected.exists() and w.state.job is None)
    with report.open(encoding="utf-8", newline="") as lines:
        triage = [row["triage"] for row in csv.DictReader(lines)]
    assert (triage.count("confirmed"), triage.count("dismissed")) == (3, 1)
    with corrected.open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == w.state.rows - w.state.trash_count
    w.picture("report")


def _layouts(w: Walk) -> None:
    for layout, name in (("tsne", "t-sne"), ("umap-3d", "three-dimensions"), ("umap", "back")):
        w.session.change_plan(replace(w.state.plan, layout=layout))
        if layout == "umap-3d":
            w.panel("Jobs")
            w.wait(lambda: w.state.job is not None, 50)
            w.picture("jobs")
        w.wait(w.complete, 900)
        w.picture(name)
    w.panel("Anomalies")


def _dialogs(w: Walk) -> None:
    w.act("palette")
    w._run(100)
    QTest.keyClicks(QApplication.focusWidget(), "tsne")
    w.picture("command-palette")
    w.act("palette")
    w.act("shortcuts")
    w.picture("shortcuts", QApplication.activeModalWidget())
    QApplication.activeModalWidget().close()
    for dialog, name in (
        (RowsDialog(w.state, w.window), "export-rows"),
        (PictureDialog(w.window.map_snapshot().title, w.window, dark=w.theme == "dark"), "export-picture"),
    ):
        dialog.show()
        w.picture(name, dialog)
        dialog.close()
    apply_theme(w.app, "dark" if w.theme == "light" else "light")
    w._run(300)
    apply_theme(w.app, w.theme)  # type: ignore[arg-type]
    w.window.resize(3840, 2160)
    w.picture("4k")


def _again(out: Path, theme: str, folder: Path) -> None:
    """The next start, after an end that nobody wanted."""
    project = next(folder.glob("*.textmap"))
    made = make_window(Settings(theme=theme, unfinished=str(project)), lambda _: None, projects=folder)  # type: ignore[arg-type]
    made.window.show()
    loop = QEventLoop()
    QTimer.singleShot(SETTLE, loop.quit)
    loop.exec()
    made.window.grab().save(str(out / f"99-go-on-{theme}.png"))
    made.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    walk(options.out, options.theme)


if __name__ == "__main__":
    main()
