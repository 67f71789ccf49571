"""Laying one map over another: an encoder or a layout changes, and what stays in place should be seen to stay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.core.projection.base import Positions

Coordinates = NDArray[np.float64]

NEGLIGIBLE = 1e-9
"""Share of the largest singular value below which a direction says nothing about turned or mirrored."""


def aligned(new: Positions, old: Positions) -> Positions:
    """``new`` (n, 2 or 3) turned or mirrored, moved and scaled as a whole so that it lies best on ``old`` (n, 2 or 3).

    Rows are the same texts; those placed in both maps decide, the others come along, and NaN stays NaN. The rotation or
    reflection is that of the orthogonal Procrustes problem (Schönemann 1966): the smallest sum of squared distances
    between where a row is and where it was. The scale gives both maps the same spread; that of least squares would
    shrink a map to a point when it has little in common with the old one. No distance within ``new`` changes but by
    that one factor.

    A 3-D map is laid so that its first two coordinates meet an old 2-D map and the third is depth; a 2-D map is laid on
    the first two coordinates of an old 3-D map. Without a row placed in both, ``new`` is returned as it is; where the
    common rows lie on one point it is only moved; where they lie on one line (or do not correlate in some direction),
    it is turned, not mirrored.
    """
    if len(new) != len(old):
        raise ValueError(f"the maps to align have {len(new)} and {len(old)} rows")
    common = np.isfinite(new).all(axis=1) & np.isfinite(old).all(axis=1)
    if not common.any():
        return new.copy()
    width = min(new.shape[1], old.shape[1])
    source, target = new[common].astype(np.float64), np.zeros((int(common.sum()), new.shape[1]))
    target[:, :width] = old[common, :width]
    centre, wanted = source.mean(axis=0), target.mean(axis=0)
    turn = rotation(source - centre, target - wanted)
    turned = (new - centre) @ turn
    scale = _spread(target[:, :width]) / (_spread(turned[common, :width]) or 1.0)
    return np.asarray(turned * (scale or 1.0) + wanted, np.float32)


def rotation(source: Coordinates, target: Coordinates) -> Coordinates:
    """The orthogonal (d, d) matrix R for which ``source @ R`` is nearest to ``target``, both (n, d) and centred.

    Where the data leaves open whether to mirror, R does not.
    """
    left, values, right = np.linalg.svd(source.T @ target)
    if values[-1] <= NEGLIGIBLE * values[0] and np.linalg.det(left @ right) < 0.0:
        left[:, -1] *= -1.0
    return np.asarray(left @ right)


def _spread(positions: Coordinates) -> float:
    """Root mean square distance from the centre."""
    return float(np.sqrt(positions.var(axis=0).sum()))
