"""Where the name of a region stands beside it: where it hides least and waits for no other name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.map.crowds import Crowds

_Numbers = npt.NDArray[np.float64]
_RISE = 14.0
"""Pixels from what is named to the middle of its name, so that a small region is not hidden."""
_SIDE = 8.0
_SCALES = (1.0, 1.5)
"""A name is mostly seen at the scale at which it appears, and a little closer."""
_WAIT, _LONGEST = 3.0, 10.0
"""What it counts if a name has to wait until one has come twice as near, because another stands there; so often at
most."""
_FAR = 0.1
"""What standing farther away counts, beside shares of crowds that are hidden."""


def free_spots(
    xy: _Numbers, boxes: _Numbers, levels: npt.NDArray[np.integer], scales: _Numbers, crowds: Crowds
) -> _Numbers:
    """(m, 2) pixels, y up, from each named place to the middle of its name where that hides least.

    xy : (m, 2) map units. boxes : (m, 2) width and height in pixels. levels : (m,) ascending. scales : (m,) pixels per
    map unit at which each name appears. Above is preferred, then below, then beside; names choose in their order, and
    keep out of the way of those of their own level and the one before that have chosen.
    """
    spots, costs = _spots(boxes)
    hidden = costs[:, None] * np.ones(len(xy))
    for factor in _SCALES:
        middle, half = xy + spots / (scales * factor)[:, None], boxes / 2 / (scales * factor)[:, None]
        (left, bottom), (right, top) = np.moveaxis(middle - half, -1, 0), np.moveaxis(middle + half, -1, 0)
        hidden = hidden + crowds.within(left, bottom, right, top) / len(_SCALES)
    chosen = np.zeros((len(xy), 2))
    for name, first in enumerate(np.searchsorted(levels, levels - 1).tolist()):
        others = slice(first, name)
        waits = _waits(xy[others] - xy[name], chosen[others] - spots[:, name, None], (boxes[others] + boxes[name]) / 2)
        delay = np.log2(np.maximum(waits / scales[name], 1.0)).clip(max=_LONGEST)
        chosen[name] = spots[(hidden[:, name] + _WAIT * delay).argmin(), name]
    return chosen


def _waits(apart: _Numbers, moved: _Numbers, room: _Numbers) -> _Numbers:
    """(p,) the scale from which a name has room at each of p spots, beside others: (o, 2), (p, o, 2), (o, 2)."""
    across = meeting(apart[:, 0], moved[:, :, 0], room[:, 0])
    along = meeting(apart[:, 1], moved[:, :, 1], room[:, 1])
    first, last = np.maximum(across[0], along[0]), np.minimum(across[1], along[1])
    return np.where(first < last, last, 0.0).max(axis=1, initial=0.0)


def _spots(boxes: _Numbers) -> tuple[_Numbers, _Numbers]:
    """(p, m, 2) where the middle of each name may be, and (p,) what each of these places costs."""
    beside, none = boxes[:, 0] / 2 + _SIDE, np.zeros(len(boxes))
    rise, high = none + _RISE, none + 2 * _RISE
    found = [
        (none, rise, 0.0), (none, -rise, 0.5), (beside, none, 1.0), (-beside, none, 1.0),
        (none, high, 1.5), (none, -high, 1.5), (beside, rise, 2.0), (-beside, rise, 2.0),
        (beside, -rise, 2.0), (-beside, -rise, 2.0),
    ]  # fmt: skip
    places = np.stack([np.column_stack([x, y]) for x, y, _ in found])
    return places, _FAR * np.array([cost for _, _, cost in found])


def meeting(apart: _Numbers, moved: _Numbers, room: _Numbers) -> tuple[_Numbers, _Numbers]:
    """The scales between which two middles, ``apart`` map units and ``moved`` pixels, are less than ``room`` pixels
    from each other along one axis; where the first is not below the second, they never are."""
    away = np.sign(apart) * moved
    with np.errstate(divide="ignore", invalid="ignore"):
        first, last = (-room - away) / np.abs(apart), (room - away) / np.abs(apart)
    near = np.abs(moved) < room
    return np.where(apart == 0, np.where(near, 0.0, np.inf), first), np.where(apart == 0, np.inf, last)
