"""The map's points as pixels, in NumPy: what draws until the compiled loops (``_raster_kernels``) are there.

A picture is (height, margin + width + margin) uint32, premultiplied 0xAARRGGBB; marks reach into its margins.
``density`` and ``marks`` have the arguments of the compiled loops and draw the same but for the rims of marks that
overlap: there, a rim lies over what is solid and not over other rims. Marks stand on whole pixels here.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.map.geometry import Cells, Tone, View

Picture = npt.NDArray[np.uint32]
Colours = npt.NDArray[np.uint32]

PHASES = 8
"""Places within a pixel, along each axis, for which the shape of a mark is worked out."""
LANES = 8
"""Stamps are padded to a multiple of so many columns, for the SIMD of the compiled loops."""
_SOLID = 250
_SHIFTS = np.array([16, 8, 0], np.uint32)


def disc(radius: float) -> npt.NDArray[np.float32]:
    """Coverage (k, k) of a disc of ``radius`` pixels in the middle of a pixel, k odd."""
    reach = max(0, math.ceil(radius - 0.5))
    offsets = np.arange(-reach, reach + 1)
    shares: npt.NDArray[np.float32] = _shares(np.hypot(offsets[:, None], offsets), radius, 0.0).astype(np.float32)
    return shares


def stamps(outer: float, inner: float = 0.0, opacity: float = 1.0) -> npt.NDArray[np.uint32]:
    """Shapes of a disc, or of a ring between two radii in pixels, for each place of its middle within a pixel.

    Returns
    -------
    (PHASES, PHASES, side, wide) uint32 array
        Coverage in 256ths by the place along y and x; ``side`` is odd, ``wide`` is padded with zeros.
    """
    reach = math.ceil(outer)
    side, wide = 2 * reach + 1, widest(outer)
    middles = (np.arange(PHASES)[:, None] + 0.5) / PHASES
    across = np.arange(wide) - reach + 0.5 - middles
    along = np.arange(side) - reach + 0.5 - middles
    distance = np.hypot(along[:, None, :, None], across[None, :, None, :])
    return np.rint(_shares(distance, outer, inner) * (256 * opacity)).astype(np.uint32)


def widest(outer: float) -> int:
    """Columns of ``stamps``, and so the margin that a picture needs."""
    return -(-(2 * math.ceil(outer) + 1) // LANES) * LANES


def _shares(distance: npt.NDArray[np.float64], outer: float, inner: float) -> npt.NDArray[np.float64]:
    """How much of a pixel at some distance a mark covers: its rims run over one pixel."""
    shares = np.clip(outer + 0.5 - distance, 0.0, 1.0)
    return np.minimum(shares, np.clip(distance - inner + 0.5, 0.0, 1.0)) if inner > 0 else shares


def density(
    picture: Picture,
    margin: int,
    cells: Cells,
    colours: Colours,
    view: View,
    stamp: npt.NDArray[np.float32],
    tone: Tone,
    part: int = 0,
    parts: int = 1,
) -> None:
    """Draw points as one smooth picture: counted by pixel, spread by ``stamp``, coloured by ``tone``.

    ``colours`` has one entry a point or one for all. Everything is drawn at once: ``part, parts`` are 0 and 1.
    """
    height, width, reach = len(picture), picture.shape[1] - 2 * margin, len(stamp) // 2
    px, py, argb = _near(cells, colours, view, width, height, reach)
    across = width + 2 * reach
    pixel = (py + reach) * across + px + reach
    size = across * (height + 2 * reach)
    parts_of = [(argb >> shift & 255).astype(np.float64) for shift in _SHIFTS]
    bins = [np.bincount(pixel, part, size) for part in parts_of] + [np.bincount(pixel, minlength=size)]
    planes = np.stack(bins).astype(np.float32).reshape(4, -1, across)
    sums = np.zeros((4, height, width), np.float32)
    for dy, dx in np.argwhere(stamp).tolist():
        sums += stamp[dy, dx] * planes[:, dy : dy + height, dx : dx + width]
    inner = picture[:, margin : margin + width]
    where = np.nonzero(sums[3])
    inner[where] = _toned(inner[where], sums[:, *where], tone)


def _toned(below: Picture, sums: npt.NDArray[np.float32], tone: Tone) -> Picture:
    """The toned mean colours of ``sums`` (4, m) over ``below`` (m,)."""
    count = sums[3]
    over = np.maximum(count - 1, 0)
    moved = tone.strength * over / (over + tone.knee)
    share = np.minimum(count, 1) * tone.opacity
    colour = sums[:3] / count * (1 - moved) + tone.target * moved
    above = np.vstack([np.full_like(count, tone.alpha), colour * (tone.alpha / 255)])
    return _packed(above * share + _unpacked(below) * (1 - share))


def marks(
    picture: Picture,
    margin: int,
    cells: Cells,
    colours: Colours,
    view: View,
    stamps: npt.NDArray[np.uint32],
    apart: float,
    part: int = 0,
    parts: int = 1,
) -> None:
    """Draw points as marks, one over the other in the order of the cells: of several that cover a pixel, the last.

    Of marks on one pixel only the last is drawn, so the work grows with the pixels; ``apart`` is not needed for it.
    """
    height, width = len(picture), picture.shape[1] - 2 * margin
    shares = stamps[PHASES // 2, PHASES // 2]
    reach = len(shares) // 2
    px, py, argb = _near(cells, colours, view, width, height, reach)
    across = picture.shape[1]
    middles = (py + reach) * across + px + margin
    middles, argb = _last_on_each_pixel(middles, _premultiplied(argb), across * (height + 2 * reach))
    solid, rim, rim_shares = (np.zeros(across * (height + 4 * reach), np.int32) for _ in range(3))
    numbers = np.arange(1, len(middles) + 1, dtype=np.int32)
    for dy, dx in _ascending(shares):
        pixels = middles + (dy * across + dx - reach)
        if shares[dy, dx] >= _SOLID:
            solid[pixels] = np.maximum(solid[pixels], numbers)
        else:
            rim[pixels] = numbers
            rim_shares[pixels] = shares[dy, dx]
    drawn = slice(2 * reach * across, (2 * reach + height) * across)
    _lay_over(picture.reshape(-1), argb, solid[drawn], rim[drawn], rim_shares[drawn])


def _lay_over(
    picture: Picture,
    argb: Colours,
    solid: npt.NDArray[np.int32],
    rim: npt.NDArray[np.int32],
    rim_shares: npt.NDArray[np.int32],
) -> None:
    """Write solid pixels, then mix in the rims of marks that were drawn after them. Number 0 is no mark."""
    covered = np.flatnonzero(solid)
    picture[covered] = argb[solid[covered] - 1]
    mixed = np.flatnonzero(rim > solid)
    share = rim_shares[mixed] / np.float32(256)
    above, below = _unpacked(argb[rim[mixed] - 1]), _unpacked(picture[mixed])
    picture[mixed] = _packed(above * share + below * (1 - share))


def _ascending(shares: npt.NDArray[np.uint32]) -> list[tuple[int, int]]:
    """Pixels of a stamp, the least covered ones first."""
    order = np.argsort(shares, axis=None, kind="stable")
    order = order[shares.reshape(-1)[order] > 0]
    return [divmod(place, shares.shape[1]) for place in order.tolist()]


def _near(
    cells: Cells, colours: Colours, view: View, width: int, height: int, reach: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Colours]:
    """Pixel column and row, and colour, of the points that are no more than ``reach`` pixels outside the picture."""
    x, y = cells.points.T
    with np.errstate(over="ignore"):
        px = (x.astype(np.float64) - view.middle_x) * view.scale + view.offset_x
        py = (view.middle_y - y.astype(np.float64)) * view.scale + view.offset_y
    near = np.flatnonzero((px >= -reach) & (px < width + reach) & (py >= -reach) & (py < height + reach))
    argb = colours[near] if len(colours) > 1 else np.broadcast_to(colours, len(near))
    return np.floor(px[near]).astype(np.int64), np.floor(py[near]).astype(np.int64), argb


def _last_on_each_pixel(
    pixels: npt.NDArray[np.int64], argb: Colours, size: int
) -> tuple[npt.NDArray[np.int64], Colours]:
    last = np.empty(size, np.int32)
    numbers = np.arange(len(pixels), dtype=np.int32)
    last[pixels] = numbers
    kept = last[pixels] == numbers
    return pixels[kept], argb[kept]


def _unpacked(argb: Colours) -> npt.NDArray[np.float32]:
    """(4, m): alpha, red, green, blue."""
    return (argb >> np.array([[24], [16], [8], [0]], np.uint32) & 255).astype(np.float32)


def _packed(parts: npt.NDArray[np.float32]) -> Colours:
    alpha, red, green, blue = (parts + np.float32(0.5)).astype(np.uint32)
    return alpha << 24 | red << 16 | green << 8 | blue


def _premultiplied(argb: Colours) -> Colours:
    parts = _unpacked(argb)
    parts[1:] *= parts[0] / 255
    return _packed(parts)
