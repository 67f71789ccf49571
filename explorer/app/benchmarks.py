"""The benchmark that the window shows: asked for, measured in its own worker, predicted, read back from its folder.

The files of the benchmark are the truth: after each cell they are read again, and what is shown is what they hold. A
benchmark belongs to no project; it goes on while another corpus is opened, and after a stop with what is on the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from explorer.app.benchmark_look import Look
from explorer.app.benchmark_view import (
    Advice,
    BenchmarkView,
    CellView,
    Guess,
    asked_view,
    is_same_question,
    read_cells,
    read_folder,
)
from explorer.app.benchmarking import LATEX, RESULTS, BenchmarkRequest, corpus_names, file_words
from explorer.app.changes import Changes
from explorer.app.lanes import Handlers, Lanes
from explorer.app.messages import Message
from explorer.app.state import AppState
from explorer.app.store import Operation, Store
from explorer.core.benchmark.grid import Place
from explorer.core.corpus.wording import counted
from explorer.core.fingerprint import fingerprint
from explorer.core.progress import Progress
from explorer.core.storage import output_errors, write_atomically
from explorer.errors import ExplorerError

HOME = "Benchmarks"
"""Folder among the projects in which results lie unless somebody says otherwise."""
PREPARING = 0
"""Stands for the token of a job that is about to be started."""


@dataclass(frozen=True)
class Question:
    """What is asked of the files before a benchmark. label : "" = guess one. odd : None = known or the rarer of two."""

    corpora: tuple[Path, ...]
    text: tuple[str, ...] = ()
    label: str = ""
    odd: str | None = None


def show_benchmark(*, view: BenchmarkView | None) -> Operation:
    """Another benchmark, or other news of the one that is shown."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if view is state.benchmark:
            return state, Changes.NONE
        return replace(state, benchmark=view), Changes.BENCHMARK

    return apply


def change_benchmark(*, folder: Path, change: Callable[[BenchmarkView], BenchmarkView]) -> Operation:
    """News of the benchmark in ``folder``, if that is the one that is shown still."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        view = state.benchmark
        if view is None or view.folder != folder:
            return state, Changes.NONE
        return replace(state, benchmark=change(view)), Changes.BENCHMARK

    return apply


class Benchmarks:
    """See the module's docstring. ``projects`` is where new projects are saved."""

    def __init__(self, lanes: Lanes, store: Store, say: Callable[[Message], None], projects: Path) -> None:
        self._lanes = lanes
        self._store = store
        self._say = say
        self._home = projects / HOME
        self._number = 0
        self._looking: int | None = None

    # --- before ---------------------------------------------------------------------------------

    def look(self, question: Question, on_ready: Callable[[Look], None]) -> None:
        """Read the files' labels beside the window; only the newest question is answered."""
        if self._looking is not None:
            self._lanes.cancel(self._looking)
        request = {**asdict(question), "corpora": [str(path.absolute()) for path in question.corpora]}

        def ready(answer: Mapping[str, Any]) -> None:
            lists = {name: tuple(answer[name]) for name in ("columns", "values", "said")}
            on_ready(Look(**{**answer, **lists}))

        def failed(error: ExplorerError) -> None:
            on_ready(Look(problem=_words(error)))

        self._looking = self._lanes.submit("look", request, Handlers("Reading labels", ready, failed, visible=False))

    def folder_for(self, request: BenchmarkRequest) -> Path:
        """Where results lie unless somebody says otherwise: the same question always in the same folder."""
        names = corpus_names([Path(path.name) for path in request.corpora])
        words = [*names[:2], request.label, request.protocol or request.preset]
        asked = asdict(replace(request, encoders=(), detectors=(), only=None, seeds=1))
        del asked["allow_download"]
        mark = fingerprint({**asked, "corpora": [str(path.absolute()) for path in request.corpora]})[:6]
        return self._home / "-".join(file_words(word) for word in (*words, mark) if word)

    # --- measuring ------------------------------------------------------------------------------

    def measure(self, request: BenchmarkRequest, folder: Path, only: Sequence[Place] | None = None) -> None:
        """Measure what a request asks for, or ``only`` these cells of it, besides what the same question has found."""
        self._number += 1
        number = self._number
        shown = self._store.state.benchmark
        same = shown is not None and shown.folder == folder and is_same_question(shown.request, request)
        view = shown if shown is not None and same else asked_view(request, folder)
        self._store.dispatch(show_benchmark(view=replace(view, job=PREPARING, problem="", said=())))

        def begin(there: BenchmarkView | None) -> None:
            if number == self._number:
                self._begin(request, folder, only, there)

        self._lanes.read(partial(_there, folder, request), begin, partial(self._fail, folder))

    def _begin(
        self, request: BenchmarkRequest, folder: Path, only: Sequence[Place] | None, there: BenchmarkView | None
    ) -> None:
        names = corpus_names(request.corpora)
        view = (there or asked_view(request, folder)).covering(product(names, request.encoders, request.detectors))
        wanted = list(product(names, request.encoders, request.detectors)) if only is None else only
        places = (*view.cells, *(place for place in wanted if place not in view.cells))
        asked = replace(request, encoders=view.encoders, detectors=view.detectors, only=places)
        fresh = len(places) - view.measured_count()
        title = f"Benchmark: {counted(fresh, 'cell')}" if fresh else "Benchmark"
        handlers = Handlers(
            title,
            partial(self._done, folder),
            partial(self._fail, folder),
            partial(self._stopped, folder),
            lambda _: self._news(folder),
        )
        token = self._lanes.submit("benchmark", {"asked": asked.as_dict(), "out": str(folder)}, handlers)
        shown = self._store.state.benchmark
        guesses = shown.guesses if shown is not None and shown.folder == folder else {}
        advice = shown.advice if shown is not None and shown.folder == folder else ()
        view = replace(view, request=asked, job=token, guesses=guesses, advice=advice)
        self._store.dispatch(show_benchmark(view=view))

    def _news(self, folder: Path) -> Callable[[], None]:
        """On another thread: read the files, then show what they hold."""
        cells = read_cells(folder)
        return lambda: self._change(folder, lambda view: view.with_cells(_together(view.cells, cells)))

    def _done(self, folder: Path, answer: Mapping[str, Any]) -> None:
        self._change(folder, lambda view: replace(view, job=None, said=tuple(answer["remarks"])))
        view = self._store.state.benchmark
        self._say(Message("info", f"The benchmark is measured; its tables lie in {folder}."))
        if view is not None and view.folder == folder and view.open_places() and view.measured_count():
            self.predict()

    def _stopped(self, folder: Path) -> None:
        self._change(folder, lambda view: replace(view, job=None, said=("Stopped. What was measured is kept.",)))

    def _fail(self, folder: Path, error: ExplorerError) -> None:
        self._change(folder, lambda view: replace(view, job=None, problem=_words(error)))
        self._complain(error)

    def _complain(self, error: ExplorerError) -> None:
        self._say(Message("error", error.what, error.hint, str(error.__cause__ or "")))

    def cancel(self) -> None:
        """Stop measuring; what is measured stays."""
        view = self._store.state.benchmark
        if view is None or view.job is None:
            return
        self._number += 1
        if view.job == PREPARING:
            self._stopped(view.folder)
        else:
            self._lanes.cancel(view.job)

    def _change(self, folder: Path, change: Callable[[BenchmarkView], BenchmarkView]) -> None:
        self._store.dispatch(change_benchmark(folder=folder, change=change))

    # --- predicting -----------------------------------------------------------------------------

    def predict(self) -> None:
        """Predict the cells that were not measured; an answer that something has been measured since is dropped."""
        view = self._store.state.benchmark
        if view is None:
            return
        measured, folder = set(view.cells), view.folder

        def show(answer: Mapping[str, Any]) -> None:
            guesses = {_place(place): Guess(value, error) for place, value, error in answer["guesses"]}
            advice = tuple(_advice(each) for each in answer["advice"])

            def take(now: BenchmarkView) -> BenchmarkView:
                return replace(now, guesses=guesses, advice=advice) if set(now.cells) == measured else now

            self._change(folder, take)

        request = {"folder": str(folder), "places": view.places()}

        def failed(error: ExplorerError) -> None:
            self._change(folder, lambda now: replace(now, problem=_words(error)))
            self._complain(error)

        self._lanes.submit("rest", request, Handlers("Predicting the rest of the benchmark", show, failed))

    # --- files ----------------------------------------------------------------------------------

    def open(self, folder: Path, on_ready: Callable[[BenchmarkView], None]) -> None:
        """Show the results that lie in a folder."""

        def ready(view: BenchmarkView) -> None:
            self._store.dispatch(show_benchmark(view=view))
            on_ready(view)

        self._lanes.read(partial(read_folder, folder), ready, self._complain)

    def save_as(self, path: Path, source: Path | None = None) -> None:
        """Write a table to another place. source : its file; None = the table of results, or with the ending .tex
        the table for a paper."""
        view = self._store.state.benchmark
        if source is None:
            if view is None:
                return
            source = view.folder / (LATEX if path.suffix.lower() == ".tex" else RESULTS)

        def copy(_: Progress) -> None:
            with output_errors(path):
                write_atomically(path, source.read_bytes())

        done = Message("info", f"Results written to {path}.")
        self._lanes.work(copy, Handlers(f"Writing {path.name}", lambda _: self._say(done), self._complain))


def _there(folder: Path, request: BenchmarkRequest) -> BenchmarkView | None:
    """What a folder holds of the same question; None for anything else, which is then replaced."""
    try:
        view = read_folder(folder)
    except ExplorerError:
        return None
    return view if is_same_question(view.request, request) else None


def _words(error: ExplorerError) -> str:
    return f"{error.what} {error.hint}".strip()


def _together(before: Mapping[Place, CellView], now: Mapping[Place, CellView]) -> Mapping[Place, CellView]:
    """What the files hold, and what they are about to hold again."""
    return {**before, **now}


def _place(names: Sequence[str]) -> Place:
    corpus, encoder, detector = names
    return corpus, encoder, detector


def _advice(told: Mapping[str, Any]) -> Advice:
    lists = {name: tuple(told[name]) for name in ("doubts", "remarks")}
    return Advice(**{**told, **lists, "next": None if told["next"] is None else _place(told["next"])})
