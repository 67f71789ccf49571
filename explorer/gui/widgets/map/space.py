"""Points in space seen from a side: turned and projected by NumPy, so that nothing is asked of the graphics card."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.map.placed import is_placed

_EYE = 5.0
"""Distance of the eye from the middle, in radii of the cloud: a mild perspective."""


@dataclass(frozen=True)
class Turn:
    """From which side one looks: degrees to the right around the upright axis, then up. (0, 0): x right, y up."""

    around: float = 0.0
    up: float = 0.0

    def by(self, around: float, up: float) -> Turn:
        """Turned further; one never looks from beyond straight above or below, so up stays up."""
        return replace(self, around=(self.around + around + 180) % 360 - 180, up=min(max(self.up + up, -90.0), 90.0))

    def matrix(self) -> npt.NDArray[np.float32]:
        """(3, 3): rows are what is seen to the right, up, and towards the eye."""
        a, b = math.radians(self.around), math.radians(self.up)
        turned = [
            [math.cos(a), 0.0, math.sin(a)],
            [math.sin(a) * math.sin(b), math.cos(b), -math.cos(a) * math.sin(b)],
            [-math.sin(a) * math.cos(b), math.sin(b), math.cos(a) * math.cos(b)],
        ]
        return np.array(turned, np.float32)


class Space:
    """A cloud of points (n, 3), moved to the middle and scaled to a radius of 1 in which all of them lie."""

    def __init__(self, xyz: npt.NDArray[np.float32]) -> None:
        placed = is_placed(xyz)
        known = xyz[placed].astype(np.float64)
        middle = (known.min(axis=0) + known.max(axis=0)) / 2 if len(known) else np.zeros(3)
        radius = float(np.sqrt(((known - middle) ** 2).sum(axis=1).max(initial=0.0))) or 1.0
        self._points = np.full((3, len(xyz)), np.nan, np.float32)
        self._points[:, placed] = ((known - middle) / radius).T

    def seen(self, turn: Turn) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Positions (n, 2) in the plane of the picture, and nearness (n,): 0 at the back, 1 in front."""
        # Not by BLAS: for so narrow a product, waking its threads takes longer than the work.
        right, up, near = np.einsum("ij,jk->ik", turn.matrix(), self._points)
        grown = np.float32(_EYE) / (np.float32(_EYE) - near)
        places = np.empty((len(near), 2), np.float32)
        np.multiply(right, grown, out=places[:, 0])
        np.multiply(up, grown, out=places[:, 1])
        return places, np.nan_to_num((near + np.float32(1)) * np.float32(0.5), nan=0.0)
