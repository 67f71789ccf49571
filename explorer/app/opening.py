"""How a project comes on the table: a corpus loaded into a new one, one opened as it was left, texts added to it.

``Opening`` holds the project that is open and hands what was read of it to the session, which shows it. Methods are
called on the session's thread; files are read beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from explorer.app.adding import refuse_vectors
from explorer.app.lanes import Handlers, Lanes, OnFailed, nothing
from explorer.app.project_folder import ProjectFolder, new_project_path
from explorer.app.restore import Opened, left_whole, read_project
from explorer.app.state import JobView
from explorer.app.work import encoded
from explorer.core.corpus.corpus import Roles
from explorer.core.corpus.readers import Preview
from explorer.core.embedding.estimate import Estimate
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


class Host(Protocol):
    """What opening asks of the session."""

    def cancel(self) -> None:
        """Stop the work under way: something else is wanted."""

    def compute(self) -> None:
        """Go on with what was interrupted in vain."""

    def say_error(self, error: ExplorerError) -> None: ...

    def save_view(self) -> None:
        """Keep where the person is in the project that is open, which is closed or read anew next."""

    def show_opened(self, opened: Opened) -> None:
        """This was read of the project that is open now."""

    def show_left(self, opened: Opened, left: Results) -> None:
        """The disk has spoilt some results of a project that was shown; these are left."""


class Opening:
    """See the module's docstring."""

    def __init__(self, host: Host, lanes: Lanes, projects_folder: Path) -> None:
        self._host = host
        self._lanes = lanes
        self._projects_folder = projects_folder
        self._project: ProjectFolder | None = None
        self._number = 0
        self._wanted: Path | None = None
        self._abandon_load: Callable[[], None] = nothing

    @property
    def project(self) -> ProjectFolder | None:
        """The project that is open."""
        return self._project

    # --- before a corpus is loaded --------------------------------------------------------------

    def preview(self, path: Path, on_ready: Callable[[Preview], None], on_failed: OnFailed) -> int:
        """Read a file's first rows; exactly one of the two is called, unless cancelled."""
        handlers = Handlers(f"Reading {path.name}", lambda answer: on_ready(_preview(answer)), on_failed, visible=False)
        return self._lanes.submit("preview", {"path": str(path.absolute())}, handlers)

    def estimate(self, plan: Plan, texts: int, characters: int, on_ready: Callable[[Estimate], None]) -> int:
        """Time and disk that embedding would take; silent if it cannot be told. Nothing is downloaded for it."""
        asked = replace(plan, allow_download=False).as_dict()
        handlers = Handlers("Estimating", lambda answer: on_ready(Estimate(**answer)), nothing, visible=False)
        return self._lanes.submit("estimate", {"plan": asked, "texts": texts, "characters": characters}, handlers)

    # --- a new corpus ---------------------------------------------------------------------------

    def load(self, request: OpenRequest) -> None:
        """Load a corpus into a project of its own. What is shown now stays until it is loaded."""
        target = request.project or new_project_path(self._projects_folder, request.path)
        fresh = not target.exists()
        try:
            project = ProjectFolder.create(target)
        except ExplorerError as error:
            self._host.say_error(error)
            return
        if project.has_corpus():
            project.close()
            what = f"The folder {target} holds a corpus already."
            self._host.say_error(ProjectError(what, "Choose another folder, or open it as a project."))
            return
        self._host.cancel()
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
            self._host.say_error(error)

        def loaded(_: Mapping[str, Any]) -> None:
            self._abandon_load = nothing
            try:
                project.database.save_work(encoded({"plan": request.plan}))
            except ExplorerError as error:
                failed(error)
            else:
                self._take(project)

        self._abandon_load = forget
        return Handlers(f"Loading {request.path.name}", loaded, failed, cancelled=forget)

    # --- a project ------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Read a project as it was left."""
        wanted = path.absolute()
        if wanted == self._wanted or (self._project is not None and self._project.path.absolute() == wanted):
            return
        try:
            project = ProjectFolder.open(path)
        except ExplorerError as error:
            self._host.say_error(error)
            return
        self._host.cancel()
        self._wanted = wanted
        self._take(project)

    def _take(self, project: ProjectFolder) -> None:
        """Read a project beside the session's thread (checksums take time), then hand it over."""
        self._number += 1
        number = self._number
        job = JobView(self._lanes.new_token(), f"Opening {project.path.name}")
        self._lanes.show_job(job)

        def show(opened: Opened) -> None:
            self._lanes.show_job(replace(job, status="done"))
            if number != self._number:
                project.close()
                return
            self._wanted = None
            self._lanes.cancel_all("run", "add")
            self._host.save_view()
            self._close_project()
            self._project = project
            self._host.show_opened(opened)
            self._look_again(project, opened)

        def failed(error: ExplorerError) -> None:
            project.close()
            if number == self._number:
                self._wanted = None
                self._lanes.show_job(replace(job, status="failed", message=error.what, hint=error.hint))
                self._host.say_error(error)

        self._lanes.read(lambda: read_project(project), show, failed)

    def _look_again(self, project: ProjectFolder, opened: Opened) -> None:
        """Find, beside the session's thread, what the disk has spoilt."""
        number = self._number

        def show(left: Results | None) -> None:
            if left is not None and self._project is project:
                self._host.show_left(opened, left)

        self._lanes.read(
            lambda: left_whole(project, opened, lambda: number == self._number), show, self._host.say_error
        )

    # --- more texts -----------------------------------------------------------------------------

    def add(self, path: Path, plan: Plan, on_added: Callable[[int], None]) -> None:
        """Read more texts into the corpus of the project: the rows that are there stay; how many came is told."""
        project = self._project
        if project is None:
            return
        try:
            refuse_vectors(plan)
        except ExplorerError as error:
            self._host.say_error(error)
            return
        self._lanes.cancel_all("run")

        def added(answer: Mapping[str, Any]) -> None:
            if self._project is project:
                self._host.save_view()
                self._lanes.read(lambda: read_project(project), lambda opened: again(opened, answer["rows"]), failed)

        def again(opened: Opened, rows: int) -> None:
            if self._project is project:
                self._host.show_opened(opened)
                on_added(rows)

        def failed(error: ExplorerError) -> None:
            self._host.say_error(error)
            self._host.compute()

        request = {"project": str(project.path), "path": str(path.absolute())}
        self._lanes.submit("add", request, Handlers(f"Adding {path.name}", added, failed))

    # --- the end --------------------------------------------------------------------------------

    def stop(self) -> None:
        """What is being opened is not wanted any more."""
        self._number += 1
        self._wanted = None

    def close(self) -> None:
        """Let go of the project, once nothing else is at work."""
        self.stop()
        self._abandon_load()
        self._close_project()

    def _close_project(self) -> None:
        if self._project is not None:
            self._project.close()
            self._project = None


def _preview(answer: Mapping[str, Any]) -> Preview:
    """The worker's JSON answer as the reader made it."""
    roles = Roles(**{**answer["roles"], "text": tuple(answer["roles"]["text"])})
    lists = {name: tuple(answer[name]) for name in ("columns", "notices")}
    return Preview(**{**answer, **lists, "rows": tuple(map(tuple, answer["rows"])), "roles": roles})
