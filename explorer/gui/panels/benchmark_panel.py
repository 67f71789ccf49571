"""Which encoder and which detector find what is odd: measured and predicted where a label column tells, else
recommended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
from explorer.app.benchmarking import RESULTS, corpus_names
from explorer.app.changes import Changes
from explorer.app.recommend_view import RecommendView
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.benchmark.grid import Place
from explorer.gui.benchmark.cells import named_place
from explorer.gui.benchmark.form import BenchmarkForm
from explorer.gui.benchmark.heat_page import HeatPage
from explorer.gui.benchmark.recommend_page import ASK, RecommendPage
from explorer.gui.benchmark.table_page import TablePage
from explorer.gui.parts import UNIT, column, counted, line, named, number, prose, scrolled
from explorer.gui.status_bar import job_words
from explorer.gui.widgets.empty_state import EmptyState

FILES = "Results (*.csv);;LaTeX table (*.tex)"
RANKING = "Ranking (*.csv)"
TITLE = "Nothing measured yet"
SENTENCE = (
    "A benchmark measures which encoder and which detector find what is odd in texts like yours, where a label column "
    "tells. Choose what to measure, or open the results of an earlier one."
)
MEASURE_TIP = "Everything that is ticked; what was measured before is not measured again"
ASK_TIP = "Needs no labels: compares what is ticked and says which to take, why, and how far to trust it"
WITHOUT = f"Without labels: {ASK}"
FORM, HEAT, TABLE, ADVICE = range(4)
LINES = 3
"""Lines of the sentences beside the buttons that are seen without scrolling."""


class BenchmarkPanel(QWidget):
    """Four pages: what to measure, the heat map, the table, the recommendation; below them what is done and where."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: BenchmarkView | None = None
        self._overtaken: BenchmarkView | None = None
        self._form = BenchmarkForm(session)
        self._heat, self._table = HeatPage(), TablePage()
        self._advice = RecommendPage()
        self._pages = QTabWidget()
        self._stacks = [QStackedWidget() for _ in (HEAT, TABLE)]
        self._run = named(QPushButton("&Measure"), "Measure", MEASURE_TIP)
        self._ask = named(QPushButton("Recomme&nd…"), "Recommend", ASK_TIP)
        self._stop = named(QPushButton("St&op"), "Stop measuring", "What is measured or compared is kept")
        self._words = prose()
        self._open = named(QPushButton("Open &results…"), "Open results", "Those of an earlier benchmark")
        self._folder = named(QPushButton("Open &folder"), "Open the folder of the results", "Tables and vectors")
        self._save = named(QPushButton("Save &as…"), "Save the results", "Results as CSV or LaTeX, a ranking as CSV")
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
        self._pages.addTab(self._advice, "Recommendat&ion")
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
        for button in (self._run, self._ask, self._stop):
            row.addWidget(button)
        row.addWidget(self._said, 1)
        for button in (self._open, self._folder, self._save):
            row.addWidget(button)
        return row

    def _listen(self) -> None:
        self._form.changed.connect(self._form_changed)
        self._pages.currentChanged.connect(lambda _: self._show_words(self._session.state))
        self._run.clicked.connect(lambda _: self._measure())
        self._ask.clicked.connect(lambda _: self._recommend())
        self._stop.clicked.connect(lambda _: self._stop_all())
        self._heat.place_chosen.connect(self._table.show_place)
        self._table.place_chosen.connect(self._heat.show_place)
        self._heat.predict_wanted.connect(self._session.benchmarks.predict)
        self._heat.measure_wanted.connect(self._measure_one)
        self._advice.ask_wanted.connect(self._recommend)
        self._advice.use_wanted.connect(self._session.change_plan)
        self._advice.benchmark_wanted.connect(self._fill_form)
        self._advice.turned.connect(lambda: self._show_words(self._session.state))
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
        if changes & (Changes.BENCHMARK | Changes.CORPUS | Changes.PLAN):
            self._advice.show_state(state)
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
        view, advice = state.benchmark, state.recommendation
        measuring = view is not None and view.job is not None
        busy = measuring or (advice is not None and bool(advice.jobs))
        problem, missing = self._form.problem, self._form.recommend_problem
        self._run.setEnabled(not busy and not problem)
        self._run.setToolTip(problem or MEASURE_TIP)
        self._ask.setEnabled(not busy and not missing)
        self._ask.setToolTip(missing or ASK_TIP)
        self._stop.setEnabled(busy)
        for button in (self._folder, self._save):
            button.setEnabled(self._shown_file(state) is not None)
        if view is not None and measuring:
            words = running_words(state, view)
        else:
            words = comparing_words(state, advice) if advice is not None and busy else self._idle_words(state)
        self._words.setText(words)
        self._words.setToolTip(words)

    def _shown_file(self, state: AppState) -> Path | None:
        """The table that the page stands for; None while there is none."""
        view, found = state.benchmark, self._advice.found
        if self._pages.currentIndex() == ADVICE:
            return None if found is None else found.out
        return view.folder / RESULTS if view is not None and view.cells else None

    def _form_changed(self) -> None:
        self._overtaken = self._shown
        self._show_words(self._session.state)

    def _idle_words(self, state: AppState) -> str:
        """On the first page what would be measured or why nothing can be; beside results what became of them."""
        view, page = state.benchmark, self._pages.currentIndex()
        problem = view.problem if view is not None and view is not self._overtaken else ""
        if page == ADVICE:
            return compared_words(state.recommendation) or self._form.recommend_problem
        if view is not None and page != FORM:
            return problem or " ".join((result_words(view), *view.said))
        if self._form.problem:
            return " ".join(filter(None, (self._form.problem, "" if self._form.recommend_problem else WITHOUT)))
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
            asked = replace(view.request, allow_download=self._form.allow_download)
            self._session.benchmarks.measure(asked, view.folder, [place])

    def _recommend(self) -> None:
        if self._form.recommend_problem:
            self._pages.setCurrentIndex(FORM)
            return
        self._session.recommendations.ask(self._form.recommend_requests(), self._form.folder)
        self._pages.setCurrentIndex(ADVICE)

    def _stop_all(self) -> None:
        self._session.benchmarks.cancel()
        self._session.recommendations.cancel()

    def _fill_form(self, corpora: Sequence[Path], encoders: Sequence[str], detectors: Sequence[str]) -> None:
        self._form.show_compared(corpora, encoders, detectors)
        self._pages.setCurrentIndex(FORM)

    def _choose_results(self) -> None:
        start = self._form.folder if self._form.folder.is_dir() else self._session.projects_folder
        name = QFileDialog.getExistingDirectory(self, "Open the results of a benchmark", str(start))
        if name:
            self._session.benchmarks.open(Path(name), self._show_opened)

    def _show_opened(self, view: BenchmarkView) -> None:
        self._form.show_benchmark(view)
        self._pages.setCurrentIndex(HEAT)

    def _open_folder(self) -> None:
        shown = self._shown_file(self._session.state)
        if shown is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(shown.parent)))

    def _save_as(self) -> None:
        shown, advice = self._shown_file(self._session.state), self._pages.currentIndex() == ADVICE
        if shown is None:
            return
        start = self._session.projects_folder / (shown.name if advice else f"{shown.parent.name}.csv")
        files = RANKING if advice else FILES
        name, kind = QFileDialog.getSaveFileName(self, "Save the results", str(start), files)
        if name:
            path, usual = Path(name), kind.rpartition("*")[2].rstrip(")") or ".csv"
            path = path if path.suffix else path.with_suffix(usual)
            self._session.benchmarks.save_as(path, shown if advice else None)


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


def comparing_words(state: AppState, view: RecommendView) -> str:
    """``Embedding · 40 %``; of several ``1 of 2 corpora compared. tickets: Embedding · 40 %``."""
    names = dict(zip(view.corpora, corpus_names(view.corpora), strict=True))
    corpus, token = next(iter(view.jobs.items()))
    done = len(names) - len(view.jobs)
    several = f"{number(done)} of {counted(len(names), 'corpus', 'corpora')} compared. {names[corpus]}: "
    job = next((job for job in state.jobs if job.token == token), None)
    return (several if len(names) > 1 else "") + ("" if job is None else job_words(job))


def compared_words(view: RecommendView | None) -> str:
    """``18 combinations compared.`` and what went wrong; "" before anything was asked."""
    if view is None:
        return ""
    names = dict(zip(view.corpora, corpus_names(view.corpora), strict=True))
    count = sum(len(found.ranked) for found in view.found.values())
    said = ["Stopped. What was computed is kept."] if view.stopped else []
    said += [f"{counted(count, 'combination')} compared."] if count else []
    return " ".join((*said, *(f"{names[corpus]}: {problem}" for corpus, problem in view.problems.items())))
