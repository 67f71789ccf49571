from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from explorer.gui.widgets.map.ticks import moment_ticks, number_ticks

BRITISH = QLocale("en_GB")


def _words(low: float, high: float, most: int = 6, locale: QLocale = BRITISH) -> list[str]:
    return [tick.words for tick in number_ticks(low, high, most, locale)]


def _seconds(moment: str) -> float:
    return float(np.datetime64(moment, "s").astype(np.int64))


def _moments(low: str, high: str, most: int = 6) -> list[str]:
    return [tick.words for tick in moment_ticks(_seconds(low), _seconds(high), most)]


def test_numbers_are_one_two_or_five_times_a_power_of_ten() -> None:
    assert _words(0, 1) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert _words(-3, 17) == ["0", "5", "10", "15"]
    assert _words(12345, 98765) == ["20,000", "40,000", "60,000", "80,000"]
    assert _words(0.0001, 0.00013, 3) == ["0.00010", "0.00011", "0.00012", "0.00013"]
    assert _words(1e-9, 5e-9) == ["1e-09", "2e-09", "3e-09", "4e-09", "5e-09"]


def test_numbers_are_written_as_the_locale_does() -> None:
    assert _words(0, 1000, 2, QLocale("de_DE")) == ["0", "500", "1.000"]
    assert _words(0.25, 0.75, 3, QLocale("de_DE")) == ["0,4", "0,6"]


@given(st.floats(-1e300, 1e300), st.floats(1e-9, 1e9), st.integers(1, 20))
def test_numbers_lie_between_the_ends_and_are_not_too_many(low: float, share: float, most: int) -> None:
    high = low + max(abs(low), 1e-300) * share
    ticks = number_ticks(low, high, most, BRITISH)
    assert len(ticks) <= most + 1
    span = high - low
    assert all(low - 1e-6 * span <= tick.value <= high + 1e-6 * span for tick in ticks)
    assert len({tick.words for tick in ticks}) == len(ticks)


@pytest.mark.parametrize(
    ("low", "high"), [(1, 1), (2, 1), (np.nan, 1), (0, np.inf), (-1.7e308, 1.7e308), (1e16, 1e16 + 4)]
)
def test_no_ticks_where_there_can_be_none(low: float, high: float) -> None:
    assert number_ticks(low, high, 6, BRITISH) == []
    assert moment_ticks(low, high, 6) == []


def test_moments_are_round_and_iso() -> None:
    assert _moments("1925-01-03", "2026-03-20") == ["1940", "1960", "1980", "2000", "2020"]
    assert _moments("2025-01-03", "2026-03-20") == ["2025-04", "2025-07", "2025-10", "2026-01"]
    assert _moments("2026-01-03", "2026-01-08") == [f"2026-01-0{day}" for day in range(3, 9)]
    assert _moments("2026-01-03T05:00", "2026-01-03T14:00", 2) == ["2026-01-03 06:00", "2026-01-03 12:00"]
    assert _moments("2026-01-03T05:00:01", "2026-01-03T05:00:04", 3) == [f"2026-01-03 05:00:0{s}" for s in range(1, 5)]


def test_weeks_begin_on_mondays() -> None:
    days = _moments("2026-01-03", "2026-02-10")
    assert days == ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26", "2026-02-02", "2026-02-09"]
    assert all(np.datetime64(day).astype("datetime64[D]").item().weekday() == 0 for day in days)


def test_years_before_1970_and_far_away() -> None:
    assert _moments("0100-01-01", "1960-01-01", 4) == ["0500", "1000", "1500"]
    assert moment_ticks(-1e15, 1e15, 5) == []
