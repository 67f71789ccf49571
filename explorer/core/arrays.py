"""Names for the arrays that are handed around, and the range of numbers that all arithmetic here can hold."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.errors import VectorsError

Vectors: TypeAlias = NDArray[np.float32]
"""(n, d) float32, one row a text."""

Rows: TypeAlias = NDArray[np.int64]
"""(m,) numbers of rows, ascending."""

LARGEST = 1e7
"""Numbers of vectors may be this large. Products of two squared lengths, which Annoy forms, must stay below 3.4e38."""

SMALLEST = 1e-8
"""The largest number of all vectors must be at least this large, so that squared differences do not vanish."""


def refuse_extremes(largest: NDArray[np.float32], name: str) -> None:
    """Raise ``VectorsError`` where float32 cannot hold squares of distances: they would be infinite, or all zero.

    largest : (n,) the largest absolute number of each vector, all finite. name : of the vectors, in the sentence.
    """
    peak = float(largest.max(initial=0.0))
    if peak > LARGEST:
        row = int(np.argmax(largest > LARGEST))
        raise VectorsError(
            f"{name} has numbers as large as {largest[row]:.1e} in row {row}, too large to compute distances with.",
            f"Divide all vectors by {_power(peak)}: who is near whom stays the same.",
        )
    if 0.0 < peak < SMALLEST:
        raise VectorsError(
            f"{name} has no number larger than {peak:.1e} (row {int(np.argmax(largest))}), "
            "too small to compute distances with.",
            f"Multiply all vectors by {_power(1.0 / peak)}: who is near whom stays the same.",
        )


def _power(value: float) -> str:
    """The power of ten at or above ``value``, in words that can be typed."""
    return f"1e{math.ceil(math.log10(value))}"


def row_ranges(rows: Rows) -> str:
    """Ascending row numbers as text: ``0-3,17``."""
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    runs = [(int(run[0]), int(run[-1])) for run in np.split(rows, breaks) if run.size]
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def row_numbers(ranges: str, rows: int) -> Rows:
    """The inverse of :func:`row_ranges`. Raises ``ValueError`` for rows that a corpus of ``rows`` does not have."""
    parts = [part.partition("-") for part in ranges.split(",")] if ranges else []
    spans = [(inside(int(first), rows), inside(int(last or first), rows)) for first, _, last in parts]
    found = [np.arange(first, last + 1, dtype=np.int64) for first, last in spans]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def inside(row: int, rows: int) -> int:
    """The row, if a corpus of ``rows`` has it. Raises ``ValueError`` otherwise."""
    if not 0 <= row < rows:
        raise ValueError(f"there is no row {row}")
    return row
