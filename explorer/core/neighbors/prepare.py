"""From an encoder's vectors to the space that neighbours are looked for in: transform, then unit length for cosine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors, refuse_extremes
from explorer.core.neighbors.base import METRICS, Metric
from explorer.errors import OptionError, VectorsError

Transform = Literal["none", "standardise"]
TRANSFORMS: tuple[Transform, ...] = ("none", "standardise")

BLOCK_FLOATS = 1 << 22
"""Numbers handled at a time (16 MB of float32), so that memory-mapped input never lies in memory twice."""

UNIT_TOLERANCE = 2e-6
"""A norm this near to 1 is taken as 1: what float32 rounding leaves after normalising."""


@dataclass(frozen=True)
class Prepared:
    """Vectors in the space of the graph.

    vectors : (n, d) float32, C-contiguous, read-only; for cosine every valid row has length 1. It is the input itself
        (memory-mapped stays memory-mapped) where nothing had to change.
    valid : (n,) bool, False for rows without a direction: the input was all zeros (empty text, no known word), or,
        for cosine, standardising moved the row to the origin.
    """

    vectors: Vectors
    valid: NDArray[np.bool_]
    metric: Metric
    transform: Transform


def prepare(
    vectors: NDArray[Any],
    metric: Metric = "cosine",
    transform: Transform = "none",
    *,
    like: NDArray[np.float32] | None = None,
) -> Prepared:
    """Transform and check ``vectors`` (n, d), which may be memory-mapped.

    ``standardise`` is scikit-learn's ``StandardScaler``: mean 0 and standard deviation 1 for each dimension over
    **all** rows (zero rows too, as published protocols do), constant dimensions divided by 1. For ``cosine`` rows are
    then brought to length 1, unless they all are already. like : vectors (m, d) whose means and deviations are taken
    instead, as new texts are standardised like the ones that they are compared with.

    Raises ``OptionError`` for an unknown metric or transform, ``VectorsError`` for a wrong shape, a number that is not
    finite (the row is named), or numbers whose squared distances float32 cannot hold (``refuse_extremes``).
    """
    check_metric(metric)
    if transform not in TRANSFORMS:
        raise OptionError(f"There is no transform {transform!r}.", f"Choose one of: {', '.join(TRANSFORMS)}.")
    check_shape(vectors)
    valid = nonzero_rows(vectors)
    ready = np.ascontiguousarray(vectors, dtype=np.float32)
    if transform == "standardise":
        ready = standardised(ready, ready if like is None else like)
    if metric == "cosine":
        ready, lengths = unit_length(ready)
        valid &= lengths > 0
    else:
        refuse_extremes(largest_of_rows(ready), "The table of vectors")
    ready = ready.view()
    ready.setflags(write=False)
    valid.setflags(write=False)
    return Prepared(ready, valid, metric, transform)


def check_metric(metric: str) -> None:
    """Raise ``OptionError`` unless ``metric`` is one of ``METRICS``."""
    if metric not in METRICS:
        raise OptionError(f"There is no metric {metric!r}.", f"Choose one of: {', '.join(METRICS)}.")


def check_shape(vectors: NDArray[Any]) -> None:
    """Raise ``VectorsError`` unless ``vectors`` is a table of numbers with at least one column."""
    if vectors.ndim != 2 or vectors.shape[1] == 0 or vectors.dtype.kind not in "fiu":
        raise VectorsError(
            f"Vectors must be a table of numbers with one row a text, not {vectors.dtype} of shape {vectors.shape}.",
            "Save them with numpy.save as float32, one row a text.",
        )


def blocks_of(vectors: NDArray[Any], floats: int = BLOCK_FLOATS) -> Iterator[slice]:
    """Slices of rows that hold about ``floats`` numbers each."""
    step = max(1, floats // max(1, vectors.shape[1]))
    for start in range(0, len(vectors), step):
        yield slice(start, min(start + step, len(vectors)))


def nonzero_rows(vectors: NDArray[Any]) -> NDArray[np.bool_]:
    """(n,) bool, False where a row is all zeros. Raises ``VectorsError`` naming the first row that is not finite."""
    valid = np.empty(len(vectors), dtype=np.bool_)
    for rows in blocks_of(vectors):
        block = np.asarray(vectors[rows])
        valid[rows] = block.any(axis=1)
        finite = np.isfinite(block, casting="unsafe").all(axis=1)
        if not finite.all():
            row = rows.start + int(np.argmin(finite))
            raise VectorsError(f"The vector of row {row} holds a number that is not finite.", "Compute it again.")
    return valid


def largest_of_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) the largest absolute number of every row."""
    largest = np.empty(len(vectors), dtype=np.float32)
    for rows in blocks_of(vectors):
        largest[rows] = np.abs(vectors[rows]).max(axis=1)
    return largest


def lengths_of(block: NDArray[np.float32]) -> NDArray[np.float64]:
    """Euclidean length of every row, summed in float64; equal rows get equal lengths wherever they stand."""
    wide = block.astype(np.float64)
    lengths: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", wide, wide))
    return lengths


def row_lengths(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """``lengths_of`` for a table of any size."""
    lengths = np.empty(len(vectors), dtype=np.float64)
    for rows in blocks_of(vectors):
        lengths[rows] = lengths_of(np.asarray(vectors[rows]))
    return lengths


def are_unit(lengths: NDArray[np.float64]) -> bool:
    """Whether all rows have length 1 already (rows of length 0 aside)."""
    return bool(np.all((np.abs(lengths - 1.0) <= UNIT_TOLERANCE) | (lengths == 0)))


def scaled_to_unit(block: NDArray[np.float32], lengths: NDArray[np.float64]) -> NDArray[np.float32]:
    """Rows divided by their lengths (in float64, then rounded once); zero rows stay zero."""
    safe = np.where(lengths > 0, lengths, 1.0)
    scaled: NDArray[np.float32] = (block / safe[:, None]).astype(np.float32)
    return scaled


def unit_length(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Rows brought to length 1 and the lengths they had; the input itself where they all have length 1."""
    lengths = row_lengths(vectors)
    if are_unit(lengths):
        return vectors, lengths
    ready = np.empty_like(vectors, subok=False)
    for rows in blocks_of(vectors):
        ready[rows] = scaled_to_unit(np.asarray(vectors[rows]), lengths[rows])
    return ready, lengths


def standardised(vectors: NDArray[np.float32], like: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every dimension shifted and scaled as brings ``like`` to mean 0 and deviation 1, as ``StandardScaler`` does."""
    ready = np.empty_like(vectors, subok=False)
    if not len(vectors) or not len(like):
        return ready
    mean, scale = _mean_and_scale(like)
    for rows in blocks_of(vectors):
        ready[rows] = (vectors[rows] - mean) / scale
    return ready


def _mean_and_scale(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two passes in float64; a dimension whose variance is rounding error alone gets scale 1."""
    count, width = vectors.shape
    mean = np.zeros(width)
    for rows in blocks_of(vectors):
        mean += vectors[rows].sum(axis=0, dtype=np.float64)
    mean /= count
    variance = np.zeros(width)
    for rows in blocks_of(vectors):
        variance += np.square(vectors[rows] - mean).sum(axis=0)
    variance /= count
    epsilon = np.finfo(np.float64).eps
    constant = variance <= count * epsilon * variance + np.square(count * mean * epsilon)
    return mean, np.where(constant, 1.0, np.sqrt(variance))
