"""Exact distances from a few queries to rows of a table, in NumPy alone: the measure that all indexes share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import MISSING, Distances, Ids, Metric
from explorer.core.neighbors.prepare import (
    UNIT_TOLERANCE,
    are_unit,
    blocks_of,
    check_metric,
    check_shape,
    lengths_of,
    nonzero_rows,
    row_lengths,
    scaled_to_unit,
)
from explorer.errors import OptionError, VectorsError


class Space:
    """A table of vectors (n, d) float32, memory-mapped or not, and a metric.

    Distances are float64 sums over differences of float32 numbers, rounded once to float32, as in the kNN graph: equal
    rows are at distance 0 exactly, and index and graph agree. Cosine distance is half the squared distance of the
    rows brought to length 1, which is 1 - cosine without its cancellation.
    """

    def __init__(self, vectors: Vectors, metric: Metric, valid: NDArray[np.bool_] | None = None) -> None:
        check_metric(metric)
        check_shape(vectors)
        self.vectors = vectors
        self.metric = metric
        self.lengths = row_lengths(vectors)
        self.valid = self.lengths > 0 if valid is None else valid & ((self.lengths > 0) | (metric == "euclidean"))
        self.unit = metric == "cosine" and are_unit(self.lengths)

    def queries(self, vectors: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """``vectors`` (m, d) as the metric sees them and which of them are not all zeros.

        Raises ``VectorsError`` where the dimension differs or a number is not finite.
        """
        check_shape(vectors)
        if vectors.shape[1] != self.vectors.shape[1]:
            raise VectorsError(
                f"The query has {vectors.shape[1]} dimensions, the indexed vectors have {self.vectors.shape[1]}.",
                "Embed the query with the encoder of the corpus.",
            )
        asked = nonzero_rows(vectors)
        ready = np.ascontiguousarray(vectors, dtype=np.float32)
        if self.metric == "cosine":
            lengths = lengths_of(ready)
            as_it_is = self.unit & (np.abs(lengths - 1.0) <= UNIT_TOLERANCE)
            ready = np.where(as_it_is[:, None], ready, scaled_to_unit(ready, lengths))
        return ready, asked

    def distances(self, rows: NDArray[np.integer[Any]], query: NDArray[np.float32]) -> Distances:
        """(r,) exact distances from one prepared query to ``rows`` (r,)."""
        squared = np.empty(len(rows))
        wide = query.astype(np.float64)
        for part in blocks_of(np.broadcast_to(query, (len(rows), len(query)))):
            block = np.asarray(self.vectors[rows[part]])
            if self.metric == "cosine" and not self.unit:
                block = scaled_to_unit(block, self.lengths[rows[part]])
            difference = block.astype(np.float64) - wide
            squared[part] = np.einsum("ij,ij->i", difference, difference)
        exact = 0.5 * squared if self.metric == "cosine" else np.sqrt(squared)
        return exact.astype(np.float32)

    def nearest(self, rows: NDArray[np.integer[Any]], query: NDArray[np.float32], k: int) -> tuple[Ids, Distances]:
        """The k nearest of ``rows`` by (distance, id), filled up with ``MISSING`` and NaN."""
        distances = self.distances(rows, query)
        order = np.lexsort((rows, distances))[:k]
        ids = np.full(k, MISSING, dtype=np.int32)
        found = np.full(k, np.nan, dtype=np.float32)
        ids[: len(order)] = rows[order]
        found[: len(order)] = distances[order]
        return ids, found


def check_k(k: int) -> None:
    """Raise ``OptionError`` unless at least one neighbour is asked for."""
    if k < 1:
        raise OptionError(f"k = {k} neighbours cannot be looked for.", "Choose k of at least 1.")


def check_without(without: Ids | None, count: int) -> Ids:
    """(m,) the row to leave out for each query, ``MISSING`` for none. Raises ``OptionError`` for a wrong length."""
    if without is None:
        return np.full(count, MISSING, dtype=np.int32)
    if len(without) != count:
        raise OptionError(f"{len(without)} rows to leave out were given for {count} queries.", "Give one for each.")
    return np.asarray(without, dtype=np.int32)


def read_only(ids: Ids, distances: Distances) -> tuple[Ids, Distances]:
    """The same arrays, frozen: answers may be cached and shared."""
    ids.setflags(write=False)
    distances.setflags(write=False)
    return ids, distances
