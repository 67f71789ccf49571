"""From positions and looks to what a frame draws: the slow part, made once for many frames and on any thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.map.density import typical_density
from explorer.gui.widgets.map.look import MapLook
from explorer.gui.widgets.map.picture import PointLayer, Scene
from explorer.gui.widgets.map.spatial_grid import SpatialGrid

_MOST_LAYERS = 4
_OPAQUE = 0xFF000000
_Rgba = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is to be drawn; arrays are never changed, so those that are the same objects are the same.

    xy : (n, 2) float32. look : its own copy. nearness : (n,) or None. selected : rows.
    hit : whether points are to be found under the pointer; not while they are on their way.
    """

    xy: npt.NDArray[np.float32]
    look: MapLook
    nearness: npt.NDArray[np.float32] | None
    selected: npt.NDArray[np.int64]
    hit: bool

    @property
    def coloured(self) -> tuple[object, ...]:
        """What the colours are made of."""
        return (*self.look.coloured, self.nearness)

    @property
    def parts(self) -> tuple[object, ...]:
        return (self.xy, *self.coloured, *self.look.ringed, self.selected, self.hit)

    def same_as(self, other: Wanted) -> bool:
        return _same(self.parts, other.parts)


@dataclass(frozen=True, eq=False)
class Dressed:
    """What a frame draws, made from ``wanted``. rgba : (n, 4) as drawn. hits : the rows that can be hit, or None."""

    wanted: Wanted
    placed: SpatialGrid
    rgba: _Rgba
    scene: Scene
    hits: SpatialGrid | None


def dress(wanted: Wanted, before: Dressed | None = None) -> Dressed:
    """Make everything that a frame needs; parts of ``before`` whose sources are the same are taken over."""
    old = None if before is None or before.wanted.xy is not wanted.xy else before
    placed = SpatialGrid(wanted.xy) if old is None else old.placed
    same_colours = before is not None and _same(before.wanted.coloured, wanted.coloured)
    rgba = before.rgba if before is not None and same_colours else wanted.look.rgba(wanted.nearness)
    if not same_colours:
        old = None
    scene = Scene(
        base=_layers(placed, rgba) if old is None else old.scene.base,
        selected=_selected(placed, rgba, wanted, old),
        flagged=_flagged(placed, rgba, wanted, old),
        density=typical_density(placed.cells.starts, placed.cells.per_x * placed.cells.per_y),
        rows=len(wanted.xy),
    )
    hits = _hits(placed, rgba, None if old is None else old.hits) if wanted.hit else None
    return Dressed(wanted, placed, rgba, scene, hits)


def _same(these: tuple[object, ...], those: tuple[object, ...]) -> bool:
    return all(one is other for one, other in zip(these, those, strict=True))


def _hits(placed: SpatialGrid, rgba: _Rgba, old: SpatialGrid | None) -> SpatialGrid:
    if old is not None:
        return old
    return placed if rgba[:, 3].all() else placed.only(rgba[:, 3] > 0)


def _selected(placed: SpatialGrid, rgba: _Rgba, wanted: Wanted, old: Dressed | None) -> PointLayer:
    if old is not None and old.wanted.selected is wanted.selected:
        return old.scene.selected
    selected = np.zeros(len(wanted.xy), bool)
    selected[wanted.selected] = True
    return _layer(placed, rgba, selected, at_least=_OPAQUE)


def _flagged(placed: SpatialGrid, rgba: _Rgba, wanted: Wanted, old: Dressed | None) -> PointLayer:
    if old is not None and _same(old.wanted.look.ringed, wanted.look.ringed):
        return old.scene.flagged
    return _layer(placed, rgba, wanted.look.flagged())


def _layer(placed: SpatialGrid, rgba: _Rgba, mask: npt.NDArray[np.bool_], *, at_least: int = 0) -> PointLayer:
    """The rows in ``mask`` that are shown; ``at_least`` are bits that every colour gets."""
    found = placed.only(mask & (rgba[:, 3] > 0))
    return PointLayer(found.cells, found.argb(rgba) | np.uint32(at_least), 255.0)


def _layers(placed: SpatialGrid, rgba: _Rgba) -> tuple[PointLayer, ...]:
    """Rows that are shown, one layer for each alpha, or for each quarter of them if there are many; ascending."""
    counts = np.bincount(rgba[:, 3], minlength=256)
    levels = np.flatnonzero(counts[1:]) + 1
    if len(levels) == 1 and counts[levels[0]] == len(rgba):
        return (PointLayer(placed.cells, placed.argb(rgba), float(levels[0])),)
    groups = levels if len(levels) <= _MOST_LAYERS else levels >> 6
    return tuple(_levels(placed, rgba, levels, groups, counts))


def _levels(
    placed: SpatialGrid,
    rgba: _Rgba,
    levels: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
) -> Iterator[PointLayer]:
    """A layer for the alphas of each group; ``counts`` (256,) are the rows of each alpha."""
    for group in np.unique(groups):
        own = levels[groups == group]
        found = placed.only(np.isin(np.arange(256), own)[rgba[:, 3]])
        yield PointLayer(found.cells, found.argb(rgba), float(np.average(own, weights=counts[own])))
