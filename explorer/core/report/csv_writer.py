"""Writing the report as CSV: RFC 4180, UTF-8 without BOM, cells that a spreadsheet would run made harmless."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from explorer.core.fingerprint import file_digest
from explorer.core.progress import SILENT, Progress
from explorer.core.storage import atomic_file, output_errors

FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"
"""First characters after which spreadsheets may run a cell (OWASP, "CSV injection"), full-width ones included."""

NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d+)?%?")


def harmless(cell: str) -> str:
    """The cell as a spreadsheet can show it without running it: an apostrophe before a formula, numbers left alone."""
    if cell and cell[0] in FORMULA_STARTS and NUMBER.fullmatch(cell) is None:
        return "'" + cell
    return cell


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], total: int, progress: Progress = SILENT,
    *, delimiter: str = ",",
) -> str:  # fmt: skip
    """Write ``rows`` whole or not at all; returns the file's SHA-256. Raises ``OutputError``, ``Cancelled``."""
    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with (
        atomic_file(path) as temporary,
        temporary.open("w", 1 << 20, encoding="utf-8", errors="replace", newline="") as file,
    ):
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(header)
        for number, row in enumerate(rows):
            if number % 4096 == 0:
                progress.report(number / max(total, 1), "Writing the report", done=number, total=total)
            writer.writerow(row)
    return file_digest(path)
