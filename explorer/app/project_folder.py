"""A project on disk: one folder that can be opened, copied and moved; nothing in it is executable.

    NAME.textmap/
      project.sqlite     what the person did, how to undo it, where they were. WAL, one transaction per action
      corpus.arrow       immutable snapshot of what was loaded, memory-mapped
      parts/CARD/        vectors by text, written part by part while embedding
      STAGE/KEY/         what was computed: arrays and meta.json, named by the fingerprint of their inputs

Computed results carry checksums: a damaged one counts as missing and is computed again.
"""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

from filelock import FileLock, Timeout

from explorer.app.label_column import chosen, corrections_for, stored_choice
from explorer.app.project_database import ProjectDatabase, StoredStep
from explorer.app.work import decoded, describe, encoded, holds_decisions
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.snapshot import open_snapshot, save_snapshot
from explorer.core.storage import FolderStore, output_errors
from explorer.errors import ProjectError, ProjectLockedError

SUFFIX = ".textmap"
DATABASE = "project.sqlite"
SNAPSHOT = "corpus.arrow"
LOCK = ".lock"


def new_project_path(projects: Path, source: Path) -> Path:
    """NAME.textmap in the projects folder, numbered where there is one already: nothing is overwritten."""
    stem = source.name.split(".")[0] or "corpus"
    names = (stem if number == 1 else f"{stem}-{number}" for number in itertools.count(1))
    return next(path for name in names if not (path := projects / f"{name}{SUFFIX}").exists())


def holds_corpus(path: Path) -> bool:
    """Whether ``path`` is a project whose corpus was loaded to the end."""
    return (path / DATABASE).is_file() and (path / SNAPSHOT).is_file()


def is_project(path: Path) -> bool:
    """Whether ``path`` looks like a project folder."""
    return path.is_dir() and (path.suffix == SUFFIX or (path / DATABASE).exists())


class ProjectFolder:
    """An open project. Writing needs the lock, which the operating system frees when the process ends."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        self.store = FolderStore(path)
        self._lock = FileLock(path / LOCK) if writable else None
        self._database: ProjectDatabase | None = None
        self._writable = writable

    # --- opening and closing --------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path) -> ProjectFolder:
        """Make an empty project, or take over one that exists. Raises ``OutputError``, ``ProjectError``."""
        with output_errors(path):
            path.mkdir(parents=True, exist_ok=True)
        project = cls(path, writable=True)
        project._take_lock()
        try:
            project._connect(create=True)
        except BaseException:
            project.close()
            raise
        return project

    @classmethod
    def open(cls, path: Path, *, writable: bool = True) -> ProjectFolder:
        """Open a project. Raises ``ProjectError``, ``ProjectLockedError``, ``ProjectTooNewError``."""
        if not path.is_dir() or not (path / DATABASE).is_file():
            raise ProjectError(
                f"{path} is not a project of this program.", "Choose a folder whose name ends in .textmap."
            )
        project = cls(path, writable=writable)
        if writable:
            project._take_lock()
        try:
            project._connect(create=False)
        except BaseException:
            project.close()
            raise
        return project

    def _take_lock(self) -> None:
        assert self._lock is not None
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise ProjectLockedError(
                f"The project {self.path.name} is open in another window.",
                "Close it there, or copy the folder and open the copy.",
            ) from error
        except OSError as error:
            raise ProjectError(
                f"The project {self.path} cannot be opened for writing ({error.strerror or error}).",
                "Copy it to a folder that you may write to.",
            ) from error

    def _connect(self, *, create: bool) -> None:
        self._database = ProjectDatabase(self.path / DATABASE, writable=self._writable, create=create)

    @property
    def database(self) -> ProjectDatabase:
        """What the person did, and where they were."""
        if self._database is None:
            raise ProjectError(f"The project {self.path.name} is closed.", "Open it again.")
        return self._database

    def close(self) -> None:
        """Let go of the database and the lock. Safe to call twice."""
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> ProjectFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the corpus -----------------------------------------------------------------------------

    @property
    def snapshot(self) -> Path:
        return self.path / SNAPSHOT

    def has_corpus(self) -> bool:
        return self.snapshot.exists()

    def corpus(self) -> Corpus:
        """The snapshot, memory-mapped, with the label column chosen here. Raises ``ProjectError`` if it is damaged."""
        if not self.has_corpus():
            raise ProjectError(
                f"The project {self.path.name} holds no corpus.", "Loading may have been stopped; load the file again."
            )
        return chosen(open_snapshot(self.snapshot), self.label_choice)

    @property
    def label_choice(self) -> str | None:
        """The label column that was chosen since the corpus was opened; "" = none, None = nobody has chosen."""
        return stored_choice(self.database.field("label_column"))

    def set_corpus(self, corpus: Corpus) -> Corpus:
        """Store a corpus. One with decisions made by hand on other texts is never replaced (``ProjectError``).

        Where the same texts have their labels in another column now, that is a step of the history.
        """
        if self.has_corpus():
            old = self.corpus()
            if old.fingerprint != corpus.fingerprint:
                if holds_decisions(self.database.work(), old.rows):
                    raise ProjectError(
                        f"The project {self.path} holds decisions made by hand on another corpus ({old.source.path}).",
                        "Choose another folder for this corpus.",
                    )
                self.database.forget_work()
            elif old.roles.label != corpus.roles.label:
                self._choose_labels(old, corpus.roles.label)
        save_snapshot(corpus, self.snapshot)
        return self.corpus()

    def _choose_labels(self, corpus: Corpus, column: str | None) -> None:
        """Another label column for the corpus that is there; corrections stay with the column before."""
        values, _ = decoded(self.database.work(), corpus.rows)
        made, aside = values["corrections"], values["set_aside"]
        after = {"label_column": column or "", **corrections_for(corpus.roles.label, column, made, aside)}
        before = {**{name: values[name] for name in after}, "label_column": corpus.roles.label or ""}
        self.database.save_step(StoredStep(describe(before, after), encoded(before), encoded(after)))


def free_space(path: Path) -> int:
    """Bytes free on the disk that ``path`` (or its nearest existing parent) lies on."""
    existing = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    return shutil.disk_usage(existing).free
