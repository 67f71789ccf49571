"""The numbers behind a timeline: how many texts, and how many flagged ones, fall in each day, week, month or year.

Days are those of UTC in the proleptic Gregorian calendar and are numbered from 1970-01-01; weeks are those of
ISO 8601 and begin on Monday.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Unit = Literal["day", "week", "month", "year"]
UNITS: tuple[Unit, ...] = ("day", "week", "month", "year")
"""From the finest to the coarsest."""

MOST_BINS = 100_000
"""A unit that would give more bins than this is not offered: 273 years of days."""

_SECONDS = 86_400
_MONDAY = 3  # 1970-01-01 was a Thursday
_FIRST_DAY = -719_162  # 0001-01-01
_LAST_DAY = 2_932_531  # 9998-12-31: the end of the last bin still has a date of four digits
_LEAST_WIDTH = 4.0
_CODES = {"day": "D", "month": "M", "year": "Y"}


@dataclass(frozen=True)
class DayIndex:
    """On which day each row falls, kept so that other masks can be counted without looking at the dates again.

    ``place``, (n,) int32, counts days from ``first``; ``span`` for a row without a date, where ``span`` is the
    number of days from the first to the last, both included (0 if no row has a date).
    """

    first: int
    span: int
    place: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Counts:
    """Numbers of texts, each (m,) int64: all, those that the current filter shows, and the flagged of either."""

    total: npt.NDArray[np.int64]
    flagged: npt.NDArray[np.int64]
    shown: npt.NDArray[np.int64]
    shown_flagged: npt.NDArray[np.int64]

    def between(self, start: int, stop: int) -> tuple[int, int, int, int]:
        """Sums over ``start:stop``: total, flagged, shown, shown and flagged."""
        parts = (self.total, self.flagged, self.shown, self.shown_flagged)
        total, flagged, shown, both = (int(part[start:stop].sum()) for part in parts)
        return total, flagged, shown, both


@dataclass(frozen=True)
class DayCounts:
    """Counts of the days that have any text: their numbers, (k,) int64 ascending, and how many have no date."""

    days: npt.NDArray[np.int64]
    counts: Counts
    undated: int


@dataclass(frozen=True)
class TimeBins:
    """Counts of m consecutive units; ``edges``, (m + 1,) int64, are the days on which they begin, and the end."""

    unit: Unit
    edges: npt.NDArray[np.int64]
    counts: Counts


def index_days(seconds: npt.NDArray[np.floating]) -> DayIndex:
    """The day of each row.

    Parameters
    ----------
    seconds : (n,) float array
        Seconds since 1970-01-01 UTC. NaN, and what lies outside the years 1 to 9998, is no date.
    """
    days = seconds / _SECONDS
    np.floor(days, out=days)
    dated = (days >= _FIRST_DAY) & (days <= _LAST_DAY)
    if not dated.any():
        return DayIndex(0, 0, np.zeros(len(seconds), np.int32))
    first = int(days.min(where=dated, initial=np.inf))
    span = int(days.max(where=dated, initial=-np.inf)) - first + 1
    days -= first
    days[~dated] = span
    return DayIndex(first, span, days.astype(np.int32))


def count_days(
    index: DayIndex, flagged: npt.NDArray[np.bool_] | None = None, shown: npt.NDArray[np.bool_] | None = None
) -> DayCounts:
    """Count rows by day in one pass. ``flagged`` and ``shown`` are (n,) masks: None flags no row and shows all."""
    code = index.place * np.int32(4)
    code += np.int32(2) if shown is None else shown.view(np.int8) * np.int8(2)
    if flagged is not None:
        code += flagged.view(np.int8)
    table = np.bincount(code, minlength=4 * (index.span + 1)).reshape(-1, 4)
    total = table.sum(axis=1)
    used = np.flatnonzero(total[: index.span])
    table = table[used]
    counts = Counts(total[used], table[:, 1] + table[:, 3], table[:, 2] + table[:, 3], table[:, 3].copy())
    return DayCounts(used + index.first, counts, int(total[index.span]))


def bin_days(counted: DayCounts, unit: Unit) -> TimeBins | None:
    """Counts by ``unit``, empty ones between the first and the last included; None where no row has a date."""
    if not len(counted.days):
        return None
    units = _unit_of(counted.days, unit)
    first, n_bins = int(units[0]), int(units[-1] - units[0]) + 1
    starts = np.flatnonzero(np.diff(units, prepend=first - 1))

    def spread(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        full = np.zeros(n_bins, np.int64)
        full[units[starts] - first] = np.add.reduceat(values, starts)
        return full

    edges = _first_day(np.arange(first, first + n_bins + 1), unit)
    days = counted.counts
    counts = Counts(spread(days.total), spread(days.flagged), spread(days.shown), spread(days.shown_flagged))
    return TimeBins(unit, edges, counts)


def n_bins(first_day: int, last_day: int, unit: Unit) -> int:
    """How many units it takes from one day to another."""
    ends = _unit_of(np.array([first_day, last_day]), unit)
    return int(ends[1] - ends[0]) + 1


def best_unit(first_day: int, last_day: int, width: float) -> Unit:
    """The finest unit whose bars, on ``width`` pixels, are at least 4 pixels wide; years where none is."""
    for unit in UNITS:
        if n_bins(first_day, last_day, unit) * _LEAST_WIDTH <= width:
            return unit
    return "year"


def bins_between(bins: TimeBins, days: tuple[int, int]) -> tuple[int, int]:
    """Bins ``start:stop`` that days ``first:end`` touch; none (0, 0) where they lie outside."""
    start = int(np.searchsorted(bins.edges, days[0], side="right")) - 1
    stop = int(np.searchsorted(bins.edges, days[1], side="left"))
    start, stop = max(start, 0), min(stop, len(bins.edges) - 1)
    return (start, stop) if start < stop else (0, 0)


def iso_day(day: int) -> str:
    """``2026-10-05``."""
    return str(np.datetime64(day, "D"))


def day_number(iso: str) -> int:
    """The number of an ISO day. Raises ``ValueError`` for anything else."""
    return int(np.datetime64(iso, "D").astype(np.int64))


def bin_name(bins: TimeBins, place: int) -> str:
    """``2026-10-05``, ``2026-10-05 (week)``, ``2026-10`` or ``2026``."""
    day = iso_day(int(bins.edges[place]))
    if bins.unit == "week":
        return f"{day} (week)"
    return day[: {"day": 10, "month": 7, "year": 4}[bins.unit]]


def _unit_of(days: npt.NDArray[np.int64], unit: Unit) -> npt.NDArray[np.int64]:
    """The numbers of the units that days fall in, counted from the one of 1970-01-01."""
    if unit == "week":
        return (days + _MONDAY) // 7
    return days.astype("datetime64[D]").astype(f"datetime64[{_CODES[unit]}]").astype(np.int64)


def _first_day(units: npt.NDArray[np.int64], unit: Unit) -> npt.NDArray[np.int64]:
    """The day on which each unit begins."""
    if unit == "week":
        return units * 7 - _MONDAY
    return units.astype(f"datetime64[{_CODES[unit]}]").astype("datetime64[D]").astype(np.int64)
