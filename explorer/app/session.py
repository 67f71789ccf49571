"""One person's work on one project: opening, computing, deciding, exporting.

The window and the tests talk to a ``Session``. It owns the store (what is shown), the project folder (what
survives) and the job runner (heavy work). All methods are called on one thread, the session's; what happens
on others (files read and checked, worker news, neighbour searches) comes back through ``post``.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.jobs import JobEvent, JobRunner
from explorer.app.messages import Message
from explorer.app.neighbours import Answer, find_neighbours
from explorer.app.project_folder import ProjectFolder, View, new_project_path
from explorer.app.restore import Opened, load_partial, load_stage, read_project
from explorer.app.state import AppState, JobView
from explorer.app.store import Store
from explorer.core.corpus.corpus import Roles
from explorer.core.corpus.readers import Preview
from explorer.core.embedding.estimate import Estimate
from explorer.core.pipeline import is_complete
from explorer.core.plan import Plan
from explorer.errors import ExplorerError, WorkerError

Post = Callable[[Callable[[], None]], None]
"""Runs a function on the session's thread, later; safe to call from any thread."""

OnFailed = Callable[[ExplorerError], None]
T = TypeVar("T")


@dataclass(frozen=True)
class OpenRequest:
    """What the open dialog asks for. ``roles`` None = guess; ``project`` None = a new folder in the projects folder."""

    path: Path
    roles: Roles | None = None
    cleaning: tuple[str, ...] = ()
    plan: Plan = field(default_factory=Plan)
    project: Path | None = None


@dataclass(frozen=True)
class _Handlers:
    """What to do with a job's events. ``visible`` jobs are shown in the status bar while they run.

    quick : runs in a worker of its own, so that a preview or an export does not wait for an embedding to end.
    news : called on the supervising thread, where it may read files; what it returns runs on the session's thread.
    """

    title: str
    done: Callable[[Mapping[str, Any]], None]
    failed: OnFailed
    news: Callable[[Mapping[str, Any]], Callable[[], None]] | None = None
    cancelled: Callable[[], None] = lambda: None
    visible: bool = True
    quick: bool = False


class Session:
    """See the module's docstring. ``projects_folder`` is where new projects are saved from the start."""

    def __init__(self, post: Post, projects_folder: Path, log: Path | None = None) -> None:
        self.store = Store()
        self.projects_folder = projects_folder
        self._post = post
        self._tokens = itertools.count(1)
        self._runner = JobRunner(self._on_event, log)
        self._quick = JobRunner(self._on_event, log, nice=0)
        self._files = ThreadPoolExecutor(1, thread_name_prefix="files")
        self._search = ThreadPoolExecutor(1, thread_name_prefix="neighbour-search")
        self._handlers: dict[int, _Handlers] = {}
        self._project: ProjectFolder | None = None
        self._unfinished: Path | None = None
        self._opening = 0
        self._recorded: Mapping[int, bool] = {}
        self._closed = False
        self.store.subscribe(self._follow)

    @property
    def state(self) -> AppState:
        return self.store.state

    @property
    def runner(self) -> JobRunner:
        """The runner of long jobs, for fault tests."""
        return self._runner

    # --- opening --------------------------------------------------------------------------------

    def preview(self, path: Path, on_ready: Callable[[Preview], None], on_failed: OnFailed) -> int:
        """Read a file's first rows in the worker; exactly one of the two is called, unless cancelled."""
        handlers = _Handlers(
            f"Reading {path.name}",
            lambda answer: on_ready(_preview(answer)),
            on_failed,
            visible=False,
            quick=True,
        )
        return self._submit("preview", {"path": str(path.absolute())}, handlers)

    def estimate(self, plan: Plan, texts: int, characters: int, on_ready: Callable[[Estimate], None]) -> int:
        """Time and disk that embedding would take, worked out by the worker; silent if it cannot be told."""
        request = {"plan": plan.as_dict(), "texts": texts, "characters": characters}
        handlers = _Handlers(
            "Estimating", lambda answer: on_ready(Estimate(**answer)), lambda _: None, visible=False, quick=True
        )
        return self._submit("estimate", request, handlers)

    def open_corpus(self, request: OpenRequest) -> None:
        """Load a corpus into a project of its own, then compute. What is shown now stays until it is loaded."""
        self.cancel()
        target = request.project or new_project_path(self.projects_folder, request.path)
        try:
            fresh = not target.exists()
            project = ProjectFolder.create(target)
        except ExplorerError as error:
            self._say_error(error)
            return
        self._forget_unfinished()
        self._unfinished = target if fresh else None
        payload = {
            "path": str(request.path.absolute()),
            "roles": None if request.roles is None else asdict(request.roles),
            "cleaning": list(request.cleaning),
            "plan": request.plan.as_dict(),
            "project": str(project.path.absolute()),
        }
        self._submit("load", payload, self._load_handlers(project, request))

    def _load_handlers(self, project: ProjectFolder, request: OpenRequest) -> _Handlers:
        def loaded(answer: Mapping[str, Any]) -> None:
            self._unfinished = None
            project.save_plan(request.plan)
            self._take(project)

        def forget() -> None:
            project.close()
            self._forget_unfinished()

        def failed(error: ExplorerError) -> None:
            forget()
            self._say_error(error)

        return _Handlers(f"Loading {request.path.name}", loaded, failed, cancelled=forget)

    def _forget_unfinished(self) -> None:
        """Remove the folder of a load that brought nothing, so that it does not stand in the way."""
        if self._unfinished is not None:
            shutil.rmtree(self._unfinished, ignore_errors=True)
            self._unfinished = None

    def open_project(self, path: Path) -> None:
        """Show a project as it was left, then compute what is missing. Errors become messages."""
        self.cancel()
        if self._project is not None and self._project.path.absolute() == path.absolute():
            self._close_project()
        try:
            project = ProjectFolder.open(path)
        except ExplorerError as error:
            self._say_error(error)
            return
        self._take(project)

    def _take(self, project: ProjectFolder) -> None:
        """Read a project beside the session's thread (checksums take time), then show it."""
        self._opening += 1
        number = self._opening
        self.store.dispatch(op.show_job(job=JobView(0, f"Opening {project.path.name}")))

        def show(opened: Opened) -> None:
            if number != self._opening or self._closed:
                project.close()
                return
            self._close_project()
            self._project = project
            self._show(opened)

        def failed(error: ExplorerError) -> None:
            project.close()
            self.store.dispatch(op.show_job(job=None))
            self._say_error(error)

        self._in_background(self._files, lambda: read_project(project), show, failed)

    def _show(self, opened: Opened) -> None:
        self.store.dispatch(op.show_job(job=None))
        self.store.dispatch(
            op.show_corpus(
                project=opened.path,
                corpus=opened.corpus,
                check=opened.check,
                plan=opened.plan,
                overrides=opened.overrides,
            )
        )
        self.store.dispatch(op.show_results(results=opened.results))
        self._restore(opened.view)
        if not is_complete(opened.corpus, opened.plan, opened.results):
            self.compute()

    def _restore(self, view: View) -> None:
        """Go back to where the person was."""
        if view.colour_by is not None:
            self.store.dispatch(op.set_colour(colour_by=view.colour_by))
        if view.neighbours is not None:
            self.store.dispatch(op.set_neighbours(**view.neighbours))
        if view.current is not None:
            self.store.dispatch(op.set_current(row=view.current))

    # --- computing ------------------------------------------------------------------------------

    def compute(self) -> None:
        """Start or go on with the present plan's stages in the worker; what is done is not done again."""
        if self._project is None or self.state.corpus is None:
            return
        self._cancel_running()
        project, plan = self._project, self.state.plan

        def news(payload: Mapping[str, Any]) -> Callable[[], None]:
            if "partial" in payload:
                positions = load_partial(payload)
                return lambda: self._merge(plan, lambda results: replace(results, layout=positions))
            add = load_stage(project, payload)
            return lambda: self._merge(plan, add)

        request = {"project": str(project.path), "plan": plan.as_dict()}
        self._submit("run", request, _Handlers("Computing", lambda _: None, self._say_error, news))

    def _merge(self, plan: Plan, add: Callable[[Any], Any]) -> None:
        """Take in one stage's result, unless the parameters have changed since."""
        if _computes(plan) == _computes(self.state.plan):
            self.store.dispatch(op.show_results(results=add(self.state.results)))

    def change_plan(self, plan: Plan) -> None:
        """Compute with other parameters; everything that they do not touch is reused."""
        before = self.state.plan
        self.store.dispatch(op.set_plan(plan=plan))
        if _computes(plan) != _computes(before):
            self.compute()

    def cancel(self) -> None:
        """Stop the work under way, an export too; what was finished stays."""
        for token, handlers in tuple(self._handlers.items()):
            if handlers.visible:
                self._lane(handlers).cancel(token)
        self.store.dispatch(op.show_job(job=None))

    def cancel_job(self, token: int) -> None:
        """Stop one job (a preview that is no longer wanted, say)."""
        handlers = self._handlers.get(token)
        if handlers is not None:
            self._lane(handlers).cancel(token)

    def _cancel_running(self) -> None:
        for token, handlers in tuple(self._handlers.items()):
            if not handlers.quick:
                self._runner.cancel(token)

    # --- deciding: recorded as it is done ---------------------------------------------------------

    def _follow(self, state: AppState, changes: Changes) -> None:
        """After every change: keep what must survive, and ask for the neighbours that are now wanted."""
        if changes & Changes.CORPUS:
            return
        if changes & Changes.FLAGS and self._project is not None and state.overrides is not self._recorded:
            self._record(self._project, state)
        if changes & (Changes.CURRENT | Changes.NEIGHBOURS | Changes.VECTORS | Changes.INDEX):
            self._find_neighbours(state)

    def _record(self, project: ProjectFolder, state: AppState) -> None:
        try:
            project.save_overrides(state.overrides)
            self._recorded = state.overrides
        except ExplorerError as error:
            self._say_error(error)

    def save_view(self) -> None:
        """Keep where the person is and their parameters; the window calls this when things are quiet."""
        if self._project is None:
            return
        state = self.state
        neighbours = {"k": state.neighbours.k, "metric": state.neighbours.metric, "method": state.neighbours.method}
        try:
            self._project.save_plan(state.plan)
            self._project.save_view(View(state.current, state.colour_by, neighbours))
        except ExplorerError as error:
            self._say_error(error)

    def _find_neighbours(self, state: AppState) -> None:
        view = state.neighbours
        if state.current is None or state.results.vectors is None or view.source:
            return
        row, results = state.current, state.results

        def show(answer: Answer) -> None:
            now = self.state.neighbours
            if (now.k, now.metric, now.method) == (view.k, view.metric, view.method):
                self.store.dispatch(
                    op.show_neighbours(row=row, rows=answer.rows, distances=answer.distances, source=answer.source)
                )

        self._in_background(self._search, lambda: find_neighbours(results, row, view), show, self._say_error)

    # --- export ---------------------------------------------------------------------------------

    def export_report(self, path: Path, *, raw: bool = False, on_done: Callable[[Path], None] | None = None) -> None:
        """Write the CSV report and its manifest (beside it, ``.manifest.json``) in the worker."""
        if self._project is None:
            self._say_error(ExplorerError("There is nothing to export yet.", "Open a corpus first."))
            return
        request = {
            "project": str(self._project.path),
            "plan": self.state.plan.as_dict(),
            "overrides": [[row, flag] for row, flag in sorted(self.state.overrides.items())],
            "out": str(path.absolute()),
            "raw": raw,
        }

        def done(answer: Mapping[str, Any]) -> None:
            self.say(Message("info", f"Report of {answer['rows']:,} texts written to {path}."))
            if on_done is not None:
                on_done(path)

        self._submit("export", request, _Handlers(f"Writing {path.name}", done, self._say_error, quick=True))

    # --- messages and the end -------------------------------------------------------------------

    def say(self, message: Message) -> None:
        self.store.dispatch(op.say(message=message))

    def _say_error(self, error: ExplorerError) -> None:
        details = str(error.__cause__) if error.__cause__ is not None else getattr(error, "details", "")
        self.say(Message("error", error.what, error.hint, details))

    def close(self) -> None:
        """Save the view, end the worker and the threads. The session cannot be used afterwards."""
        self._closed = True
        self.save_view()
        self._runner.close()
        self._quick.close()
        self._files.shutdown(wait=True)
        self._search.shutdown(wait=True)
        self._close_project()
        self._forget_unfinished()

    def _close_project(self) -> None:
        if self._project is not None:
            self._project.close()
            self._project = None

    # --- jobs -----------------------------------------------------------------------------------

    def _submit(self, kind: str, request: Mapping[str, Any], handlers: _Handlers) -> int:
        token = next(self._tokens)
        self._handlers[token] = handlers
        self._lane(handlers).submit(kind, request, token)
        if handlers.visible:
            self.store.dispatch(op.show_job(job=JobView(token, handlers.title)))
        return token

    def _lane(self, handlers: _Handlers) -> JobRunner:
        return self._quick if handlers.quick else self._runner

    def _on_event(self, event: JobEvent) -> None:
        """On any thread: prepare what needs files here, then go on on the session's thread."""
        handlers = self._handlers.get(event.token)
        apply: Callable[[], None] | None = None
        if event.kind == "news" and handlers is not None and handlers.news is not None:
            apply = handlers.news(event.payload)
        self._post(lambda: self._handle(event, apply))

    def _handle(self, event: JobEvent, apply: Callable[[], None] | None) -> None:
        handlers = self._handlers.get(event.token)
        if handlers is None or self._closed:
            return
        if event.kind == "progress":
            self._show_progress(event, handlers)
        elif event.kind == "news":
            if apply is not None:
                apply()
        else:
            self._finish(event, handlers)

    def _show_progress(self, event: JobEvent, handlers: _Handlers) -> None:
        if handlers.visible:
            payload = event.payload
            job = JobView(event.token, handlers.title, payload["message"], payload["fraction"], payload["facts"])
            self.store.dispatch(op.show_job(job=job))

    def _finish(self, event: JobEvent, handlers: _Handlers) -> None:
        del self._handlers[event.token]
        if self.state.job is not None and self.state.job.token == event.token:
            self.store.dispatch(op.show_job(job=None))
        if event.kind == "done":
            handlers.done(event.payload)
        elif event.kind == "cancelled":
            handlers.cancelled()
        elif event.kind == "failed":
            error = WorkerError(event.payload["what"], event.payload["hint"])
            error.__cause__ = RuntimeError(event.payload.get("details", ""))
            handlers.failed(error)

    def _in_background(
        self, pool: ThreadPoolExecutor, work: Callable[[], T], done: Callable[[T], None], failed: OnFailed
    ) -> None:
        """Run ``work`` on a thread of ``pool`` and bring its answer or error to the session's thread."""

        def answer(future: Future[T]) -> None:
            if future.cancelled():
                return
            error = future.exception()
            if error is None:
                self._post(lambda: done(future.result()))
            elif isinstance(error, ExplorerError):
                self._post(lambda: failed(error))
            else:
                raise error

        pool.submit(work).add_done_callback(answer)


def _computes(plan: Plan) -> Plan:
    """The part of a plan that results depend on: moving the threshold recomputes nothing."""
    return replace(plan, threshold=None, flag_share=None, detectors=tuple(sorted(plan.detectors)))


def _preview(answer: Mapping[str, Any]) -> Preview:
    """The worker's JSON answer as the reader made it."""
    roles = Roles(**{**answer["roles"], "text": tuple(answer["roles"]["text"])})
    lists = {name: tuple(answer[name]) for name in ("columns", "notices")}
    return Preview(**{**answer, **lists, "rows": tuple(map(tuple, answer["rows"])), "roles": roles})
