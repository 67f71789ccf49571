"""Excel workbooks (.xlsx), by openpyxl."""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from explorer.core.corpus.columns import column_of
from explorer.core.corpus.raw import RawTable, ReadJob
from explorer.core.corpus.wording import counted, quoted_list
from explorer.errors import CorpusError


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
