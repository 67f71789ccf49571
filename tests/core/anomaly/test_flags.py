from __future__ import annotations

import numpy as np
import pytest

from explorer.core.anomaly.flags import (
    derive_threshold,
    flagged,
    ranking,
    ranks,
    threshold_by_hand,
    threshold_for_share,
)
from explorer.errors import OptionError

NAN = float("nan")


def skewed(rows: int = 5000) -> np.ndarray:
    return np.random.default_rng(0).lognormal(sigma=0.3, size=rows)


def test_derived_threshold_finds_what_stands_out_and_little_else() -> None:
    scores = skewed()
    scores[:50] += 10.0
    flags = flagged(ranking(scores), derive_threshold(scores))
    assert flags[:50].all()
    assert flags[50:].mean() < 0.03


def test_derived_threshold_is_the_rule_it_names() -> None:
    scores = np.array([1.0, 2.0, 3.0, 4.0, 5.0, NAN])
    threshold = derive_threshold(scores)
    assert threshold.value == pytest.approx(3.0 + 3.0 * 1.4826 * 1.0)
    assert "median + 3 upper deviations" in threshold.rule


def test_where_most_scores_are_alike_the_mean_deviation_steps_in() -> None:
    scores = np.zeros(100)
    scores[[3, 50]] = 1.0, 2.0
    threshold = derive_threshold(scores)
    assert 0.0 < threshold.value < 1.0
    assert flagged(ranking(scores), threshold).nonzero()[0].tolist() == [3, 50]


@pytest.mark.parametrize("scores", [[0.0] * 9, [1.0, NAN, 1.0], [0.3, 0.3 + 1e-8], [5.0], [], [NAN, NAN]])
def test_equal_scores_flag_nothing(scores: list[float]) -> None:
    threshold = derive_threshold(np.array(scores))
    assert np.isfinite(threshold.value)
    assert not flagged(ranking(np.array(scores)), threshold).any()


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.02, 2), (0.025, 3), (0.5, 50), (1.0, 100)])
def test_share_flags_exactly_that_many_ties_by_row(share: float, count: int) -> None:
    scores = np.concatenate([[NAN], np.ones(60), np.full(40, 2.0)])
    threshold = threshold_for_share(scores, share)
    flags = flagged(ranking(scores), threshold)
    assert flags.sum() == count
    assert (flags == ((ranks(scores) > 0) & (ranks(scores) <= count))).all()
    assert not flags[0]
    if count:
        assert threshold.value == scores[flags].min()


def test_impossible_thresholds_are_refused() -> None:
    with pytest.raises(OptionError):
        threshold_for_share(np.ones(3), 1.5)
    with pytest.raises(OptionError):
        threshold_for_share(np.ones(3), NAN)
    with pytest.raises(OptionError):
        threshold_by_hand(float("inf"))


def test_a_score_at_the_threshold_is_flagged_and_overrides_win() -> None:
    scores = np.array([1.0, 2.0, 3.0, NAN])
    threshold = threshold_by_hand(2.0)
    assert flagged(ranking(scores), threshold).tolist() == [False, True, True, False]
    assert flagged(ranking(scores), threshold, {0: True, 2: False, 3: True}).tolist() == [True, True, False, True]


def test_ranks() -> None:
    assert ranks(np.array([1.0, 3.0, NAN, 3.0, 2.0])).tolist() == [4, 1, 0, 2, 3]
    assert ranks(np.array([])).tolist() == []
