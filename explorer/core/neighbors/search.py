"""Which index a corpus gets, and the two questions a person asks of it."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import Distances, Ids, NeighborIndex
from explorer.errors import OptionError

EXACT_FLOATS: Final = 40_000_000
"""Numbers that one exact query may read: about 104,000 rows of 384 dimensions, a few hundredths of a second."""


def choose_index(rows: int, dimension: int) -> Literal["exact", "annoy"]:
    """Exact search up to ``EXACT_FLOATS`` numbers, Annoy beyond: a rule on the size, never a timing."""
    return "exact" if rows * dimension <= EXACT_FLOATS else "annoy"


def nearest_to_row(index: NeighborIndex, vectors: Vectors, row: int, k: int) -> tuple[Ids, Distances]:
    """The k nearest other rows of ``row``: ids (k,) and distances (k,); ``MISSING`` and NaN where there are fewer.

    Raises ``OptionError`` if there is no such row.
    """
    if not 0 <= row < len(vectors):
        raise OptionError(f"There is no row {row}.", f"Rows are numbered from 0 to {len(vectors) - 1}.")
    ids, distances = index.search(np.asarray(vectors[row : row + 1]), k, without=np.array([row], dtype=np.int32))
    return ids[0], distances[0]


def nearest_to_vector(index: NeighborIndex, vector: NDArray[Any], k: int) -> tuple[Ids, Distances]:
    """The k rows nearest to one vector (d,), for instance an embedded query."""
    ids, distances = index.search(np.asarray(vector, dtype=np.float32)[None, :], k)
    return ids[0], distances[0]
