"""Compiled loops of the communities. Import lazily: numba is heavy.

Loops over rows that run in parallel write only the results of their own row; moving and merging are serial, in the
order that is handed in. So nothing here depends on the number of threads. Additions stand in the order written.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

TOLERANCE = 1e-9
"""A gain this small (of link weights of at most 1) is rounding."""


@njit(cache=True)
def _both_ways(ids: NDArray[np.int32]) -> Any:
    """Each row's own neighbours and the rows that have it as theirs, as compressed rows, with repetitions."""
    rows = len(ids)
    starts = np.zeros(rows + 1, np.int64)
    for row in range(rows):
        for other in ids[row]:
            if other >= 0:
                starts[row + 1] += 1
                starts[other + 1] += 1
    starts = np.cumsum(starts)
    ends = starts[:-1].copy()
    lists = np.empty(starts[-1], np.int32)
    for row in range(rows):
        for other in ids[row]:
            if other >= 0:
                lists[ends[row]] = other
                lists[ends[other]] = row
                ends[row] += 1
                ends[other] += 1
    return starts, lists


@njit(cache=True, parallel=True)
def _sorted_apart(starts: NDArray[np.int64], lists: NDArray[np.int32]) -> Any:
    """Sort each list in place and move its distinct members to its front; returns how many they are."""
    rows = len(starts) - 1
    kept = np.zeros(rows, np.int64)
    for row in prange(rows):
        line = lists[starts[row] : starts[row + 1]]
        line.sort()
        for id_ in line:
            if kept[row] == 0 or id_ != line[kept[row] - 1]:
                line[kept[row]] = id_
                kept[row] += 1
    return kept


@njit(cache=True)
def _closed_overlap(one: NDArray[np.int32], other: NDArray[np.int32], row: int, neighbour: int) -> Any:
    """Jaccard index of two ascending neighbour lists (-1 where there is none), each row a member of its own list."""
    first, second = np.searchsorted(one, 0), np.searchsorted(other, 0)
    members = 2 + len(one) - first + len(other) - second
    shared = (one[first:] == neighbour).sum() + (other[second:] == row).sum()
    while first < len(one) and second < len(other):
        shared += one[first] == other[second]
        ahead = one[first] <= other[second]
        second += one[first] >= other[second]
        first += ahead
    return shared / (members - shared)


@njit(cache=True, parallel=True)
def _weighted(
    ids: NDArray[np.int32], starts: NDArray[np.int64], lists: NDArray[np.int32], kept: NDArray[np.int64]
) -> Any:
    rows = len(kept)
    packed = np.zeros(rows + 1, np.int64)
    packed[1:] = np.cumsum(kept)
    neighbours = np.empty(packed[-1], np.int32)
    weights = np.empty(packed[-1], np.float32)
    for row in prange(rows):
        for place in range(kept[row]):
            other = lists[starts[row] + place]
            neighbours[packed[row] + place] = other
            weights[packed[row] + place] = _closed_overlap(ids[row], ids[other], row, other)
    return packed, neighbours, weights


def shared_neighbours(ids: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """The symmetric graph of (n, k) neighbour lists, weighted by shared neighbours, as compressed rows.

    Two rows are linked where either has the other among its neighbours; the weight, in (0, 1], is the Jaccard index of
    their neighbourhoods, each with the row itself.
    """
    ascending = np.sort(ids, axis=1)
    starts, lists = _both_ways(ascending)
    kept = _sorted_apart(starts, lists)
    found: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]] = _weighted(ascending, starts, lists, kept)
    return found


@njit(cache=True, inline="always")
def _gather(node, starts, ids, weights, labels, links, touched):  # type: ignore[no-untyped-def]
    """Sum the weights from one node to each label around it; returns how many labels were met, listed in ``touched``.

    A link that is zero counts as not met, so ``links`` must be zero before, and be cleaned with ``_clean`` after.
    """
    met = 0
    for place in range(starts[node], starts[node + 1]):
        label = labels[ids[place]]
        if links[label] == 0.0:
            touched[met] = label
            met += 1
        links[label] += weights[place]
    return met


@njit(cache=True, inline="always")
def _clean(links, touched, met):  # type: ignore[no-untyped-def]
    for place in range(met):
        links[touched[place]] = 0.0


@njit(cache=True)
def _stock(labels, strengths):  # type: ignore[no-untyped-def]
    """What communities weigh, how many nodes they have, and a stack of the numbers that are free, with its height."""
    nodes = len(labels)
    masses = np.zeros(nodes, np.float64)
    sizes = np.zeros(nodes, np.int32)
    for node in range(nodes):
        masses[labels[node]] += strengths[node]
        sizes[labels[node]] += 1
    free = np.empty(nodes, np.int32)
    spare = np.flatnonzero(sizes == 0)
    free[: len(spare)] = spare[::-1]
    return masses, sizes, free, len(spare)


@njit(cache=True, inline="always")
def _best_of(own, strength, pull, masses, links, touched, met):  # type: ignore[no-untyped-def]
    """The label with the greatest gain for a node that has been taken out of ``own``, which wins ties; and the gain."""
    best, most = own, links[own] - pull * strength * masses[own]
    for place in range(met):
        gain = links[touched[place]] - pull * strength * masses[touched[place]]
        if gain > most + TOLERANCE:
            best, most = touched[place], gain
    return best, most


@njit(cache=True)
def move(starts, ids, weights, strengths, labels, resolution, order):  # type: ignore[no-untyped-def]
    """Move single nodes between communities as long as modularity gains by it (Leiden's fast local moving).

    labels : (n,) int32 community of each node, changed in place. order : (n,) the nodes as they are first visited;
    later only nodes whose neighbours have moved are looked at again, in the order in which that happened.
    """
    nodes = len(strengths)
    pull = resolution / strengths.sum()
    masses, sizes, free, height = _stock(labels, strengths)
    queue, queued = order.copy(), np.ones(nodes, np.bool_)
    head, waiting = 0, nodes
    links, touched = np.zeros(nodes, np.float64), np.empty(nodes, np.int32)
    while waiting > 0:
        node = queue[head]
        head, waiting, queued[node] = (head + 1) % nodes, waiting - 1, False
        own = labels[node]
        masses[own] -= strengths[node]
        sizes[own] -= 1
        if sizes[own] == 0:
            masses[own], free[height], height = 0.0, own, height + 1
        met = _gather(node, starts, ids, weights, labels, links, touched)
        best, most = _best_of(own, strengths[node], pull, masses, links, touched, met)
        _clean(links, touched, met)
        if most < -TOLERANCE:
            best = free[height - 1]
        height -= sizes[best] == 0
        masses[best] += strengths[node]
        sizes[best] += 1
        labels[node] = best
        if best != own:
            for place in range(starts[node], starts[node + 1]):
                other = ids[place]
                if not queued[other] and labels[other] != best:
                    queue[(head + waiting) % nodes], queued[other], waiting = other, True, waiting + 1


@njit(cache=True)
def refine(starts, ids, weights, strengths, labels, resolution, order):  # type: ignore[no-untyped-def]
    """Parts of communities that are well connected inside (Leiden's refinement, always taking the best merge).

    Each node starts alone; one that is still alone joins the part of its own community with the greatest gain, where
    both are well connected to the rest of the community. Returns (n,) int32 part of each node; parts are connected.
    """
    nodes = len(strengths)
    pull = resolution / strengths.sum()
    whole = np.zeros(nodes, np.float64)
    outward = np.zeros(nodes, np.float64)
    for node in range(nodes):
        whole[labels[node]] += strengths[node]
        for place in range(starts[node], starts[node + 1]):
            if labels[ids[place]] == labels[node]:
                outward[node] += weights[place]
    parts = np.arange(nodes).astype(np.int32)
    masses = strengths.copy()
    alone = np.ones(nodes, np.bool_)
    links = np.zeros(nodes, np.float64)
    touched = np.empty(nodes, np.int32)
    for node in order:
        mass, own = strengths[node], labels[node]
        if not alone[node] or outward[node] < pull * mass * (whole[own] - mass) - TOLERANCE:
            continue
        met = _gather(node, starts, ids, weights, parts, links, touched)
        best, most = np.int32(-1), -TOLERANCE
        for place in range(met):
            part = touched[place]
            if labels[part] == own and outward[part] >= pull * masses[part] * (whole[own] - masses[part]) - TOLERANCE:
                gain = links[part] - pull * mass * masses[part]
                if gain > most + TOLERANCE:
                    best, most = part, gain
        if best >= 0:
            outward[best] += outward[node] - 2.0 * links[best]
            masses[best] += mass
            parts[node] = best
            alone[node] = alone[best] = False
        _clean(links, touched, met)
    return parts


@njit(cache=True)
def renumbered(labels):  # type: ignore[no-untyped-def]
    """The same labels as 0, 1, ... in the order in which they first occur, and how many there are."""
    numbers = np.full(len(labels), -1, np.int32)
    out = np.empty(len(labels), np.int32)
    count = 0
    for node in range(len(labels)):
        if numbers[labels[node]] < 0:
            numbers[labels[node]] = count
            count += 1
        out[node] = numbers[labels[node]]
    return out, count


@njit(cache=True)
def _members(labels, count):  # type: ignore[no-untyped-def]
    """Nodes by label, as compressed rows."""
    firsts = np.zeros(count + 1, np.int64)
    for label in labels:
        firsts[label + 1] += 1
    firsts = np.cumsum(firsts)
    ends = firsts[:-1].copy()
    members = np.empty(len(labels), np.int32)
    for node in range(len(labels)):
        members[ends[labels[node]]] = node
        ends[labels[node]] += 1
    return firsts, members


@njit(cache=True)
def aggregate(starts, ids, weights, strengths, labels, count):  # type: ignore[no-untyped-def]
    """The graph whose nodes are the labels 0 ... count - 1: links summed, links inside left to the strengths."""
    firsts, members = _members(labels, count)
    links, touched = np.zeros(count, np.float64), np.empty(count, np.int32)
    out_starts, out_strengths = np.zeros(count + 1, np.int64), np.zeros(count, np.float64)
    out_ids, out_weights = np.empty(len(ids), np.int32), np.empty(len(ids), np.float64)
    end = 0
    for label in range(count):
        met = 0
        for member in members[firsts[label] : firsts[label + 1]]:
            out_strengths[label] += strengths[member]
            for place in range(starts[member], starts[member + 1]):
                other = labels[ids[place]]
                if links[other] == 0.0:
                    touched[met], met = other, met + 1
                links[other] += weights[place]
        for other in touched[:met]:
            if other != label:
                out_ids[end], out_weights[end], end = other, links[other], end + 1
            links[other] = 0.0
        out_starts[label + 1] = end
    return out_starts, out_ids[:end].copy(), out_weights[:end].copy(), out_strengths
