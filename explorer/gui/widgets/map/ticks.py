"""Round values on an axis: 1, 2 or 5 times a power of ten, or round moments, as many as there is room for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLocale

_MOST_PLAIN = 1e12
_LEAST_PLAIN = 1e-7
_DAY = 86_400
_MONDAY = 4 * _DAY
"""1970 began on a Thursday; weeks are counted from the Monday after it."""
_EARLIEST, _LATEST = -6.2e10, 2.5e11
"""Seconds from 1970 between which years have four digits (0005 to 9892)."""


@dataclass(frozen=True)
class Tick:
    """A value and how it is written."""

    value: float
    words: str


@dataclass(frozen=True)
class _Step:
    """Moments ``count`` units apart, written with ``digits`` characters of the ISO date and time."""

    unit: str
    count: int
    digits: int

    @property
    def seconds(self) -> float:
        return self.count * {"s": 1.0, "M": 365.2425 / 12 * _DAY, "Y": 365.2425 * _DAY}[self.unit]


_STEPS = (
    *(_Step("s", count, 19) for count in (1, 2, 5, 15, 30)),
    *(_Step("s", 60 * count, 16) for count in (1, 2, 5, 15, 30, 60, 180, 360, 720)),
    *(_Step("s", _DAY * count, 10) for count in (1, 2, 7, 14)),
    *(_Step("M", count, 7) for count in (1, 3, 6)),
    *(_Step("Y", count * 10**power, 4) for power in range(4) for count in (1, 2, 5)),
)


def number_ticks(low: float, high: float, most: int, locale: QLocale) -> list[Tick]:
    """At most ``most`` + 1 round numbers between two finite ones, as the locale writes them; none unless low < high."""
    if not (low < high and math.isfinite(high - low)):
        return []
    step = _round_step((high - low) / max(most, 1))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last - first > most + 1 or step < 4 * math.ulp(max(abs(low), abs(high))):
        return []
    return [Tick(place * step, _number(place * step, step, locale)) for place in range(first, last + 1)]


def moment_ticks(low: float, high: float, most: int) -> list[Tick]:
    """At most about ``most`` round moments between two, in seconds since 1970, as ISO dates, with times if needed."""
    if not (low < high and low > _EARLIEST and high < _LATEST):
        return []
    wanted = (high - low) / max(most, 1)
    step = next((step for step in _STEPS if step.seconds >= wanted), _STEPS[-1])
    ticks = [(moment, _iso(moment, step.digits)) for moment in _moments(step, low, high)]
    return [Tick(float(moment), words) for moment, words in ticks if low <= moment <= high]


def _round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below ``least``."""
    power = math.floor(math.log10(least))
    for factor in (1, 2, 5):
        # Written and read as decimals: 5 * 10.0**-7 is not the number nearest to 0.0000005.
        if (step := float(f"{factor}e{power}")) >= least * (1 - 1e-9):
            return step
    return float(f"1e{power + 1}")


def _number(value: float, step: float, locale: QLocale) -> str:
    if value == 0:
        return locale.toString(0)
    exponent = math.floor(math.log10(step) + 1e-9)
    if abs(value) < _MOST_PLAIN and step >= _LEAST_PLAIN:
        return locale.toString(value, "f", max(0, -exponent))
    digits = math.floor(math.log10(abs(value)) + 1e-9) - exponent
    return locale.toString(value, "e", max(0, digits))


def _moments(step: _Step, low: float, high: float) -> list[int]:
    """Round moments, in whole seconds, from one at or before ``low`` to one at or after ``high``."""
    if step.unit == "s":
        start = _MONDAY if step.count % (7 * _DAY) == 0 else 0
        first, last = math.floor((low - start) / step.count), math.ceil((high - start) / step.count)
        return [start + place * step.count for place in range(first, last + 1)]
    ends = np.array([math.floor(low), math.ceil(high)], "datetime64[s]").astype(f"datetime64[{step.unit}]")
    shift = 1970 if step.unit == "Y" else 0
    first, last = ((ends.astype(np.int64) + shift) // step.count).tolist()
    units = np.arange(first, last + 2) * step.count - shift
    moments: list[int] = units.astype(f"datetime64[{step.unit}]").astype("datetime64[s]").astype(np.int64).tolist()
    return moments


def _iso(moment: int, digits: int) -> str:
    return str(np.datetime64(moment, "s"))[:digits].replace("T", " ")
