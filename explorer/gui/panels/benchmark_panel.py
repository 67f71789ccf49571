"""Which encoder and which detector find what is odd, where a label column tells: measured, predicted, compared."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QWidget,
)

from explorer.app.benchmark_view import BenchmarkView
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.benchmark.grid import Place
from explorer.gui.benchmark.cells import named_place
from explorer.gui.benchmark.form import BenchmarkForm
from explorer.gui.benchmark.heat_page import HeatPage
from explorer.gui.benchmark.table_page import TablePage
from explorer.gui.parts import UNIT, column, counted, line, named, number, prose, scrolled
from explorer.gui.status_bar import job_words
from explorer.gui.widgets.empty_state import EmptyState

FILES = "Results (*.csv);;LaTeX table (*.tex)"
TITLE = "Nothing measured yet"
SENTENCE = (
    "A benchmark measures which encoder and which detector find what is odd in texts like yours, where a label column "
    "tells. Choose what to measure, or open the results of an earlier one."
)
MEASURE_TIP = "Everything that is ticked; what was measured before is not measured again"
FORM, HEAT, TABLE = range(3)
LINES = 3
"""Lines of the sentences beside the buttons that are seen without scrolling."""


class BenchmarkPanel(QWidget):
    """Three pages: what to measure, the heat map, the table; below them what is done and where it lies."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: BenchmarkView | None = None
        self._overtaken: BenchmarkView | None = None
        self._form = BenchmarkForm(session)
        self._heat, self._table = HeatPage(), TablePage()
        self._pages = QTabWidget()
        self._stacks = [QStackedWidget() for _ in (HEAT, TABLE)]
        self._run = named(QPushButton("&Measure"), "Measure", MEASURE_TIP)
        self._stop = named(QPushButton("St&op"), "Stop measuring", "What is measured is kept")
        self._words = prose()
        self._open = named(QPushButton("Open &results…"), "Open results", "Those of an earlier benchmark")
        self._folder = named(QPushButton("Open &folder"), "Open the folder of the results", "Tables and vectors")
        self._save = named(QPushButton("Save &as…"), "Save the results", "As CSV, or as a LaTeX table")
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        named(self._pages, "Benchmark").setDocumentMode(True)
        self._pages.addTab(scrolled(self._form), "&What to measure")
        for stack, page, words in zip(self._stacks, (self._heat, self._table), ("&Heat map", "&Table"), strict=True):
            empty = EmptyState(TITLE, SENTENCE, "Choose what to measure")
            empty.action_requested.connect(lambda: self._pages.setCurrentIndex(FORM))
            stack.addWidget(empty)
            stack.addWidget(page)
            self._pages.addTab(stack, words)
        # Words wrapped at the width of a tab not seen yet would make the window higher.
        self._pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._pages.setMinimumHeight(14 * UNIT)
        self._said = scrolled(self._words)  # nothing moves as the sentences become longer
        self._said.setFixedHeight(LINES * self._words.fontMetrics().lineSpacing() + UNIT // 2)
        self._words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        whole = column(self)
        whole.setSpacing(UNIT // 2)
        whole.addWidget(self._pages, 1)
        whole.addLayout(self._buttons())
        self._listen()

    def _buttons(self) -> QHBoxLayout:
        row = line()
        row.addWidget(self._run)
        row.addWidget(self._stop)
        row.addWidget(self._said, 1)
        for button in (self._open, self._folder, self._save):
            row.addWidget(button)
        return row

    def _listen(self) -> None:
        self._form.changed.connect(self._form_changed)
        self._pages.currentChanged.connect(lambda _: self._show_words(self._session.state))
        self._run.clicked.connect(lambda _: self._measure())
        self._stop.clicked.connect(lambda _: self._session.benchmarks.cancel())
        self._heat.place_chosen.connect(self._table.show_place)
        self._table.place_chosen.connect(self._heat.show_place)
        self._heat.predict_wanted.connect(self._session.benchmarks.predict)
        self._heat.measure_wanted.connect(self._measure_one)
        self._open.clicked.connect(lambda _: self._choose_results())
        self._folder.clicked.connect(lambda _: self._open_folder())
        self._save.clicked.connect(lambda _: self._save_as())

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.CORPUS:
            self._form.show_corpus(state)
        elif changes & Changes.ROLES:
            self._form.show_label(state.label_column)
        if changes & Changes.BENCHMARK and state.benchmark is not self._shown:
            self._show_view(state.benchmark)
        if changes & (Changes.BENCHMARK | Changes.CORPUS | Changes.JOB):
            self._show_words(state)

    def _show_view(self, view: BenchmarkView | None) -> None:
        self._shown = view
        for stack in self._stacks:
            stack.setCurrentIndex(0 if view is None else 1)
        if view is not None:
            self._heat.show_view(view)
            self._table.show_view(view)

    def _show_words(self, state: AppState) -> None:
        view = state.benchmark
        running = view is not None and view.job is not None
        problem = self._form.problem
        self._run.setEnabled(not running and not problem)
        self._run.setToolTip(problem or MEASURE_TIP)
        self._stop.setEnabled(running)
        for button in (self._folder, self._save):
            button.setEnabled(view is not None and bool(view.cells))
        words = running_words(state, view) if view is not None and running else self._idle_words(view)
        self._words.setText(words)
        self._words.setToolTip(words)

    def _form_changed(self) -> None:
        self._overtaken = self._shown
        self._show_words(self._session.state)

    def _idle_words(self, view: BenchmarkView | None) -> str:
        """On the first page what would be measured or why nothing can be; beside results what became of them."""
        problem = view.problem if view is not None and view is not self._overtaken else ""
        if view is not None and self._pages.currentIndex() != FORM:
            return problem or " ".join((result_words(view), *view.said))
        if self._form.problem:
            return self._form.problem
        return problem or " ".join((self._cells_words(), *self._form.said))

    def _cells_words(self) -> str:
        asked, only = self._form.request(), self._form.only
        cells = len(asked.corpora) * len(asked.encoders) * len(asked.detectors) if only is None else len(only)
        return f"{counted(cells, 'cell')} to measure."

    # --- intents --------------------------------------------------------------------------------

    def _measure(self) -> None:
        self._session.benchmarks.measure(self._form.request(), self._form.folder, self._form.only)
        self._pages.setCurrentIndex(HEAT)

    def _measure_one(self, place: Place) -> None:
        view = self._session.state.benchmark
        if view is not None and view.request is not None:
            self._session.benchmarks.measure(view.request, view.folder, [place])

    def _choose_results(self) -> None:
        start = self._form.folder if self._form.folder.is_dir() else self._session.projects_folder
        name = QFileDialog.getExistingDirectory(self, "Open the results of a benchmark", str(start))
        if name:
            self._session.benchmarks.open(Path(name), self._show_opened)

    def _show_opened(self, view: BenchmarkView) -> None:
        self._form.show_benchmark(view)
        self._pages.setCurrentIndex(HEAT)

    def _open_folder(self) -> None:
        view = self._session.state.benchmark
        if view is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(view.folder)))

    def _save_as(self) -> None:
        view = self._session.state.benchmark
        if view is None:
            return
        start = self._session.projects_folder / f"{view.folder.name}.csv"
        name, kind = QFileDialog.getSaveFileName(self, "Save the results", str(start), FILES)
        if name:
            path, usual = Path(name), kind.rpartition("*")[2].rstrip(")") or ".csv"
            self._session.benchmarks.save_as(path if path.suffix else path.with_suffix(usual))


def running_words(state: AppState, view: BenchmarkView) -> str:
    """``4 of 28 cells. bank_questions: lexical, lof · 12 %``."""
    job = next((job for job in state.jobs if job.token == view.job), None)
    asked = view.request.only if view.request is not None else None
    places = view.places() if asked is None else asked
    done = f"{number(len(view.cells))} of {counted(len(places), 'cell')} measured."
    now = next((place for place in places if place not in view.cells), None)
    if job is None or now is None:
        return done
    return f"{done} {named_place(view, now)}: {job_words(job)}"


def result_words(view: BenchmarkView) -> str:
    """``9 of 28 cells measured, 19 predicted, 1 failed.``"""
    measured, total = view.measured_count(), len(view.places())
    failed = len(view.cells) - measured
    said = [f"{number(measured)} of {counted(total, 'cell')} measured"]
    said += [f"{number(len(view.guesses))} predicted"] if view.guesses else []
    said += [f"{number(failed)} failed"] if failed else []
    return f"{', '.join(said)}."
