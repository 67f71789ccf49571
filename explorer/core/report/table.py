"""The report: one row a document in input order, every column in a form that any tool can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.corpus.columns import cell_texts
from explorer.core.corpus.corpus import Corpus
from explorer.core.progress import SILENT, Progress
from explorer.core.report.csv_writer import harmless, write_csv
from explorer.core.report.decisions import Decisions
from explorer.core.report.reason_lines import Explainer, explainer
from explorer.core.results import Results

BATCH = 8192
"""Rows turned into text at a time, so that memory stays small at any size."""


@dataclass(frozen=True)
class Report:
    """Ready to be written or read row by row; nothing is turned into text before that."""

    corpus: Corpus
    results: Results
    decisions: Decisions

    @property
    def header(self) -> list[str]:
        before, after = self._own_header()
        return [*before, *unclashing(self.corpus.table.column_names, {*before, *after}), *after]

    def _own_header(self) -> tuple[list[str], list[str]]:
        scores = [f"score_{name}" for name in self.results.scores]
        judgement = ["anomaly_score", "anomaly_rank", "flagged", "override", "reason"]
        return ["row", "id", "text"], ["x", "y", *judgement, *scores, *_LAST]

    def write(self, path: Path | str, *, raw: bool = False, progress: Progress = SILENT) -> str:
        """Write the CSV; returns its SHA-256. ``raw`` leaves string cells as they are, formulas included.

        Raises ``OutputError`` (nothing half-written stays behind) and ``Cancelled``.
        """
        header = self.header if raw else [harmless(name) for name in self.header]
        return write_csv(Path(path), header, self.rows(raw=raw), self.corpus.rows, progress)

    def rows(self, *, raw: bool = True) -> Iterator[tuple[str, ...]]:
        """The cells of every row, in the header's order."""
        first = _first_rows(self.corpus.texts)
        why = explainer(self.corpus, self.results.graph, self.results.scores, self.decisions.detector, self.decisions.k)
        assert why is not None
        for start in range(0, self.corpus.rows, BATCH):
            stop = min(start + BATCH, self.corpus.rows)
            yield from zip(*self._columns(start, stop, first, why, raw), strict=True)

    def _columns(
        self, start: int, stop: int, first: NDArray[np.int64], why: Explainer, raw: bool
    ) -> list[Sequence[str]]:
        rows = np.arange(start, stop)
        corpus = self.corpus
        strings = [
            corpus.ids.slice(start, stop - start).to_pylist(),
            corpus.texts.slice(start, stop - start).to_pylist(),
        ]
        own = [_own_cells(column.slice(start, stop - start), raw) for column in corpus.table.columns]
        return [
            [str(row) for row in range(start, stop)],
            *(strings if raw else [[harmless(cell) for cell in cells] for cells in strings]),
            *own,
            *self._positions(rows),
            *self._judgement(rows, why),
            *(numbers(scores[start:stop]) for scores in self.results.scores.values()),
            *self._neighbours(rows),
            ["" if first[row] == row else str(first[row]) for row in rows],
        ]

    def _positions(self, rows: NDArray[np.int64]) -> list[list[str]]:
        positions = self.results.positions
        if positions is None:
            return [[""] * rows.size] * 2
        return [numbers(positions[rows, axis]) for axis in (0, 1)]

    def _judgement(self, rows: NDArray[np.int64], why: Explainer) -> list[list[str]]:
        decisions = self.decisions
        overrides = [decisions.overrides.get(int(row)) for row in rows]
        return [
            numbers(self.results.scores[decisions.detector][rows]),
            ["" if rank == 0 else str(rank) for rank in decisions.ranks[rows]],
            ["true" if flag else "false" for flag in decisions.flagged[rows]],
            ["" if made is None else "flag" if made else "clear" for made in overrides],
            [self._reason(int(row), made, why) for row, made in zip(rows, overrides, strict=True)],
        ]

    def _reason(self, row: int, override: bool | None, why: Explainer) -> str:
        """For what is flagged, decided by hand or not scored; other rows need none."""
        wanted = self.decisions.flagged[row] or override is not None or self.decisions.ranks[row] == 0
        return why.reason(row, override) if wanted else ""

    def _neighbours(self, rows: NDArray[np.int64]) -> list[list[str]]:
        graph = self.results.graph
        if graph is None:
            return [[""] * rows.size] * 2
        near = graph.prefix(min(self.decisions.k, graph.k))
        ids = [" ".join(str(i) for i in line if i >= 0) for line in near.ids[rows].tolist()]
        distances = [" ".join(f"{d:.6g}" for d in line if d == d) for line in near.distances[rows].tolist()]
        return [ids, distances]


_LAST = ["neighbor_rows", "neighbor_distances", "duplicate_of"]


def report(corpus: Corpus, results: Results, decisions: Decisions) -> Report:
    """The report over what was computed and decided."""
    return Report(corpus, results, decisions)


def unclashing(names: Sequence[str], taken: set[str]) -> list[str]:
    """The corpus's own column names, prefixed by ``corpus_`` (as often as needed) where they clash."""
    used = set(taken) | {name for name in names if name not in taken}
    found = []
    for name in names:
        chosen = name
        while name in taken and chosen in used:
            chosen = f"corpus_{chosen}"
        used.add(chosen)
        found.append(chosen)
    return found


def numbers(values: NDArray[Any]) -> list[str]:
    """Six significant digits; empty for NaN; no negative zero."""
    return ["" if value != value else f"{value + 0.0:.6g}" for value in values.tolist()]


def _own_cells(column: pa.ChunkedArray, raw: bool) -> list[str]:
    """A corpus column's cells as they were read; only strings can be formulas."""
    cells = cell_texts(column)
    stringy = (
        pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_nested(column.type)
    )
    return [harmless(cell) for cell in cells] if stringy and not raw else cells


def _first_rows(texts: pa.ChunkedArray) -> NDArray[np.int64]:
    """(n,) the first row with the identical text, the row itself if there is none before."""
    codes = pc.dictionary_encode(texts).combine_chunks()
    codes = codes.chunk(0) if isinstance(codes, pa.ChunkedArray) else codes
    indices = codes.indices.to_numpy(zero_copy_only=False)
    _, first, inverse = np.unique(indices, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)
