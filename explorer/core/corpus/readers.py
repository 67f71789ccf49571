"""Reads a corpus from whatever the person has: detects the format, unpacks, previews, reads.

READ FIRST: ``read_corpus`` is the way from a path to a ``Corpus``; ``READERS`` lists the formats.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from explorer.core.corpus.cleaning import check_cleaners, cleaned
from explorer.core.corpus.columns import cell_text, normalized, text_column
from explorer.core.corpus.corpus import Corpus, Roles, Source
from explorer.core.corpus.delimited import read_delimited
from explorer.core.corpus.dialects import detect_dialect
from explorer.core.corpus.encodings import looks_binary
from explorer.core.corpus.files import HEAD, check_file, plain_file, reading, source_of, unpacked
from explorer.core.corpus.guess import guess_roles, holds_only_numbers
from explorer.core.corpus.json_records import SPELLED, read_json, read_jsonl
from explorer.core.corpus.keys import texts_fingerprint
from explorer.core.corpus.parquet import read_parquet
from explorer.core.corpus.plain_text import read_folder, read_lines
from explorer.core.corpus.raw import RawTable, Reader, ReadJob
from explorer.core.corpus.spreadsheets import read_xlsx
from explorer.core.corpus.wording import counted, quoted_list
from explorer.core.progress import SILENT, Progress
from explorer.errors import CorpusError

READERS: dict[str, Reader] = {
    "csv": Reader(read_delimited, (".csv", ".tsv", ".tab", ".psv"), "CSV or TSV table"),
    "json": Reader(read_json, (".json",), "JSON records"),
    "jsonl": Reader(read_jsonl, (".jsonl", ".ndjson"), "JSON Lines"),
    "parquet": Reader(read_parquet, (".parquet", ".pq"), "Parquet table", preview_from_head=False),
    "xlsx": Reader(read_xlsx, (".xlsx", ".xlsm"), "Excel workbook", preview_from_head=False),
    "lines": Reader(read_lines, (".txt", ".text", ".log"), "one text a line"),
    "folder": Reader(read_folder, (), "folder of .txt files", preview_from_head=False),
}

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_PACKERS = {
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"(\xb5/\xfd": "zstd",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"%PDF": "PDF",
}


@dataclass(frozen=True)
class Preview:
    """The first rows of a corpus, before anything is loaded.

    rows : cells as they would be written.
    roles : guessed; ``text`` is empty where no column holds words.
    row_estimate : rows in the whole corpus; exact where ``exact``, None where nobody can tell yet.
    """

    format: str
    details: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    roles: Roles
    notices: tuple[str, ...] = ()
    row_estimate: int | None = None
    exact: bool = False


def detect_format(path: Path | str) -> str:
    """The name in ``READERS`` of a file's or folder's format: by content where that is clear, else by suffix.

    Raises
    ------
    CorpusError : missing, unreadable, empty, or a kind of file that holds no table.
    """
    path = Path(path)
    with reading(path):
        if path.is_dir():
            return "folder"
        check_file(path)
        with tempfile.TemporaryDirectory(prefix="text-explorer-") as folder:
            return _format_of(unpacked(path, Path(folder), HEAD)[0], path)


def preview(path: Path | str, rows: int = 20) -> Preview:
    """The first ``rows`` rows with guessed roles, fast on a file of any size.

    Raises
    ------
    CorpusError : what :func:`read_corpus` would raise too, except that a missing text column is no error here.
    """
    path = Path(path)
    name = detect_format(path)
    head = HEAD if READERS[name].preview_from_head else None
    while True:
        with reading(path), tempfile.TemporaryDirectory(prefix="text-explorer-") as folder:
            plain, share = plain_file(path, Path(folder), head)
            job = ReadJob(plain, path.name, Path(folder), partial=share < 1, limit=max(rows, 200))
            try:
                raw = READERS[name].read(job)
                if raw.table.num_rows or share >= 1:
                    return _preview(name, raw, rows, share)
            except CorpusError:
                if share >= 1:
                    raise
        head = (head or HEAD) * 8


def _preview(name: str, raw: RawTable, rows: int, share: float) -> Preview:
    table, notices = normalized(raw.table)
    shown = table.slice(0, rows).to_pydict()
    cells = tuple(zip(*([cell_text(cell) for cell in column] for column in shown.values()), strict=True))
    exact = raw.total is not None or (share >= 1 and READERS[name].preview_from_head)
    estimate = raw.total if raw.total is not None else round(table.num_rows / share) if share else None
    if not exact and share >= 1:
        estimate = None
    said = (*raw.notices, *notices)
    return Preview(name, raw.details, tuple(table.column_names), cells, guess_roles(table), said, estimate, exact)


def read_corpus(
    path: Path | str,
    *,
    text: Sequence[str] = (),
    id: str | None = None,
    label: str | None = None,
    date: str | None = None,
    cleaning: Sequence[str] = (),
    progress: Progress = SILENT,
) -> Corpus:
    """Read a file or folder.

    Parameters
    ----------
    text : the column or columns that hold the text, joined by a blank line; guessed if empty.
    id, label, date : columns that play these parts; guessed if None.
    cleaning : names from ``CLEANERS``, applied to what is embedded only.

    Raises
    ------
    CorpusError : nothing there to read, no text column, a column that does not exist.
    OptionError : an unknown cleaner.
    Cancelled : the person asked to stop.
    """
    path = Path(path)
    cleaners = check_cleaners(cleaning)
    name = detect_format(path)
    with reading(path), tempfile.TemporaryDirectory(prefix="text-explorer-") as folder:
        source = source_of(path, name)
        plain, _ = plain_file(path, Path(folder), None)
        raw = READERS[name].read(ReadJob(plain, path.name, Path(folder), progress=progress.part(0, 0.7)))
    progress.report(0.7, "Preparing the texts")
    table, notices = normalized(raw.table)
    _check_rows(table, raw, path.name)
    roles = _roles(table, Roles(tuple(text), id, label, date), path.name)
    return _corpus(table, roles, cleaners, replace(source, details=raw.details), raw, notices, progress.part(0.7, 1))


def _corpus(
    table: pa.Table,
    roles: Roles,
    cleaners: tuple[str, ...],
    source: Source,
    raw: RawTable,
    notices: list[str],
    progress: Progress,
) -> Corpus:
    texts = joined_texts(table, roles.text)
    embedded, said = _embedded_texts(table, roles.text, texts, cleaners, progress)
    if embedded.equals(texts):
        embedded = texts
    ids, id_notice = _ids(table, roles.id)
    return Corpus(
        table,
        texts,
        embedded,
        ids,
        roles,
        cleaners,
        source,
        raw.rejected,
        (*raw.notices, *notices, *said, *id_notice),
        texts_fingerprint(embedded),
        spelled=tuple(
            name for name, read in zip(table.column_names, raw.table.schema, strict=True) if read.metadata == SPELLED
        ),
    )


def _embedded_texts(
    table: pa.Table, columns: Sequence[str], texts: pa.ChunkedArray, cleaners: tuple[str, ...], progress: Progress
) -> tuple[pa.ChunkedArray, list[str]]:
    """What is embedded, and what is worth saying about it.

    Several columns are cleaned one by one: below a subject of its own, a mail's header would look like the beginning
    of an older mail that is quoted.
    """
    if not cleaners or len(columns) == 1:
        return cleaned(texts, cleaners, progress)
    parts, said = [], []
    for number, name in enumerate(columns):
        share = progress.part(number / len(columns), (number + 1) / len(columns))
        part, notices = cleaned(text_column(table.column(name)), cleaners, share)
        parts.append(part)
        said += [f"Column {name!r}: {notice}" for notice in notices]
    return _joined(parts), said


def joined_texts(table: pa.Table, columns: Sequence[str]) -> pa.ChunkedArray:
    """(n,) large_string: the text columns joined by a blank line; empty ones leave no gap."""
    return _joined([text_column(table.column(name)) for name in columns])


def _joined(parts: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    if len(parts) == 1:
        return parts[0]
    filled = [pc.if_else(pc.equal(part, ""), pa.scalar(None, pa.large_string()), part) for part in parts]
    separator = pa.scalar("\n\n", pa.large_string())
    joined = pc.binary_join_element_wise(*filled, separator, null_handling="skip")
    return joined if isinstance(joined, pa.ChunkedArray) else pa.chunked_array([joined])


def _ids(table: pa.Table, name: str | None) -> tuple[pa.ChunkedArray, tuple[str, ...]]:
    if name is None:
        return pa.chunked_array([pa.array(range(table.num_rows)).cast(pa.large_string())]), ()
    ids = text_column(table.column(name))
    repeated = len(ids) - pc.count_distinct(ids).as_py()
    if not repeated:
        return ids, ()
    return ids, (
        f"The ids in column {name!r} are not unique: {counted(repeated, 'row repeats', 'rows repeat')} an earlier id.",
    )


def _check_rows(table: pa.Table, raw: RawTable, name: str) -> None:
    if table.num_rows:
        return
    if raw.rejected:
        first = raw.rejected[0]
        where = f", line {first.line}" if first.line else ""
        raise CorpusError(
            f"No row of {name} could be read ({first.file}{where}: {first.reason}).",
            "Check how the file was written; exporting it as CSV in UTF-8 works best.",
        )
    if table.num_columns:
        raise CorpusError(
            f"{name} holds a header but no rows.", "Choose a file with at least one text under its header."
        )
    raise CorpusError(f"{name} is empty.", "Choose a file with at least one text.")


def _roles(table: pa.Table, asked: Roles, name: str) -> Roles:
    """What was asked for, checked, and guesses for the rest."""
    for column in (*asked.text, *filter(None, (asked.id, asked.label, asked.date))):
        if column not in table.column_names:
            raise CorpusError(
                f"{name} has no column called {column!r}.", f"Its columns are: {quoted_list(table.column_names)}."
            )
    text = tuple(dict.fromkeys(asked.text)) or guess_roles(table).text
    if not text:
        raise CorpusError(
            f"{name} has no column of texts.",
            f"Name the column that holds them; the columns are: {quoted_list(table.column_names)}.",
        )
    others = guess_roles(table, text)
    taken = {*text, asked.id, asked.label, asked.date}
    guessed = [None if column in taken else column for column in (others.id, others.label, others.date)]
    if all(holds_only_numbers(_cells(table, column)) for column in text):
        raise CorpusError(
            f"The text column {quoted_list(text)} of {name} holds only numbers.",
            f"Choose a column with words; the columns are: {quoted_list(table.column_names)}.",
        )
    chosen = zip((asked.id, asked.label, asked.date), guessed, strict=True)
    return Roles(text, *((guess if wish is None else wish or None) for wish, guess in chosen))


def _cells(table: pa.Table, name: str) -> Iterator[object]:
    """The cells of a column; lazily, as the first word among them settles the question."""
    column = table.column(name)
    if not (pa.types.is_large_string(column.type) or pa.types.is_nested(column.type)):
        column = column.slice(0, 1000)
    for chunk in column.chunks:
        for start in range(0, len(chunk), 1000):
            yield from chunk.slice(start, 1000).to_pylist()


def _format_of(plain: Path, path: Path) -> str:
    """Format by the first bytes, then by suffix (``.gz`` left out), then by trying."""
    with plain.open("rb") as file:
        head = file.read(1 << 16)
    if not head:
        raise CorpusError(f"{path.name} is empty.", "Choose a file with at least one text.")
    suffix = _suffix(path)
    if name := _by_magic(head, path, suffix):
        return name
    named = next((name for name, reader in READERS.items() if suffix in reader.suffixes), None)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if named == "jsonl" and start == b"[":
        return "json"
    if named is not None:
        return named
    return _by_trying(plain, head, start, path)


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _by_magic(head: bytes, path: Path, suffix: str) -> str | None:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        if suffix in (".zip", ".docx", ".pptx", ".ods", ".odt"):
            raise CorpusError(f"{path.name} is not a table of texts.", "Unpack it, or export the texts as CSV or XLSX.")
        return "xlsx"
    if head.startswith(_OLD_OFFICE):
        raise CorpusError(
            f"{path.name} is an old Excel file or is protected by a password.", "Save it as .xlsx without a password."
        )
    for magic, kind in _PACKERS.items():
        if head.startswith(magic):
            raise CorpusError(f"{path.name} is a {kind} file, not a table of texts.", "Unpack or export it first.")
    return None


def _by_trying(plain: Path, head: bytes, start: bytes, path: Path) -> str:
    if looks_binary(head):
        raise CorpusError(
            f"{path.name} is not a text file: it holds binary data.",
            f"Choose one of: {', '.join(reader.description for reader in READERS.values())}.",
        )
    if start in (b"[", b"{"):
        return "json"
    return "csv" if detect_dialect(plain).width > 1 else "lines"
