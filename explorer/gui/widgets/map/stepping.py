"""From one point of the map to the next in a direction, for those who use the keyboard."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def nearest_towards(xy: npt.NDArray[np.floating], origin: tuple[float, float], direction: tuple[int, int]) -> int:
    """The nearest point in the quarter of the plane around a direction.

    Parameters
    ----------
    xy : (n, 2) float array
        Where one may go.
    origin : (float, float)
        Where one is; points at the same place are passed over.
    direction : (int, int)
        One of (1, 0), (-1, 0), (0, 1), (0, -1). The four quarters cover the plane, so that every place can be reached.

    Returns
    -------
    int
        The place in ``xy``, the lowest of several; -1 where there is none.
    """
    x, y = (xy.astype(np.float64) - origin).T
    right, up = direction
    along, aside = x * right + y * up, np.abs(x * up + y * right)
    ahead = np.flatnonzero((along > 0) & (aside <= along))
    if not len(ahead):
        return -1
    distances = along[ahead] ** 2 + aside[ahead] ** 2
    return int(ahead[distances.argmin()])


def nearest_to(xy: npt.NDArray[np.floating], place: tuple[float, float]) -> int:
    """The point nearest to a place, the lowest of several; -1 where there is none."""
    if not len(xy):
        return -1
    offsets = xy.astype(np.float64) - place
    return int(np.einsum("ij,ij->i", offsets, offsets).argmin())
