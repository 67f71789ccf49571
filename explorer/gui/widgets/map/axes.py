"""Two columns as a map: where each row is placed, and what the two axes mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLocale

from explorer.gui.widgets.map.placed import is_placed
from explorer.gui.widgets.map.ticks import Tick, moment_ticks, number_ticks

ASPECT = 4 / 3
"""Width of the whole picture relative to its height."""


@dataclass(frozen=True)
class AxisScale:
    """What one axis of the map means.

    ``low`` and ``high`` are the least and the greatest value, shown at 0 and at ``length`` map units; ``dates``
    says that values are seconds since 1970. ``title`` names the column, with its unit.
    """

    title: str
    low: float
    high: float
    dates: bool = False
    length: float = 1.0

    @classmethod
    def of(cls, values: npt.NDArray[np.floating], title: str, *, dates: bool = False, length: float = 1.0) -> AxisScale:
        """The scale of the finite ones of some values; one value alone is in the middle of an axis around it."""
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        if low == high:
            reach = 43_200.0 if dates else 0.5 * max(abs(low), 1.0)
            low, high = max(low - reach, -_MOST), min(high + reach, _MOST)
        return cls(title, low, high, dates, length)

    def place(self, values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Map units of values; NaN for what is not finite."""
        # Halves first: the difference of two huge numbers may be no number.
        known = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
        placed: npt.NDArray[np.float64] = (known / 2 - self.low / 2) / self._half_range * self.length
        return placed

    def value(self, place: float) -> float:
        """The value at a place in map units."""
        return 2 * (self.low / 2 + place / self.length * self._half_range)

    def ticks(self, first: float, last: float, most: int, locale: QLocale) -> list[tuple[float, str]]:
        """Round values between two places of the axis: their places and their words."""
        low, high = self.value(first), self.value(last)
        found: list[Tick] = moment_ticks(low, high, most) if self.dates else number_ticks(low, high, most, locale)
        return [((tick.value / 2 - self.low / 2) / self._half_range * self.length, tick.words) for tick in found]

    @property
    def _half_range(self) -> float:
        return self.high / 2 - self.low / 2


_MOST = float(np.finfo(np.float64).max)


def scaled_axes(
    x_values: npt.NDArray[np.floating],
    y_values: npt.NDArray[np.floating],
    titles: tuple[str, str],
    *,
    dates: tuple[bool, bool] = (False, False),
) -> tuple[npt.NDArray[np.float32], AxisScale, AxisScale]:
    """Positions (n, 2) of rows by the values (n,) of two columns, each axis on a scale of its own, and these scales.

    A row that has not both values is not placed: NaN.
    """
    x = AxisScale.of(x_values, titles[0], dates=dates[0], length=ASPECT)
    y = AxisScale.of(y_values, titles[1], dates=dates[1])
    xy = np.column_stack([x.place(x_values), y.place(y_values)]).astype(np.float32)
    xy[~is_placed(xy)] = np.nan
    return xy, x, y
