"""A project's SQLite file: what the person did, every step of it for undo, and where they were.

WAL, one transaction per action: a process that is killed loses at most the action under way.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.errors import ProjectError, ProjectTooNewError

FORMAT = 2
"""Version of the project's format; a newer one is refused, an older one is migrated when it is opened for writing."""

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE work (field TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE steps (
    number INTEGER PRIMARY KEY, words TEXT NOT NULL, made_at TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE step_fields (
    number INTEGER NOT NULL, field TEXT NOT NULL, before BLOB NOT NULL, after BLOB NOT NULL,
    PRIMARY KEY (number, field)
);
"""

MOST_STEPS = 300
"""Steps that can be undone; older ones are forgotten."""
MOST_BYTES = 64_000_000
"""Bytes that the steps may take together."""


@dataclass(frozen=True)
class View:
    """Where the person was: restored when the project is opened again.

    neighbours : how the neighbours panel asks. window : what the window keeps for itself (camera, docks, search).
    """

    current: int | None = None
    neighbours: Mapping[str, Any] | None = None
    window: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class StoredStep:
    """An action: its words, and the encoded fields that it changed, before and after."""

    words: str
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]


class ProjectDatabase:
    """An open database. Every method raises ``ProjectError`` where the file cannot be read or written."""

    def __init__(self, file: Path, *, writable: bool, create: bool = False) -> None:
        self._file = file
        self._writable = writable
        self._connection: sqlite3.Connection | None = None
        try:
            uri = f"{file.absolute().as_uri()}?{self._access(create)}"
            self._connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            if create and self._open.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                self._prepare()
            self._check_format()
        except sqlite3.Error as error:
            self.close()
            raise ProjectError(
                f"The project's database {file} cannot be read ({error}).",
                "It may be damaged or unreadable; restore it from a copy.",
            ) from error
        except BaseException:
            self.close()
            raise

    def _access(self, create: bool) -> str:
        """How SQLite opens the file. A folder that cannot be written is read as it stands, without shared memory."""
        if self._writable:
            return "mode=rwc" if create else "mode=rw"
        log = self._file.with_name(f"{self._file.name}-wal")
        unfinished = log.exists() and log.stat().st_size > 0
        return "mode=ro" if unfinished or os.access(self._file.parent, os.W_OK) else "mode=ro&immutable=1"

    def close(self) -> None:
        """Safe to call twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # --- the format -----------------------------------------------------------------------------

    def _prepare(self) -> None:
        self._open.execute("PRAGMA journal_mode=WAL")
        with self._transaction() as database:
            for statement in SCHEMA.split(";"):
                database.execute(statement)
            database.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))

    def _check_format(self) -> None:
        name, found = self._file.parent.name, self._meta("format")
        if found is None or not found.isdigit():
            raise ProjectError(f"{self._file.parent} is not a project of this program.", "Choose another folder.")
        if int(found) > FORMAT:
            raise ProjectTooNewError(
                f"The project {name} was made by a newer version (format {found}; this one knows {FORMAT}).",
                "Update the program to open it.",
            )
        if int(found) < FORMAT:
            self._migrate()

    def _migrate(self) -> None:
        """Format 1 kept overrides by row and the parameters among the facts; both are fields of the work now."""
        if not self._writable:
            raise ProjectError(
                f"The project {self._file.parent.name} was made by an older version and has to be brought up to date.",
                "Open it once in the window, which brings it up to date.",
            )
        with self._transaction() as database:
            overrides = database.execute("SELECT row, flag FROM overrides ORDER BY row").fetchall()
            made = [[row for row, flag in overrides if bool(flag) is on] for on in (True, False)]
            fields = {"overrides": json.dumps(dict(zip(("flag", "clear"), made, strict=True)))}
            plan = database.execute("SELECT value FROM meta WHERE name = 'plan'").fetchone()
            if plan is not None:
                fields["plan"] = str(plan[0])
            for statement in SCHEMA.split(";")[1:]:
                database.execute(statement)
            _write_work(database, {name: zlib.compress(value.encode()) for name, value in fields.items()})
            database.execute("DROP TABLE overrides")
            database.execute("UPDATE meta SET value = ? WHERE name = 'format'", (str(FORMAT),))

    # --- reading and writing --------------------------------------------------------------------

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ProjectError(f"The project {self._file.parent.name} is closed.", "Open it again.")
        return self._connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One action, whole or not at all, on disk before this returns."""
        database = self._open
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
                f"Your last action could not be saved in {self._file.parent} ({error}).",
                "Free some space or copy the project to a folder that you may write to.",
            ) from error

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """What another program or a damaged disk wrote into the database is one clear sentence."""
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise ProjectError(
                f"The project's database {self._file} holds something else than expected ({error}).",
                "It may be damaged; restore it from a copy.",
            ) from error

    def _meta(self, name: str) -> str | None:
        found = self._open.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    # --- where the person was -------------------------------------------------------------------

    def view(self) -> View:
        """Where the person was; the beginning if that cannot be understood."""
        try:
            values = json.loads(self._meta("view") or "{}")
            kinds = {"current": int, "neighbours": dict, "window": dict}
            return View(**{name: values[name] for name, kind in kinds.items() if type(values.get(name)) is kind})
        except (ValueError, TypeError, AttributeError, RecursionError, sqlite3.Error):
            return View()

    def save_view(self, view: View) -> None:
        with self._transaction() as database:
            database.execute("INSERT OR REPLACE INTO meta VALUES ('view', ?)", (json.dumps(vars(view)),))

    # --- what the person did --------------------------------------------------------------------

    def work(self) -> dict[str, bytes]:
        """The encoded fields of what the person did (``app/work.py`` knows them)."""
        with self._understood():
            return {str(name): bytes(value) for name, value in self._open.execute("SELECT field, value FROM work")}

    def field(self, name: str) -> bytes | None:
        """One of those fields; None where it is not there."""
        with self._understood():
            found = self._open.execute("SELECT value FROM work WHERE field = ?", (name,)).fetchone()
            return None if found is None else bytes(found[0])

    def save_work(self, fields: Mapping[str, bytes]) -> None:
        """Set fields without a step to undo: what a load or a run without a window brings."""
        with self._transaction() as database:
            _write_work(database, fields)

    def forget_work(self) -> None:
        """Another corpus is coming: nothing that was done on the last one holds, but its labels' names."""
        with self._transaction() as database:
            database.execute("DELETE FROM work WHERE field NOT IN ('labels', 'plan')")
            for table in ("steps", "step_fields"):
                database.execute(f"DELETE FROM {table}")
            database.execute("DELETE FROM meta WHERE name = 'view'")

    # --- undo -----------------------------------------------------------------------------------

    def save_step(self, step: StoredStep, *, join: bool = False) -> None:
        """Keep an action and how to undo it. ``join``: it goes on with the last step, which then ends here."""
        with self._transaction() as database:
            database.execute("DELETE FROM step_fields WHERE number IN (SELECT number FROM steps WHERE undone)")
            undone = database.execute("DELETE FROM steps WHERE undone").rowcount
            last = database.execute("SELECT max(number) FROM steps").fetchone()[0]
            if join and last is not None and not undone:
                database.execute("UPDATE steps SET words = ? WHERE number = ?", (step.words, last))
                ends = [(value, last, name) for name, value in step.after.items()]
                database.executemany("UPDATE step_fields SET after = ? WHERE number = ? AND field = ?", ends)
            else:
                _add_step(database, (last or 0) + 1, step)
            _write_work(database, step.after)

    def next_step(self, *, back: bool) -> StoredStep | None:
        """The step that ``move_in_history`` would undo (``back``) or redo; None if there is none."""
        with self._understood():
            found = _next_step(self._open, back=back)
            return None if found is None else found[1]

    def move_in_history(self, *, back: bool) -> StoredStep | None:
        """Undo the last step (``back``) or redo the first undone one; None if there is none."""
        with self._transaction() as database:
            found = _next_step(database, back=back)
            if found is None:
                return None
            number, step = found
            database.execute("UPDATE steps SET undone = ? WHERE number = ?", (int(back), number))
            _write_work(database, step.before if back else step.after)
            return step

    def history_words(self) -> tuple[str, str]:
        """What undo and redo would do; "" = nothing."""
        with self._understood():
            undo = self._open.execute("SELECT words FROM steps WHERE NOT undone ORDER BY number DESC LIMIT 1")
            redo = self._open.execute("SELECT words FROM steps WHERE undone ORDER BY number LIMIT 1")
            first, second = undo.fetchone(), redo.fetchone()
            return str(first[0]) if first else "", str(second[0]) if second else ""


def _next_step(database: sqlite3.Connection, *, back: bool) -> tuple[int, StoredStep] | None:
    order = "WHERE NOT undone ORDER BY number DESC" if back else "WHERE undone ORDER BY number"
    found = database.execute(f"SELECT number, words FROM steps {order} LIMIT 1").fetchone()
    if found is None:
        return None
    rows = database.execute("SELECT field, before, after FROM step_fields WHERE number = ?", found[:1]).fetchall()
    return found[0], StoredStep(found[1], {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows})


def _write_work(database: sqlite3.Connection, fields: Mapping[str, bytes]) -> None:
    database.executemany("INSERT OR REPLACE INTO work VALUES (?, ?)", list(fields.items()))


def _add_step(database: sqlite3.Connection, number: int, step: StoredStep) -> None:
    database.execute("INSERT INTO steps (number, words, made_at) VALUES (?, ?, datetime('now'))", (number, step.words))
    fields = [(number, name, step.before[name], value) for name, value in step.after.items()]
    database.executemany("INSERT INTO step_fields VALUES (?, ?, ?, ?)", fields)
    sizes = database.execute(
        "SELECT number, sum(length(before) + length(after)) FROM step_fields GROUP BY number ORDER BY number DESC"
    )
    kept, total = number, 0
    for older, size in sizes:
        total += size
        if older < number and (total > MOST_BYTES or older <= number - MOST_STEPS):
            break
        kept = older
    database.execute("DELETE FROM step_fields WHERE number < ?", (kept,))
    database.execute("DELETE FROM steps WHERE number < ?", (kept,))
