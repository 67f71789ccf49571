"""AUROC, average precision and F1 against scikit-learn; intervals and differences on data whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from explorer.core.benchmark.measures import Estimate, Truth, average_of, difference
from explorer.errors import OptionError


def labelled(rows: int, share: float, seed: int) -> tuple[np.ndarray, np.random.Generator]:
    random = np.random.default_rng(seed)
    odd = random.random(rows) < share
    odd[:2] = True, False
    return odd, random


@settings(deadline=None)
@given(st.integers(2, 80), st.floats(0, 1), st.integers(0, 10**6), st.integers(1, 60))
def test_the_rows_as_they_are_have_scikit_learns_numbers(rows: int, share: float, seed: int, different: int) -> None:
    odd, random = labelled(rows, share, seed)
    scores = random.integers(0, different, rows).astype(float)
    flagged = random.random(rows) < 0.3
    quality = Truth(odd, resamples=3).measure(scores, flagged)
    assert quality.auroc.value == pytest.approx(roc_auc_score(odd, scores))
    assert quality.average_precision.value == pytest.approx(average_precision_score(odd, scores))
    assert quality.f1.value == pytest.approx(f1_score(odd, flagged, zero_division=0.0))


def test_resamples_are_weighted_measures() -> None:
    odd, random = labelled(200, 0.2, 3)
    scores = random.integers(0, 40, 200).astype(float) + odd * 8
    truth = Truth(odd, seed=5, resamples=4)
    weights = np.concatenate(list(truth._weights()))
    quality = truth.measure(scores, scores > 30)
    for place, weight in enumerate(weights):
        assert weight[odd].sum() == odd.sum()
        assert quality.auroc.resampled[place] == pytest.approx(roc_auc_score(odd, scores, sample_weight=weight))
        expected = average_precision_score(odd, scores, sample_weight=weight)
        assert quality.average_precision.resampled[place] == pytest.approx(expected)
        assert quality.f1.resampled[place] == pytest.approx(f1_score(odd, scores > 30, sample_weight=weight))


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Odd rows are shifted by one deviation: the AUROC of the source is 0.7602."""
    inside = 0
    for seed in range(120):
        random = np.random.default_rng(seed)
        odd = np.arange(300) < 60
        quality = Truth(odd, seed=seed, resamples=300).measure(random.normal(size=300) + odd, odd)
        inside += quality.auroc.low <= 0.7602 <= quality.auroc.high
    assert 0.88 <= inside / 120 <= 0.99


def test_the_same_scores_differ_by_nothing_and_better_ones_by_something() -> None:
    odd, random = labelled(2_000, 0.1, 8)
    good = random.normal(size=2_000) + 2.0 * odd
    truth = Truth(odd, seed=1)
    first, worse = (truth.measure(scores, scores > 2) for scores in (good, good + 3 * random.normal(size=2_000)))
    same = difference(first.auroc, first.auroc)
    assert (same.value, same.p, same.is_real) == (0.0, 1.0, False)
    apart = difference(first.auroc, worse.auroc)
    assert apart.is_real
    assert apart.p < 0.01
    assert difference(worse.auroc, first.auroc).value == pytest.approx(-apart.value)


def test_rows_that_were_not_scored_are_the_least_strange() -> None:
    odd = np.array([True, False, False, True])
    quality = Truth(odd, resamples=2).measure(np.array([3.0, 2.0, np.nan, np.nan]), odd)
    assert quality.auroc.value == pytest.approx(roc_auc_score(odd, [3, 2, -9, -9]))


def test_chunks_do_not_change_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    odd, random = labelled(50, 0.3, 2)
    scores = random.normal(size=50)
    whole = Truth(odd, resamples=20).measure(scores, odd)
    monkeypatch.setattr("explorer.core.benchmark.measures.CHUNK_WEIGHTS", 170)
    np.testing.assert_allclose(Truth(odd, resamples=20).measure(scores, odd).auroc.resampled, whole.auroc.resampled)


def test_the_mean_of_seeds() -> None:
    mean = average_of([Estimate.of(0.5, np.array([0.4, 0.6])), Estimate.of(0.7, np.array([0.6, 0.8]))])
    assert mean.value == pytest.approx(0.6)
    np.testing.assert_allclose(mean.resampled, [0.5, 0.7])


@pytest.mark.parametrize("odd", [np.zeros(5, bool), np.ones(5, bool), np.zeros(0, bool)])
def test_one_kind_of_rows_cannot_be_measured(odd: np.ndarray) -> None:
    with pytest.raises(OptionError, match="nothing can be measured"):
        Truth(odd)
