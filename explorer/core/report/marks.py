"""What a person did to the rows of a corpus beside flagging: labels, notes, trash, corrected labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.core.arrays import Rows, inside, row_numbers, row_ranges
from explorer.core.row_map import RowMap

Corrections: TypeAlias = RowMap[str]
NO_CORRECTIONS: Corrections = RowMap.of({})

MOST_LABELS = 64
"""Bits of a row's number."""

IDS_LISTED = 1_000
"""Identifiers that the record of one label or of the trash spells out for a reader; of the rows, all are there."""


def _no_bits() -> NDArray[np.uint64]:
    return np.empty(0, np.uint64)


def _no_trash() -> NDArray[np.bool_]:
    return np.empty(0, np.bool_)


@dataclass(frozen=True, eq=False)
class Marks:
    """Labels, notes, trash and corrections of a corpus of n rows.

    labels : names; label j is bit j. bits : (n,) uint64, the labels of each row; (0,) = no row has any.
    notes : row -> what the person wrote. trash : (n,) bool; (0,) = nothing was thrown away.
    corrections : row -> what its cell in the corpus's label column should say; what it says already = found right.
    """

    labels: tuple[str, ...] = ()
    bits: NDArray[np.uint64] = field(default_factory=_no_bits)
    notes: Mapping[int, str] = field(default_factory=dict)
    trash: NDArray[np.bool_] = field(default_factory=_no_trash)
    corrections: Mapping[int, str] = NO_CORRECTIONS

    def names_of(self, row: int) -> tuple[str, ...]:
        """The labels of one row, in the order of their definition."""
        return self._names(int(self.bits[row])) if self.bits.size else ()

    def names_of_rows(self, rows: Rows) -> list[tuple[str, ...]]:
        """The labels of many rows; each combination is spelled out once."""
        if not self.bits.size:
            return [()] * len(rows)
        held, inverse = np.unique(self.bits[rows], return_inverse=True)
        names = [self._names(bits) for bits in held.tolist()]
        return [names[place] for place in inverse.tolist()]

    def _names(self, bits: int) -> tuple[str, ...]:
        return tuple(name for place, name in enumerate(self.labels) if bits >> place & 1)

    def trashed(self, rows: Rows) -> NDArray[np.bool_]:
        """(m,) which of ``rows`` lie in the trash."""
        return self.trash[rows] if self.trash.size else np.zeros(len(rows), np.bool_)

    def rows_with(self, label: str) -> Rows:
        """The rows that have a label. Raises ``ValueError`` if there is no such label."""
        place = np.uint64(self.labels.index(label))
        return np.flatnonzero(self.bits >> place & np.uint64(1))

    @property
    def trashed_count(self) -> int:
        return int(np.count_nonzero(self.trash))

    @property
    def labelled_count(self) -> int:
        """How many rows have a label at all."""
        return int(np.count_nonzero(self.bits))

    def as_dict(self, ids: pa.ChunkedArray) -> dict[str, Any]:
        """JSON-able: ``labels`` (definitions and assignments), ``notes``, ``trash`` and ``corrections``.

        ids : the corpus's.

        Rows are written as ranges ("0-3,17"), so that a label on a million rows stays a line.
        """
        assigned = [{"label": name, **_listed(self.rows_with(name), ids)} for name in self.labels]
        notes = [{"row": row, "id": ids[row].as_py(), "note": note} for row, note in sorted(self.notes.items())]
        made = [{"row": row, "id": ids[row].as_py(), "label": to} for row, to in sorted(self.corrections.items())]
        labels = {"definitions": list(self.labels), "assignments": [entry for entry in assigned if entry["count"]]}
        trash = _listed(np.flatnonzero(self.trash), ids)
        return {"labels": labels, "notes": notes, "trash": trash, "corrections": made}

    @staticmethod
    def from_dict(values: Mapping[str, Any], rows: int) -> Marks:
        """The inverse of ``as_dict`` for a corpus of so many rows; keys that are missing mean that nothing was done.

        Raises ``ValueError``, ``KeyError``, ``TypeError`` or ``AttributeError`` for what ``as_dict`` never writes.
        """
        labels = values.get("labels") or {"definitions": [], "assignments": []}
        names = tuple(map(str, labels["definitions"]))
        if len(names) > MOST_LABELS or len(set(names)) < len(names):
            raise ValueError("its labels cannot be told apart")
        found = {str(entry["label"]): row_numbers(entry["rows"], rows) for entry in labels["assignments"]}
        trashed = row_numbers((values.get("trash") or {"rows": ""})["rows"], rows)
        notes = {inside(int(entry["row"]), rows): str(entry["note"]) for entry in values.get("notes") or ()}
        made = {inside(int(entry["row"]), rows): str(entry["label"]) for entry in values.get("corrections") or ()}
        return Marks(names, _bits(names, found, rows), notes, _mask(trashed, rows), made)

    def same_as(self, other: Marks) -> bool:
        """Whether both say the same about every row; the order in which labels were defined counts."""
        same_rows = np.array_equal(np.flatnonzero(self.trash), np.flatnonzero(other.trash))
        held, other_held = np.flatnonzero(self.bits), np.flatnonzero(other.bits)
        same_bits = np.array_equal(held, other_held) and np.array_equal(self.bits[held], other.bits[other_held])
        same_words = dict(self.notes) == dict(other.notes) and self.corrections == other.corrections
        return self.labels == other.labels and same_words and same_rows and same_bits


NO_MARKS = Marks()


def _listed(rows: Rows, ids: pa.ChunkedArray) -> dict[str, Any]:
    """How many rows, which, and the identifiers of the first ones."""
    return {
        "count": len(rows),
        "rows": row_ranges(rows),
        "ids": [ids[row].as_py() for row in rows[:IDS_LISTED].tolist()],
    }


def _bits(names: Sequence[str], found: Mapping[str, Rows], total: int) -> NDArray[np.uint64]:
    if not found:
        return _no_bits()
    bits = np.zeros(total, np.uint64)
    for name, rows in found.items():
        bits[rows] |= np.uint64(1 << names.index(name))
    return bits


def _mask(rows: Rows, total: int) -> NDArray[np.bool_]:
    if not rows.size:
        return _no_trash()
    mask = np.zeros(total, np.bool_)
    mask[rows] = True
    return mask


def joined(names: Iterable[str]) -> str:
    """Labels as one cell: ``spam; odd``."""
    return "; ".join(names)
