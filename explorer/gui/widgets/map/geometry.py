"""What the map's loops are told about points and camera: plain tuples, so that compiled and NumPy loops share them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.map.camera import Camera


class Cells(NamedTuple):
    """Points sorted by the cell of a uniform grid, row by row of the grid from its lower left corner.

    ``points`` (m, 2) float32; those of cell c are ``points[starts[c] : starts[c + 1]]`` and c is row * side + column.
    ``low_x, low_y`` is the grid's corner, ``per_x, per_y`` are cells per map unit.
    """

    points: npt.NDArray[np.float32]
    starts: npt.NDArray[np.int32]
    side: int
    low_x: float
    low_y: float
    per_x: float
    per_y: float


class View(NamedTuple):
    """From map units to device pixels: ``(x - middle_x) * scale + offset_x``, ``(middle_y - y) * scale + offset_y``."""

    scale: float
    middle_x: float
    middle_y: float
    offset_x: float
    offset_y: float

    @classmethod
    def of(cls, camera: Camera, ratio: float) -> View:
        """``ratio`` device pixels to one of the window."""
        return cls(
            float(camera.scale * ratio),
            float(camera.x),
            float(camera.y),
            float(camera.width * ratio / 2),
            float(camera.height * ratio / 2),
        )

    def below(self, rows: int) -> View:
        """The same without so many rows of pixels at the top."""
        return self._replace(offset_y=self.offset_y - rows)


class Tone(NamedTuple):
    """How a density picture is coloured.

    A pixel that points cover ``count`` times has their mean colour, moved towards the grey ``target`` (0 to 255) by
    ``strength * u / (u + knee)`` with u = count - 1: where points do not overlap, colours are those of the legend.
    ``alpha`` is that of the points, ``opacity`` a further share for fading the picture in and out.
    """

    alpha: float
    opacity: float
    knee: float
    strength: float
    target: float
