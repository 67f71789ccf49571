"""Small groups of alike texts far from everything else: strange together, though none of them is alone.

Read off the shared graph by single linkage. While its edges are added from the shortest to the longest, such a group is
one piece early and stays by itself for long: what joins it to anything else is far longer than what holds it
together, and longer than most texts have to their nearest neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.prepare import Prepared
from explorer.core.progress import SILENT, Progress

LEAST, MOST = 3, 50
"""Texts of a group: two are rather a text and its copy, and many are rather a part of the corpus. Nor may a group have
more than ``MOST_SHARE`` of all texts."""
MOST_SHARE = 0.05
RATIO = 1.5
"""How many times longer the way out is than the longest step within (as a length, whatever the metric)."""
FAR_SHARE = 0.95
"""The way out is longer than that of 95 texts in a hundred to their nearest neighbour."""
ASKED = 1_000
"""Groups of which the graph holds no way out (all their neighbours are in them) that are looked into at most."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Groups:
    """Groups of a corpus of n texts, the farthest first.

    of : (n,) int32, the group of each row; -1 = none. apart : (g,) float32 distance in the graph's metric from each
    group to the nearest text outside.
    """

    of: NDArray[np.int32]
    apart: NDArray[np.float32]

    @property
    def count(self) -> int:
        return len(self.apart)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(g,) how many texts each has."""
        return np.bincount(self.of[self.of >= 0], minlength=self.count)

    def rows(self, group: int) -> NDArray[np.int64]:
        """Its rows, ascending."""
        return np.flatnonzero(self.of == group)


def find_groups(graph: KnnGraph, prepared: Prepared, progress: Progress = SILENT) -> Groups:
    """The groups of a corpus. prepared : the vectors that ``graph`` was built over. Raises ``Cancelled``."""
    from explorer.core.anomaly import _group_kernels as kernels

    progress.report(0.0, "Looking for small groups")
    ones, others, lengths = _edges(graph)
    far = _far(graph)
    most = max(min(MOST, int(MOST_SHARE * graph.rows)), LEAST)
    of, within, sizes, roots, joined = kernels.apart(ones, others, lengths, graph.rows, (LEAST, most), far, RATIO)
    progress.report(0.5, "Looking for small groups")
    _ask_outside(prepared, roots, sizes, within, most, far, of, joined)
    progress.report(1.0, "Looking for small groups")
    heads, numbers = np.unique(of[of >= 0], return_inverse=True)
    order = np.lexsort((heads, -joined[heads]))
    places = np.empty(len(heads), np.int32)
    places[order] = np.arange(len(heads), dtype=np.int32)
    found = np.full(graph.rows, -1, np.int32)
    found[of >= 0] = places[numbers]
    return Groups(found, _distances(joined[heads][order], graph.metric).astype(np.float32))


def _edges(graph: KnnGraph) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Every edge of the graph, shortest first, ties by row and place in the list."""
    there = graph.ids != MISSING
    ones = np.repeat(np.arange(graph.rows, dtype=np.int32), there.sum(axis=1))
    others, lengths = graph.ids[there], _lengths(graph.distances[there], graph.metric)
    order = np.argsort(lengths, kind="stable")
    return ones[order], others[order], lengths[order]


def _far(graph: KnnGraph) -> float:
    """How far the nearest neighbour is of all but the loneliest texts; endless where nobody has a neighbour."""
    nearest = graph.distances[:, 0][graph.ids[:, 0] != MISSING] if graph.k else graph.distances[:0, 0]
    lengths = _lengths(nearest, graph.metric)
    return float(np.quantile(lengths, FAR_SHARE)) if len(lengths) else np.inf


def _lengths(distances: NDArray[np.floating], metric: str) -> Floats:
    """Distances as lengths, so that ratios mean the same in each metric: cosine distance grows with the square."""
    wide = np.maximum(distances.astype(np.float64), 0.0)
    return np.sqrt(2.0 * wide) if metric == "cosine" else wide


def _distances(lengths: Floats, metric: str) -> Floats:
    return lengths**2 / 2.0 if metric == "cosine" else lengths


def _ask_outside(
    prepared: Prepared, roots: NDArray[np.int32], sizes: NDArray[np.int32], within: Floats, most: int, far: float,
    of: NDArray[np.int32], joined: Floats,
) -> None:  # fmt: skip
    """Groups that no edge joins to the rest: how far the nearest text outside is, asked for one text of each."""
    heads = np.flatnonzero((roots == np.arange(len(roots))) & (sizes >= LEAST) & (sizes <= most) & prepared.valid)
    heads = heads[:ASKED]
    if not len(heads) or int(prepared.valid.sum()) <= most:
        return
    index = ExactIndex(prepared.vectors, prepared.metric, valid=prepared.valid)
    ids, distances = index.search(prepared.vectors[heads], most, without=heads.astype(np.int32))
    outside = (ids != MISSING) & (roots[ids] != heads[:, None])
    first = outside.argmax(axis=1)
    lengths = _lengths(distances[np.arange(len(heads)), first], prepared.metric)
    for head, length, known in zip(heads.tolist(), lengths.tolist(), outside.any(axis=1).tolist(), strict=True):
        if known and length >= far and length >= RATIO * within[head]:
            of[roots == head] = head
            joined[head] = length
