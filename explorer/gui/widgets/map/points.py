"""The points of the map: where they are, how they look, which is hit, and the last picture of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from explorer.gui.widgets.map.camera import Bounds, Camera
from explorer.gui.widgets.map.density import Detail, typical_density
from explorer.gui.widgets.map.picture import MapPicture, MarkColours, PointLayer, Scene
from explorer.gui.widgets.map.spatial_grid import SpatialGrid

__all__ = ["MapPoints", "MarkColours"]

_DEFAULT_COLOUR = (125, 131, 140, 255)
_MOST_LAYERS = 4
_OPAQUE = 0xFF000000


class MapPoints:
    """What is to be drawn, and the last picture of it.

    Every setter takes one entry a row of the corpus; arrays are kept, not copied. A row is shown if its position is
    finite and its colour is not fully transparent; a row that is not shown is not hit by the pointer either. Rows with
    a lower alpha are drawn below the others, selected ones above them at full alpha, flagged ones on top.
    """

    def __init__(self) -> None:
        self.xy = np.empty((0, 2), np.float32)
        self.bounds: Bounds | None = None
        self._rgba = np.empty((0, 4), np.uint8)
        self._flagged = np.empty(0, bool)
        self._selected = np.empty(0, np.int64)
        self._density = 0.0
        self._sorted: SpatialGrid | None = None
        self._grid: SpatialGrid | None = None
        self._base: list[PointLayer] | None = None
        self._above: tuple[PointLayer, PointLayer] | None = None
        self._picture: MapPicture | None = None
        self._pictured: object = None

    def __len__(self) -> int:
        return len(self.xy)

    @property
    def rgba(self) -> npt.NDArray[np.uint8]:
        """Colours (n, 4) as they are drawn: alpha 0 where a row is not shown."""
        return self._rgba

    @property
    def flagged(self) -> npt.NDArray[np.bool_]:
        """(n,) the rows that have a ring."""
        return self._flagged

    def set_positions(self, xy: npt.NDArray[np.floating]) -> None:
        """Positions (n, 2); with another n, colours and flags go back to their defaults until they are set."""
        if len(xy) != len(self.xy):
            self._rgba = np.tile(np.array(_DEFAULT_COLOUR, np.uint8), (len(xy), 1))
            self._flagged = np.zeros(len(xy), bool)
            self._selected = np.empty(0, np.int64)
        self.xy = np.ascontiguousarray(xy, np.float32)
        self._sorted = SpatialGrid(self.xy)
        cells = self._sorted.cells
        self.bounds = self._sorted.bounds
        self._density = typical_density(cells.starts, cells.per_x * cells.per_y)
        self._forget()

    def move(self, xy: npt.NDArray[np.float32]) -> None:
        """Positions on the way to those that were set: drawn, but neither hit nor fitted."""
        self.xy = np.ascontiguousarray(xy, np.float32)
        self._sorted = self._base = None
        self._forget_marks()

    def set_colours(self, rgba: npt.NDArray[np.uint8]) -> None:
        self._rgba = self._checked(rgba, "colours").astype(np.uint8, copy=False)
        self._forget()

    def set_flagged(self, mask: npt.NDArray[np.bool_]) -> None:
        self._flagged = self._checked(mask, "flags").astype(bool, copy=False)
        self._forget_marks()

    def set_selected(self, rows: npt.NDArray[np.int64]) -> None:
        self._selected = rows
        self._forget_marks()

    def shown(self) -> npt.NDArray[np.bool_]:
        """(n,) bool, the rows that can be seen somewhere on the map."""
        x, y = self.xy.T
        shown: npt.NDArray[np.bool_] = np.isfinite(x) & np.isfinite(y) & (self._rgba[:, 3] > 0)
        return shown

    def grid(self) -> SpatialGrid:
        """Grid over the rows that are shown, built when it is first asked for."""
        if self._grid is None:
            self._grid = self._all() if self._rgba[:, 3].all() else self._all().only(self._rgba[:, 3] > 0)
        return self._grid

    def colour(self, row: int) -> QColor:
        red, green, blue, _ = self._rgba[row].tolist()
        return QColor(red, green, blue)

    def radius(self, camera: Camera) -> float:
        """Radius of a disc in pixels: smaller the more points share the window, larger the closer one looks."""
        return Detail(len(self.xy), self._density, camera).radius

    def paint(self, painter: QPainter, camera: Camera, ratio: float, colours: MarkColours) -> None:
        """Draw all points; the picture is made anew only if something that it shows has changed."""
        pictured = (camera, ratio, colours)
        if self._picture is None or self._pictured != pictured:
            self._picture = MapPicture(self._scene(), camera, ratio, colours)
            self._pictured = pictured
        painter.drawImage(QPointF(self._picture.left, 0.0), self._picture.image())

    def _all(self) -> SpatialGrid:
        """All rows that have a place, sorted by it."""
        if self._sorted is None:
            self._sorted = SpatialGrid(self.xy)
        return self._sorted

    def _scene(self) -> Scene:
        """What is drawn, of which only what has changed is put together anew."""
        if self._base is None:
            self._base = self._layers()
        if self._above is None:
            selected = np.zeros(len(self.xy), bool)
            selected[self._selected] = True
            self._above = self._layer(selected, at_least=_OPAQUE), self._layer(self._flagged)
        return Scene(self._base, *self._above, self._density, len(self.xy))

    def _layer(self, mask: npt.NDArray[np.bool_], *, at_least: int = 0) -> PointLayer:
        """The rows in ``mask`` that are shown; ``at_least`` are bits that every colour gets."""
        found = self._all().only(mask & (self._rgba[:, 3] > 0))
        return PointLayer(found.cells, found.argb(self._rgba) | np.uint32(at_least), 255.0)

    def _layers(self) -> list[PointLayer]:
        """Rows that are shown, one layer for each alpha, or for each quarter of them if there are many; ascending."""
        found = self._all()
        argb = found.argb(self._rgba)
        counts = np.bincount((argb >> 24).astype(np.uint8), minlength=256)
        levels = np.flatnonzero(counts[1:]) + 1
        if len(levels) == 1 and counts[levels[0]] == len(argb):
            return [PointLayer(found.cells, argb, float(levels[0]))]
        groups = levels if len(levels) <= _MOST_LAYERS else levels >> 6
        return [self._level(levels[groups == group], counts) for group in np.unique(groups)]

    def _level(self, levels: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> PointLayer:
        """The rows with one of some alphas; ``counts`` (256,) are the rows of each."""
        wanted = np.isin(np.arange(256), levels)
        found = self._all().only(wanted[self._rgba[:, 3]])
        return PointLayer(found.cells, found.argb(self._rgba), float(np.average(levels, weights=counts[levels])))

    def _checked(self, values: npt.NDArray, what: str) -> npt.NDArray:  # type: ignore[type-arg]
        if len(values) != len(self.xy):
            raise ValueError(f"{len(values)} {what} for {len(self.xy)} points")
        return values

    def _forget(self) -> None:
        """After other positions or colours: everything is to be made again."""
        self._base = self._grid = None
        self._forget_marks()

    def _forget_marks(self) -> None:
        self._above = self._picture = None
