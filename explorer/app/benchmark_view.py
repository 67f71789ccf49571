"""A benchmark as the window shows it: the files that ``run_benchmark`` leaves, read back, and what was predicted."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from explorer.app.benchmarking import ASKED, RESULTS, STANDINGS, BenchmarkRequest, corpus_names
from explorer.core.anomaly.presets import PRESETS
from explorer.core.benchmark.grid import Place
from explorer.core.benchmark.tables import MEASURES
from explorer.core.storage import output_errors
from explorer.errors import MatrixError

Standing = Literal["", "best", "level", "behind"]
"""Against the best of its corpus: itself, not really behind it, really behind it; "" where it is not known."""
_STANDINGS: Mapping[str, Standing] = {"best": "best", "no": "level", "yes": "behind"}


@dataclass(frozen=True)
class Span:
    """A measure and its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CellView:
    """One encoder with one detector on one corpus.

    measures : by name (``MEASURES``), means over the seeds with the interval of all of them together; empty where it
    failed. seconds : of all seeds together. failed : why there are no scores.
    """

    place: Place
    protocol: str
    seeds: int
    seconds: float
    rows: int
    odd: int
    measures: Mapping[str, Span] = field(default_factory=dict)
    standing: Standing = ""
    failed: str = ""


@dataclass(frozen=True)
class Guess:
    """AUROC as it is predicted, and the expected absolute error."""

    value: float
    error: float


@dataclass(frozen=True)
class Advice:
    """What a prediction says of one corpus. next : the cell worth measuring next, None where nothing is left.

    gain : by how much all expected errors together would fall. doubts : why the prediction is not to be trusted.
    """

    corpus: str
    next: Place | None
    gain: float
    error: float
    doubts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class BenchmarkView:
    """Everything that the panel shows of one benchmark.

    folder : where its files lie. request : None where nobody knows what was asked for.
    corpora, encoders, detectors : the fields of the table, measured or not.
    job : the token of the work under way. problem : what went wrong last; said : what is good to know.
    """

    folder: Path
    request: BenchmarkRequest | None = None
    corpora: tuple[str, ...] = ()
    encoders: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()
    cells: Mapping[Place, CellView] = field(default_factory=lambda: MappingProxyType({}))
    guesses: Mapping[Place, Guess] = field(default_factory=lambda: MappingProxyType({}))
    advice: tuple[Advice, ...] = ()
    job: int | None = None
    problem: str = ""
    said: tuple[str, ...] = ()

    def places(self) -> list[Place]:
        """Every field of the table."""
        return list(product(self.corpora, self.encoders, self.detectors))

    def open_places(self) -> list[Place]:
        """Those that have not been measured; one that failed was."""
        return [place for place in self.places() if place not in self.cells]

    def measured_count(self) -> int:
        return sum(not cell.failed for cell in self.cells.values())

    def with_cells(self, cells: Mapping[Place, CellView]) -> BenchmarkView:
        """With what has been measured by now; a guess goes where a number has come."""
        guesses = {place: guess for place, guess in self.guesses.items() if place not in cells}
        return replace(self.covering(cells), cells=cells, guesses=guesses)

    def covering(self, places: Iterable[Place]) -> BenchmarkView:
        """With the corpora, encoders and detectors of ``places`` behind those that are there."""
        corpora, encoders, detectors = (dict.fromkeys(names) for names in (self.corpora, self.encoders, self.detectors))
        for corpus, encoder, detector in places:
            corpora[corpus] = encoders[encoder] = detectors[detector] = None
        return replace(self, corpora=tuple(corpora), encoders=tuple(encoders), detectors=tuple(detectors))


def asked_view(request: BenchmarkRequest, folder: Path) -> BenchmarkView:
    """The table that a request fills, before anything is measured."""
    names = tuple(corpus_names(request.corpora))
    return BenchmarkView(folder, request, names, tuple(request.encoders), tuple(request.detectors))


def is_same_question(one: BenchmarkRequest | None, other: BenchmarkRequest | None) -> bool:
    """Whether the results of two requests may stand in one table: they differ by what is measured alone."""
    return one is not None and other is not None and _asked(one) == _asked(other)


def _asked(request: BenchmarkRequest) -> BenchmarkRequest:
    corpora = tuple(path.absolute() for path in request.corpora)
    protocol = request.protocol or (PRESETS[request.preset].mode if request.preset in PRESETS else "unsupervised")
    return replace(
        request, corpora=corpora, protocol=protocol, encoders=(), detectors=(), only=None, allow_download=False
    )


def read_folder(folder: Path) -> BenchmarkView:
    """A benchmark as it lies in its folder. Raises ``MatrixError`` where there are no results, ``OutputError``."""
    request = _request_of(folder)
    cells = read_cells(folder)
    if not cells and request is None:
        raise MatrixError(f"There are no results of a benchmark in {folder}.", f"Choose a folder that holds {RESULTS}.")
    view = BenchmarkView(folder) if request is None else asked_view(request, folder)
    return view.with_cells(cells)


def _request_of(folder: Path) -> BenchmarkRequest | None:
    try:
        return BenchmarkRequest.from_dict(json.loads((folder / ASKED).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_cells(folder: Path) -> dict[Place, CellView]:
    """What has been measured, seeds averaged; nothing where there is no file yet. Raises ``MatrixError``."""
    standings = {_place(row): row for row in _rows(folder / STANDINGS)}
    by_place: dict[Place, list[Mapping[str, str]]] = {}
    for row in _rows(folder / RESULTS):
        by_place.setdefault(_place(row), []).append(row)
    try:
        return {place: _cell(place, rows, standings.get(place, {})) for place, rows in by_place.items()}
    except ValueError as error:
        raise MatrixError(
            f"{folder / RESULTS} is not what a benchmark writes: {error}.", "Choose another folder."
        ) from error


def _rows(path: Path) -> list[dict[str, str]]:
    with output_errors(path):
        try:
            text = path.read_bytes().decode("utf-8", "replace")
        except (FileNotFoundError, NotADirectoryError):
            return []
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    needed = {"encoder", "detector", "auroc"}
    if rows and not needed <= set(rows[0]):
        raise MatrixError(f"{path} is not what a benchmark writes.", "Choose another folder.")
    return [{name: value or "" for name, value in row.items() if name is not None} for row in rows]


def _place(row: Mapping[str, str]) -> Place:
    return row.get("corpus", ""), row["encoder"], row["detector"]


def _cell(place: Place, rows: Sequence[Mapping[str, str]], standing: Mapping[str, str]) -> CellView:
    """rows : one a seed. standing : the row of all seeds together; empty where there is none."""
    there = [row for row in rows if row["auroc"]]
    measures = {name: _span(name, there, standing) for name in MEASURES if there and there[0].get(name)}
    first = rows[0]
    return CellView(
        place=place,
        protocol=first.get("protocol", ""),
        seeds=len(rows),
        seconds=math.fsum(float(row.get("seconds") or 0) for row in there),
        rows=int(first.get("rows") or 0),
        odd=int(first.get("odd") or 0),
        measures=measures,
        standing=_STANDINGS.get(standing.get("real", ""), ""),
        failed="" if there else first.get("failed") or "It gave no scores.",
    )


def _span(name: str, rows: Sequence[Mapping[str, str]], standing: Mapping[str, str]) -> Span:
    """The interval of several seeds is that of all their resamples: it does not follow from those of each seed, so it
    is left open where an older version has not written it."""
    ends = (f"{name}_low", f"{name}_high")
    told = standing if standing.get(ends[0]) else rows[0] if len(rows) == 1 else {}
    values = [float(row[name]) for row in rows if row.get(name)]
    return Span(math.fsum(values) / len(values), *(float(told.get(end) or math.nan) for end in ends))


def spread(corpora: Sequence[str], encoders: Sequence[str], detectors: Sequence[str], one_in: int) -> list[Place]:
    """One cell in ``one_in`` of the table, along its diagonals, so that every encoder and detector has some."""
    return [
        (corpus, encoder, detector)
        for corpus in corpora
        for (row, encoder), (column, detector) in product(enumerate(encoders), enumerate(detectors))
        if (row + column) % one_in == 0
    ]
