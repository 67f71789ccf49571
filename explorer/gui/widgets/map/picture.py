"""The picture of the map's points, put together from density, discs and rings and drawn by several threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from explorer.gui.widgets.map import compiled, rasterise
from explorer.gui.widgets.map.camera import Camera
from explorer.gui.widgets.map.density import Detail, ring
from explorer.gui.widgets.map.geometry import Cells, Tone, View

_MOST_THREADS = 4
_PARTS = 4
"""Parts of a picture for each thread: whoever is free takes the next, so that none waits for one that began late."""
_APART = 0.25
"""Pixels between two marks of which one would hide the other."""
_STRENGTH = 0.5
_OUTLINE = 1.25
_HALO = 0.75

Step = Callable[[int, int], None]
"""Draws one part of so many parts of the picture's rows."""


@cache
def _painters() -> ThreadPoolExecutor:
    """Threads that draw a part each: kept, as to start one a frame takes longer than some parts."""
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="map-painter")


@dataclass(frozen=True)
class MarkColours:
    """Colours of the outline of selected rows, of the ring of flagged ones and of what it stands on, as ``#rrggbb``."""

    selected: str
    flagged: str
    ground: str


@dataclass(frozen=True)
class PointLayer:
    """Points that are drawn together: ``colours`` (m,) 0xAARRGGBB, with an alpha of about ``alpha``."""

    cells: Cells
    colours: npt.NDArray[np.uint32]
    alpha: float

    def in_one(self, colour: str) -> PointLayer:
        return PointLayer(self.cells, np.array([QColor(colour).rgba()], np.uint32), 255.0)


@dataclass(frozen=True)
class Scene:
    """What is drawn: from the bottom ``base``, one over the other, then ``selected`` and ``flagged``."""

    base: tuple[PointLayer, ...]
    selected: PointLayer
    flagged: PointLayer
    density: float
    """Points per unit of area where they typically lie."""
    rows: int


@dataclass(frozen=True)
class Sight:
    """How a scene is looked at: ``ratio`` pixels of the picture to one of the window."""

    camera: Camera
    ratio: float
    colours: MarkColours

    def picture(self, scene: Scene, band: tuple[int, int] | None = None) -> MapPicture:
        """What is seen; on any thread. ``band`` as of :class:`MapPicture`."""
        return MapPicture(scene, self.camera, self.ratio, self.colours, band)


class MapPicture:
    """The points of a scene as a camera sees them, in device pixels, ``ratio`` of them to one of the window.

    band : first row of pixels and the one after the last, where only a part of the picture is wanted.
    """

    def __init__(
        self, scene: Scene, camera: Camera, ratio: float, colours: MarkColours, band: tuple[int, int] | None = None
    ) -> None:
        self._detail = Detail(scene.rows, scene.density, camera)
        self._first, last = band or (0, round(camera.height * ratio))
        self._colours, self._ratio, self._view = colours, ratio, View.of(camera, ratio).below(self._first)
        self._margin = rasterise.widest((ring(self._detail.radius)[0] + _HALO) * ratio)
        self._target = 0.0 if QColor(colours.ground).lightness() > 127 else 255.0
        width, height = round(camera.width * ratio), last - self._first
        self._pixels = np.zeros((height, width + 2 * self._margin), np.uint32)
        raster = compiled.raster()
        self._raster = raster or rasterise
        threads = 1 if raster is None else min(_MOST_THREADS, os.cpu_count() or 1)
        self._draw(list(self._steps(scene)), threads)

    @property
    def pixels(self) -> npt.NDArray[np.uint32]:
        """(height, width) premultiplied 0xAARRGGBB, transparent where there is no point."""
        return self._pixels[:, self._margin : self._pixels.shape[1] - self._margin]

    @property
    def corner(self) -> QPointF:
        """Where the corner of ``image``, which has a margin, belongs in the window."""
        return QPointF(-self._margin / self._ratio, self._first / self._ratio)

    def image(self) -> QImage:
        """The picture with its margin; it points at this object's memory, so it must not outlive it."""
        height, width = self._pixels.shape
        image = QImage(self._pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(self._ratio)
        return image

    def _draw(self, steps: list[Step], threads: int) -> None:
        parts = 1 if threads == 1 else _PARTS * threads
        left = iter(range(parts))

        def draw() -> None:
            for part in left:
                for step in steps:
                    step(part, parts)

        helpers = [_painters().submit(draw) for _ in range(threads - 1)]
        draw()
        for helper in helpers:
            if not helper.cancel():
                helper.result()

    def _steps(self, scene: Scene) -> Iterator[Step]:
        radius = self._detail.radius * self._ratio
        for layer in scene.base:
            yield from self._points(layer, radius)
        if len(scene.selected.cells.points):
            outline = scene.selected.in_one(self._colours.selected)
            yield from self._points(outline, radius + _OUTLINE * self._ratio, strength=0.0)
            yield from self._points(scene.selected, radius)
        if len(scene.flagged.cells.points):
            yield from self._flagged(scene.flagged, radius)

    def _points(self, layer: PointLayer, radius: float, *, strength: float = _STRENGTH) -> Iterator[Step]:
        """The density picture, discs, or both while the one fades into the other."""
        discs = self._detail.discs
        if discs < 1:
            tone = Tone(layer.alpha, 1.0 - discs**6, self._detail.knee, strength, self._target)
            yield self._step(self._raster.density, layer, rasterise.disc(radius), tone)
        if discs > 0:
            yield self._step(self._raster.marks, layer, rasterise.stamps(radius, opacity=discs), _APART)

    def _flagged(self, layer: PointLayer, radius: float) -> Iterator[Step]:
        """Discs, and a ring around each on a wider one in the colour of the ground."""
        yield self._step(self._raster.marks, layer, rasterise.stamps(radius), _APART)
        outer, width = (length * self._ratio for length in ring(self._detail.radius))
        halo = _HALO * self._ratio
        ground, rings = layer.in_one(self._colours.ground), layer.in_one(self._colours.flagged)
        wide = rasterise.stamps(outer + halo, outer - width - halo)
        yield self._step(self._raster.marks, ground, wide, _APART)
        yield self._step(self._raster.marks, rings, rasterise.stamps(outer, outer - width), _APART)

    def _step(self, draw: Callable[..., None], layer: PointLayer, *how: object) -> Step:
        return partial(draw, self._pixels, self._margin, layer.cells, layer.colours, self._view, *how)


def paint_scene(
    scene: Scene, colours: MarkColours, painter: QPainter, camera: Camera, ratio: float, band: tuple[int, int]
) -> None:
    """Paint a band of the picture; on any thread."""
    if band[0] < band[1]:
        picture = MapPicture(scene, camera, ratio, colours, band)
        painter.drawImage(picture.corner, picture.image())
