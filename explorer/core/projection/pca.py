"""The first picture: principal components by NumPy alone, so that nothing heavy is imported for it.

On one thread: some builds of OpenBLAS (those for AMD's Zen) round a product differently on two, and a map that starts
from another last digit ends elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from explorer.core.arrays import Vectors
from explorer.core.progress import SILENT, Progress
from explorer.core.projection.base import Positions

CHUNK = 8192
"""Rows read at once from a memory-mapped file: 12 MB at 384 dimensions, and a few milliseconds between two cancels."""

Moments = tuple[NDArray[np.float64], NDArray[np.float64], int]


@dataclass(frozen=True)
class Components:
    """The p directions of largest variance.

    mean : (d,) float64, over the rows that are not zero.
    axes : (d, p) float64, orthonormal columns; a column of zeros where the data has no such direction.
    explained : share of the total variance along each axis, 0..1.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    explained: tuple[float, ...]

    def project(self, vectors: Vectors) -> Positions:
        """Positions (m, p) of ``vectors`` (m, d); NaN for rows that are all zeros."""
        axes = self.axes.astype(np.float32)
        placed = vectors @ axes - (self.mean @ self.axes).astype(np.float32)
        placed[~vectors.any(axis=1)] = np.nan
        return placed


def principal_components(vectors: Vectors, progress: Progress = SILENT, *, count: int = 2) -> Components:
    """Fit mean and the ``count`` leading axes (Pearson 1901) on the rows of ``vectors`` (n, d) that are not all zeros.

    The eigenvectors of the d x d covariance are exact, unlike a randomised decomposition, and need one pass over the
    rows. An axis points to where its largest loading is positive, so that the picture never flips between two runs.
    """
    with threadpool_limits(limits=1):
        mean, covariance, _ = _covariance(vectors, progress)
        values, directions = np.linalg.eigh(covariance)
    total = float(values.clip(min=0.0).sum())
    dimension = len(mean)
    axes = np.zeros((dimension, count))
    explained = [0.0] * count
    for axis in range(min(count, dimension)):
        variance = float(values[-1 - axis])
        if variance > _rounding(mean, total):
            axes[:, axis] = _signed(directions[:, -1 - axis])
            explained[axis] = variance / total
    return Components(mean, axes, tuple(explained))


def pca(vectors: Vectors, progress: Progress = SILENT, *, dimensions: int = 2) -> Positions:
    """Positions (n, dimensions) float32 of ``vectors`` (n, d) along their first principal components.

    Rows that are all zeros have nothing to be placed by: NaN, and no influence on the others. Where there are fewer
    directions (one row, one dimension, identical rows) the coordinate is 0. Nothing here
    is random.
    """
    components = principal_components(vectors, progress.part(0.0, 0.8), count=dimensions)
    placed = np.empty((len(vectors), dimensions), np.float32)
    with threadpool_limits(limits=1):
        for start, chunk in _chunks(vectors):
            placed[start : start + len(chunk)] = components.project(chunk)
            progress.report(0.8 + 0.2 * (start + len(chunk)) / len(vectors), "PCA")
    return placed


def _chunks(vectors: Vectors) -> Iterator[tuple[int, Vectors]]:
    for start in range(0, len(vectors), CHUNK):
        yield start, np.asarray(vectors[start : start + CHUNK], np.float32)


def _covariance(vectors: Vectors, progress: Progress) -> Moments:
    """Mean (d,), covariance (d, d) and number of the rows that are not zero.

    Rows are shifted by the mean of the first chunk before they are multiplied in float32: without it, vectors far from
    the origin would lose their variance to cancellation. Chunks are added up in float64.
    """
    dimension = vectors.shape[1]
    shift = np.zeros(dimension, np.float32)
    total, products, count = np.zeros(dimension), np.zeros((dimension, dimension)), 0
    for start, chunk in _chunks(vectors):
        rows = chunk[chunk.any(axis=1)]
        if count == 0 and len(rows):
            shift = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
        rows = rows - shift
        total += rows.sum(axis=0, dtype=np.float64)
        products += rows.T @ rows
        count += len(rows)
        progress.report((start + len(chunk)) / len(vectors), "PCA")
    mean = total / max(count, 1)
    return mean + shift, products / max(count, 1) - np.outer(mean, mean), count


def _rounding(mean: NDArray[np.float64], total: float) -> float:
    """Variance below this is float32 rounding: identical rows must land on one point, not on a picture of noise."""
    scale = float(mean @ mean) + total
    return scale * float(np.finfo(np.float32).eps) ** 2 * len(mean)


def _signed(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(direction * np.sign(direction[np.abs(direction).argmax()]))
