"""Plain text: one text a line, or a folder with one text a file."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from explorer.core.corpus.columns import string_array
from explorer.core.corpus.corpus import Rejected
from explorer.core.corpus.encodings import decode_bytes, looks_binary, open_utf8
from explorer.core.corpus.raw import RawTable, ReadJob
from explorer.core.corpus.wording import counted
from explorer.errors import CorpusError

TEXT_SUFFIXES = (".txt", ".txt.gz")


def read_lines(job: ReadJob) -> RawTable:
    """One text a line, blank lines kept as empty texts so that row and line stay in step."""
    source = open_utf8(job.path, job.workspace, name=job.name, partial=job.partial, progress=job.progress.part(0, 0.4))
    with source.path.open(encoding="utf-8-sig", errors="replace") as file:
        lines = [line.removesuffix("\n") for line in _watched(file, job)]
    table = pa.table([pa.chunked_array([string_array(lines)])], names=["text"])
    return RawTable(table, f"one text a line, {source.encoding}", notices=source.notices)


def _watched(lines: Iterator[str], job: ReadJob) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number % 65_536 == 0:
            job.progress.report(0.5, "Reading")
        yield line


def read_folder(job: ReadJob) -> RawTable:
    """Every .txt (or .txt.gz) in a folder and its subfolders, sorted by path: columns ``file`` and ``text``.

    Raises
    ------
    CorpusError : no text file in the folder.
    """
    files, others, closed = text_files(job.path)
    total = len(files)
    names: list[str] = []
    texts: list[str] = []
    rejected = [Rejected(path.relative_to(job.path).as_posix(), 0, "a folder that may not be read") for path in closed]
    for number, path in enumerate(files[: job.limit]):
        job.progress.report(number / total, "Reading")
        name = path.relative_to(job.path).as_posix()
        text, problem = _file_text(path)
        if problem:
            rejected.append(Rejected(name, 0, problem))
        else:
            names.append(name)
            texts.append(text)
    table = pa.table(
        [pa.chunked_array([string_array(_shown(names))]), pa.chunked_array([string_array(texts)])],
        names=["file", "text"],
    )
    notices = (f"{counted(others, 'file')} of other kinds left out.",) if others else ()
    return RawTable(table, "folder of text files", tuple(rejected), notices, total=total)


def text_files(folder: Path) -> tuple[list[Path], int, list[Path]]:
    """The text files under ``folder`` by sorted path, how many other files lie there, and subfolders that stay closed.

    Hidden files and folders do not count.

    Raises
    ------
    CorpusError : there is none. OSError : the folder itself may not be read.
    """
    found: list[Path] = []
    closed: list[Path] = []
    others = 0

    def refused(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        closed.append(Path(error.filename))

    for root, folders, names in os.walk(folder, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.startswith("."):
                continue
            if name.lower().endswith(TEXT_SUFFIXES):
                found.append(Path(root, name))
            else:
                others += 1
    if not found:
        raise CorpusError(
            f"The folder {folder.name} holds no .txt files.", "Choose a folder of .txt files, or one file."
        )
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix()), others, sorted(closed)


def _shown(names: list[str]) -> list[str]:
    """File names whose bytes are not UTF-8 (POSIX allows any) made printable."""
    return [os.fsencode(name).decode("utf-8", "replace") for name in names]


def _file_text(path: Path) -> tuple[str, str]:
    """The text of one file, or the reason why there is none."""
    try:
        data = path.read_bytes()
        if path.suffix.lower() == ".gz":
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        return "", f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if looks_binary(data[:65_536]):
        return "", "not a text file: it holds binary data"
    return decode_bytes(data).replace("\r\n", "\n").replace("\r", "\n"), ""
