"""One person's work on one project: opening, computing, deciding, exporting.

The window and the tests talk to a ``Session``. It owns the store (what is shown), the project folder (what
survives) and the job runner (heavy work). All methods are called on one thread, the session's; what happens
on others (files read and checked, worker news, neighbour searches) comes back through ``post``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.jobs import JobRunner
from explorer.app.lanes import Handlers, Lanes, OnFailed, Post, nothing
from explorer.app.messages import Message
from explorer.app.neighbours import Answer, NeighbourSearch
from explorer.app.project_folder import ProjectFolder, View, new_project_path
from explorer.app.restore import Opened, load_partial, load_stage, read_project
from explorer.app.state import AppState, JobView
from explorer.app.store import Store
from explorer.core.corpus.corpus import Roles
from explorer.core.corpus.readers import Preview
from explorer.core.embedding.estimate import Estimate
from explorer.core.pipeline import is_complete
from explorer.core.plan import Plan
from explorer.core.results import Results
from explorer.errors import ExplorerError, ProjectError


@dataclass(frozen=True)
class OpenRequest:
    """What the open dialog asks for. ``roles`` None = guess; ``project`` None = a new folder in the projects folder."""

    path: Path
    roles: Roles | None = None
    cleaning: tuple[str, ...] = ()
    plan: Plan = field(default_factory=Plan)
    project: Path | None = None


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
        self._project: ProjectFolder | None = None
        self._opening = 0
        self._recorded: Mapping[int, bool] = {}
        self._abandon_load: Callable[[], None] = nothing
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
        handlers = Handlers(f"Reading {path.name}", lambda answer: on_ready(_preview(answer)), on_failed, visible=False)
        return self._lanes.submit("preview", {"path": str(path.absolute())}, handlers)

    def estimate(self, plan: Plan, texts: int, characters: int, on_ready: Callable[[Estimate], None]) -> int:
        """Time and disk that embedding would take; silent if it cannot be told. Nothing is downloaded for it."""
        asked = replace(plan, allow_download=False).as_dict()
        handlers = Handlers("Estimating", lambda answer: on_ready(Estimate(**answer)), nothing, visible=False)
        return self._lanes.submit("estimate", {"plan": asked, "texts": texts, "characters": characters}, handlers)

    def open_corpus(self, request: OpenRequest) -> None:
        """Load a corpus into a project of its own, then compute. What is shown now stays until it is loaded."""
        self.cancel()
        target = request.project or new_project_path(self.projects_folder, request.path)
        fresh = not target.exists()
        try:
            project = ProjectFolder.create(target)
        except ExplorerError as error:
            self._say_error(error)
            return
        if project.has_corpus():
            project.close()
            what = f"The folder {target} holds a corpus already."
            self._say_error(ProjectError(what, "Choose another folder, or open it as a project."))
            return
        payload = {
            "path": str(request.path.absolute()),
            "roles": None if request.roles is None else asdict(request.roles),
            "cleaning": list(request.cleaning),
            "plan": request.plan.as_dict(),
            "project": str(project.path.absolute()),
        }
        self._lanes.submit("load", payload, self._load_handlers(project, request, fresh))

    def _load_handlers(self, project: ProjectFolder, request: OpenRequest, fresh: bool) -> Handlers:
        def forget() -> None:
            """A load that brought nothing leaves nothing behind."""
            self._abandon_load = nothing
            project.close()
            if fresh:
                shutil.rmtree(project.path, ignore_errors=True)

        def failed(error: ExplorerError) -> None:
            forget()
            self._say_error(error)

        def loaded(_: Mapping[str, Any]) -> None:
            self._abandon_load = nothing
            try:
                project.save_plan(request.plan)
            except ExplorerError as error:
                failed(error)
            else:
                self._take(project)

        self._abandon_load = forget
        return Handlers(f"Loading {request.path.name}", loaded, failed, cancelled=forget)

    def open_project(self, path: Path) -> None:
        """Show a project as it was left, then compute what is missing. Errors become messages."""
        if self._project is not None and self._project.path.absolute() == path.absolute():
            return
        self.cancel()
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
        self._show_job(JobView(0, f"Opening {project.path.name}"))

        def show(opened: Opened) -> None:
            if number != self._opening:
                project.close()
                return
            self.save_view()
            self._close_project()
            self._project = project
            self._show(opened)

        def failed(error: ExplorerError) -> None:
            project.close()
            self._show_job(None)
            self._say_error(error)

        self._lanes.read(lambda: read_project(project), show, failed)

    def _show(self, opened: Opened) -> None:
        self._show_job(None)
        self.store.dispatch(
            op.show_corpus(
                project=opened.path,
                corpus=opened.corpus,
                check=opened.check,
                plan=opened.plan,
                overrides=opened.overrides,
            )
        )
        self._recorded = self.state.overrides
        self.store.dispatch(op.show_results(results=opened.results))
        self._restore(opened.view)
        if not is_complete(opened.corpus, opened.plan, opened.results):
            self.compute()

    def _restore(self, view: View) -> None:
        """Go back to where the person was."""
        if view.colour_by is not None:
            self.store.dispatch(op.set_colour(colour_by=view.colour_by))
        if view.neighbours is not None:
            asked = {name: view.neighbours.get(name) for name in ("k", "metric", "method")}
            self.store.dispatch(op.set_neighbours(**asked))
        if view.current is not None:
            self.store.dispatch(op.set_current(row=view.current))

    # --- computing ------------------------------------------------------------------------------

    def compute(self) -> None:
        """Start or go on with the present plan's stages in the worker; what is done is not done again."""
        if self._project is None or self.state.corpus is None:
            return
        self._lanes.cancel_all("run")
        project, plan = self._project, self.state.plan

        def news(payload: Mapping[str, Any]) -> Callable[[], None]:
            if "partial" in payload:
                positions = load_partial(payload)
                return lambda: self._merge(plan, lambda results: replace(results, layout=positions))
            add = load_stage(project, payload)
            return lambda: self._merge(plan, add)

        request = {"project": str(project.path), "plan": plan.as_dict()}
        self._lanes.submit("run", request, Handlers("Computing", nothing, self._say_error, news=news))

    def _merge(self, plan: Plan, add: Callable[[Results], Results]) -> None:
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
        """Stop the work under way, an opening or an export too; what was finished stays."""
        self._opening += 1
        self._lanes.cancel_all()
        self._show_job(None)

    def cancel_job(self, token: int) -> None:
        """Stop one job (a preview that is no longer wanted, say)."""
        self._lanes.cancel(token)

    def _show_job(self, job: JobView | None) -> None:
        self.store.dispatch(op.show_job(job=job))

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
        if self._project is None or not self._remember:
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
            same = (now.k, now.metric, now.method) == (view.k, view.metric, view.method)
            if same and self.state.results.vectors is results.vectors:
                self.store.dispatch(
                    op.show_neighbours(row=row, rows=answer.rows, distances=answer.distances, source=answer.source)
                )

        self._lanes.search(lambda: self._search.near_row(results, row, view), show, self._say_error)

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

        self._lanes.submit("export", request, Handlers(f"Writing {path.name}", done, self._say_error))

    # --- messages and the end -------------------------------------------------------------------

    def say(self, message: Message) -> None:
        self.store.dispatch(op.say(message=message))

    def _say_error(self, error: ExplorerError) -> None:
        details = str(error.__cause__) if error.__cause__ is not None else getattr(error, "details", "")
        self.say(Message("error", error.what, error.hint, details))

    def close(self) -> None:
        """Save the view, end the workers and the threads. The session cannot be used afterwards."""
        self.save_view()
        self._lanes.close()
        self._abandon_load()
        self._close_project()

    def _close_project(self) -> None:
        if self._project is not None:
            self._project.close()
            self._project = None


def _computes(plan: Plan) -> Plan:
    """The part of a plan that results depend on: moving the threshold recomputes nothing."""
    return replace(plan, threshold=None, flag_share=None, detectors=tuple(sorted(plan.detectors)))


def _preview(answer: Mapping[str, Any]) -> Preview:
    """The worker's JSON answer as the reader made it."""
    roles = Roles(**{**answer["roles"], "text": tuple(answer["roles"]["text"])})
    lists = {name: tuple(answer[name]) for name in ("columns", "notices")}
    return Preview(**{**answer, **lists, "rows": tuple(map(tuple, answer["rows"])), "roles": roles})
