from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QLocale

from explorer.gui.widgets.map.axes import ASPECT, AxisScale, scaled_axes

NAN = float("nan")


def test_rows_lie_where_their_two_values_say() -> None:
    x, y = np.array([10.0, 20, 15]), np.array([-1.0, 0, 3])
    xy, x_axis, y_axis = scaled_axes(x, y, ("Amount (€)", "Score"))
    np.testing.assert_allclose(xy, [[0, 0], [ASPECT, 0.25], [ASPECT / 2, 1]], rtol=1e-6)
    assert (x_axis.title, x_axis.low, x_axis.high, y_axis.low, y_axis.high) == ("Amount (€)", 10, 20, -1, 3)
    assert x_axis.value(ASPECT / 2) == pytest.approx(15)


def test_a_row_without_both_values_is_not_placed() -> None:
    xy, x_axis, _ = scaled_axes(np.array([1, NAN, 3, np.inf]), np.array([1, 2, NAN, 4]), ("a", "b"))
    assert np.isnan(xy).all(axis=1).tolist() == [False, True, True, True]
    assert (x_axis.low, x_axis.high) == (1, 3)


@pytest.mark.parametrize("dates", [False, True])
def test_a_column_of_one_value_is_a_line_in_the_middle(dates: bool) -> None:
    xy, axis, _ = scaled_axes(np.full(3, 1.7e9), np.arange(3.0), ("a", "b"), dates=(dates, False))
    np.testing.assert_allclose(xy[:, 0], ASPECT / 2, rtol=1e-5)
    assert axis.low < 1.7e9 < axis.high
    assert axis.ticks(0, ASPECT, 5, QLocale("en_GB"))


@pytest.mark.parametrize("value", [0.0, -3.0, 1.7976e308, 1e-300])
def test_one_value_of_any_size(value: float) -> None:
    axis = AxisScale.of(np.array([value]), "a")
    assert 0.2 < float(axis.place(np.array([value]))[0]) <= 1


def test_nothing_but_missing_values() -> None:
    xy, x_axis, _ = scaled_axes(np.full(4, NAN), np.arange(4.0), ("a", "b"))
    assert np.isnan(xy).all()
    assert (x_axis.low, x_axis.high) == (0, 1)


def test_the_whole_range_of_floats() -> None:
    xy, axis, _ = scaled_axes(np.array([-1.7e308, 0, 1.7e308]), np.arange(3.0), ("a", "b"))
    np.testing.assert_allclose(xy[:, 0], [0, ASPECT / 2, ASPECT], atol=1e-6)
    assert axis.value(0) == pytest.approx(-1.7e308)


def test_ticks_are_where_their_values_are_placed() -> None:
    axis = AxisScale.of(np.array([3.0, 17.0]), "a", length=2.0)
    ticks = axis.ticks(0.0, 2.0, 4, QLocale("en_GB"))
    assert [words for _, words in ticks] == ["5", "10", "15"]
    np.testing.assert_allclose([place for place, _ in ticks], axis.place(np.array([5.0, 10, 15])))


def test_dates_have_ticks_of_dates() -> None:
    axis = AxisScale.of(np.array(["2024-03-01", "2025-06-01"], "datetime64[s]").astype(float), "day", dates=True)
    assert [words for _, words in axis.ticks(0, 1, 6, QLocale("en_GB"))] == [
        "2024-04", "2024-07", "2024-10", "2025-01", "2025-04"
    ]  # fmt: skip
