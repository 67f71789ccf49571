"""Groups of texts that say the same: identical ones by their text, near ones by the shared kNN graph.

A group is tight: every text in it is within the threshold of the group's representative. Being linked through others is
not enough, so that a chain of small steps never joins two texts that differ much. Greedily, the text with most near
neighbours takes what is free within the threshold and can be reached from it by near links (a star cover, as in Aslam,
Pelekhov & Rus 2004); a text that is left over goes to its nearest neighbour, which then is the representative. So a
text is in a group exactly if it has a near neighbour or a copy, whatever the order, and a wider threshold never takes a
text out of all groups.

The threshold is a share of the median distance of a text to the nearest one that differs from it: the same number means
the same on every encoder and corpus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import MISSING, Ids, KnnGraph
from explorer.core.progress import SILENT, Progress

NO_GROUP = -1

Groups = NDArray[np.int32]
"""(n,) number of each row's group, ``NO_GROUP`` = it is in none; numbered in the order of their first rows."""


@dataclass(frozen=True, eq=False)
class Duplicates:
    """Who says the same as whom.

    first : (n,) int32, the first row with the identical text as embedded, the row itself if there is none before.
    groups : identical and near texts together; whatever is identical is in one group. Empty texts are in none.
    representatives, sizes : (g,) the row that the group lies around, and its number of rows (at least 2).
    distances : (n,) float32, of each row in a group to its representative; 0 for a copy of it, NaN outside.
    share : of ``median``, the median distance of a text to the nearest one that differs; together the threshold.
    """

    first: NDArray[np.int32]
    groups: Groups
    representatives: NDArray[np.int32]
    sizes: NDArray[np.int64]
    distances: NDArray[np.float32]
    share: float
    median: float

    @property
    def threshold(self) -> float:
        """No text of a group is farther from its representative."""
        return self.share * self.median

    @property
    def exact(self) -> Groups:
        """Groups of identical texts alone."""
        copies = np.bincount(self.first, minlength=len(self.first))[self.first]
        return numbered(np.where((copies > 1) & (self.groups != NO_GROUP), self.first, NO_GROUP))

    @property
    def rows(self) -> NDArray[np.int64]:
        """Every row that is in a group, ascending."""
        return np.flatnonzero(self.groups != NO_GROUP)

    @property
    def near(self) -> NDArray[np.int64]:
        """Rows, ascending, whose group holds more than one text."""
        rows = self.rows
        leads = rows[self.first[rows] == rows]  # one row of each text; copies share its group
        texts = np.bincount(self.groups[leads], minlength=len(self.sizes))
        return rows[texts[self.groups[rows]] > 1]

    @property
    def remark(self) -> str:
        """What a reader should know before anything else: that the texts are all the same, or mostly copies."""
        inside = self.groups != NO_GROUP
        copies = int(np.count_nonzero(inside & (self.first != np.arange(len(self.first)))))
        if len(self.sizes) == 1 and self.sizes[0] == len(self.first) == copies + 1:
            return "All texts are the same: nothing can be told apart."
        if 2 * copies > len(self.first):
            return (
                f"{copies:,} of {len(self.first):,} texts are copies of another one: neighbours, scores and groups "
                "are about few different texts. Keep one of each first."
            )
        return ""

    def facts(self) -> dict[str, Any]:
        """What cannot be told from the arrays, JSON-able."""
        return {"share": self.share, "median": self.median}

    def arrays(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in ("first", "groups", "representatives", "sizes", "distances")}

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> Duplicates:
        """The inverse of ``arrays`` and ``facts``."""
        return Duplicates(**arrays, share=float(facts["share"]), median=float(facts["median"]))


@dataclass(frozen=True)
class _Nodes:
    """Different texts. of : (n,) the node of each row, -1 for empty texts. rows : (m,) first row of each node."""

    of: NDArray[np.int32]
    rows: NDArray[np.int32]
    copies: NDArray[np.int64]


@dataclass(frozen=True)
class _Links:
    """Pairs of nodes that are near each other, each pair once in both directions, in compressed rows."""

    starts: NDArray[np.int64]
    near: NDArray[np.int32]
    far: NDArray[np.float32]


def find_duplicates(
    first: NDArray[np.int32],
    empty: NDArray[np.bool_],
    vectors: Vectors,
    graph: KnnGraph,
    *,
    share: float,
    progress: Progress = SILENT,
) -> Duplicates:
    """Group the rows of a corpus.

    Parameters
    ----------
    first : (n,) the first row with the identical text (``first_rows``). empty : (n,) bool, rows without a text.
    vectors : (n, d) in the space of the graph (``prepare``). graph : the shared kNN graph over the same rows.
    share : of the median nearest-neighbour distance, at least 0. With 0 only texts with equal vectors are near.
    """
    nodes = _nodes(first, empty)
    one, other, far = _pairs(nodes, vectors, graph)
    median = _median_nearest(one, other, far, len(nodes.rows))
    progress.report(0.5, "Grouping duplicates")
    close = far <= np.float32(share * median)
    centre = _centres(
        nodes, _links(one[close], other[close], far[close], len(nodes.rows)), vectors, graph, share * median
    )
    progress.report(0.9, "Grouping duplicates")
    return _duplicates(first, nodes, centre, vectors, graph, share, median)


def warm_up() -> None:
    """Compile the loops into their cache."""
    vectors = np.eye(4, 3, dtype=np.float32)
    ids = np.array([[1], [0], [3], [2]], np.int32)
    graph = KnnGraph(ids, np.full(ids.shape, 0.5, np.float32), "cosine", "pairs", 1.0, 0)
    find_duplicates(np.arange(4, dtype=np.int32), np.zeros(4, np.bool_), vectors, graph, share=1.0)


def numbered(keys: NDArray[Any]) -> Groups:
    """Groups numbered in the order of their first rows, from any (n,) keys of which those below 0 mean none."""
    inside = np.flatnonzero(keys >= 0)
    groups = np.full(len(keys), NO_GROUP, np.int32)
    _, begins, inverse = np.unique(keys[inside], return_index=True, return_inverse=True)
    place = np.empty(len(begins), np.int32)
    place[np.argsort(begins, kind="stable")] = np.arange(len(begins), dtype=np.int32)
    groups[inside] = place[inverse]
    return groups


def _nodes(first: NDArray[np.int32], empty: NDArray[np.bool_]) -> _Nodes:
    rows = np.flatnonzero((first == np.arange(len(first))) & ~empty).astype(np.int32)
    places = np.full(len(first), -1, np.int32)
    places[rows] = np.arange(len(rows), dtype=np.int32)
    of = np.where(empty, np.int32(-1), places[first])
    return _Nodes(of, rows, np.bincount(of[of >= 0], minlength=len(rows)))


def _pairs(
    nodes: _Nodes, vectors: Vectors, graph: KnnGraph
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Links of the graph between different texts, as nodes and distances; links to copies are left out."""
    one = np.repeat(nodes.of, graph.k)
    ids = graph.ids.ravel()
    other = np.where(ids == MISSING, np.int32(-1), nodes.of[ids])
    there = (one >= 0) & (other >= 0) & (one != other)
    extra = _between_heavy(nodes, vectors, graph, np.unique(one[there]))
    return (
        np.concatenate([one[there], extra[0]]),
        np.concatenate([other[there], extra[1]]),
        np.concatenate([graph.distances.ravel()[there], extra[2]]),
    )


def _between_heavy(
    nodes: _Nodes, vectors: Vectors, graph: KnnGraph, seeing: Ids
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Links between texts with so many copies that the graph shows them nothing else; there are few of these.

    A text near to one of them sees it. Two of them would not see each other.
    """
    from explorer.core.neighbors.graph import build_graph

    blind = nodes.copies > graph.k
    blind[seeing] = False
    heavy = np.flatnonzero(blind).astype(np.int32)
    if len(heavy) < 2:
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32)
    among = build_graph(vectors[nodes.rows[heavy]], k=min(graph.k, len(heavy) - 1), metric=graph.metric)
    there = among.ids.ravel() != MISSING
    return (
        np.repeat(heavy, among.k)[there],
        heavy[among.ids.ravel()[there]],
        among.distances.ravel()[there],
    )


def _median_nearest(one: NDArray[np.int32], other: NDArray[np.int32], far: NDArray[np.float32], nodes: int) -> float:
    """Of the texts' distances to the nearest text that differs; equal vectors do not count, rounding aside."""
    differs = far > SAME
    nearest = np.full(nodes, np.inf, np.float32)
    np.minimum.at(nearest, one[differs], far[differs])
    np.minimum.at(nearest, other[differs], far[differs])
    known = nearest[np.isfinite(nearest)]
    return float(np.median(known)) if len(known) else 0.0


SAME = 1e-7
"""Distances up to here are rounding."""


def _links(one: NDArray[np.int32], other: NDArray[np.int32], far: NDArray[np.float32], nodes: int) -> _Links:
    """Both directions of each pair, sorted, each once; of several distances (copies with other vectors) the least."""
    here, there, both = np.concatenate([one, other]), np.concatenate([other, one]), np.concatenate([far, far])
    order = np.lexsort((both, there, here))
    here, there, both = here[order], there[order], both[order]
    new = np.ones(len(here), np.bool_)
    new[1:] = (here[1:] != here[:-1]) | (there[1:] != there[:-1])
    starts = np.concatenate([[0], np.cumsum(np.bincount(here[new], minlength=nodes))])
    return _Links(starts.astype(np.int64), there[new], both[new])


def _centres(nodes: _Nodes, links: _Links, vectors: Vectors, graph: KnnGraph, threshold: float) -> NDArray[np.int32]:
    """(m,) the node that each node's group lies around; -1 where it has no near neighbour."""
    from explorer.core.quality import _group_kernels as kernels

    degrees = np.diff(links.starts)
    linked = np.flatnonzero(degrees)
    order = linked[np.lexsort((linked, -nodes.copies[linked], -degrees[linked]))].astype(np.int32)
    centre = kernels.star_cover(
        links.starts, links.near, order, vectors, nodes.rows, float(np.float32(threshold)), graph.metric == "cosine"
    )
    kernels.settle(links.starts, links.near, links.far, centre)
    return np.asarray(centre)


def _duplicates(
    first: NDArray[np.int32],
    nodes: _Nodes,
    centre: NDArray[np.int32],
    vectors: Vectors,
    graph: KnnGraph,
    share: float,
    median: float,
) -> Duplicates:
    """From centres of nodes to groups of rows; a text with copies and no near neighbour is its own centre."""
    from explorer.core.quality._group_kernels import distances_to

    alone = (centre < 0) & (nodes.copies > 1)
    centre = np.where(alone, np.arange(len(centre), dtype=np.int32), centre)
    inside = np.flatnonzero(nodes.of >= 0)
    keys = np.full(len(first), NO_GROUP, np.int64)
    keys[inside] = centre[nodes.of[inside]]
    groups = numbered(keys)
    rows = np.flatnonzero(groups >= 0)
    representatives = np.empty(int(groups.max(initial=-1)) + 1, np.int32)
    representatives[groups[rows]] = nodes.rows[keys[rows]]
    distances = np.full(len(first), np.nan, np.float32)
    others = representatives[groups[rows]]
    distances[rows] = distances_to(vectors, rows.astype(np.int32), others, graph.metric == "cosine")
    distances[rows[first[rows] == first[others]]] = 0.0
    sizes = np.bincount(groups[rows], minlength=len(representatives)).astype(np.int64)
    return Duplicates(first, groups, representatives, sizes, distances, share, median)
