"""Sums of ranks for trustworthiness and continuity: by how much rows lie beyond the k-th rank (Venna & Kaski 2001)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import MISSING, KnnGraph, Metric
from explorer.core.progress import Progress
from explorer.core.projection._places import Places

BLOCK: Final = 4096
"""Rows compared with the whole sample at once: 16 MB of products at 1,000 sampled rows."""
BATCH: Final = 64
"""Rows of the sample ranked on the map at once: some 100 ms among a million."""
RANKING: Final = "Ranking a sample of rows among all"
SLACK: Final = 2e-6
"""What a float32 product of a few hundred numbers may be off, as a share of the squared lengths."""

Sample = NDArray[np.intp]


def map_penalties(
    graph: KnnGraph, places: Places, twins: NDArray[np.int32], sample: Sample, progress: Progress
) -> float:
    """Sum over ``sample`` of how far beyond rank k its neighbours in ``graph`` lie on the map.

    Of identical rows the nearest on the map stand for those that the graph happens to list.
    """
    from explorer.core.projection._trust_kernels import count_nearer_places

    sizes, total = np.diff(places.starts), 0
    for start in range(0, len(sample), BATCH):
        some = sample[start : start + BATCH]
        limits = np.stack([_squared_to_neighbors(int(row), graph, places, twins) for row in some])
        counts = np.zeros(limits.shape, np.int64)
        count_nearer_places(places.points, sizes, places.place_of[some], limits, counts)
        counts -= limits > 0.0  # the row itself
        total += int(np.maximum(counts + 1 - graph.k, 0).sum())
        progress.report((start + len(some)) / len(sample), RANKING)
    return float(total)


def _squared_to_neighbors(row: int, graph: KnnGraph, places: Places, twins: NDArray[np.int32]) -> NDArray[np.float64]:
    """(k,) squared distances on the map from ``row`` to its neighbours, -inf for those that are not there."""
    ids = graph.ids[row]
    there = (ids != MISSING) & (places.place_of[ids] >= 0)
    squared = np.full(graph.k, -np.inf)
    squared[there] = _squared(places, row, ids[there])
    for group in np.unique(twins[ids[there]]):
        if group >= 0:
            listed = there & (twins[ids] == group)
            alike = np.flatnonzero((twins == group) & (places.place_of >= 0))
            squared[listed] = _smallest(_squared(places, row, alike[alike != row]), int(listed.sum()))
    return squared


def _smallest(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.asarray(np.partition(values, count - 1)[:count])


def _squared(places: Places, row: int, others: NDArray[np.integer]) -> NDArray[np.float64]:
    points = places.points[places.place_of[others]]
    return np.asarray(np.square(points - places.points[places.place_of[row]]).sum(axis=1))


def vector_penalties(
    vectors: Vectors, metric: Metric, rows: Sample, sample: Sample, near: NDArray[np.int64], progress: Progress
) -> float:
    """Sum over ``sample`` (s,) of how far beyond rank k its neighbours on the map, ``near`` (s, k), lie in the original
    space, ranked among ``rows``. One pass over ``vectors``, as float32 products with the sample."""
    from explorer.core.projection._trust_kernels import count_nearer_vectors

    centre = np.zeros(vectors.shape[1], np.float32)
    if metric == "euclidean":
        centre = vectors[sample].mean(axis=0, dtype=np.float64).astype(np.float32)
    ours = _ready(vectors[sample], metric, centre)
    own = _halves(ours)
    limits = np.stack([_half_squared(ours, _ready(vectors[column], metric, centre)) for column in near.T], axis=1)
    counts = np.zeros(near.shape, np.int64)
    products = np.empty((len(sample), BLOCK), np.float32)  # once: fresh pages for each block cost more than the work
    ranked = np.zeros(len(vectors), np.bool_)
    ranked[rows] = True
    for start in range(0, len(vectors), BLOCK):
        block = _ready(vectors[start : start + BLOCK], metric, centre)
        np.matmul(ours, block.T, out=products[:, : len(block)])
        itself = np.flatnonzero((sample >= start) & (sample < start + BLOCK))
        products[itself, sample[itself] - start] = -np.inf
        halves = np.where(ranked[start : start + BLOCK], _halves(block), np.inf)
        count_nearer_vectors(products, halves, own, limits, SLACK, counts)
        progress.report((start + len(block)) / len(vectors), RANKING)
    return float(np.maximum(counts + 1 - near.shape[1], 0).sum())


def _ready(vectors: Vectors, metric: Metric, centre: NDArray[np.float32]) -> Vectors:
    """Rows of length 1 for cosine, shifted towards the origin for euclidean (against cancellation)."""
    rows = np.asarray(vectors, np.float32)
    if metric == "euclidean":
        return rows - centre
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return np.asarray(rows / np.where(lengths > 0.0, lengths, np.float32(1.0))[:, None], np.float32)


def _halves(rows: Vectors) -> NDArray[np.float64]:
    return np.asarray(0.5 * np.einsum("ij,ij->i", rows, rows, dtype=np.float64))


def _half_squared(ones: Vectors, others: Vectors) -> NDArray[np.float64]:
    difference = ones.astype(np.float64) - others
    return np.asarray(0.5 * np.einsum("ij,ij->i", difference, difference))
