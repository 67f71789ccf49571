"""Many small marks into one picture, with NumPy alone.

Marks are opaque towards each other: of several that cover a pixel, the one drawn last is seen. Marks whose
middles fall on the same pixel are drawn once, so the work grows with the pixels covered, not with the points.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_SOLID = 0.99
_SAMPLES = 8


@dataclass(frozen=True)
class Stamp:
    """The shape of one mark around its middle pixel.

    ``dx, dy`` are pixel offsets and ``coverage`` the share of each pixel that the shape covers, > 0 and
    ascending; ``reach`` is the greatest offset.
    """

    dx: npt.NDArray[np.int64]
    dy: npt.NDArray[np.int64]
    coverage: npt.NDArray[np.float32]
    reach: int


@dataclass(frozen=True)
class MarkLayer:
    """Marks of one shape, in the order in which they are drawn.

    ``px, py`` (n,) are positions in pixels and ``argb`` (n,) uint32 colours 0xAARRGGBB, not premultiplied.
    """

    stamp: Stamp
    px: npt.NDArray[np.float32]
    py: npt.NDArray[np.float32]
    argb: npt.NDArray[np.uint32]


def ring_stamp(radius: float, width: float) -> Stamp:
    """A ring between the radii ``radius`` and ``radius - width``, in pixels; a disc where the width fills it."""
    reach = int(np.ceil(radius))
    offsets = np.arange(-reach, reach + 1)
    within = np.arange(_SAMPLES) / _SAMPLES - 0.5 + 0.5 / _SAMPLES
    fine = (offsets[:, None] + within).ravel()
    distance = np.hypot(fine[:, None], fine)
    covered = (distance <= radius) & (distance >= radius - width)
    side = len(offsets)
    shares = covered.reshape(side, _SAMPLES, side, _SAMPLES).mean(axis=(1, 3)).ravel()
    order = np.argsort(shares, kind="stable")
    order = order[shares[order] > 0.02]
    dy, dx = np.divmod(order, side)
    return Stamp(dx - reach, dy - reach, shares[order].astype(np.float32), reach)


def disc_stamp(radius: float) -> Stamp:
    """A filled disc, in pixels; a half pixel's radius at least, so that there is always something to see."""
    radius = max(radius, 0.5)
    return ring_stamp(radius, radius)


def rasterise(layers: list[MarkLayer], width: int, height: int) -> tuple[npt.NDArray[np.uint32], int]:
    """Draw layers over each other.

    Returns
    -------
    picture : (height + 2 * margin, width + 2 * margin) uint32 array
        Premultiplied 0xAARRGGBB, transparent where there is no mark.
    margin : int
        Pixels around the wanted picture, so that no mark has to be cut at its edge.
    """
    margin = 2 * max((layer.stamp.reach for layer in layers), default=0)
    canvas = _Canvas(width, height, margin)
    for layer in layers:
        canvas.draw(layer)
    return canvas.picture(), margin


class _Canvas:
    """Which mark is seen at each pixel: number 0 is none, higher numbers were drawn later."""

    def __init__(self, width: int, height: int, margin: int) -> None:
        self._width, self._height, self._margin = width, height, margin
        self._stride = width + 2 * margin
        size = self._stride * (height + 2 * margin)
        self._solid = np.zeros(size, np.int32)
        self._edge = np.zeros(size, np.int32)
        self._edge_coverage = np.zeros(size, np.float32)
        self._colours = [np.zeros(1, np.uint32)]
        self._drawn = 0

    def draw(self, layer: MarkLayer) -> None:
        middles, kept = self._middles(layer)
        numbers = np.arange(self._drawn + 1, self._drawn + 1 + len(kept), dtype=np.int32)
        self._colours.append(layer.argb[kept])
        self._drawn += len(kept)
        stamp = layer.stamp
        for offset, coverage in zip(
            (stamp.dy * self._stride + stamp.dx).tolist(), stamp.coverage.tolist(), strict=True
        ):
            pixels = middles + offset
            if coverage < _SOLID:
                self._edge[pixels] = numbers
                self._edge_coverage[pixels] = coverage
            else:
                self._solid[pixels] = np.maximum(self._solid[pixels], numbers)

    def _middles(self, layer: MarkLayer) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Flat pixel of each mark that can be seen, each pixel once: of several the last; and which marks these are."""
        margin, reach = self._margin, layer.stamp.reach
        near = (layer.px > -reach) & (layer.px < self._width + reach)
        near &= (layer.py > -reach) & (layer.py < self._height + reach)
        kept = np.flatnonzero(near)
        column = np.floor(layer.px[kept]).astype(np.int64)
        row = np.floor(layer.py[kept]).astype(np.int64)
        pixels = (row + margin) * self._stride + column + margin
        numbers = np.arange(len(kept), dtype=np.int32)
        last = np.empty(len(self._solid), np.int32)
        last[pixels] = numbers
        seen = last[pixels] == numbers
        return pixels[seen], kept[seen]

    def picture(self) -> npt.NDArray[np.uint32]:
        colours = _premultiplied(np.concatenate(self._colours))
        covered = np.flatnonzero(self._solid)
        pixels = np.zeros(len(self._solid), np.uint32)
        pixels[covered] = colours[self._solid[covered]]
        self._blend_edges(pixels, colours)
        return pixels.reshape(self._height + 2 * self._margin, self._stride)

    def _blend_edges(self, pixels: npt.NDArray[np.uint32], colours: npt.NDArray[np.uint32]) -> None:
        """Lay the partly covered pixels of a mark over what was drawn before that mark."""
        where = np.flatnonzero(self._edge > self._solid)
        coverage = self._edge_coverage[where, None]
        over = colours[self._edge[where]].view(np.uint8).reshape(-1, 4) * coverage
        under = pixels[where].view(np.uint8).reshape(-1, 4)
        alpha = over[:, _ALPHA_BYTE, None] * np.float32(1 / 255)
        pixels[where] = (over + under * (1 - alpha) + np.float32(0.5)).astype(np.uint8).view(np.uint32)[:, 0]


_ALPHA_BYTE = int(np.flatnonzero(np.array([0xFF000000], np.uint32).view(np.uint8))[0])


def _premultiplied(argb: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    parts = argb.view(np.uint8).reshape(-1, 4)
    if (parts[:, _ALPHA_BYTE] == 255).all():
        return argb
    alpha = parts[:, _ALPHA_BYTE, None].astype(np.float32) / 255
    out = (parts * alpha + np.float32(0.5)).astype(np.uint8)
    out[:, _ALPHA_BYTE] = parts[:, _ALPHA_BYTE]
    return out.view(np.uint32)[:, 0]
