"""The two forces of UMAP's cross entropy (McInnes, Healy & Melville 2018), tabulated by squared distance.

A power takes most of the time of a step. A table read by the leading bits of the squared distance, which are its
exponent and the first bits of its mantissa, is within 0.05 % of the power and several times faster.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEAREST, FARTHEST = 2.0**-20, 2.0**20
"""Squared distances between which the tables distinguish; nearer is taken as nearest, farther is not felt."""
FINENESS = 6
"""Bits of the mantissa that choose the entry: 64 entries for each doubling, straight lines between them."""
SOFTENING = 1e-3
"""Added to a squared distance so that repulsion stays finite between rows that touch (as in umap-learn)."""

MANTISSA = 23
DROPPED = MANTISSA - FINENESS
FIRST_ENTRY = int(np.float32(NEAREST).view(np.int32)) >> DROPPED
LAST_ENTRY = int(np.float32(FARTHEST).view(np.int32)) >> DROPPED


class Forces(NamedTuple):
    """What (x_i - x_j) is multiplied with: row i moves so, row j the opposite way.

    attraction, repulsion : (entries,) float32 at the squared distances from ``NEAREST`` to ``FARTHEST``.
    """

    attraction: NDArray[np.float32]
    repulsion: NDArray[np.float32]


def forces(min_dist: float) -> Forces:
    """The gradients of ``-log(w)`` and ``-log(1 - w)``, sign turned, where ``w = 1 / (1 + a d^2b)``."""
    a, b = curve(min_dist)
    entries = np.arange(FIRST_ENTRY, LAST_ENTRY + 1, dtype=np.int32) << DROPPED
    squared = entries.view(np.float32).astype(np.float64)
    power = a * squared**b
    pull = -2.0 * b * power / (squared * (power + 1.0))
    push = 2.0 * b / ((SOFTENING + squared) * (power + 1.0))
    return Forces(pull.astype(np.float32), push.astype(np.float32))


def curve(min_dist: float, spread: float = 1.0) -> tuple[float, float]:
    """The (a, b) of the membership curve in the plane, ``1 / (1 + a d^2b)``.

    Fitted to 1 for d up to ``min_dist`` and ``exp(-(d - min_dist) / spread)`` beyond, by least squares.
    """
    from scipy.optimize import curve_fit

    distance = np.linspace(0.0, 3.0 * spread, 300)
    wanted = np.where(distance < min_dist, 1.0, np.exp(-(distance - min_dist) / spread))
    (a, b), _ = curve_fit(lambda d, a, b: 1.0 / (1.0 + a * d ** (2.0 * b)), distance, wanted)
    return float(a), float(b)
