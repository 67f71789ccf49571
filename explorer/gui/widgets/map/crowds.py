"""What a name would hide: how much of which small crowd of points lies in a part of the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_CELLS = 256
"""Cells along each side; one is 2 to 4 pixels of the whole map."""
_TAIL = 0.001
_Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Crowds:
    """Shares of crowds summed up over cells: a box in which all of two crowds lie holds 2.

    sums : (CELLS + 1, CELLS + 1), what lies below and left of each corner of a cell. ``left, bottom`` is the first
    corner, ``wide, high`` are a cell's sides in map units.
    """

    sums: _Numbers
    left: float
    bottom: float
    wide: float
    high: float

    @classmethod
    def of(cls, xy: npt.NDArray[np.floating], crowds: npt.NDArray[np.integer]) -> Crowds:
        """xy : (n, 2) placed rows. crowds : (n,) number of each row's crowd, below 0 for none; these are not counted.

        Needs no window: it may be called in any thread.
        """
        xy, crowds = xy[crowds >= 0], crowds[crowds >= 0]
        step = max(1, len(xy) // 100_000)
        low, high = np.quantile(xy[::step], [_TAIL, 1 - _TAIL], axis=0) if len(xy) else (np.zeros(2), np.ones(2))
        cell = np.maximum((high - low).astype(np.float64), 1e-9 * max(1.0, float(np.abs(high).max()))) / _CELLS
        column, row = np.clip((xy - low) / cell, 0, _CELLS - 1).astype(np.int64).T
        sizes = np.bincount(crowds) if len(crowds) else np.ones(1)
        held = np.bincount(row * _CELLS + column, 1.0 / sizes[crowds], _CELLS * _CELLS).reshape(_CELLS, _CELLS)
        sums = np.zeros((_CELLS + 1, _CELLS + 1))
        sums[1:, 1:] = held.cumsum(axis=0).cumsum(axis=1)
        return cls(sums, float(low[0]), float(low[1]), float(cell[0]), float(cell[1]))

    def within(self, left: _Numbers, bottom: _Numbers, right: _Numbers, top: _Numbers) -> _Numbers:
        """How much lies in boxes given in map units, by shape; cells that are cut count by their area."""
        return self._below(right, top) - self._below(left, top) - self._below(right, bottom) + self._below(left, bottom)

    def _below(self, x: _Numbers, y: _Numbers) -> _Numbers:
        across = np.clip((x - self.left) / self.wide, 0, _CELLS)
        along = np.clip((y - self.bottom) / self.high, 0, _CELLS)
        column, row = (np.minimum(place.astype(np.int64), _CELLS - 1) for place in (across, along))
        u, v = across - column, along - row
        lower = self.sums[row, column] * (1 - u) + self.sums[row, column + 1] * u
        upper = self.sums[row + 1, column] * (1 - u) + self.sums[row + 1, column + 1] * u
        return np.asarray(lower * (1 - v) + upper * v)
