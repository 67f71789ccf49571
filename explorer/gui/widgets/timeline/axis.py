"""Where an axis of dates has its labels: round dates, as many as fit side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.gui.widgets.timeline.bins import UNITS, TimeBins, bin_name, iso_day

_MONTHS = (1, 3, 6)
_YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_EPOCH = 1970


@dataclass(frozen=True)
class _Level:
    """Dates ``step`` days, months or years (``code``) apart, written with ``digits`` characters of the ISO date."""

    code: str
    step: int
    days: float
    digits: int


def axis_ticks(
    bins: TimeBins, width: float, text_width: Callable[[str], float], gap: float = 12.0
) -> list[tuple[float, str]]:
    """Labels of an axis of ``width`` pixels: the pixel at which each begins, and its words; they never overlap.

    The finest round dates that fit are taken: days, Mondays, first days of months, quarters or half years, years
    that are multiples of 1, 2 or 5 times a power of ten. Where fewer than two fit, the first bin has its name.
    """
    span = float(bins.edges[-1] - bins.edges[0])
    for level in _levels(bins):
        room = text_width("0" * level.digits) + gap
        if span / level.days * room > 2 * width:
            continue
        days = _round_days(level, int(bins.edges[0]), int(bins.edges[-1]))
        places = places_of(bins, days, width)
        if len(days) >= 2 and float(np.diff(places).min()) >= room:
            words = [iso_day(day)[: level.digits] for day in days.tolist()]
            return _fitting(list(zip(places.tolist(), words, strict=True)), width, text_width, gap)
    last = len(bins.edges) - 2
    ends = [(0.0, bin_name(bins, 0)), (width * last / (last + 1), bin_name(bins, last))]
    return _fitting(ends, width, text_width, gap)


def places_of(bins: TimeBins, days: npt.NDArray[np.int64], width: float) -> npt.NDArray[np.float64]:
    """Pixels of days on an axis whose bins are equally wide."""
    return np.interp(days, bins.edges, np.linspace(0.0, width, len(bins.edges)))


def _levels(bins: TimeBins) -> Iterator[_Level]:
    """From the finest that makes sense for the bins' unit to the coarsest."""
    finest = UNITS.index(bins.unit)
    if finest == 0:
        yield _Level("D", 1, 1, 10)
    if finest <= 1:
        yield _Level("D", 7, 7, 10)
    if finest <= 2:
        yield from (_Level("M", step, 30.4 * step, 7) for step in _MONTHS)
    yield from (_Level("Y", step, 365.25 * step, 4) for step in _YEARS)


def _round_days(level: _Level, first: int, last: int) -> npt.NDArray[np.int64]:
    """The level's dates from ``first`` up to ``last``, which is excluded, as days."""
    ends = np.array([first, last], "datetime64[D]").astype(f"datetime64[{level.code}]").astype(np.int64)
    shift = {"D": 3, "M": 0, "Y": _EPOCH}[level.code]
    units = np.arange(ends[0], ends[1] + 1)
    units = units[(units + shift) % level.step == 0]
    days: npt.NDArray[np.int64] = units.astype(f"datetime64[{level.code}]").astype("datetime64[D]").astype(np.int64)
    return days[(days >= first) & (days < last)]


def _fitting(
    ticks: list[tuple[float, str]], width: float, text_width: Callable[[str], float], gap: float
) -> list[tuple[float, str]]:
    """The ticks whose words neither touch the one before nor run out of the axis; the first one always."""
    kept = ticks[:1]
    free = ticks[0][0] + text_width(ticks[0][1]) + gap
    for place, words in ticks[1:]:
        if place >= free and place + text_width(words) <= width:
            kept.append((place, words))
            free = place + text_width(words) + gap
    return kept
