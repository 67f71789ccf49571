from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from explorer.gui.widgets.score_bins import bin_scores, count_ticks, round_ticks

scores = hnp.arrays(
    np.float64, st.integers(0, 60), elements=st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, 0.0])
)


@given(scores)
@example(np.array([5e-324, 0.0]))
@example(np.array([1e6, np.nextafter(1e6, 2e6)]))
def test_every_finite_score_is_in_a_bin(values: npt.NDArray[np.float64]) -> None:
    bins = bin_scores(values, 40)
    finite = values[np.isfinite(values)]
    if bins is None:
        assert not len(finite)
        return
    assert bins.counts.sum() == len(finite)
    assert bins.low < bins.high
    assert bins.low <= finite.min()
    assert bins.cut == (finite.max() > bins.high)


def test_far_outliers_do_not_make_one_bar_of_the_rest() -> None:
    values = np.append(np.random.default_rng(0).normal(1, 0.1, 5000), [1e7, 1e9])
    bins = bin_scores(values, 80)
    assert bins is not None
    assert bins.cut
    assert bins.counts[-1] == 2
    assert (bins.counts > 100).sum() >= 5


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_ticks_are_within_the_axis_and_evenly_spaced(low: float, length: float, most: int) -> None:
    ticks = round_ticks(low, low + length, most)
    assert len(ticks) <= most
    assert all(low - length * 1e-6 <= tick <= low + length * (1 + 1e-6) for tick in ticks)
    assert len(ticks) < 3 or np.ptp(np.diff(ticks)) <= 1e-6 * length


def test_ticks_are_round() -> None:
    assert round_ticks(0.03, 1.02, 6) == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert round_ticks(1.0, 1.0, 6) == []


def test_count_ticks_leave_room_for_their_numbers() -> None:
    ticks = count_ticks(6120, 120.0, 20.0)
    assert ticks[0] == 0
    assert ticks[-1] == 5000
    assert (np.diff([120 * (tick / 6120) ** 0.5 for tick in ticks]) >= 20).all()
    assert count_ticks(1, 120.0, 20.0) == [0, 1]


def test_a_short_axis_has_more_than_one_number() -> None:
    assert round_ticks(0.03, 0.68, 3) == pytest.approx([0.2, 0.4, 0.6])
