"""Compiled loops that draw the map's points; ``rasterise`` has the same in NumPy. Import lazily: numba is heavy.

Each draws the bands of pixel rows ``part``, ``part + parts``, ... of a picture, so that as many threads can share the
work; a band depends on nothing but its points, so the picture is the same for any number of threads. A picture is
(height, margin + width + margin) uint32, premultiplied 0xAARRGGBB.
"""

from __future__ import annotations

from math import floor

import numpy as np
from numba import float32, int32, njit, types, uint32

from explorer.gui.widgets.map._grid_kernels import CELLS, cells_between
from explorer.gui.widgets.map.geometry import Tone, View

BAND = 32
"""Pixel rows of one band: their sums stay in a core's cache."""
_PICTURE = types.uint32[:, ::1]
_COLOURS = types.uint32[::1]
_FLOAT = types.float64
_VIEW = types.NamedUniTuple(_FLOAT, 5, View)
_TONE = types.NamedUniTuple(_FLOAT, 5, Tone)
_INT = types.int64


@njit
def _columns(cells, view, left, right):  # type: ignore[no-untyped-def]
    """First and last grid column between two pixels."""
    low = view.middle_x + (left - view.offset_x) / view.scale
    high = view.middle_x + (right - view.offset_x) / view.scale
    return cells_between(low, high, cells.low_x, cells.per_x, cells.side)


@njit
def _rows(cells, view, top, bottom):  # type: ignore[no-untyped-def]
    """First and last grid row between two pixel rows."""
    low = view.middle_y - (bottom - view.offset_y) / view.scale
    high = view.middle_y - (top - view.offset_y) / view.scale
    return cells_between(low, high, cells.low_y, cells.per_y, cells.side)


@njit
def _bin(bins, cells, colours, view, left, top):  # type: ignore[no-untyped-def]
    """Add colour and count of each point to its pixel of ``bins`` (rows, columns, 4), whose corner is (left, top).

    Returns the first column that was touched and the one after the last.
    """
    height, width = bins.shape[0], bins.shape[1]
    step = 1 if len(colours) > 1 else 0
    begin, end = width, 0
    first_column, last_column = _columns(cells, view, left, left + width)
    first_row, last_row = _rows(cells, view, top, top + height)
    if first_column > last_column:
        return begin, end
    offset_x, offset_y = view.offset_x - left, view.offset_y - top
    for row in range(first_row, last_row + 1):
        start = cells.starts[row * cells.side + first_column]
        for i in range(start, cells.starts[row * cells.side + last_column + 1]):
            px = (cells.points[i, 0] - view.middle_x) * view.scale + offset_x
            py = (view.middle_y - cells.points[i, 1]) * view.scale + offset_y
            if px >= 0 and px < width and py >= 0 and py < height:
                x, y = int32(px), int32(py)
                begin, end = min(begin, x), max(end, x + 1)
                colour = colours[i * step]
                bins[y, x, 0] += float32(int32((colour >> 16) & 255))
                bins[y, x, 1] += float32(int32((colour >> 8) & 255))
                bins[y, x, 2] += float32(int32(colour & 255))
                bins[y, x, 3] += float32(1)
    return begin, end


@njit
def _add_scaled(sums, values, weight):  # type: ignore[no-untyped-def]
    for i in range(len(sums)):
        sums[i] += weight * values[i]


@njit
def _part(pixel, shift):  # type: ignore[no-untyped-def]
    return float32(int32((pixel >> uint32(shift)) & uint32(255)))


@njit
def _tone(pixels, sums, tone):  # type: ignore[no-untyped-def]
    """Lay the toned mean colours of ``sums`` (m, 4) over ``pixels`` (m,)."""
    one, half = float32(1), float32(0.5)
    alpha, opacity, target = float32(tone.alpha), float32(tone.opacity), float32(tone.target)
    knee, strength = float32(tone.knee), float32(tone.strength)
    for x in range(len(pixels)):
        count = sums[x, 3]
        over = max(count - one, float32(0))
        moved = strength * over / (over + knee)
        share = min(count, one) * opacity
        solid = share * alpha * float32(1 / 255)
        scale = solid * (one - moved) / max(count, float32(1e-6))
        added, kept, below = target * moved * solid + half, one - share, pixels[x]
        red = uint32(int32(sums[x, 0] * scale + added + _part(below, 16) * kept))
        green = uint32(int32(sums[x, 1] * scale + added + _part(below, 8) * kept))
        blue = uint32(int32(sums[x, 2] * scale + added + _part(below, 0) * kept))
        opaque = uint32(int32(alpha * share + half + _part(below, 24) * kept))
        pixels[x] = (opaque << uint32(24)) | (red << uint32(16)) | (green << uint32(8)) | blue


@njit(
    types.void(_PICTURE, _INT, CELLS, _COLOURS, _VIEW, types.float32[:, ::1], _TONE, _INT, _INT),
    cache=True,
    nogil=True,
)
def density(picture, margin, cells, colours, view, stamp, tone, part, parts):  # type: ignore[no-untyped-def]
    """Draw points as one smooth picture: counted by pixel, spread by ``stamp``, coloured by ``tone``.

    ``stamp`` (k, k) is the coverage of one point around its pixel; ``colours`` has one entry a point or one for all.
    """
    height, width = picture.shape[0], picture.shape[1] - 2 * margin
    side = len(stamp)
    reach = side // 2
    stride = (width + 2 * reach) * 4
    bins = np.zeros((BAND + 2 * reach, width + 2 * reach, 4), np.float32)
    flat, buffer = bins.reshape(-1), np.empty(width * 4, np.float32)
    for band in range(part, (height + BAND - 1) // BAND, parts):
        top = band * BAND
        begin, end = _bin(bins, cells, colours, view, -reach, top - reach)
        if begin >= end:
            continue
        left, right = max(begin - 2 * reach, 0), min(end, width)
        sums = buffer[: max(right - left, 0) * 4]
        for y in range(min(BAND, height - top)):
            sums[:] = 0
            for dy in range(side):
                for dx in range(side):
                    if stamp[dy, dx] > 0:
                        at = (y + dy) * stride + (left + dx) * 4
                        _add_scaled(sums, flat[at : at + len(sums)], stamp[dy, dx])
            _tone(picture[top + y, margin + left : margin + right], sums.reshape(-1, 4), tone)
        bins[:, begin:end] = 0


@njit(inline="always")
def _mixed(below, above, share):  # type: ignore[no-untyped-def]
    """``share`` 256ths of one colour over another, two channels at a time; every step cut to 32 bits for the SIMD."""
    mask, rest = uint32(0xFF00FF), uint32(uint32(256) - share)
    odd = uint32(uint32(uint32(below & mask) * rest) + uint32(uint32(above & mask) * share))
    below, above = uint32(uint32(below >> uint32(8)) & mask), uint32(uint32(above >> uint32(8)) & mask)
    even = uint32(uint32(uint32(below * rest) + uint32(above * share)) + uint32(0x800080))
    odd = uint32(uint32(odd + uint32(0x800080)) >> uint32(8))
    return uint32(uint32(odd & mask) | uint32(even & uint32(0xFF00FF00)))


@njit
def _blend(pixels, colour, shares):  # type: ignore[no-untyped-def]
    for x in range(len(shares)):
        pixels[x] = _mixed(pixels[x], colour, shares[x])


@njit
def _premultiplied(colour):  # type: ignore[no-untyped-def]
    alpha = colour >> 24
    if alpha == 255:
        return uint32(colour)
    red, green, blue = (colour >> 16) & 255, (colour >> 8) & 255, colour & 255
    red, green, blue = (red * alpha + 127) // 255, (green * alpha + 127) // 255, (blue * alpha + 127) // 255
    return uint32((alpha << 24) | (red << 16) | (green << 8) | blue)


@njit(
    types.void(_PICTURE, _INT, CELLS, _COLOURS, _VIEW, types.uint32[:, :, :, ::1], _FLOAT, _INT, _INT),
    cache=True,
    nogil=True,
)
def marks(picture, margin, cells, colours, view, stamps, apart, part, parts):  # type: ignore[no-untyped-def]
    """Draw points as marks, one over the other in the order of the cells.

    ``stamps`` (phases, phases, side, wide) is the shape for each place of a point within its pixel, in 256ths; a
    point less than ``apart`` pixels beside the one that was drawn last is left out. ``colours`` as for ``density``.
    """
    height, width = picture.shape[0], picture.shape[1] - 2 * margin
    step = 1 if len(colours) > 1 else 0
    phases, side, wide = stamps.shape[1], stamps.shape[2], stamps.shape[3]
    reach = side // 2
    first_column, last_column = _columns(cells, view, -reach, width + reach)
    if first_column > last_column:
        return
    for band in range(part, (height + BAND - 1) // BAND, parts):
        top = band * BAND
        bottom = min(top + BAND, height)
        first_row, last_row = _rows(cells, view, top - reach - 1, bottom + reach + 1)
        last_x = last_y = -np.inf
        for row in range(first_row, last_row + 1):
            start = cells.starts[row * cells.side + first_column]
            for i in range(start, cells.starts[row * cells.side + last_column + 1]):
                px = (cells.points[i, 0] - view.middle_x) * view.scale + view.offset_x
                py = (view.middle_y - cells.points[i, 1]) * view.scale + view.offset_y
                if not (px > -reach and px < width + reach and py > top - reach - 1 and py < bottom + reach + 1):
                    continue
                if abs(px - last_x) < apart and abs(py - last_y) < apart:
                    continue
                last_x, last_y = px, py
                column, line = floor(px), floor(py)
                shares = stamps[int((py - line) * phases), int((px - column) * phases)]
                left, above = int(column) - reach + margin, int(line) - reach
                colour = _premultiplied(colours[i * step])
                for y in range(max(above, top), min(above + side, bottom)):
                    _blend(picture[y, left : left + wide], colour, shares[y - above])
