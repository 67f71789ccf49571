"""Reading a matrix of results: a long CSV, one row a cell, with gaps where nothing was measured."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.benchmark.prediction.names import Encoder, pooling_of
from explorer.core.benchmark.prediction.tasks import Tasks
from explorer.core.corpus.wording import counted, lines_said, quoted_list
from explorer.errors import MatrixError

NOT_MEASURED: Final = frozenset({"", "-", "?", "na", "n/a", "nan", "none", "null"})
"""What stands in a cell that was not measured, in lower case."""

_NEEDED: Final = ("embedding", "detector", "auroc")
_ALSO_CALLED: Final = {"dataset": "corpus", "embedding": "encoder"}
"""Other names of columns: those of ``results.csv`` that ``benchmark run`` writes."""


@dataclass(frozen=True)
class Matrix:
    """What a file says.

    tasks : AUROC between 0 and 1. percent : by dataset, whether the file gives it in percent.
    encoders : those of ``tasks`` as the file writes them: ``-`` for a pooling that there is not stays ``-``.
    costs : (datasets, encoders, detectors) what measuring a cell costs, NaN where it is not said; None without costs.
    remarks : what was assumed, in sentences.
    """

    tasks: Tasks
    percent: tuple[bool, ...]
    encoders: tuple[Encoder, ...]
    costs: NDArray[np.float64] | None
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    """auroc, cost : as they are written, NaN where they are not."""

    line: int
    dataset: str
    encoder: Encoder
    written: Encoder
    detector: str
    auroc: float
    cost: float


def read_matrix(path: Path, cost: str | None = None) -> Matrix:
    """Read a matrix of results. ``cost`` names a column that says what measuring a cell costs.

    Whether AUROC is in percent is told by the numbers, dataset by dataset. A cell that is given more than once gets
    the mean. Raises ``MatrixError``.
    """
    rows, remarks = _rows(path, cost)
    measured = [row for row in rows if math.isfinite(row.auroc)]
    if not measured:
        raise MatrixError(
            f"{path.name} has no measured cell.", "Fill in auroc for a few cells and leave the others blank."
        )
    datasets = tuple(dict.fromkeys(row.dataset for row in rows))
    written = {row.encoder: row.written for row in reversed(rows)}
    encoders = tuple(dict.fromkeys(row.encoder for row in rows))
    detectors = tuple(dict.fromkeys(row.detector for row in rows))
    percent, about_units = _units(measured, datasets)
    auroc, repeated = _table([(row, _share(row, percent)) for row in measured], datasets, encoders, detectors)
    remarks += about_units
    if repeated:
        remarks.append(f"{counted(repeated, 'cell')} given more than once: the mean is taken.")
    priced = [(row, row.cost) for row in rows if math.isfinite(row.cost)]
    costs = None if cost is None else _table(priced, datasets, encoders, detectors)[0]
    tasks = Tasks(datasets, encoders, detectors, auroc)
    return Matrix(
        tasks=tasks,
        percent=tuple(percent[dataset] for dataset in datasets),
        encoders=tuple(written[encoder] for encoder in encoders),
        costs=costs,
        remarks=tuple(remarks),
    )


def _rows(path: Path, cost: str | None) -> tuple[list[_Row], list[str]]:
    lines = _lines(path)
    header = [cell.strip().lower() for cell in lines[0][1]]
    places = {name: header.index(name) for name in reversed(header)}
    places |= {name: places[other] for name, other in _ALSO_CALLED.items() if name not in places and other in places}
    for name in (*_NEEDED, *([] if cost is None else [cost.strip().lower()])):
        if name not in places:
            raise MatrixError(f"{path.name} has no column {name}.", f"Its columns are {quoted_list(header)}.")
    remarks = [] if "dataset" in places else ["There is no column dataset: all rows are taken as one dataset."]
    return [_row(path, line, cells, places, cost) for line, cells in lines[1:] if any(map(str.strip, cells))], remarks


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """The file's records with the number of the line on which each ends; the first is the header."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise MatrixError(f"There is no file {path}.", "Check the name and the folder.") from error
    except UnicodeDecodeError as error:
        raise MatrixError(f"{path.name} is not a CSV in UTF-8.", "Save it as CSV (UTF-8).") from error
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise MatrixError(f"{path.name} cannot be read: {error}.", "Save it as CSV (UTF-8).") from error
    if not lines:
        raise MatrixError(f"{path.name} is empty.", "Give a CSV with the columns dataset, embedding, detector, auroc.")
    return lines


def _row(path: Path, line: int, cells: list[str], places: Mapping[str, int], cost: str | None) -> _Row:
    def cell(name: str) -> str:
        place = places.get(name, len(cells))
        return cells[place].strip() if place < len(cells) else ""

    for name in ("embedding", "detector"):
        if not cell(name):
            raise MatrixError(f"Line {line} of {path.name} names no {name}.", "Fill it in, or remove the line.")
    auroc = _number(path, line, "auroc", cell("auroc"))
    if not (math.isnan(auroc) or 0.0 <= auroc <= 100.0):
        raise MatrixError(
            f"Line {line} of {path.name} gives an AUROC of {auroc:g}.",
            "It lies between 0 and 1, or 0 and 100 in percent.",
        )
    price = math.nan if cost is None else _number(path, line, cost, cell(cost.strip().lower()))
    if price <= 0.0 or math.isinf(price):
        raise MatrixError(f"Line {line} of {path.name} gives a cost of {price:g}.", "Costs are positive numbers.")
    embedding, pooling = cell("embedding"), cell("pooling")
    encoder = embedding, pooling_of(pooling)
    return _Row(line, cell("dataset"), encoder, (embedding, pooling), cell("detector"), auroc, price)


def _number(path: Path, line: int, column: str, cell: str) -> float:
    if cell.lower() in NOT_MEASURED:
        return math.nan
    try:
        return float(cell.removesuffix("%").replace(",", "."))
    except ValueError as error:
        what = f"Line {line} of {path.name} has {cell[:40]!r} for {column}, which is no number."
        raise MatrixError(what, "Leave the cell blank where nothing was measured.") from error


def _units(measured: Sequence[_Row], datasets: Sequence[str]) -> tuple[dict[str, bool], list[str]]:
    """By dataset whether its numbers are percent, and what was assumed. An AUROC of 1 % or less does not occur."""
    large = {row.dataset for row in measured if row.auroc > 1.0}
    small = [row for row in measured if 0.0 < row.auroc <= 1.0]
    seen = {row.dataset for row in measured}
    percent = {dataset: dataset in large if dataset in seen else bool(large) for dataset in datasets}
    remarks = []
    whole = [dataset for dataset in datasets if dataset in seen - large]
    if large and whole:
        remarks.append(f"AUROC is taken as 0-1 for {quoted_list(whole)}, as percent for the other datasets.")
    mixed = [row.line for row in small if row.dataset in large]
    if mixed:
        remarks.append(f"Percent and 0-1 are mixed: AUROC of at most 1 ({lines_said(mixed)}) is taken as 0-1.")
    return percent, remarks


def _share(row: _Row, percent: Mapping[str, bool]) -> float:
    return row.auroc / 100.0 if percent[row.dataset] and row.auroc > 1.0 else row.auroc


def _table(
    given: Sequence[tuple[_Row, float]], datasets: Sequence[str], encoders: Sequence[Encoder], detectors: Sequence[str]
) -> tuple[NDArray[np.float64], int]:
    """(datasets, encoders, detectors) means of what was given for each cell, and how many had several values."""
    values: defaultdict[tuple[int, int, int], list[float]] = defaultdict(list)
    first, second, third = (
        {name: place for place, name in enumerate(names)} for names in (datasets, encoders, detectors)
    )
    for row, value in given:
        values[first[row.dataset], second[row.encoder], third[row.detector]].append(value)
    table = np.full((len(datasets), len(encoders), len(detectors)), np.nan)
    for place, found in values.items():
        table[place] = math.fsum(found) / len(found)
    return table, sum(len(found) > 1 for found in values.values())
