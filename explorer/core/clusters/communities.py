"""Regions of the corpus: nested communities of the shared kNN graph.

Rows are linked by the neighbours that they share (Jarvis & Patrick 1973, as in PhenoGraph, Levine et al. 2015), which
lends no weight to hubs and needs no scale of distances. Communities are those of the Leiden algorithm (Traag, Waltman
& van Eck 2019) for modularity with a resolution (Reichardt & Bornholdt 2006): each is connected, however coarse. The
published algorithm merges at random; here the best merge is taken and the seed orders the visits alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.progress import SILENT, Progress

Labels: TypeAlias = NDArray[np.int32]

COUNTS: Final = (10, 45, 200, 900)
"""Regions aimed at, level by level: each about as many times finer as a person zooms in before reading again."""

FEWEST_TEXTS: Final = 30
"""Texts of a region on average, below which a level is not worth having."""

FINER: Final = 12.0
"""Communities among which the resolution is searched, to each one aimed at."""

ROUNDS: Final = 2
"""Passes of the algorithm, each from the result of the one before: the first leaves some rows in second-best places."""

_LINKS_OUT: Final = 0.1
"""About this share of a community's links leads to one other: a resolution of r gives some r / 0.1 communities."""

_TRIALS: Final = 14
_WIDEST: Final = 1e4
_CLOSE: Final = 0.03


@dataclass(frozen=True)
class WeightedGraph:
    """A symmetric graph in compressed rows, without links from a node to itself.

    starts : (n + 1,) int64. ids : (m,) int32. weights : (m,) float. strengths : (n,) float64 all weight that ends at a
    node, that of links inside the node (where it stands for many rows) included. sizes : (n,) rows it stands for.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    weights: NDArray[np.floating]
    strengths: NDArray[np.float64]
    sizes: NDArray[np.int64]

    @property
    def nodes(self) -> int:
        return len(self.strengths)


def communities(
    graph: KnnGraph, counts: Sequence[int] | None = None, *, seed: int = 0, progress: Progress = SILENT
) -> Labels:
    """Nested communities of the rows, (n, levels) int32, coarse to fine; ``MISSING`` for rows without neighbours.

    counts : communities aimed at, ascending; None = as many levels as the number of rows allows. Counted is how many
        there are in effect (see ``effective_count``), so that crumbs, such as piles of copies which are linked to
        nothing else, do not pass for regions. What the graph does not hold is not made up.

    At each level, community 0 is the largest, ties by the smallest row. Each community lies in one of the level before
    and is connected. The same graph and seed give the same answer on any number of threads.
    Raises ``Cancelled`` between steps.
    """
    linked = np.flatnonzero((graph.ids != MISSING).any(axis=1)) if graph.k else np.zeros(0, np.int64)
    counts = levels_for(len(linked)) if counts is None else tuple(counts)
    levels = np.full((graph.rows, len(counts)), MISSING, np.int32)
    if not len(linked):
        return levels
    progress.report(0.0, "Weighing shared neighbours")
    nested = _nested(shared_neighbour_graph(graph), counts, seed, progress.part(0.1, 1.0))
    for level, labels in enumerate(nested):
        levels[linked, level] = _largest_first(labels[linked])
    progress.report(1.0, "Finding regions")
    return levels


def levels_for(rows: int) -> tuple[int, ...]:
    """Communities to aim at for a number of rows; always one level."""
    fitting = tuple(count for count in COUNTS if count * FEWEST_TEXTS <= rows)
    return fitting or (max(1, rows // FEWEST_TEXTS),)


def shared_neighbour_graph(graph: KnnGraph) -> WeightedGraph:
    """The kNN graph made symmetric; weights are Jaccard indices of neighbourhoods."""
    from explorer.core.clusters._community_kernels import shared_neighbours

    starts, ids, weights = shared_neighbours(np.ascontiguousarray(graph.ids))
    sums = np.concatenate([[0.0], np.cumsum(weights, dtype=np.float64)])
    strengths = sums[starts[1:]] - sums[starts[:-1]]
    return WeightedGraph(starts, ids, weights, strengths, np.ones(graph.rows, np.int64))


def leiden(
    graph: WeightedGraph, resolution: float, seed: int, check: Callable[[], None] = lambda: None, rounds: int = ROUNDS
) -> Labels:
    """Communities of the nodes, (n,) int32 numbered from 0 in the order of their first nodes.

    check : called between steps; may raise to stop.
    """
    random = np.random.default_rng(seed)
    labels: Labels = np.arange(graph.nodes, dtype=np.int32)
    for _ in range(rounds):
        labels = _once_more(graph, labels, resolution, random, check)
    return labels


def _once_more(
    graph: WeightedGraph, labels: Labels, resolution: float, random: np.random.Generator, check: Callable[[], None]
) -> Labels:
    """One pass of the algorithm that starts with the communities ``labels`` (n,)."""
    from explorer.core.clusters import _community_kernels as kernels

    labels = labels.copy()
    flat: Labels = np.arange(graph.nodes, dtype=np.int32)
    while True:
        check()
        order = random.permutation(graph.nodes).astype(np.int32)
        parts = (graph.starts, graph.ids, graph.weights, graph.strengths)
        kernels.move(*parts, labels, resolution, order)
        labels, found = kernels.renumbered(labels)
        refined, count = kernels.renumbered(kernels.refine(*parts, labels, resolution, order))
        if graph.nodes in (found, count):
            return np.asarray(labels[flat])
        flat = refined[flat]
        graph, labels = merged(graph, refined, count), _taken_over(labels, refined, count)


def _taken_over(labels: Labels, refined: Labels, count: int) -> Labels:
    """The communities of the nodes' parts, (count,): all nodes of a part are in one."""
    taken = np.empty(count, np.int32)
    taken[refined] = labels
    return taken


def merged(graph: WeightedGraph, labels: Labels, count: int) -> WeightedGraph:
    """The graph of the communities ``labels`` (n,), numbered 0 ... count - 1."""
    from explorer.core.clusters._community_kernels import aggregate

    sizes = np.bincount(labels, graph.sizes, count).astype(np.int64)
    starts, ids, weights, strengths = aggregate(graph.starts, graph.ids, graph.weights, graph.strengths, labels, count)
    return WeightedGraph(starts, ids, weights, strengths, sizes)


def modularity(graph: WeightedGraph, labels: Labels, resolution: float = 1.0) -> float:
    """Share of the weight inside the communities, less ``resolution`` times what chance would put there."""
    rows = np.repeat(np.arange(graph.nodes), np.diff(graph.starts))
    outside = float(graph.weights[labels[rows] != labels[graph.ids]].sum(dtype=np.float64))
    shares = np.bincount(labels, graph.strengths) / graph.strengths.sum()
    return 1.0 - outside / float(graph.strengths.sum()) - resolution * float((shares**2).sum())


def warm_up() -> None:
    """Compile the loops into numba's cache (ten seconds once), so that no later process has to."""
    ring = np.arange(64, dtype=np.int32)
    ids = np.stack([np.roll(ring, 1), np.roll(ring, -1)], axis=1)
    communities(KnnGraph(ids, np.ones(ids.shape, np.float32), "euclidean", "ring", 1.0, 0), (2, 8))


def _nested(graph: WeightedGraph, counts: Sequence[int], seed: int, progress: Progress) -> list[Labels]:
    """Labels of the rows, coarse to fine: the finest from the rows, each coarser one from the communities before."""
    progress.report(0.0, "Finding regions")
    coarse = merged(graph, *_numbered(leiden(graph, FINER * counts[-1] * _LINKS_OUT, seed, progress.check, rounds=1)))
    progress.report(0.4, "Finding regions")
    resolution = _resolution_for(coarse, counts[-1], seed)
    labels = leiden(graph, resolution, seed, progress.check)
    found = [labels]
    progress.report(0.9, "Finding regions")
    graph = merged(graph, *_numbered(labels))
    for count in reversed(counts[:-1]):
        progress.check()
        step = leiden(graph, _resolution_for(graph, count, seed), seed)
        found.insert(0, step[found[0]])
        graph = merged(graph, *_numbered(step))
    return found


def _numbered(labels: Labels) -> tuple[Labels, int]:
    return labels, int(labels.max()) + 1


def _resolution_for(graph: WeightedGraph, count: int, seed: int) -> float:
    """The resolution whose communities are nearest to ``count``, by bisection of its logarithm."""
    low, high = np.log(_LINKS_OUT * count / _WIDEST), np.log(_LINKS_OUT * count * _WIDEST)
    middle = np.log(_LINKS_OUT * count)
    best, nearest = middle, np.inf
    for _ in range(_TRIALS):
        off = np.log(effective_count(graph.sizes, leiden(graph, float(np.exp(middle)), seed)) / count)
        if abs(off) < nearest:
            best, nearest = middle, abs(off)
        if nearest < _CLOSE:
            break
        low, high = (low, middle) if off > 0 else (middle, high)
        likely = middle - off  # the number grows about as the resolution does
        middle = likely if low < likely < high else (low + high) / 2
    return float(np.exp(best))


def effective_count(sizes: NDArray[np.int64], labels: Labels) -> float:
    """How many communities of equal size would be as concentrated: the inverse Simpson index (Hill number of order 2).

    sizes : (n,) rows that each node stands for.
    """
    shares = np.bincount(labels, sizes) / sizes.sum()
    return float(1.0 / (shares**2).sum())


def _largest_first(labels: Labels) -> Labels:
    """The same communities, numbered by falling size, ties by the first row."""
    _, first, number, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), np.int32)
    rank[np.lexsort((first, -sizes))] = np.arange(len(sizes), dtype=np.int32)
    return rank[number]
