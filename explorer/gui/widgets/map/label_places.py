"""Where the names of regions stand and at which zoom each is seen: numbers only, nothing is painted here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.map.crowds import Crowds
from explorer.gui.widgets.map.label_spots import meeting
from explorer.gui.widgets.map.placed import is_placed

CRUMB = 0.1
"""A region smaller than this share of an average one of its level is not named there, but at finer levels."""

CELLS = 64
"""The map is divided into so many cells along each side to find where a region is dense."""
_TAIL = 0.005
_WHOLE = 0.75
"""Zoom at which names begin: a little further out than the whole map."""
_ROOM = 18_000.0
"""Square pixels of the window to one name of a level, when the level first appears."""


@dataclass(frozen=True)
class RegionPlace:
    """A region that has a name: its level (0 = coarsest), its number there, where it is densest (map units), how many
    rows of it are placed, and its words, best first."""

    level: int
    region: int
    x: float
    y: float
    size: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class NamedPlaces:
    """Regions that have names, in order of importance, and what names should not hide; without that, it is ignored."""

    places: tuple[RegionPlace, ...] = ()
    crowds: Crowds | None = None


def place_regions(
    positions: npt.NDArray[np.floating], levels: npt.NDArray[np.integer], words: Sequence[Sequence[Sequence[str]]]
) -> NamedPlaces:
    """Places of the regions that have words and are no crumbs of their level: coarse levels first, large regions first.

    positions : (n, 2), rows that are not finite are not placed. levels : (n, L) region of each row, -1 for none.
    words : per level, per region. Needs no window: it may be called in any thread.
    """
    placed = is_placed(positions)
    if not placed.any():
        return NamedPlaces()
    xy = np.ascontiguousarray(positions[placed].T, np.float32)
    cells = np.stack([_cell(values) for values in xy])
    found = []
    for level, names in enumerate(words):
        labels = np.asarray(levels[placed, level], np.int64)
        middles, sizes = _densest(xy, cells, labels, len(names))
        least = CRUMB * sizes.sum() / effective_number(sizes)
        for region in np.argsort(-sizes, kind="stable").tolist():
            if sizes[region] > least and names[region]:
                x, y = middles[region].tolist()
                found.append(RegionPlace(level, region, x, y, int(sizes[region]), tuple(names[region])))
    return NamedPlaces(tuple(found), Crowds.of(xy.T, levels[placed, -1]))


def _cell(values: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Number of the cell along one axis, 1 ... CELLS; stray values beyond the bulk are in the outermost ones."""
    low, high = np.quantile(values[:: max(1, len(values) // 100_000)], [_TAIL, 1.0 - _TAIL])
    width = float(high - low) / CELLS or 1.0
    return np.clip((values - low) / width, 0, CELLS - 1).astype(np.int64) + 1


def _densest(
    xy: npt.NDArray[np.float32], cells: npt.NDArray[np.int64], labels: npt.NDArray[np.int64], count: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Where each region has most rows within three by three cells, (count, 2) their mean; and (count,) its rows."""
    inside = labels >= 0
    if not inside.all():
        xy, cells, labels = xy[:, inside], cells[:, inside], labels[inside]
    side = CELLS + 2
    flat = (labels * side + cells[1]) * side + cells[0]
    crowd = np.bincount(flat, minlength=count * side * side).astype(np.int32).reshape(count, side, side)
    sizes = np.bincount(labels, minlength=count)
    crowd[:, :, 1:-1] += crowd[:, :, :-2] + crowd[:, :, 2:]
    crowd[:, 1:-1] += crowd[:, :-2] + crowd[:, 2:]
    peak = crowd[:, 1:-1, 1:-1].reshape(count, -1).argmax(axis=1)
    row, column = peak // CELLS + 1, peak % CELLS + 1
    near = (np.abs(cells[0] - column[labels]) <= 1) & (np.abs(cells[1] - row[labels]) <= 1)
    members = labels[near]
    total = np.maximum(np.bincount(members, minlength=count), 1)
    means = [np.bincount(members, values[near], minlength=count) / total for values in xy]
    return np.column_stack(means), sizes


def effective_number(sizes: npt.NDArray[np.integer]) -> float:
    """How many regions of equal size would be as concentrated (inverse Simpson index); 1 where there is none."""
    shares = sizes / max(int(sizes.sum()), 1)
    return float(1.0 / max(float((shares**2).sum()), 1e-12)) if len(sizes) else 1.0


def level_zooms(places: Sequence[RegionPlace], area: float) -> tuple[list[float], list[float]]:
    """Zooms from and up to which each level is named in a window of ``area`` square pixels.

    A level appears when about as many of its regions as the window has room for are in sight, and goes when the next
    but one appears. The coarsest is there when the whole map is, the two finest stay.
    """
    room = max(area / _ROOM, 1.0)
    levels = max(place.level for place in places) + 1
    starts = [_WHOLE]
    for level in range(1, levels):
        sizes = np.array([place.size for place in places if place.level == level])
        starts.append(max(starts[-1], float(np.sqrt(effective_number(sizes) / room))))
    return starts, [*starts[2:], *[np.inf] * min(levels, 2)]


def first_scales(
    xy: npt.NDArray[np.float64],
    spots: npt.NDArray[np.float64],
    boxes: npt.NDArray[np.float64],
    levels: npt.NDArray[np.integer],
    earliest: npt.NDArray[np.float64],
    latest: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """(m,) the scale from which each name is seen up to its latest one, so that at no scale two of them overlap.

    xy : (m, 2) map units. spots : (m, 2) pixels from there to the middle of the name, y up. boxes : (m, 2) width and
    height in pixels. levels : (m,) ascending.
    earliest, latest : (m,) pixels per map unit; a level has gone when the next but one appears.
    Coarse levels come first; in a level, as seen from far out to near, the first of all that have room. Each name is
    seen in one unbroken range of scales, whatever part of the map is in the window: neither panning nor zooming makes
    it flicker (Been, Daiches & Yap, "Dynamic map labeling", 2006). Infinite: never seen.
    """
    (x, y), (aside, up) = np.ascontiguousarray(xy.T), np.ascontiguousarray(spots.T)
    width, height = np.ascontiguousarray(boxes.T / 2)
    bounds = np.searchsorted(levels, np.arange(int(levels.max(initial=0)) + 3))
    first = np.full(len(xy), np.inf)
    waiting = earliest.astype(np.float64)
    for level in levels.tolist():
        begin, end = bounds[level : level + 2].tolist()
        chosen = begin + int(waiting[begin:end].argmin())
        start, waiting[chosen] = float(waiting[chosen]), np.inf
        if start >= latest[chosen]:
            continue
        first[chosen] = start
        others = slice(begin, bounds[level + 2])  # the level after next appears when this one has gone
        across = meeting(x[others] - x[chosen], aside[others] - aside[chosen], width[others] + width[chosen])
        along = meeting(y[others] - y[chosen], up[others] - up[chosen], height[others] + height[chosen])
        meet, until = np.maximum(across[0], along[0]), np.minimum(across[1], along[1])
        until = np.where(meet < until, np.minimum(until, latest[chosen]), 0.0)
        np.copyto(waiting[others], until, where=(waiting[others] < until) & (start < until))
    return first
