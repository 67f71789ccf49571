"""The kNN graph of a corpus: the one entry. Everything that needs neighbours among all rows reads this graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors._space import check_k
from explorer.core.neighbors.base import MISSING, Distances, Ids, KnnGraph, Metric
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.prepare import Prepared, Transform, blocks_of, prepare
from explorer.core.neighbors.recall import SAMPLE_ROWS, measured_recall, sample_rows
from explorer.core.progress import SILENT, Progress
from explorer.errors import OptionError

EXACT_WORK: Final = 250_000.0**2 * 384
"""Multiply-adds over all pairs up to which the graph is exact: 250,000 rows of 384 dimensions, about where refining
candidates becomes cheaper (the exact graph of 50,000 costs less than one fifth of the refined one)."""

EXACT_METHOD: Final = "exact, in blocks"

PROOF_ROWS: Final = 200
"""Rows on which the exact graph, which is proven row by row, is checked all the same."""


def build_graph(
    vectors: NDArray[Any],
    *,
    k: int,
    metric: Metric = "cosine",
    transform: Transform = "none",
    recall: float = 0.98,
    seed: int = 0,
    progress: Progress = SILENT,
) -> KnnGraph:
    """The k nearest other rows of every row of ``vectors`` (n, d); see ``prepare`` and ``graph_of``."""
    return graph_of(prepare(vectors, metric, transform), k=k, recall=recall, seed=seed, progress=progress)


def graph_of(
    prepared: Prepared,
    *,
    k: int,
    recall: float = 0.98,
    seed: int = 0,
    progress: Progress = SILENT,
    exact_work: float = EXACT_WORK,
) -> KnnGraph:
    """The kNN graph over prepared vectors.

    Up to ``exact_work`` multiply-adds (rows squared x dimensions) it is exact, by blocks; beyond, candidates are
    refined until ``recall`` is measured on a sample. Exactly equal rows are looked up once and are at distance 0 from
    each other. Ties are broken by smaller id, also at the cut-off: always within groups of equal rows, and between
    different rows wherever float32 products can tell that no others are as near (``blocks.proven``).
    Fewer than k neighbours are filled up with ``MISSING`` and NaN.

    Deterministic: the exact graph does not depend on threads or on the arithmetic of the processor.
    Raises ``OptionError`` for k < 1 or a recall outside 0..1, ``Cancelled`` between blocks.
    """
    check_k(k)
    if not 0.0 < recall <= 1.0:
        raise OptionError(f"A recall of {recall} cannot be reached for.", "Choose one above 0 and up to 1.")
    distinct = distinct_rows(prepared.vectors, prepared.valid)
    vectors = _taken(prepared.vectors, distinct.first)
    inner = min(k, len(vectors) - 1)
    if inner < 1:
        ids, distances = _nothing(len(vectors))
        method = EXACT_METHOD
    elif float(len(vectors)) ** 2 * vectors.shape[1] <= exact_work:
        ids, distances, method = _exactly(vectors, inner, prepared.metric, progress.part(0.0, 0.97))
    else:
        ids, distances, method = _refined(vectors, inner, prepared.metric, recall, seed, progress.part(0.0, 0.97))
    whole = _expanded(ids, distances, distinct, len(prepared.vectors), k)
    progress.report(0.97, "Checking against exact search")
    share, sampled = _graph_recall(prepared, *whole, PROOF_ROWS if method == EXACT_METHOD else SAMPLE_ROWS, seed)
    progress.report(1.0, "Checking against exact search")
    return KnnGraph(*whole, prepared.metric, method, share, sampled)


def _exactly(vectors: Vectors, k: int, metric: Metric, progress: Progress) -> tuple[Ids, Distances, str]:
    from explorer.core.neighbors.blocks import exact_lists

    return *exact_lists(vectors, k, metric, progress), EXACT_METHOD


def _refined(
    vectors: Vectors, k: int, metric: Metric, recall: float, seed: int, progress: Progress
) -> tuple[Ids, Distances, str]:
    from explorer.core.neighbors.candidates import candidate_lists

    return candidate_lists(vectors, k, metric, recall, seed, progress)


def _nothing(rows: int) -> tuple[Ids, Distances]:
    return np.full((rows, 1), MISSING, dtype=np.int32), np.full((rows, 1), np.nan, dtype=np.float32)


@dataclass(frozen=True)
class Distinct:
    """Valid rows grouped by equal vectors; groups in the order of their first rows.

    rows : (r,) valid rows, ascending. group_of : (r,) the group of each.
    first : (u,) smallest row of each group.
    starts, members : (u + 1,), (r,) rows of each group, ascending.
    """

    rows: NDArray[np.int32]
    group_of: NDArray[np.int32]
    first: NDArray[np.int32]
    starts: NDArray[np.int64]
    members: NDArray[np.int32]


def distinct_rows(vectors: Vectors, valid: NDArray[np.bool_]) -> Distinct:
    """Group the valid rows by equal bytes (a 64-bit hash, then compared number by number)."""
    rows = np.flatnonzero(valid).astype(np.int32)
    _, first, group = np.unique(_hashes(vectors)[rows], return_index=True, return_inverse=True)
    head = first[group]
    head = np.where(_equal(vectors, rows, rows[head]), head, np.arange(len(rows)))
    first, group = np.unique(head, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(first)))])
    return Distinct(rows, group.astype(np.int32), rows[first], starts.astype(np.int64), rows[order])


def _hashes(vectors: Vectors) -> NDArray[np.uint64]:
    """(n,) multilinear hash of the bits of each row (odd multipliers, fixed)."""
    factors = np.random.default_rng(0x5EED).integers(0, 1 << 63, vectors.shape[1], dtype=np.uint64) * 2 + 1
    hashes = np.empty(len(vectors), dtype=np.uint64)
    for rows in blocks_of(vectors, 1 << 20):
        bits = (np.asarray(vectors[rows]) + np.float32(0.0)).view(np.uint32).astype(np.uint64)
        hashes[rows] = (bits * factors).sum(axis=1)
    return hashes


def _equal(vectors: Vectors, rows: NDArray[np.int32], others: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(r,) whether each row equals the other one; only pairs of different rows are looked at."""
    same = np.ones(len(rows), dtype=np.bool_)
    pairs = np.flatnonzero(rows != others)
    for part in blocks_of(np.broadcast_to(vectors[:1], (len(pairs), vectors.shape[1]))):
        some = pairs[part]
        same[some] = (vectors[rows[some]] == vectors[others[some]]).all(axis=1)
    return same


def _taken(vectors: Vectors, rows: NDArray[np.int32]) -> Vectors:
    """The rows asked for; the table itself where that is all of them."""
    return vectors if len(rows) == len(vectors) else np.asarray(vectors[rows])


def _expanded(ids: Ids, distances: Distances, distinct: Distinct, rows: int, k: int) -> tuple[Ids, Distances]:
    """Neighbours among rows (rows, k) from neighbours among distinct vectors."""
    from explorer.core.neighbors import _select_kernels as kernels

    out_ids, out_distances = kernels.empty_lists(rows, k)
    kernels.expand_groups(
        ids,
        distances,
        distinct.group_of,
        distinct.starts,
        distinct.members,
        distinct.rows,
        out_ids,
        out_distances,
    )
    missing = np.isinf(out_distances)
    out_ids[missing] = MISSING
    out_distances[missing] = np.nan
    return out_ids, out_distances


def _graph_recall(prepared: Prepared, ids: Ids, distances: Distances, size: int, seed: int) -> tuple[float, int]:
    """Recall against ``ExactIndex`` and the number of rows it was measured on."""
    valid = np.flatnonzero(prepared.valid)
    rows = valid[sample_rows(len(valid), size, seed)].astype(np.int32)
    if not len(rows):
        return 1.0, 0
    index = ExactIndex(prepared.vectors, prepared.metric, valid=prepared.valid)
    true_ids, true_distances = index.search(prepared.vectors[rows], ids.shape[1], without=rows)
    return measured_recall(ids[rows], true_ids, distances[rows], true_distances), len(rows)
