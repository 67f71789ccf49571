"""A project on disk: one folder that can be opened, copied and moved; nothing in it is executable.

    NAME.textmap/
      project.sqlite     what the person did: parameters, overrides, where they were. WAL, one transaction per action
      corpus.arrow       immutable snapshot of what was loaded, memory-mapped
      parts/CARD/        vectors by text, written part by part while embedding
      STAGE/KEY/         what was computed: arrays and meta.json, named by the fingerprint of their inputs

Computed results carry checksums: a damaged one counts as missing and is computed again.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.snapshot import open_snapshot, save_snapshot
from explorer.core.plan import Plan
from explorer.core.storage import FolderStore, output_errors
from explorer.errors import ProjectError, ProjectLockedError, ProjectTooNewError

FORMAT = 1
"""Version of the folder's format; a newer one is refused, an older one would be migrated here."""
SUFFIX = ".textmap"
DATABASE = "project.sqlite"
SNAPSHOT = "corpus.arrow"
LOCK = ".lock"

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE overrides (row INTEGER PRIMARY KEY, flag INTEGER NOT NULL, made_at TEXT NOT NULL);
"""


@dataclass(frozen=True)
class View:
    """Where the person was: restored when the project is opened again."""

    current: int | None = None
    colour_by: str | None = None
    neighbours: Mapping[str, Any] | None = None


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
        self._database: sqlite3.Connection | None = None
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
        file = self.path / DATABASE
        try:
            uri = f"{file.absolute().as_uri()}?{self._access(create)}"
            self._database = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            if create and self._db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                self._prepare()
            self._check_format()
        except sqlite3.Error as error:
            raise ProjectError(
                f"The project's database {file} cannot be read ({error}).",
                "It may be damaged or unreadable; restore it from a copy.",
            ) from error

    def _access(self, create: bool) -> str:
        """How SQLite opens the file. A folder that cannot be written is read as it stands, without shared memory."""
        if self._writable:
            return "mode=rwc" if create else "mode=rw"
        log = self.path / f"{DATABASE}-wal"
        unfinished = log.exists() and log.stat().st_size > 0
        return "mode=ro" if unfinished or os.access(self.path, os.W_OK) else "mode=ro&immutable=1"

    def _prepare(self) -> None:
        database = self._db
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA.split(";"):
            database.execute(statement)
        database.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))
        database.execute("COMMIT")

    def _check_format(self) -> None:
        found = self._meta("format")
        if found is None or not found.isdigit():
            raise ProjectError(f"{self.path} is not a project of this program.", "Choose another folder.")
        if int(found) > FORMAT:
            raise ProjectTooNewError(
                f"The project {self.path.name} was made by a newer version (format {found}; this one knows {FORMAT}).",
                "Update the program to open it.",
            )

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
        """The snapshot, memory-mapped. Raises ``ProjectError`` if it is missing or damaged."""
        if not self.has_corpus():
            raise ProjectError(
                f"The project {self.path.name} holds no corpus.", "Loading may have been stopped; load the file again."
            )
        return open_snapshot(self.snapshot)

    def set_corpus(self, corpus: Corpus) -> Corpus:
        """Store a corpus. One with decisions made by hand on other texts is never replaced (``ProjectError``)."""
        if self.has_corpus() and self.overrides():
            old = self.corpus()
            if old.fingerprint != corpus.fingerprint:
                raise ProjectError(
                    f"The project {self.path} holds decisions made by hand on another corpus ({old.source.path}).",
                    "Choose another folder for this corpus.",
                )
        save_snapshot(corpus, self.snapshot)
        return self.corpus()

    # --- what the person did --------------------------------------------------------------------

    @property
    def _db(self) -> sqlite3.Connection:
        if self._database is None:
            raise ProjectError(f"The project {self.path.name} is closed.", "Open it again.")
        return self._database

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One action, whole or not at all, on disk before this returns."""
        database = self._db
        try:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")
        except sqlite3.Error as error:
            raise ProjectError(
                f"Your last action could not be saved in {self.path} ({error}).",
                "Free some space or copy the project to a folder that you may write to.",
            ) from error

    def _meta(self, name: str) -> str | None:
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def _set_meta(self, name: str, value: object) -> None:
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, json.dumps(value)))

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """What another program or a damaged disk wrote into the database is one clear sentence."""
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise ProjectError(
                f"The project's database {self.path / DATABASE} holds something else than expected ({error}).",
                "It may be damaged; restore it from a copy.",
            ) from error

    def plan(self) -> Plan:
        """The parameters of the last run; the defaults if there was none."""
        with self._understood():
            stored = self._meta("plan")
            return Plan() if stored is None else Plan.from_dict(json.loads(stored))

    def save_plan(self, plan: Plan) -> None:
        self._set_meta("plan", plan.as_dict())

    def view(self) -> View:
        with self._understood():
            stored = self._meta("view")
            return View() if stored is None else View(**json.loads(stored))

    def save_view(self, view: View) -> None:
        self._set_meta("view", vars(view))

    def overrides(self) -> dict[int, bool]:
        """Row -> flagged (True) or cleared (False) by hand."""
        with self._understood():
            found = self._db.execute("SELECT row, flag FROM overrides ORDER BY row")
            return {int(row): bool(flag) for row, flag in found}

    def save_overrides(self, overrides: Mapping[int, bool]) -> None:
        """Make the stored overrides equal to ``overrides``, keeping when each was made."""
        before = self.overrides()
        gone = [(row,) for row in before if row not in overrides]
        new = [(row, int(flag)) for row, flag in overrides.items() if before.get(row) is not flag]
        with self._transaction() as database:
            database.executemany("DELETE FROM overrides WHERE row = ?", gone)
            database.executemany("INSERT OR REPLACE INTO overrides VALUES (?, ?, datetime('now'))", new)


def free_space(path: Path) -> int:
    """Bytes free on the disk that ``path`` (or its nearest existing parent) lies on."""
    existing = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    return shutil.disk_usage(existing).free
