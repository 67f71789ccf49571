from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.gui.widgets.timeline.bins import (
    MOST_BINS,
    UNITS,
    Unit,
    best_unit,
    bin_days,
    bin_name,
    bins_between,
    count_days,
    day_number,
    index_days,
    iso_day,
    n_bins,
)


def _seconds(*isos: str) -> np.ndarray:
    return np.array([datetime.fromisoformat(iso).replace(tzinfo=UTC).timestamp() for iso in isos])


def _start(day: date, unit: Unit) -> date:
    """By another way than the code's: the standard library's calendar."""
    return {
        "day": day,
        "week": date.fromisocalendar(*day.isocalendar()[:2], 1),
        "month": day.replace(day=1),
        "year": day.replace(month=1, day=1),
    }[unit]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.datetimes(datetime(1583, 1, 1), datetime(2500, 1, 1)), st.booleans(), st.booleans()), min_size=1
    ),
    st.sampled_from(UNITS),
)
def test_bins_are_those_of_the_calendar(rows: list[tuple[datetime, bool, bool]], unit: Unit) -> None:
    seconds = np.array([moment.replace(tzinfo=UTC, microsecond=0).timestamp() for moment, *_ in rows])
    flagged, shown = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    bins = bin_days(count_days(index_days(seconds), flagged, shown), unit)
    assert bins is not None
    starts = [_start(moment.date(), unit) for moment, *_ in rows]
    by_start = {date.fromisoformat(iso_day(int(edge))): place for place, edge in enumerate(bins.edges[:-1])}
    for counts, chosen in (
        (bins.counts.total, np.ones(len(rows), bool)),
        (bins.counts.flagged, flagged),
        (bins.counts.shown, shown),
        (bins.counts.shown_flagged, flagged & shown),
    ):
        expected = Counter(start for start, yes in zip(starts, chosen, strict=True) if yes)
        assert {start: int(counts[place]) for start, place in by_start.items() if counts[place]} == expected
    assert bins.counts.total[0] > 0
    assert bins.counts.total[-1] > 0
    assert len(bins.edges) - 1 == n_bins(min(bins.edges), int(bins.edges[-1]) - 1, unit)


def test_weeks_begin_on_monday_and_days_before_1970_count() -> None:
    counted = count_days(index_days(_seconds("2026-10-05", "2026-10-11T23:59:59", "2026-10-12", "1969-12-31T23:59")))
    weeks = bin_days(counted, "week")
    assert weeks is not None
    assert bin_name(weeks, 0) == "1969-12-29 (week)"
    assert bin_name(weeks, len(weeks.edges) - 3) == "2026-10-05 (week)"
    assert weeks.counts.total[[0, -2, -1]].tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("unit", "name"), [("day", "2026-10-05"), ("week", "2026-10-05 (week)"), ("month", "2026-10"), ("year", "2026")]
)
def test_bins_have_names(unit: Unit, name: str) -> None:
    bins = bin_days(count_days(index_days(_seconds("2026-10-05T12:00"))), unit)
    assert bins is not None
    assert bin_name(bins, 0) == name
    assert bins.counts.total.tolist() == [1]


def test_what_is_no_date_is_counted_apart() -> None:
    wrong_unit = 1.76e18  # nanoseconds taken for seconds
    seconds = np.append(_seconds("2026-10-05"), [np.nan, wrong_unit, -wrong_unit, np.inf])
    counted = count_days(index_days(seconds), np.ones(5, bool))
    assert (counted.undated, counted.days.tolist()) == (4, [day_number("2026-10-05")])
    assert counted.counts.flagged.tolist() == [1]


@pytest.mark.parametrize("seconds", [np.empty(0), np.full(3, np.nan)])
def test_without_dates_there_are_no_bins(seconds: np.ndarray) -> None:
    counted = count_days(index_days(seconds))
    assert counted.undated == len(seconds)
    assert bin_days(counted, "day") is None


def test_single_precision_dates_are_read_as_they_are() -> None:
    assert count_days(index_days(np.array([0.0, 86_400.0], np.float32))).days.tolist() == [0, 1]


def test_the_unit_fits_span_and_width() -> None:
    day = day_number("2026-10-05")
    spans = [0, 30, 365 * 3, 365 * 12, 365 * 900]
    assert [best_unit(day, day + span, 800) for span in spans] == ["day", "day", "week", "month", "year"]
    assert best_unit(day, day + 365 * 3, 5000) == "day"
    assert best_unit(day, day, 1) == "year"


def test_centuries_in_days_are_more_bins_than_are_offered() -> None:
    first, last = day_number("0001-01-01"), day_number("9998-12-31")
    assert n_bins(first, last, "day") > MOST_BINS
    assert n_bins(first, last, "year") == 9998
    bins = bin_days(count_days(index_days(np.array([first, last]) * 86_400.0)), "year")
    assert bins is not None
    assert bins.counts.total.sum() == 2
    assert iso_day(int(bins.edges[-1])) == "9999-01-01"


def test_spans_of_days_are_found_in_bins() -> None:
    first = date(2026, 1, 15)
    days = [str(first + timedelta(days=step)) for step in range(60)]
    bins = bin_days(count_days(index_days(_seconds(*days))), "month")
    assert bins is not None
    for start, end, expected in (
        ("2026-02-01", "2026-03-01", (1, 2)),
        ("2026-01-20", "2026-02-02", (0, 2)),
        ("2020-01-01", "2030-01-01", (0, 3)),
        ("2020-01-01", "2020-02-01", (0, 0)),
        ("2029-01-01", "2030-02-01", (0, 0)),
    ):
        assert bins_between(bins, (day_number(start), day_number(end))) == expected
    assert bins.counts.between(1, 3) == (43, 0, 43, 0)
