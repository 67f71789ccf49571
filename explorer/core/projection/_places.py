"""The distinct places of a map and who lies there: a k-d tree cannot split rows that lie on one spot."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.projection.base import Positions

PlaceIds = NDArray[np.int64]


class Places:
    """The places of ``rows`` (r,) among ``positions`` (n, 2 or 3), all finite.

    points : (p, 2 or 3) float64, distinct. place_of : (n,) the place of each row, -1 for all other rows.
    starts, members : (p + 1,), (r,) the rows at each place, ascending.
    """

    def __init__(self, positions: Positions, rows: NDArray[np.intp]) -> None:
        coordinates = positions[rows].astype(np.float64)
        order = np.lexsort(coordinates.T)
        inorder = coordinates[order]
        first = np.concatenate([[True], (inorder[1:] != inorder[:-1]).any(axis=1)])
        self.points = np.ascontiguousarray(inorder[first])
        self.members = rows[order]
        self.starts = np.append(np.flatnonzero(first), len(rows))
        self.place_of = np.full(len(positions), -1, np.int64)
        self.place_of[self.members] = np.cumsum(first) - 1

    @property
    def table(self) -> tuple[NDArray[np.float64], PlaceIds, NDArray[np.intp]]:
        return self.points, self.starts, self.members

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import cKDTree

        return cKDTree(self.points)

    def nearest(self, places: PlaceIds, count: int) -> PlaceIds:
        """(m, count) the places nearest to each of ``places`` (m,), itself first; -1 where there are no more."""
        _, near = self._tree.query(self.points[places], np.arange(1, count + 1), workers=-1)
        return np.where(near < len(self.points), near, -1).astype(np.int64)

    def nearest_rows(self, rows: NDArray[np.intp], k: int) -> NDArray[np.int64]:
        """(m, k) the other rows nearest to each of ``rows`` (m,) on the map; there must be more than k rows."""
        found = np.empty((len(rows), k), np.int64)
        for index, near in enumerate(self.nearest(self.place_of[rows], k + 1)):
            some = [self.members[self.starts[place] : self.starts[place + 1]][: k + 1] for place in near if place >= 0]
            others = np.concatenate(some)
            found[index] = others[others != rows[index]][:k]
        return found
