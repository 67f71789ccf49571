"""What every detector owes its callers, whichever it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from explorer.core.anomaly.base import DetectorInput
from explorer.core.anomaly.detectors import DETECTORS, detector
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import Cancelled, Progress, Report
from explorer.errors import OptionError

Make = Callable[[np.ndarray], DetectorInput]


def make(vectors: np.ndarray, k: int = 15) -> DetectorInput:
    vectors = vectors.astype(np.float32)
    return DetectorInput(vectors, build_graph(vectors, k=k, metric="euclidean"), vectors.any(axis=1), seed=3)


def cloud(rows: int = 300) -> np.ndarray:
    return np.random.default_rng(7).normal(size=(rows, 8)) + 1.0


@pytest.mark.parametrize("name", DETECTORS)
def test_higher_is_stranger(name: str) -> None:
    vectors = cloud()
    vectors[41] = 25.0
    scores = detector(name, 15).score(make(vectors), Progress())
    assert scores.shape == (300,)
    assert scores.dtype == np.float64
    assert scores.argmax() == 41


@pytest.mark.parametrize("name", DETECTORS)
def test_same_seed_same_bytes_and_the_parameters_are_told(name: str) -> None:
    data = make(cloud())
    first, second = (detector(name, 15).score(data, Progress()) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    chosen = detector(name, 9)
    assert chosen.name == name
    assert chosen.summary.endswith(".")
    assert chosen.parameters
    assert chosen.k_needed in (0, 9)


@pytest.mark.parametrize("name", DETECTORS)
def test_zero_vectors_are_not_scored_and_change_nothing(name: str) -> None:
    vectors = cloud()
    gaps = np.insert(vectors, [0, 100, 300], 0.0, axis=0)
    scores = detector(name, 15).score(make(gaps), Progress())
    empty = ~gaps.any(axis=1)
    assert np.isnan(scores[empty]).all()
    np.testing.assert_array_equal(scores[~empty], detector(name, 15).score(make(vectors), Progress()))


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize(
    "vectors",
    [np.ones((1, 4)), np.ones((40, 4)), cloud(2), cloud(5), np.repeat(cloud(3), 30, axis=0)],
    ids=["one row", "all identical", "two rows", "fewer than k", "piles of copies"],
)
def test_degenerate_corpora_are_scored_without_a_warning(name: str, vectors: np.ndarray) -> None:
    scores = detector(name, 15).score(make(vectors), Progress())
    assert np.isfinite(scores).all()
    if len(np.unique(vectors, axis=0)) == 1:
        assert len(np.unique(scores)) == 1


@pytest.mark.parametrize("name", DETECTORS)
def test_nothing_to_score(name: str) -> None:
    assert np.isnan(detector(name, 15).score(make(np.zeros((6, 4))), Progress())).all()


@pytest.mark.parametrize("name", DETECTORS)
def test_progress_rises_to_one_and_cancel_is_heard(name: str) -> None:
    seen: list[Report] = []
    detector(name, 15).score(make(cloud()), Progress(seen.append))
    fractions = [report.fraction for report in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    with pytest.raises(Cancelled):
        detector(name, 15).score(make(cloud()), Progress(is_cancelled=lambda: True))


@pytest.mark.parametrize(("name", "parameter"), [("knn", "k"), ("lof", "k"), ("iforest", "n_trees")])
def test_impossible_parameters_are_refused(name: str, parameter: str) -> None:
    with pytest.raises(OptionError, match=f"{parameter} = 0"):
        DETECTORS[name](**{parameter: 0})


@pytest.mark.parametrize("name", ["knn", "lof"])
def test_a_graph_that_was_built_too_small_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="holds 5 neighbours"):
        detector(name, 15).score(make(cloud(), k=5), Progress())
