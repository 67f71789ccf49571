from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.gui.widgets.timeline.axis import axis_ticks, places_of
from explorer.gui.widgets.timeline.bins import (
    UNITS,
    TimeBins,
    Unit,
    bin_days,
    count_days,
    day_number,
    index_days,
    n_bins,
)

LETTER = 7.0


def _bins(first: str, last: str, unit: Unit) -> TimeBins:
    bins = bin_days(count_days(index_days(np.array([day_number(first), day_number(last)]) * 86_400.0)), unit)
    assert bins is not None
    return bins


def _words(first: str, last: str, unit: Unit, width: float = 800) -> list[str]:
    return [words for _, words in axis_ticks(_bins(first, last, unit), width, lambda words: LETTER * len(words))]


@pytest.mark.parametrize(
    ("first", "last", "unit", "some"),
    [
        ("2026-10-05", "2026-10-11", "day", ["2026-10-05", "2026-10-06"]),
        ("2026-10-01", "2026-11-11", "day", ["2026-10-05", "2026-10-12"]),
        ("2026-01-01", "2026-10-31", "week", ["2026-01", "2026-02"]),
        ("2020-01-01", "2025-12-31", "month", ["2020-01", "2020-07", "2021-01"]),
        ("1500-01-01", "2026-01-01", "year", ["1500", "1550", "1600"]),
        ("1960-03-01", "1972-01-01", "year", ["1960", "1961"]),
        ("2026-10-05", "2026-10-05", "day", ["2026-10-05"]),
        ("2026-10-05", "2026-10-05", "week", ["2026-10-05 (week)"]),
    ],
)
def test_labels_are_the_finest_round_dates_that_fit(first: str, last: str, unit: Unit, some: list[str]) -> None:
    words = _words(first, last, unit)
    assert [word for word in words if word in some] == some
    assert len(words) == len(set(words))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(day_number("0001-01-01"), day_number("9000-01-01")),
    st.integers(0, 300_000),
    st.sampled_from(UNITS),
    st.floats(60, 4000),
)
def test_labels_never_overlap(first: int, span: int, unit: Unit, width: float) -> None:
    seconds = np.array([first, first + span]) * 86_400.0
    bins = bin_days(count_days(index_days(seconds)), unit)
    assert bins is not None
    assert len(bins.edges) - 1 == n_bins(first, first + span, unit)
    ticks = axis_ticks(bins, width, lambda words: LETTER * len(words))
    ends = [place + LETTER * len(words) for place, words in ticks]
    assert ticks
    assert all(end < place for end, (place, _) in zip(ends, ticks[1:], strict=False))
    assert all(end <= width for end in ends[1:])


def test_places_follow_the_bins_which_are_equally_wide() -> None:
    bins = _bins("2026-01-10", "2026-03-10", "month")
    days = np.array([day_number(iso) for iso in ("2026-01-01", "2026-02-01", "2026-02-15", "2026-04-01")])
    np.testing.assert_allclose(places_of(bins, days, 300), [0, 100, 150, 300])
