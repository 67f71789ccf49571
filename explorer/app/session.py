"""One person's work on one project: showing it, computing, deciding, exporting.

The window and the tests talk to a ``Session``. It owns the store (what is shown) and the job runner (heavy work);
``Opening`` brings projects. All methods are called on one thread, the session's; what happens on others (files read
and checked, worker news, neighbour searches) comes back through ``post``.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from explorer.app import operations as op
from explorer.app import telling
from explorer.app.benchmarks import Benchmarks
from explorer.app.changes import Changes
from explorer.app.explain import explainer_of, show_reasons
from explorer.app.history import History, Undone
from explorer.app.jobs import JobRunner
from explorer.app.label_column import chosen, set_aside_words, set_label_column
from explorer.app.lanes import Handlers, Lanes, OnFailed, Post, nothing
from explorer.app.learning import Learner, show_learned, wants_learning
from explorer.app.messages import Message
from explorer.app.neighbours import Answer, NeighbourSearch
from explorer.app.opening import Opening, OpenRequest
from explorer.app.project_database import View
from explorer.app.queries import Queries
from explorer.app.recommendations import Recommendations
from explorer.app.reporting import NOT_YET, can_report
from explorer.app.restore import Opened, load_partial, load_stage
from explorer.app.state import UNDER_WAY, AppState, HistoryView, JobView, Learned, Method
from explorer.app.store import Store
from explorer.app.thread_jobs import Work
from explorer.app.words import find_words
from explorer.app.work import decoded
from explorer.app.working import restore_work
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.readers import Preview
from explorer.core.embedding.estimate import Estimate
from explorer.core.neighbors.base import METRICS
from explorer.core.pipeline import is_complete, still_valid, without_labels
from explorer.core.plan import LINE, MAX_K, Plan
from explorer.core.results import Results
from explorer.errors import ExplorerError

T = TypeVar("T")

RECORDED = (
    Changes.ROLES
    | Changes.PLAN
    | Changes.FLAGS
    | Changes.LABELS
    | Changes.SHOWN
    | Changes.FILTERS
    | Changes.SELECTION
    | Changes.COLOUR
)
"""Changes after which there may be something to undo."""


class Session:
    """See the module's docstring. ``projects_folder`` is where new projects are saved from the start.

    remember : whether the place where the person is (and their parameters) are kept in the project.
    """

    def __init__(self, post: Post, projects_folder: Path, log: Path | None = None, *, remember: bool = True) -> None:
        self._remember = remember
        self.store = Store()
        self.projects_folder = projects_folder
        self._lanes = Lanes(post, self._show_job, log)
        self._search = NeighbourSearch()
        self._learner = Learner()
        self._opening = Opening(self, self._lanes, projects_folder)
        self._history: History | None = None
        self._window: Mapping[str, Any] = {}
        self.queries = Queries(self._lanes, self.store, self._search)
        self.benchmarks = Benchmarks(self._lanes, self.store, self.say, projects_folder)
        self.recommendations = Recommendations(self._lanes, self.store, self.say)
        self.store.subscribe(self._follow)

    @property
    def state(self) -> AppState:
        return self.store.state

    @property
    def runner(self) -> JobRunner:
        """The runner of long jobs, for fault tests."""
        return self._lanes.long

    # --- opening --------------------------------------------------------------------------------

    def preview(self, path: Path, on_ready: Callable[[Preview], None], on_failed: OnFailed) -> int:
        """Read a file's first rows; exactly one of the two is called, unless cancelled."""
        return self._opening.preview(path, on_ready, on_failed)

    def estimate(self, plan: Plan, texts: int, characters: int, on_ready: Callable[[Estimate], None]) -> int:
        """Time and disk that embedding would take; silent if it cannot be told."""
        return self._opening.estimate(plan, texts, characters, on_ready)

    def open_corpus(self, request: OpenRequest) -> None:
        """Load a corpus into a project of its own, then compute. What is shown now stays until it is loaded."""
        self._opening.load(request)

    def open_project(self, path: Path) -> None:
        """Show a project as it was left, then compute what is missing. Errors become messages."""
        self._opening.open(path)

    def add_texts(self, path: Path) -> None:
        """Read more texts into the corpus: the rows and decisions that are there stay, the map too; then compute."""

        def tell(rows: int) -> None:
            self.say(Message("info", f"{rows:,} texts added from {path.name}."))

        self._opening.add(path, self.state.plan, tell)

    def show_opened(self, opened: Opened) -> None:
        """Show the project that ``Opening`` has read, as it was left, and compute what is missing."""
        project = self._opening.project
        assert project is not None
        self._history = None  # what was done on it before is no new action
        # Read anew: something may have been done while the files were being read.
        work, damaged = decoded(project.database.work(), opened.corpus.rows)
        corpus = chosen(opened.corpus, work["label_column"])
        history = HistoryView(*project.database.history_words())
        read = opened.results if corpus.roles == opened.corpus.roles else without_labels(opened.results)
        results = still_valid(read, opened.plan, work["plan"])
        self._window = opened.view.window or {}
        self.store.dispatch(
            op.show_corpus(
                project=opened.path, corpus=corpus, check=opened.check, work=work, history=history,
                current=opened.view.current,
            )
        )  # fmt: skip
        self._history = History(project.database, self.state)
        self.store.dispatch(op.show_results(results=results))
        if isinstance(opened.view.neighbours, dict):
            self.store.dispatch(op.set_neighbours(**_asked(opened.view.neighbours)))
        if damaged:
            lost = ", ".join(name.replace("_", " ") for name in damaged)
            self.say(Message("warning", f"Part of the saved work cannot be read: {lost}.", "The rest is as it was."))
        if not is_complete(corpus, self.state.plan, results):
            self.compute()

    def show_left(self, opened: Opened, left: Results) -> None:
        """Show what the disk has left whole, and compute the rest again."""
        corpus = self.state.corpus
        if corpus is not None and _computes(opened.plan) == _computes(self.state.plan):
            self.say(Message("warning", "Results on the disk were damaged.", "They are computed again."))
            kept = left if corpus.roles == opened.corpus.roles else without_labels(left)
            self.store.dispatch(op.show_results(results=kept))
            self.compute()

    # --- computing ------------------------------------------------------------------------------

    def compute(self) -> None:
        """Start or go on with the present plan's stages in the worker; what is done is not done again."""
        project, plan, corpus = self._opening.project, self.state.plan, self.state.corpus
        if project is None or corpus is None:
            return
        self._lanes.cancel_all("run")

        def news(payload: Mapping[str, Any]) -> Callable[[], None]:
            if "partial" in payload:
                positions = load_partial(payload)
                return lambda: self._merge(plan, corpus, lambda results: replace(results, layout=positions))
            add = load_stage(project, payload)
            return lambda: self._merge(plan, corpus, add)

        request = {"project": str(project.path), "label": corpus.roles.label, "plan": plan.as_dict()}
        self._lanes.submit("run", request, Handlers("Computing", nothing, self.say_error, news=news))

    def _merge(self, plan: Plan, corpus: Corpus, add: Callable[[Results], Results]) -> None:
        """Take in one stage's result, unless the parameters or the texts have changed since."""
        if corpus is self.state.corpus and _computes(plan) == _computes(self.state.plan):
            self.store.dispatch(op.show_results(results=add(self.state.results)))

    def change_plan(self, plan: Plan) -> None:
        """Compute with other parameters; everything that they do not touch is reused."""
        before = self.state.plan
        self.store.dispatch(op.set_plan(plan=plan))
        if _computes(plan) != _computes(before):
            self.compute()

    def choose_label_column(self, column: str | None) -> None:
        """Let another column of the corpus hold the labels, or none; only what depends on labels is computed anew.

        Corrections made in the column before are kept with it, which is said.
        """
        before = self.state
        try:
            self.store.dispatch(set_label_column(column=column))
        except ExplorerError as error:
            self.say_error(error)
            return
        if self.state.corpus is not before.corpus:
            if before.corrections:
                self.say(Message("info", *set_aside_words(before)))
            self.compute()

    def cancel(self, *, lasting: bool = False) -> None:
        """Stop the work under way, an opening or an export too, and what belongs to no project if ``lasting``; what was
        finished stays."""
        self._opening.stop()
        self._lanes.cancel_all(lasting=lasting)
        for job in self.state.jobs:
            if job.status in UNDER_WAY and (lasting or not job.lasting):
                self._show_job(replace(job, status="cancelled"))

    def cancel_job(self, token: int) -> None:
        """Stop one job (a preview that is no longer wanted, say)."""
        self._lanes.cancel(token)

    def pause_job(self, token: int, *, on: bool = True) -> None:
        """Hold a job where it is, or (``on`` False) let it go on."""
        self._lanes.pause(token, on=on)

    def _show_job(self, job: JobView) -> None:
        self.store.dispatch(telling.show_job(job=job))

    # --- deciding: recorded as it is done ---------------------------------------------------------

    def _follow(self, state: AppState, changes: Changes) -> None:
        """After every change: keep what must survive, and ask for what is now wanted."""
        if changes & (Changes.CURRENT | Changes.NEIGHBOURS | Changes.VECTORS | Changes.INDEX):
            self._find_neighbours(state)
        if changes & (Changes.SCORES | Changes.GRAPH | Changes.PLAN | Changes.REASONS):
            self._gather_reasons(state)
        if changes & (Changes.FLAGS | Changes.SCORES | Changes.GRAPH | Changes.PLAN) and wants_learning(state):
            self._lanes.query("learn", lambda: self._learner.learn(state), self._show_learned, self.say_error)
        self.queries.follow(state, changes)
        if self._history is not None and changes & RECORDED:
            self._keep(lambda history: history.record(state))

    def _show_learned(self, learned: Learned) -> None:
        self.store.dispatch(show_learned(learned=learned))

    def _keep(self, do: Callable[[History], bool | Undone | None]) -> bool | Undone | None:
        """Write to the history; an error becomes a message, and the work goes on."""
        if self._history is None:
            return None
        try:
            done = do(self._history)
            if done:
                self.store.dispatch(telling.show_history(history=self._history.view()))
        except ExplorerError as error:
            self.say_error(error)
            return None
        return done

    def undo(self) -> None:
        """Take back the last action, also one of an earlier session."""
        self._go_in_history("Undone", lambda history: history.undo())

    def redo(self) -> None:
        """Do again what was undone last."""
        self._go_in_history("Done again", lambda history: history.redo())

    def _go_in_history(self, word: str, move: Callable[[History], Undone | None]) -> None:
        undone, history = self._keep(move), self._history
        if not isinstance(undone, Undone) or history is None:
            return
        before = self.state
        self._history = None  # what is put back is no new action
        self.store.dispatch(restore_work(values=undone.values))
        history.restored(self.state)
        self._history = history
        self.store.dispatch(telling.show_history(history=replace(history.view(), said=f"{word}: {undone.words}")))
        if _computes(before.plan) != _computes(self.state.plan) or before.corpus is not self.state.corpus:
            self.compute()

    def keep_window(self, window: Mapping[str, Any]) -> None:
        """What the window wants to find again when the project is opened; kept by ``save_view``."""
        self._window = dict(window)

    @property
    def window(self) -> Mapping[str, Any]:
        """What the window kept for itself in this project."""
        return self._window

    def save_view(self) -> None:
        """Keep where the person is; the window calls this when things are quiet."""
        project, state = self._opening.project, self.state
        if project is None or not self._remember:
            return
        neighbours = {"k": state.neighbours.k, "metric": state.neighbours.metric, "method": state.neighbours.method}
        try:
            project.database.save_view(View(state.current, neighbours, self._window))
        except ExplorerError as error:
            self.say_error(error)

    def beside(self, kind: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """Work something out beside the session's thread; of a kind only the newest question is answered."""
        self._lanes.search(kind, work, done, self.say_error)

    def _find_neighbours(self, state: AppState) -> None:
        view = state.neighbours
        if state.current is None or state.results.vectors is None or view.source:
            return
        row, results = state.current, state.results

        def show(answer: Answer) -> None:
            now = self.state.neighbours
            same = (now.k, now.metric, now.method) == (view.k, view.metric, view.method)
            if same and self.state.results.vectors is results.vectors:
                self.store.dispatch(
                    op.show_neighbours(row=row, rows=answer.rows, distances=answer.distances, source=answer.source)
                )

        self._lanes.search("neighbours", lambda: self._search.near_row(results, row, view), show, self.say_error)

    def _gather_reasons(self, state: AppState) -> None:
        explainer = explainer_of(state) if state.explainer is None else None
        if explainer is not None:
            show = lambda gathered: self.store.dispatch(show_reasons(explainer=gathered))  # noqa: E731
            self._lanes.search("reasons", explainer.gather, show, self.say_error)

    def find_words(self) -> None:
        """Ask the worker which words make the current text strange; only the newest question is answered."""
        project = self._opening.project
        if project is not None:
            find_words(self.store, self._lanes, project.path)

    # --- export ---------------------------------------------------------------------------------

    def export_report(self, path: Path, *, raw: bool = False, on_done: Callable[[Path], None] | None = None) -> None:
        """Write the CSV report and its manifest (beside it, ``.manifest.json``) in the worker."""

        def done(rows: int) -> None:
            self.say(Message("info", f"Report of {rows:,} texts written to {path}."))
            if on_done is not None:
                on_done(path)

        self._export("export", path, {"plan": self.state.plan.as_dict(), "raw": raw}, done)

    def export_rows(self, path: Path, rows: NDArray[np.int64] | None, *, raw: bool = False) -> None:
        """Write rows (None = all) as CSV, JSON Lines or Parquet, by the path's ending."""

        def done(count: int) -> None:
            self.say(Message("info", f"{count:,} rows written to {path}."))

        self._export("rows", path, {"rows": None if rows is None else rows.tolist(), "raw": raw}, done)

    def export_corrected(self, path: Path, *, without_trash: bool = False) -> None:
        """Write the corpus in its own columns with its labels corrected, in the format of the path's ending."""

        def done(count: int) -> None:
            self.say(Message("info", f"Corrected corpus of {count:,} texts written to {path}."))

        self._export("corrected", path, {"without_trash": without_trash}, done)

    def export_page(self, path: Path, picture: tuple[str, bytes, str] | None) -> None:
        """Write the report as one HTML file. picture : title, PNG and description of the map."""
        packed = None
        if picture is not None:
            title, png, words = picture
            packed = {"title": title, "png": base64.b64encode(png).decode("ascii"), "alt": words}
        self._export("page", path, {"picture": packed}, lambda _: self.say(Message("info", f"Page written to {path}.")))

    def work(self, title: str, work: Work, done: Callable[[Any], None]) -> int:
        """Do something beside the session's thread, as a job that is shown; its token cancels it."""
        return self._lanes.work(work, Handlers(title, lambda answer: done(answer["answer"]), self.say_error))

    def _export(self, kind: str, path: Path, request: Mapping[str, Any], done: Callable[[int], None]) -> None:
        project = self._opening.project
        if project is None:
            self.say_error(ExplorerError("There is nothing to export yet.", "Open a corpus first."))
            return
        if kind != "corrected" and not can_report(self.state):  # the dialog was open while something was changed
            self.say(Message("warning", *NOT_YET))
            return
        request = {"project": str(project.path), "out": str(path.absolute()), **request}
        handlers = Handlers(f"Writing {path.name}", lambda answer: done(answer["rows"]), self._say_refused)
        self._lanes.submit(kind, request, handlers)

    def _say_refused(self, error: ExplorerError) -> None:
        """An export that found something changed before it began is no error, as little as one asked for too early."""
        if (error.what, error.hint) == NOT_YET:
            self.say(Message("warning", *NOT_YET))
        else:
            self.say_error(error)

    # --- messages and the end -------------------------------------------------------------------

    def say(self, message: Message) -> None:
        self.store.dispatch(telling.say(message=message))

    def say_error(self, error: ExplorerError) -> None:
        details = str(error.__cause__) if error.__cause__ is not None else getattr(error, "details", "")
        self.say(Message("error", error.what, error.hint, details))

    def close(self) -> None:
        """Save the view, end the workers and the threads. The session cannot be used afterwards."""
        self.save_view()
        self._history = None
        self._opening.stop()
        self._lanes.close()
        self._opening.close()


def _computes(plan: Plan) -> Plan:
    """The part of a plan that results depend on: moving the threshold recomputes nothing."""
    line: dict[str, Any] = dict.fromkeys(LINE)
    return replace(plan, **line, odd_value=None, learn=False, detectors=tuple(sorted(plan.detectors)))


def _asked(stored: Mapping[str, Any]) -> dict[str, Any]:
    """How the neighbours panel asked, as far as it was stored in a form that can be asked again."""
    k, metric, method = (stored.get(name) for name in ("k", "metric", "method"))
    return {
        "k": k if type(k) is int and 1 <= k <= MAX_K else None,
        "metric": metric if metric in METRICS else None,
        "method": method if method in get_args(Method) else None,
    }
