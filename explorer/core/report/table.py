"""The report: one row a document in input order, every column in a form that any tool can read.

The columns are made once, with their types (``batches``); the CSV's cells and the other formats follow from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.corpus.columns import cell_texts, unclashing
from explorer.core.corpus.corpus import Corpus
from explorer.core.progress import SILENT, Progress
from explorer.core.quality.checks import Check, bits_of, names_in
from explorer.core.report.csv_writer import harmless, write_csv
from explorer.core.report.decisions import Decisions, triage
from explorer.core.report.marks import joined
from explorer.core.report.reason_lines import Explainer, explainer
from explorer.core.results import Results
from explorer.core.row_map import RowMap

BATCH = 8192
"""Rows worked out at a time, so that memory stays small at any size."""

FIRST = ("row", "id", "text")
LABELS, TRASHED = "labels", "trashed"
AGREEMENT = "agreement"
"""Column with the number of detectors that would flag a text by their own thresholds."""
OUTLIER = ("outlier_kind", "alike_group")
QUALITY = ("duplicate_group", "suggested_label", "label_quality", "corrected_label", "checks")

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Some rows of the report: ``columns`` by name in the header's order, typed; ``own`` are those of the corpus."""

    columns: dict[str, pa.Array | pa.ChunkedArray]
    own: frozenset[str]

    def __len__(self) -> int:
        return len(self.columns[FIRST[0]])

    def cells(self, *, raw: bool) -> Iterator[tuple[str, ...]]:
        """The rows as the CSV shows them; unless ``raw``, strings that a spreadsheet would run are made harmless."""
        columns = (self._cells(name, values, raw) for name, values in self.columns.items())
        return zip(*columns, strict=True)

    def _cells(self, name: str, values: pa.Array | pa.ChunkedArray, raw: bool) -> Sequence[str]:
        cells = cell_texts(values) if name in self.own else shown(values)
        return [harmless(cell) for cell in cells] if _may_be_formulas(values.type) and not raw else cells


@dataclass(frozen=True)
class Report:
    """Ready to be written or read row by row; nothing is turned into text before that."""

    corpus: Corpus
    results: Results
    decisions: Decisions

    @property
    def header(self) -> list[str]:
        return [*FIRST, *self._own_names, *self._after]

    @cached_property
    def _after(self) -> list[str]:
        results = self.results
        scores = [f"score_{name}" for name in (*results.scores, *results.failed)]
        scores += [] if results.agreement is None else [AGREEMENT]
        judgement = ["anomaly_score", "anomaly_rank", "flagged", "override", "triage"]
        neighbours = ["neighbor_rows", "neighbor_distances", "duplicate_of"]
        own = [*judgement, LABELS, "note", TRASHED, "reason", *OUTLIER]
        return ["x", "y", *own, *scores, *neighbours, *QUALITY]

    @cached_property
    def _own_names(self) -> list[str]:
        return unclashing(self.corpus.table.column_names, {*FIRST, *self._after})

    def write(self, path: Path | str, *, raw: bool = False, progress: Progress = SILENT) -> str:
        """Write the CSV; returns its SHA-256. ``raw`` leaves string cells as they are, formulas included.

        Raises ``OutputError`` (nothing half-written stays behind) and ``Cancelled``.
        """
        return self.write_rows(None, path, raw=raw, progress=progress)

    def write_rows(self, rows: Rows | None, path: Path | str, *, raw: bool = False, progress: Progress = SILENT) -> str:
        """``write`` for some rows, in the order given; None = all."""
        header = self.header if raw else [harmless(name) for name in self.header]
        total = self.corpus.rows if rows is None else len(rows)
        return write_csv(Path(path), header, self.rows(rows, raw=raw), total, progress)

    def rows(self, rows: Rows | None = None, *, raw: bool = True) -> Iterator[tuple[str, ...]]:
        """The cells of every row (or of ``rows``), in the header's order."""
        for batch in self.batches(rows):
            yield from batch.cells(raw=raw)

    def batches(self, rows: Rows | None = None) -> Iterator[Batch]:
        """All rows in input order, or ``rows`` in the order given, with their types, at most ``BATCH`` at a time.

        Numbers are numbers and null where there is none, ``labels`` and ``neighbor_*`` are lists, the corpus's own
        columns are of the type that they were read with.
        """
        total = self.corpus.rows if rows is None else len(rows)
        for start in range(0, total, BATCH):
            stop = min(start + BATCH, total)
            yield self._slice(start, stop) if rows is None else self.batch(rows[start:stop])

    def batch(self, rows: Rows) -> Batch:
        """Any rows at once, in the order given."""
        chosen = pa.array(rows, pa.int64())
        return self._columns(np.asarray(rows), lambda column: column.take(chosen))

    def _slice(self, start: int, stop: int) -> Batch:
        return self._columns(np.arange(start, stop), lambda column: column.slice(start, stop - start))

    @cached_property
    def _why(self) -> Explainer:
        decisions, results = self.decisions, self.results
        why = explainer(self.corpus, results, decisions.plan, decisions.opinion)
        assert why is not None
        return why

    def _columns(self, rows: Rows, part: Callable[[pa.ChunkedArray], pa.ChunkedArray]) -> Batch:
        corpus, scores = self.corpus, self.results.scores
        columns = [
            pa.array(rows, pa.int64()),
            part(corpus.ids),
            part(corpus.texts),
            *(part(column) for column in corpus.table.columns),
            *self._positions(rows),
            *self._judgement(rows),
            *self._by_hand(rows),
            self._reasons(rows),
            *self._outliers(rows),
            *(measured(values[rows]) for values in scores.values()),
            *(pa.nulls(len(rows), pa.float64()) for _ in self.results.failed),
            *self._agreement(rows),
            *self._neighbours(rows),
            _unless(self.first_rows[rows], self.first_rows[rows] == rows),
            *self._quality(rows),
        ]
        return Batch(dict(zip(self.header, columns, strict=True)), frozenset(self._own_names))

    def _quality(self, rows: Rows) -> list[pa.Array]:
        """The columns named in ``QUALITY``; null where nothing was computed, or there is nothing to say."""
        duplicates, labels = self.results.duplicates, self.results.labels
        nothing = pa.nulls(len(rows), pa.string())
        groups = np.full(len(rows), -1) if duplicates is None else duplicates.groups[rows].astype(np.int64)
        suggested = nothing if labels is None else _named(labels.names, labels.suggested[rows])
        quality = pa.nulls(len(rows), pa.float32()) if labels is None else measured(labels.quality[rows])
        made = self._corrections
        corrected = pa.array([made.get(row) for row in rows.tolist()], pa.string())
        return [_unless(groups, groups < 0), suggested, quality, corrected, self._failed(rows)]

    @cached_property
    def _corrections(self) -> Mapping[int, str]:
        return RowMap.of(self.decisions.marks.corrections).as_dict()

    @cached_property
    def _overrides(self) -> Mapping[int, bool]:
        return self.decisions.overrides.as_dict()

    def _failed(self, rows: Rows) -> pa.Array:
        """The names of the checks that each row fails; each combination is spelled out once."""
        held, inverse = np.unique(self._check_bits[rows], return_inverse=True)
        names = [names_in(self._checks, bits) for bits in held.tolist()]
        return pa.array([list(names[place]) for place in inverse.tolist()], pa.list_(pa.string()))

    @cached_property
    def _checks(self) -> tuple[Check, ...]:
        return self.results.checks(self.corpus.rows)

    @cached_property
    def _check_bits(self) -> NDArray[np.uint32]:
        return bits_of(self._checks, self.corpus.rows)

    @cached_property
    def first_rows(self) -> Rows:
        """(n,) the first row with the identical text, the row itself if there is none before."""
        codes = pc.dictionary_encode(self.corpus.texts).combine_chunks()
        codes = codes.chunk(0) if isinstance(codes, pa.ChunkedArray) else codes
        indices = codes.indices.to_numpy(zero_copy_only=False)
        _, first, inverse = np.unique(indices, return_index=True, return_inverse=True)
        return np.asarray(first[inverse], dtype=np.int64)

    def _positions(self, rows: Rows) -> list[pa.Array]:
        positions = self.results.positions
        if positions is None:
            return [pa.nulls(len(rows), pa.float32())] * 2
        return [measured(positions[rows, axis]) for axis in (0, 1)]

    def _judgement(self, rows: Rows) -> list[pa.Array]:
        decisions = self.decisions
        words = {None: None, True: "flag", False: "clear"}
        ranks = decisions.ranks[rows]
        return [
            measured(decisions.scores[rows]),
            _unless(ranks, ranks == 0),
            pa.array(decisions.flagged[rows], pa.bool_()),
            pa.array([words[self._overrides.get(row)] for row in rows.tolist()], pa.string()),
            pa.array([self._triage(row) for row in rows.tolist()], pa.string()),
        ]

    def _triage(self, row: int) -> str | None:
        return triage(self._overrides.get(row), flagged=bool(self.decisions.flagged[row]))

    def _by_hand(self, rows: Rows) -> list[pa.Array]:
        """Labels, note, trashed."""
        marks = self.decisions.marks
        return [
            pa.array([list(names) for names in marks.names_of_rows(rows)], pa.list_(pa.string())),
            pa.array([marks.notes.get(row) for row in rows.tolist()], pa.large_string()),
            pa.array(marks.trashed(rows), pa.bool_()),
        ]

    def _reasons(self, rows: Rows) -> pa.Array:
        return pa.array([self.reason(row) for row in rows.tolist()], pa.string())

    def reason(self, row: int) -> str | None:
        """For what is flagged, decided by hand or not scored; other rows need none."""
        decisions = self.decisions
        override = self._overrides.get(row)
        wanted = decisions.flagged[row] or override is not None or decisions.ranks[row] == 0
        return self._why.reason(row, override) if wanted else None

    def _agreement(self, rows: Rows) -> list[pa.Array]:
        """How many detectors would flag each text, where a consensus was asked for."""
        agreed = self.results.agreement
        return [] if agreed is None else [pa.array(agreed[rows], pa.int64())]

    def _outliers(self, rows: Rows) -> list[pa.Array]:
        """Of what is flagged: global, local or one of a group; of all, the number of their group, from 1."""
        flagged, groups = self.decisions.flagged, self.results.groups
        kinds = [(self._why.kind(row) or None) if flagged[row] else None for row in rows.tolist()]
        of = np.full(len(rows), -1, np.int64) if groups is None else groups.of[rows].astype(np.int64)
        return [pa.array(kinds, pa.string()), _unless(of + 1, of < 0)]

    def _neighbours(self, rows: Rows) -> list[pa.Array]:
        graph = self.results.graph
        kinds = (pa.list_(pa.int64()), pa.list_(pa.float32()))
        if graph is None:
            return [pa.nulls(len(rows), kind) for kind in kinds]
        near = graph.prefix(min(self.decisions.plan.k, graph.k))
        ids, distances = near.ids[rows], near.distances[rows]
        return [_lists(ids, ids >= 0, kinds[0]), _lists(distances, distances == distances, kinds[1])]


def report(corpus: Corpus, results: Results, decisions: Decisions) -> Report:
    """The report over what was computed and decided."""
    return Report(corpus, results, decisions)


def digits(value: float) -> str:
    """Six significant digits, no negative zero."""
    return f"{value + 0.0:.6g}"


def shown(column: pa.Array | pa.ChunkedArray) -> list[str]:
    """A column of the report's own as cells: empty for null, numbers in six digits, lists by spaces, labels by "; "."""
    kind = column.type
    if pa.types.is_floating(kind):
        values = column.to_numpy(zero_copy_only=False).tolist()
        return ["" if value != value else digits(value) for value in values]
    if not pa.types.is_list(kind):
        return list(pc.fill_null(column.cast(pa.large_string()), "").to_pylist())
    put = joined if pa.types.is_string(kind.value_type) else " ".join
    # The values of all lists at once: a hundred times fewer objects than list by list.
    cells, ends = shown(column.flatten()), np.cumsum(pc.fill_null(pc.list_value_length(column), 0)).tolist()
    return [put(cells[start:end]) for start, end in pairwise([0, *ends])]


def measured(values: NDArray[Any]) -> pa.Array:
    """Numbers, null where there is none."""
    return pa.array(values, from_pandas=True)


def _lists(values: NDArray[Any], there: NDArray[np.bool_], kind: pa.DataType) -> pa.ListArray:
    """The values of each line that are there, as one list a line."""
    ends = np.concatenate([[0], there.sum(axis=1).cumsum()]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(values[there], kind.value_type))


def _named(names: Sequence[str], codes: NDArray[np.int32]) -> pa.Array:
    """(n,) names by number; null for -1."""
    return pa.array(names, pa.string()).take(pa.array(codes, mask=codes < 0))


def _unless(values: Rows, absent: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, pa.int64(), mask=absent)


def _may_be_formulas(kind: pa.DataType) -> bool:
    """Whether cells of this type can begin like a formula. Lists of numbers begin with a digit or a minus."""
    if pa.types.is_list(kind) and (pa.types.is_integer(kind.value_type) or pa.types.is_floating(kind.value_type)):
        return False
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_nested(kind))
