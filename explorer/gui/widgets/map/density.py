"""How large and how clear points are drawn from far and near, without a step anywhere between the two.

Far out, where points overlap, the map is a density picture of the smallest dots; close up, every point is a disc. The
dots of both are of one size when the one fades into the other, so nothing jumps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.map.camera import Camera

LEAST_RADIUS, MOST_RADIUS = 1.25, 7.0
_LEAST_OF_FEW = 2.2
"""The least radius of a map of few points, which need not be small to be told apart."""
_OF_SPACING = 0.32
_OF_CROWDED_SPACING = 0.7
_FADE = 0.5
"""Pixels by which the radius grows while the density picture fades into discs."""
_LEAST_KNEE = 4.0


def ring(radius: float) -> tuple[float, float]:
    """Outer radius and width in pixels of the ring of a flagged disc: narrow around the smallest dots, so that rings
    do not cover the map from far away, and never less than what is seen at a glance."""
    near = min((radius - LEAST_RADIUS) / (_LEAST_OF_FEW - LEAST_RADIUS), 1.0)
    return radius + 1.75 + 0.75 * near + 0.15 * max(radius - _LEAST_OF_FEW, 0.0), 1.4 + 0.1 * near


def typical_density(starts: npt.NDArray[np.int32], cells_per_area: float) -> float:
    """Points per unit of area around the median point, from the points of each cell (``Cells.starts``)."""
    counts = np.diff(starts)
    points = np.bincount(counts) * np.arange(counts.max(initial=0) + 1)
    half = np.searchsorted(np.cumsum(points), points.sum() / 2)
    return float(half) * cells_per_area


@dataclass(frozen=True)
class Detail:
    """What a camera sees of ``rows`` points, ``density`` of them per unit of area where they typically lie."""

    rows: int
    density: float
    camera: Camera

    @property
    def radius(self) -> float:
        """Radius of a disc in pixels: smaller the more points share the window, larger the closer one looks."""
        camera = self.camera
        spacing = _OF_SPACING * math.sqrt(camera.width * camera.height / max(1, self.rows))
        wanted = spacing * math.sqrt(max(camera.zoom, 0.25))
        crowded = _OF_CROWDED_SPACING * camera.scale / math.sqrt(self.density) if self.density > 0 else wanted
        least = min(max(spacing, LEAST_RADIUS), _LEAST_OF_FEW)
        return min(max(min(wanted, crowded), least), MOST_RADIUS)

    @property
    def discs(self) -> float:
        """How far the discs have faded in: 0 is the density picture alone, 1 are discs alone."""
        share = min(max((self.radius - LEAST_RADIUS) / _FADE, 0.0), 1.0)
        return share * share * (3.0 - 2.0 * share)

    @property
    def overlap(self) -> float:
        """How many of the smallest dots cover a pixel where points typically lie."""
        return math.pi * LEAST_RADIUS**2 * self.density / self.camera.scale**2

    @property
    def knee(self) -> float:
        """Overlap at which a pixel is half as deep as it can be: it shrinks as one comes closer, so depth stays."""
        return max(_LEAST_KNEE, self.overlap)
