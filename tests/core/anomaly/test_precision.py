from __future__ import annotations

import numpy as np
import pytest

from explorer.core.anomaly.flags import derive_threshold, flagged, ranking, threshold_for_deviations
from explorer.core.anomaly.precision import LEAST, Evidence, precision_of_top, threshold_for_precision, wilson
from explorer.errors import OptionError

RANKING = ranking(np.linspace(1.0, 0.0, 1000))


def judged(rows: np.ndarray, odd: np.ndarray) -> Evidence:
    return Evidence(rows.astype(np.int64), odd.astype(np.bool_))


def test_deviations_are_the_rule_with_another_number() -> None:
    scores = np.random.default_rng(0).lognormal(sigma=0.3, size=5000)
    found = ranking(scores)
    assert threshold_for_deviations(found, 3.0).value == pytest.approx(derive_threshold(scores).value)
    assert threshold_for_deviations(found, 0.0).value == pytest.approx(np.median(scores))
    line = threshold_for_deviations(found, 2.5)
    assert found.deviations(line.value) == pytest.approx(2.5)
    assert line.rule == "median + 2.5 upper deviations (MAD), set by hand"
    with pytest.raises(OptionError):
        threshold_for_deviations(found, -1.0)


def test_scores_that_are_alike_have_no_deviations() -> None:
    found = ranking(np.full(50, 0.3))
    assert np.isnan(found.deviations(0.4))
    assert not flagged(found, threshold_for_deviations(found, 1.0)).any()


def test_a_reviewed_top_gives_the_share_seen_and_wilsons_interval() -> None:
    found = precision_of_top(RANKING, judged(np.arange(40), np.arange(40) < 30), 40)
    assert found is not None and (found.judged, found.odd, found.effective) == (40, 30, 40.0)
    assert (found.value, found.low, found.high) == pytest.approx((0.75, 0.598, 0.858), abs=5e-4)
    assert (wilson(0.0, 10.0)[0], wilson(1.0, 10.0)[1]) == pytest.approx((0.0, 1.0))


def test_the_lowest_line_that_reaches_the_target_is_taken_and_says_on_what_it_rests() -> None:
    evidence = judged(np.arange(40), np.arange(40) < 30)
    line = threshold_for_precision(RANKING, evidence, 0.9)
    assert not line.refused and flagged(RANKING, line).sum() == 33
    assert line.rule == "precision about 91% (76-97%), estimated from 33 judged texts; wanted: 90%"
    assert flagged(RANKING, threshold_for_precision(RANKING, evidence, 0.75)).sum() == 40


def test_a_sample_all_over_the_ranking_estimates_the_truth() -> None:
    random = np.random.default_rng(1)
    odd = random.random(1000) < np.linspace(1.0, 0.0, 1000) ** 2
    rows = np.sort(random.choice(1000, 200, replace=False))
    for top in (200, 500):
        found = precision_of_top(RANKING, judged(rows, odd[rows]), top)
        assert found is not None and found.low < odd[:top].mean() < found.high


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (judged(np.arange(4), np.ones(4)), f"needs at least {LEAST} judged texts among the strangest; there are 4."),
        (judged(np.arange(500, 520), np.ones(20)), "without large gaps between them; the 20 there are count as 1."),
        (judged(np.arange(20), np.zeros(20)), "No threshold reaches a precision of 90%: the best is about 0% (0-28%)"),
    ],
)
def test_too_little_is_refused_in_a_sentence_and_the_rule_holds(evidence: Evidence, words: str) -> None:
    line = threshold_for_precision(RANKING, evidence, 0.9)
    assert words in line.refused
    assert line.value == RANKING.own.value and line.rule.startswith(RANKING.own.rule)


@pytest.mark.parametrize("target", [0.0, 1.1, float("nan")])
def test_an_impossible_target_is_refused(target: float) -> None:
    with pytest.raises(OptionError):
        threshold_for_precision(RANKING, judged(np.arange(20), np.ones(20)), target)
