"""Excel workbooks (.xlsx), by openpyxl."""

from __future__ import annotations

import re
import warnings
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from explorer.core.corpus.column_kinds import is_text
from explorer.core.corpus.columns import cell_text, column_of
from explorer.core.corpus.raw import RawTable, ReadJob
from explorer.core.corpus.wording import counted, quoted_list
from explorer.core.progress import SILENT, Progress
from explorer.core.storage import atomic_file
from explorer.errors import CorpusError, OptionError


def read_xlsx(job: ReadJob) -> RawTable:
    """The first sheet that holds anything; its first row with a value is the header.

    Rows without any value are skipped (spreadsheets are full of them); cells keep their types,
    formulas give the value that was computed last.

    Raises
    ------
    CorpusError : not a workbook, damaged, protected by a password, or empty.
    """
    with _workbook(job) as book:
        sheets = list(book.worksheets)
        for sheet in sheets:
            sheet.reset_dimensions()
            rows = list(_rows(sheet, job))
            if rows:
                return _table(rows, sheet.title, [s.title for s in sheets if s is not sheet])
    raise CorpusError(f"{job.name} is an empty workbook.", "Choose a workbook with a header row and at least one text.")


@contextmanager
def _workbook(job: ReadJob) -> Iterator[Any]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings(), job.path.open("rb") as file:
            warnings.simplefilter("ignore")  # openpyxl warns of every styling feature that it does not know
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        OSError,
        EOFError,
        ElementTree.ParseError,
        IndexError,
    ) as error:
        raise CorpusError(
            f"{job.name} is not an Excel workbook that can be read: it is damaged, protected, or of another kind.",
            "Open it in a spreadsheet program and save it as .xlsx without a password, or as CSV.",
        ) from error


def _rows(sheet: Any, job: ReadJob) -> Iterator[tuple[Any, ...]]:
    wanted = None if job.limit is None else job.limit + 1
    total = max(sheet.max_row or 1, 1)
    given = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number % 1024 == 0:
            job.progress.report(min(number / total, 1.0), "Reading")
        if any(value is not None for value in row):
            yield tuple(map(_plain, row))
            given += 1
        if given == wanted:
            return


def _plain(value: Any) -> Any:
    """Characters that a workbook writes as ``_x000D_`` as what they mean."""
    if isinstance(value, str) and "_x" in value:
        from openpyxl.utils.escape import unescape

        return unescape(value)
    return value


def _table(rows: list[tuple[Any, ...]], sheet: str, others: list[str]) -> RawTable:
    width = max(len(row) for row in rows)
    full = [row + (None,) * (width - len(row)) for row in rows]
    while width and all(row[width - 1] is None for row in full):
        width -= 1
    header, body = full[0][:width], [row[:width] for row in full[1:]]
    columns = list(zip(*body, strict=True)) if body else [()] * width
    table = pa.table([column_of(column) for column in columns], names=["" if h is None else str(h) for h in header])
    said = (
        f"Only the sheet {sheet!r} was read; the workbook has {counted(len(others), 'other')}: {quoted_list(others)}."
    )
    return RawTable(table, f"Excel workbook, sheet {sheet!r}", notices=(said,) if others else ())


MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
"""What a sheet, and a cell, can hold."""


def write_xlsx(path: Path, table: pa.Table, progress: Progress = SILENT) -> None:
    """Write a table as a workbook of one sheet: a header, then the rows, texts as texts and never as formulas.

    Raises ``OptionError`` for more than a sheet can hold, ``OutputError``, ``Cancelled``.
    """
    import openpyxl

    longest = max((_longest(column) for column in table.columns), default=0)
    if table.num_rows >= MOST_ROWS or longest > MOST_CHARACTERS:
        what = f"{MOST_ROWS - 1:,} rows" if table.num_rows >= MOST_ROWS else f"{MOST_CHARACTERS:,} characters in a cell"
        raise OptionError(f"An Excel sheet can hold {what}, and this corpus has more.", "Write CSV or Parquet instead.")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("texts")
    sheet.append([_cell(sheet, name) for name in table.column_names])
    for number, batch in enumerate(table.to_batches(max_chunksize=4096)):
        progress.report(min(number * 4096 / max(table.num_rows, 1), 1.0), "Writing the workbook")
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sheet.append([_cell(sheet, value) for value in row])
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        book.save(file)


def _longest(column: pa.ChunkedArray) -> int:
    return int(pc.max(pc.utf8_length(column)).as_py() or 0) if is_text(column.type) else 0


def _cell(sheet: Any, value: Any) -> Any:
    """A text that begins with = stays a text; what a workbook has no cell for is written as a text."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, _CONTROL.sub("\ufffd", value))
        cell.data_type = "s"
        return cell
    plain = value is None or isinstance(value, bool | int | float | date | time)
    zoned = isinstance(value, datetime) and value.tzinfo is not None
    return value if plain and not zoned else cell_text(value)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
