"""Approximate search with Annoy: a forest of random splits, as a file that is memory-mapped.

Annoy's own defaults find too little on sentence vectors, so the effort is measured: the number of trees is fixed, and
``search_k`` (how many rows a query may look at) is doubled until the recall asked for is measured on a sample.
Candidates are ranked again by exact distance, so distances are those of the kNN graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.fingerprint import file_digest
from explorer.core.neighbors._space import Space, check_k, check_without, read_only
from explorer.core.neighbors.base import MISSING, Distances, Ids, Metric
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.recall import SAMPLE_ROWS, measured_recall, sample_rows
from explorer.core.progress import SILENT, Progress
from explorer.core.storage import atomic_file
from explorer.errors import OptionError, ProjectError

TREES: Final = 64
"""Trees of the forest. Recall is raised by ``search_k``, which costs no building and no disk."""

SETTLED: Final = 2
"""Doublings of the effort that must leave an answer as it was."""

ANNOY_METRICS: Final[Mapping[Metric, Literal["angular", "euclidean"]]] = {"cosine": "angular", "euclidean": "euclidean"}

SPARE: Final = 16
"""Candidates beyond k that are ranked again: they make up for the row left out and for Annoy's float32 order."""


def build_annoy(
    vectors: Vectors,
    metric: Metric,
    path: Path,
    *,
    recall: float = 0.98,
    k: int = 15,
    seed: int = 0,
    progress: Progress = SILENT,
) -> dict[str, Any]:
    """Build the index file at ``path`` and find the ``search_k`` that reaches ``recall`` at ``k``.

    Zero rows are left out. Deterministic: seeded, one thread. The file is there whole or not at all. Annoy cannot add
    trees to a built forest nor stop while building: cancel is looked at before, after, and between measurements.
    If even a search through all rows misses the target, the facts say what was measured.

    Returns JSON-able facts, which ``AnnoyNeighborIndex.open`` wants: n_trees, search_k, recall, recall_k, recall_rows,
    metric, rows, dimension, seed, sha256. Raises ``OptionError``, ``OutputError`` or ``Cancelled``.
    """
    check_k(k)
    if not 0.0 < recall <= 1.0:
        raise OptionError(f"A recall of {recall} cannot be reached for.", "Choose one above 0 and up to 1.")
    space = Space(vectors, metric)
    _build(space, path, seed, progress)
    facts: dict[str, Any] = {
        "n_trees": TREES,
        "search_k": 0,
        "recall": 1.0,
        "recall_k": k,
        "recall_rows": 0,
        "metric": metric,
        "rows": len(vectors),
        "dimension": int(vectors.shape[1]),
        "seed": seed,
        "sha256": file_digest(path),
    }
    return facts | _effort(AnnoyNeighborIndex(path, facts, vectors), vectors, recall, k, seed, progress)


def _build(space: Space, path: Path, seed: int, progress: Progress) -> None:
    """Write the forest over the valid rows to a temporary file, sync it, and move it into place."""
    from annoy import AnnoyIndex

    forest = AnnoyIndex(space.vectors.shape[1], ANNOY_METRICS[space.metric])
    forest.set_seed(seed + 1)
    rows = np.flatnonzero(space.valid)
    for place, row in enumerate(rows):
        if place % 4096 == 0:
            progress.report(0.3 * place / len(rows), "Filling the index", done=place, total=len(rows), unit="rows")
        forest.add_item(place, space.vectors[row])
    progress.report(0.3, "Growing the trees (cannot be stopped half-way)", total=TREES, unit="trees")
    if len(rows):
        forest.build(TREES, n_jobs=1)
    with atomic_file(path) as temporary:
        if len(rows):
            forest.save(str(temporary))
    progress.report(0.8, "Growing the trees")


def _effort(
    index: AnnoyNeighborIndex, vectors: Vectors, recall: float, k: int, seed: int, progress: Progress
) -> dict[str, Any]:
    """Double ``search_k`` until ``recall`` is measured; at twice rows x trees Annoy has looked at everything."""
    rows = np.flatnonzero(index.valid)
    sampled: Ids = rows[sample_rows(len(rows), SAMPLE_ROWS, seed)].astype(np.int32)
    queries = np.asarray(vectors[sampled])
    true_ids, true_distances = ExactIndex(vectors, index.metric).search(queries, k, without=sampled)
    search_k, reached = TREES * (k + SPARE), 0.0
    while True:
        progress.report(0.8 + 0.2 * reached, "Measuring the recall of the index", recall=reached)
        ids, distances = index.search(queries, k, without=sampled, search_k=search_k)
        reached = measured_recall(ids, true_ids, distances, true_distances)
        if reached >= recall or search_k >= 2 * TREES * max(index.rows, 1):
            return {"search_k": search_k, "recall": reached, "recall_rows": len(sampled)}
        search_k *= 2


class AnnoyNeighborIndex:
    """Searches an index file made by ``build_annoy``; use ``open``, which checks the file first.

    Which of several equally near rows are answered is Annoy's choice where they do not all fit; those answered are
    ordered by (distance, id).
    """

    def __init__(self, path: Path, facts: Mapping[str, Any], vectors: Vectors) -> None:
        from annoy import AnnoyIndex

        self._facts = dict(facts)
        self._space = Space(vectors, facts["metric"])
        self._places = np.flatnonzero(self._space.valid)
        self._forest = AnnoyIndex(vectors.shape[1], ANNOY_METRICS[self._space.metric])
        if len(self._places):
            self._forest.load(str(path))

    @classmethod
    def open(cls, path: Path, facts: Mapping[str, Any], vectors: Vectors) -> AnnoyNeighborIndex:
        """Memory-map the index. Raises ``ProjectError`` if the file or the vectors are not those of the facts."""
        if vectors.shape != (facts["rows"], facts["dimension"]):
            raise ProjectError("The neighbour index belongs to other vectors.", "Build it again.")
        if not path.is_file() or file_digest(path) != facts["sha256"]:
            raise ProjectError("The neighbour index is missing or damaged.", "Build it again.")
        return cls(path, facts, vectors)

    @property
    def metric(self) -> Metric:
        return self._space.metric

    @property
    def rows(self) -> int:
        return len(self._space.vectors)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """(n,) rows that can be answered."""
        return self._space.valid

    @property
    def description(self) -> str:
        recall, k, rows = (self._facts[name] for name in ("recall", "recall_k", "recall_rows"))
        return f"Annoy, recall@{k} {recall:.2f} on {rows:,} rows"

    def search(
        self, vectors: Vectors, k: int, *, without: Ids | None = None, search_k: int | None = None
    ) -> tuple[Ids, Distances]:
        """See ``NeighborIndex.search``. ``search_k`` is the effort to start with; the one measured grows with k.

        An effort that suits texts in company finds too few neighbours of a text far from all others, and those are
        the ones that are looked at. So it is doubled until the answer stays the same.
        """
        check_k(k)
        leave_out = check_without(without, len(vectors))
        queries, asked = self._space.queries(vectors)
        effort = self._facts["search_k"] * max(1, -(-k // self._facts["recall_k"]))
        ids = np.full((len(queries), k), MISSING, dtype=np.int32)
        distances = np.full((len(queries), k), np.nan, dtype=np.float32)
        for at in np.flatnonzero(asked) if len(self._places) else ():
            query, left_out = queries[at], int(leave_out[at])
            ids[at], distances[at] = self._settled(query, left_out, k, search_k or effort)
        return read_only(ids, distances)

    def _nearest(self, query: Vectors, left_out: int, k: int, effort: int) -> tuple[Ids, Distances]:
        found = self._forest.get_nns_by_vector(query, k + SPARE, effort)
        rows = self._places[np.asarray(found, dtype=np.intp)]
        return self._space.nearest(rows[rows != left_out], query, k)

    def _settled(self, query: Vectors, left_out: int, k: int, effort: int) -> tuple[Ids, Distances]:
        """The answer that ``SETTLED`` doublings of the effort did not change, or that of looking at everything."""
        ids, distances = self._nearest(query, left_out, k, effort)
        same = 0
        while same < SETTLED and effort < 2 * TREES * len(self._places):
            effort *= 2
            before, (ids, distances) = ids, self._nearest(query, left_out, k, effort)
            same = same + 1 if np.array_equal(ids, before) else 0
        return ids, distances
