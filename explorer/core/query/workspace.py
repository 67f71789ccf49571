"""The workspace table: the corpus's columns and the program's under the names of the report, each read as its kind."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.corpus.column_kinds import Column, Kind, codes, column_kind, is_text, moments, numbers
from explorer.core.corpus.columns import text_column, unclashing
from explorer.core.corpus.corpus import Corpus
from explorer.core.query.recent import Recent
from explorer.errors import OptionError

Given: TypeAlias = NDArray[Any] | pa.Array | pa.ChunkedArray

FIRST = ("row", "id", "text")
LABELS = "labels"
TAKEN = frozenset(FIRST).union(
    ("x", "y", "anomaly_score", "anomaly_rank", "flagged", "override", LABELS, "note", "trashed", "trust", "reason"),
    ("neighbor_rows", "neighbor_distances", "duplicate_of", "triage", "outlier_kind", "alike_group"),
    ("duplicate_group", "suggested_label", "label_quality", "corrected_label", "checks"),
)
"""Names of the program's columns, there or not yet, so that an own column keeps its name while results come and go."""
KEPT = 8
"""Columns whose reading (8 bytes a row) is kept."""


@dataclass(frozen=True)
class ColumnInfo:
    """name : as in the report. own : of the corpus, whose table calls it ``source`` ("" for the program's)."""

    name: str
    kind: Kind
    own: bool = False
    source: str = ""


class Workspace:
    """Columns by name; what has been read of them is kept until they change."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._program: dict[str, Given] = {}
        self._labels: tuple[tuple[str, ...], NDArray[np.uint64]] = ((), np.empty(0, np.uint64))
        self._own: dict[str, str] = {}
        self._kinds: dict[str, Kind] = {}
        self._read: Recent[tuple[str, str], Any] = Recent(KEPT)
        self._name_own()

    # --- what is there --------------------------------------------------------------------------

    @property
    def rows(self) -> int:
        return self.corpus.rows

    @property
    def names(self) -> list[str]:
        """In the report's order: row, id, text, the corpus's own, the program's."""
        return [*FIRST, *self._own, *self._program, *([LABELS] if self._labels[0] else [])]

    def infos(self) -> tuple[ColumnInfo, ...]:
        return tuple(ColumnInfo(n, self.kind(n), n in self._own, self._own.get(n, "")) for n in self.names)

    def set_columns(self, columns: Mapping[str, Given]) -> frozenset[str]:
        """Take the program's columns in place of the older ones; the names whose cells are other ones now.

        Raises ``ValueError`` for one that has not a cell a row.
        """
        wrong = [name for name, column in columns.items() if len(column) != self.rows]
        if wrong:
            raise ValueError(f"not one cell for each of {self.rows} rows: {', '.join(wrong)}")
        before, self._program = self._program, dict(columns)
        names = {*before, *columns}
        changed = {n for n in names if n not in before or n not in columns or not _same(before[n], columns[n])}
        own = self._own
        self._name_own()
        return self._forget(changed | {name for name in {*own, *self._own} if own.get(name) != self._own.get(name)})

    def set_labels(self, names: Sequence[str], bits: NDArray[np.uint64]) -> frozenset[str]:
        """Take the labels: bit j of a row = label j; no bits at all = nothing labelled."""
        before, self._labels = self._labels, (tuple(names), bits)
        same = before[0] == self._labels[0] and _same(before[1], bits)
        return frozenset() if same else self._forget({LABELS})

    def _forget(self, changed: set[str]) -> frozenset[str]:
        self._kinds = {name: kind for name, kind in self._kinds.items() if name not in changed}
        self._read.forget(lambda key: key[0] in changed)
        return frozenset(changed)

    def _name_own(self) -> None:
        sources = self.corpus.table.column_names
        self._own = dict(zip(unclashing(sources, {*TAKEN, *self._program}), sources, strict=True))

    # --- reading --------------------------------------------------------------------------------

    def kind(self, name: str) -> Kind:
        if name not in self._kinds:
            self._kinds[name] = "text" if name == "text" else column_kind(self.cells(name))
        return self._kinds[name]

    def cells(self, name: str) -> Column:
        """(n,) the cells as they are; null for NaN. Raises ``OptionError`` for a column that is not there."""
        if name in self._own:
            own = self.corpus.table[self._own[name]]
            return self._read.get((name, "cells"), lambda: _without_nan(own)) if pa.types.is_floating(own.type) else own
        if name in self._program:
            return self._read.get((name, "cells"), lambda: _as_arrow(self._program[name]))
        if name == LABELS:
            return self._read.get((name, "cells"), self._label_texts)
        if name == "row":
            return self._read.get((name, "cells"), lambda: pa.array(np.arange(self.rows)))
        if name in FIRST:
            return self.corpus.ids if name == "id" else self.corpus.texts
        raise self.absent(name)

    def absent(self, name: str) -> OptionError:
        """The error for a column that is not there, with those whose names are like it."""
        near = difflib.get_close_matches(name, self.names, 3) or self.names[:8]
        return OptionError(f"There is no column called {name}.", f"Columns are {', '.join(near)}.")

    def numbers(self, name: str) -> NDArray[np.float64]:
        """(n,) NaN where a cell holds no number. Raises ``OptionError`` for a column of another kind."""
        if self.kind(name) != "number":
            raise OptionError(f"The column {name} holds no numbers.", "Choose a column of numbers.")
        read: NDArray[np.float64] = self._read.get((name, "numbers"), lambda: self._lenient(numbers, name))
        return read

    def moments(self, name: str) -> NDArray[np.float64]:
        """(n,) seconds since 1970, NaN where a cell holds no date. Raises ``OptionError`` for another kind."""
        if self.kind(name) != "date":
            raise OptionError(f"The column {name} holds no dates.", "Choose a column of dates.")
        read: NDArray[np.float64] = self._read.get((name, "moments"), lambda: self._lenient(moments, name))
        return read

    def _lenient(self, read: Any, name: str) -> NDArray[np.float64]:
        """The sample told the kind; of the whole column, what can be read is read."""
        found: NDArray[np.float64] | None = read(self.cells(name), 0.0)
        return np.full(self.rows, np.nan) if found is None else found

    def codes(self, name: str) -> tuple[NDArray[np.int64], list[str]]:
        """(n,) number of each cell's value, -1 for blank cells, and the values as text."""
        cells = self.cells(name)
        if pa.types.is_nested(cells.type):
            cells = text_column(pa.chunked_array([cells]) if isinstance(cells, pa.Array) else cells)
        found: tuple[NDArray[np.int64], list[str]] = self._read.get((name, "codes"), lambda: codes(cells))
        return found

    def label_mask(self, label: str) -> NDArray[np.bool_]:
        """(n,) which rows have the label. Raises ``OptionError`` if there is no such label."""
        names, bits = self._labels
        if label not in names:
            raise OptionError(f"There is no label called {label}.", "Choose a label that there is.")
        if not len(bits):
            return np.zeros(self.rows, np.bool_)
        return np.asarray((bits >> np.uint64(names.index(label))) & np.uint64(1), dtype=np.bool_)

    def _label_texts(self) -> pa.Array:
        """(n,) the names of each row's labels, "spam; odd", null where there is none."""
        names, bits = self._labels
        if not names or not len(bits):
            return pa.nulls(self.rows, pa.string())
        kinds, indices = np.unique(bits, return_inverse=True)
        joined = ["; ".join(name for place, name in enumerate(names) if int(kind) >> place & 1) for kind in kinds]
        texts = pa.array([text or None for text in joined], pa.string())
        return texts.take(pa.array(indices))

    # --- for DuckDB -----------------------------------------------------------------------------

    def typed(self, name: str) -> Column:
        """(n,) the cells as what they read as: numbers, time stamps, truth values, or the cells themselves."""
        cells, kind = self.cells(name), self.kind(name)
        if kind == "date":
            seconds = self.moments(name)
            micro = np.where(np.isnan(seconds), 0, seconds * 1e6).astype(np.int64)
            return pa.array(micro, pa.timestamp("us"), mask=np.isnan(seconds))
        if kind == "number" and (is_text(cells.type) or pa.types.is_decimal(cells.type)):
            return pa.array(self.numbers(name), from_pandas=True)
        return cells


def _as_arrow(column: Given) -> Column:
    """NaN becomes null; dictionaries of strings become strings."""
    if isinstance(column, np.ndarray):
        return pa.array(column, from_pandas=True)
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _without_nan(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    nan = pc.is_nan(cells)
    return pc.if_else(nan, pa.scalar(None, cells.type), cells) if pc.any(nan).as_py() else cells


def _same(one: Given, other: Given) -> bool:
    """Whether two columns hold the same; the state makes new views of the same arrays again and again."""
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        here, there = one.__array_interface__, other.__array_interface__
        if (here["data"], one.strides) == (there["data"], other.strides):
            return True
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    return not isinstance(one, np.ndarray) and not isinstance(other, np.ndarray) and bool(one.equals(other))
