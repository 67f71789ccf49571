"""The points of the map as one picture: discs for all, an outline for selected, a ring for flagged ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from explorer.gui.widgets.camera import Bounds, Camera
from explorer.gui.widgets.rasterise import MarkLayer, Stamp, disc_stamp, rasterise, ring_stamp
from explorer.gui.widgets.spatial_grid import SpatialGrid

_LEAST_RADIUS, _MOST_RADIUS = 1.0, 7.0
_DEFAULT_COLOUR = (125, 131, 140, 255)


@dataclass(frozen=True)
class MarkColours:
    """Colours of the outline of selected rows, of the ring of flagged ones and of what it stands on, as ``#rrggbb``."""

    selected: str
    flagged: str
    ground: str


class MapPoints:
    """What is to be drawn, and the last picture of it.

    Every setter takes one entry a row of the corpus. A row is shown if its position is finite and its colour is not
    fully transparent; a row that is not shown is not hit by the pointer either. Rows with a lower alpha are drawn below
    the others, flagged ones above them.
    """

    def __init__(self) -> None:
        self.xy = np.empty((0, 2), np.float32)
        self.bounds: Bounds | None = None
        self._rgba = np.empty((0, 4), np.uint8)
        self._flagged = np.empty(0, bool)
        self._selected = np.empty(0, np.int64)
        self._order: npt.NDArray[np.int64] | None = None
        self._grid: SpatialGrid | None = None
        self._picture: QImage | None = None
        self._pixels: npt.NDArray[np.uint32] | None = None
        self._pictured: object = None
        self._margin = 0

    def __len__(self) -> int:
        return len(self.xy)

    def set_positions(self, xy: npt.NDArray[np.floating]) -> None:
        """Positions (n, 2); with another n, colours and flags go back to their defaults until they are set."""
        if len(xy) != len(self.xy):
            self._rgba = np.tile(np.array(_DEFAULT_COLOUR, np.uint8), (len(xy), 1))
            self._flagged = np.zeros(len(xy), bool)
            self._selected = np.empty(0, np.int64)
        self.xy = np.ascontiguousarray(xy, np.float32)
        self.bounds = Bounds.of(self.xy)
        self._forget()

    def move(self, xy: npt.NDArray[np.float32]) -> None:
        """Positions on the way to those that were set: drawn, but neither hit nor fitted."""
        self.xy = xy
        self._picture = None

    def set_colours(self, rgba: npt.NDArray[np.uint8]) -> None:
        self._rgba = self._checked(rgba, "colours").astype(np.uint8)
        self._forget()

    def set_flagged(self, mask: npt.NDArray[np.bool_]) -> None:
        self._flagged = self._checked(mask, "flags").astype(bool)
        self._forget(grid=False)

    def set_selected(self, rows: npt.NDArray[np.int64]) -> None:
        self._selected = rows
        self._picture = None

    def shown(self) -> npt.NDArray[np.bool_]:
        """(n,) bool, the rows that can be seen somewhere on the map."""
        shown: npt.NDArray[np.bool_] = np.isfinite(self.xy).all(axis=1) & (self._rgba[:, 3] > 0)
        return shown

    def grid(self) -> SpatialGrid:
        """Grid over the rows that are shown, built when it is first asked for."""
        if self._grid is None:
            self._grid = SpatialGrid(np.where(self.shown()[:, None], self.xy, np.float32(np.nan)))
        return self._grid

    def colour(self, row: int) -> QColor:
        red, green, blue, _ = self._rgba[row].tolist()
        return QColor(red, green, blue)

    def radius(self, camera: Camera) -> float:
        """Radius of a disc in pixels: smaller the more points share the window, larger the closer one looks."""
        spacing = np.sqrt(camera.width * camera.height / max(1, len(self.xy)))
        wanted = 0.32 * spacing * max(camera.zoom, 0.25) ** 0.5
        return round(float(np.clip(wanted, _LEAST_RADIUS, _MOST_RADIUS)) * 4) / 4

    def paint(self, painter: QPainter, camera: Camera, ratio: float, colours: MarkColours) -> None:
        """Draw all points; the picture is made anew only if something that it shows has changed."""
        pictured = (camera, ratio, colours)
        if self._picture is None or self._pictured != pictured:
            self._rasterise(camera, ratio, colours)
            self._pictured = pictured
        if self._picture is not None:
            painter.drawImage(QPointF(-self._margin / ratio, -self._margin / ratio), self._picture)

    def _rasterise(self, camera: Camera, ratio: float, colours: MarkColours) -> None:
        width, height = round(camera.width * ratio), round(camera.height * ratio)
        pixels, self._margin = rasterise(self._layers(camera, ratio, colours), width, height)
        rows, columns = pixels.shape
        # The image only points at the array, so the array is kept as long as the image is.
        self._pixels = pixels
        self._picture = QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied)
        self._picture.setDevicePixelRatio(ratio)

    def _layers(self, camera: Camera, ratio: float, colours: MarkColours) -> list[MarkLayer]:
        """From the bottom: the many; the selected, above one shape that outlines them; the flagged with their rings."""
        radius, order = self.radius(camera), self._draw_order()
        x, y = self.xy[order].T
        px, py = camera.to_pixels(x, y, ratio)
        argb, flagged, selected = _argb(self._rgba[order]), self._flagged[order], self._selected_mask()[order]
        above = flagged | selected
        disc = disc_stamp(radius * ratio)
        outline = disc_stamp((radius + 1.25) * ratio)
        outer = radius + min(3.25, 1.25 + 0.7 * radius)
        ring, halo = ring_stamp(outer * ratio, 1.5 * ratio), ring_stamp((outer + 0.75) * ratio, 3.0 * ratio)
        return [
            MarkLayer(disc, px[~above], py[~above], argb[~above]),
            _one_colour(outline, px[selected], py[selected], colours.selected),
            MarkLayer(disc, px[above], py[above], argb[above]),
            _one_colour(halo, px[flagged], py[flagged], colours.ground),
            _one_colour(ring, px[flagged], py[flagged], colours.flagged),
        ]

    def _selected_mask(self) -> npt.NDArray[np.bool_]:
        mask = np.zeros(len(self.xy), bool)
        mask[self._selected] = True
        return mask

    def _draw_order(self) -> npt.NDArray[np.int64]:
        """Rows that are shown: faint ones first, flagged ones last, else in corpus order."""
        if self._order is None:
            rank = (self._rgba[:, 3] >> 1) + (self._flagged.astype(np.uint8) << 7)
            order = np.argsort(rank, kind="stable")
            self._order = order[self.shown()[order]]
        return self._order

    def _checked(self, values: npt.NDArray, what: str) -> npt.NDArray:  # type: ignore[type-arg]
        if len(values) != len(self.xy):
            raise ValueError(f"{len(values)} {what} for {len(self.xy)} points")
        return values

    def _forget(self, *, grid: bool = True) -> None:
        self._order = self._picture = None
        if grid:
            self._grid = None


def _one_colour(stamp: Stamp, px: npt.NDArray[np.float32], py: npt.NDArray[np.float32], colour: str) -> MarkLayer:
    return MarkLayer(stamp, px, py, np.full(len(px), QColor(colour).rgba(), np.uint32))


def _argb(rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Colours of the (n, 4) bytes red, green, blue, alpha as 0xAARRGGBB."""
    red, green, blue, alpha = rgba.astype(np.uint32).T
    argb: npt.NDArray[np.uint32] = (alpha << 24) | (red << 16) | (green << 8) | blue
    return argb
