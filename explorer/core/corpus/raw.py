"""What every reader takes and gives: a job to read one file, and the table that came out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from explorer.core.corpus.corpus import Rejected
from explorer.core.progress import SILENT, Progress


@dataclass(frozen=True)
class ReadJob:
    """One file (or folder) to read.

    path : what to open; unpacked if the file was compressed.
    name : what to call it in messages and in ``Rejected``.
    workspace : a folder for temporary files, gone after the reading.
    partial : ``path`` holds only the head of the file, so the last record may be cut: leave it out, without complaint.
    limit : only the first rows are wanted (a preview); None = all.
    """

    path: Path
    name: str
    workspace: Path
    partial: bool = False
    limit: int | None = None
    progress: Progress = SILENT


@dataclass(frozen=True)
class RawTable:
    """What a reader found: columns as read (names not yet unique), what was refused, what is worth saying.

    ``total`` is the number of rows in the whole file where the format tells it without reading on.
    """

    table: pa.Table
    details: str
    rejected: tuple[Rejected, ...] = ()
    notices: tuple[str, ...] = ()
    total: int | None = None


ReadFunction = Callable[[ReadJob], RawTable]


@dataclass(frozen=True)
class Reader:
    """One format. ``preview_from_head``: a preview may read the first megabyte alone."""

    read: ReadFunction
    suffixes: tuple[str, ...]
    description: str
    preview_from_head: bool = True
