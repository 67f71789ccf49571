"""Cells: a k-means partition of the rows, so that neighbours are looked for in near cells first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.prepare import blocks_of
from explorer.core.neighbors.recall import sample_rows
from explorer.core.progress import Progress

ROUNDS: Final = 6
"""Rounds of Lloyd's algorithm: cells need to be even, not optimal."""

SAMPLE_PER_CELL: Final = 64


@dataclass(frozen=True)
class Cells:
    """order : (n,) rows sorted by cell, ascending within one. starts : (c + 1,) where each cell begins in ``order``.
    near : (c, c) cells from near to far of each cell, itself first."""

    order: NDArray[np.intp]
    starts: NDArray[np.int64]
    near: NDArray[np.intp]

    @property
    def count(self) -> int:
        return len(self.near)

    def span(self, cell: int) -> slice:
        """Places of a cell in ``order``."""
        return slice(int(self.starts[cell]), int(self.starts[cell + 1]))

    def around(self, cell: int, first: int, last: int) -> NDArray[np.intp]:
        """Places of the rows in the ``first``-th to ``last``-th nearest cells of ``cell``, ascending."""
        spans = [self.span(int(other)) for other in np.sort(self.near[cell, first:last])]
        return np.concatenate([np.arange(span.start, span.stop) for span in spans])


def cell_count(rows: int) -> int:
    """About the square root of the rows, as a power of two: as many cells as rows in each."""
    return int(2 ** round(np.log2(max(rows, 1)) / 2))


def partition(vectors: Vectors, seed: int, progress: Progress) -> Cells:
    """k-means (Lloyd, on a sample) with ``cell_count`` cells; empty cells vanish. Same seed, same cells."""
    count = cell_count(len(vectors))
    sample = np.asarray(vectors[sample_rows(len(vectors), SAMPLE_PER_CELL * count, seed)])
    centres = sample[np.random.default_rng(seed).choice(len(sample), min(count, len(sample)), replace=False)]
    for done in range(ROUNDS):
        progress.report(done / (ROUNDS + 1), "Sorting into cells")
        centres = _means(sample, _assign(sample, centres))
    cell = _assign(vectors, centres)
    used, cell = np.unique(cell, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(np.bincount(cell))]).astype(np.int64)
    return Cells(np.argsort(cell, kind="stable"), starts, _by_nearness(centres[used]))


def _assign(vectors: Vectors, centres: Vectors) -> NDArray[np.intp]:
    """(n,) nearest centre of every row."""
    halves = 0.5 * np.square(centres, dtype=np.float64).sum(axis=1)
    cell = np.empty(len(vectors), dtype=np.intp)
    for rows in blocks_of(np.broadcast_to(centres[:1, :1], (len(vectors), len(centres)))):
        cell[rows] = np.argmax(vectors[rows] @ centres.T - halves, axis=1)
    return cell


def _means(sample: Vectors, cell: NDArray[np.intp]) -> Vectors:
    """Mean of each cell that has rows, summed in float64 in row order."""
    order = np.argsort(cell, kind="stable")
    used, starts, counts = np.unique(cell[order], return_index=True, return_counts=True)
    sums = np.add.reduceat(sample[order].astype(np.float64), starts, axis=0)
    means: Vectors = (sums / counts[:, None]).astype(np.float32)
    return means[: len(used)]


def _by_nearness(centres: Vectors) -> NDArray[np.intp]:
    """(c, c) centres from near to far of each centre, itself first."""
    wide = centres.astype(np.float64)
    lengths = np.square(wide).sum(axis=1)
    distances = lengths[:, None] + lengths[None, :] - 2.0 * (wide @ wide.T)
    np.fill_diagonal(distances, -np.inf)
    return np.argsort(distances, axis=1, kind="stable")
