"""What every detector owes its callers, whichever it is and in either mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from explorer.core.anomaly.base import Detector, DetectorInput, Fit
from explorer.core.anomaly.detectors import DETECTORS, detector
from explorer.core.neighbors.among import neighbours_among
from explorer.core.neighbors.base import MISSING
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import Cancelled, Progress, Report
from explorer.errors import OptionError

Make = Callable[[np.ndarray], DetectorInput]

QUICK: Mapping[str, tuple[tuple[str, str], ...]] = {
    "autoencoder": (("epochs", "3"), ("batch", "32"), ("layers", "6-3")),
    "dsvdd": (("epochs", "10"), ("layers", "16-8")),
    "dpad": (("epochs", "5"), ("layers", "8-4")),
    "lunar": (("epochs", "20"),),
    "iforest": (("n_trees", "30"),),
}
"""Parameters that keep the tests short. The contract holds with any."""


def quick(name: str, k: int = 15) -> Detector:
    return detector(name, k, QUICK.get(name, ()))


def make(vectors: np.ndarray, k: int = 15) -> DetectorInput:
    vectors = vectors.astype(np.float32)
    data = DetectorInput(vectors, build_graph(vectors, k=k, metric="euclidean"), vectors.any(axis=1), seed=3)
    return with_others(data)


def with_others(data: DetectorInput) -> DetectorInput:
    """What a consensus is made of."""
    return replace(data, others={name: detector(name, data.graph.k).score(data, Progress()) for name in ("knn", "lof")})


def against(normal: np.ndarray, vectors: np.ndarray, places: np.ndarray | None = None, k: int = 15) -> DetectorInput:
    """Vectors to be scored by what was learnt from the normal ones, which may be some of them (``places``)."""
    normal, vectors = normal.astype(np.float32), vectors.astype(np.float32)
    valid, fit_valid = vectors.any(axis=1), normal.any(axis=1)
    places = np.full(len(vectors), MISSING, np.int32) if places is None else places.astype(np.int32)
    graph = neighbours_among(normal, vectors, k=k, metric="euclidean", valid=valid, places=places)
    fit = Fit(normal, build_graph(normal, k=k, metric="euclidean"), fit_valid, places)
    return with_others(DetectorInput(vectors, graph, valid, seed=3, normal=fit))


def cloud(rows: int = 300, seed: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, 8)) + 1.0


@pytest.mark.parametrize("name", DETECTORS)
def test_higher_is_stranger(name: str) -> None:
    vectors = cloud()
    vectors[41] = 25.0
    scores = quick(name).score(make(vectors), Progress())
    assert scores.shape == (300,)
    assert scores.dtype == np.float64
    assert scores.argmax() == 41


@pytest.mark.parametrize("name", DETECTORS)
def test_same_seed_same_bytes_and_the_parameters_are_told(name: str) -> None:
    data = make(cloud())
    first, second = (quick(name).score(data, Progress()) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    chosen = quick(name, 9)
    assert chosen.name == name
    assert chosen.summary.endswith(".")
    assert chosen.k_needed in (0, 9)
    assert all(isinstance(value, int | float | str) for value in chosen.parameters.values())


@pytest.mark.parametrize("name", DETECTORS)
def test_nobody_elses_randomness_is_touched(name: str) -> None:
    import random

    import torch

    data = make(cloud(60))
    before = random.getstate(), np.random.get_state()[1].tobytes(), torch.get_rng_state(), torch.get_num_threads()  # noqa: NPY002
    quick(name).score(data, Progress())
    after = random.getstate(), np.random.get_state()[1].tobytes(), torch.get_rng_state(), torch.get_num_threads()  # noqa: NPY002
    assert before[0] == after[0] and before[1] == after[1] and before[3] == after[3]
    assert torch.equal(before[2], after[2])


@pytest.mark.parametrize("name", DETECTORS)
def test_the_cost_is_known_before_and_grows(name: str) -> None:
    few, many = (quick(name).cost(rows, rows, 384) for rows in (1_000, 100_000))
    assert 0 <= few.seconds < many.seconds
    assert 0 < few.megabytes <= many.megabytes
    assert few.fitted_on == few.of == 1_000
    assert many.of == 100_000
    assert not many.quadratic or many.sampled
    assert ("sample of" in many.words) == many.sampled


@pytest.mark.parametrize("name", DETECTORS)
def test_zero_vectors_are_not_scored_and_change_nothing(name: str) -> None:
    vectors = cloud()
    gaps = np.insert(vectors, [0, 100, 300], 0.0, axis=0)
    scores = quick(name).score(make(gaps), Progress())
    empty = ~gaps.any(axis=1)
    assert np.isnan(scores[empty]).all()
    np.testing.assert_array_equal(scores[~empty], quick(name).score(make(vectors), Progress()))


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize(
    "vectors",
    [
        np.ones((1, 4)),
        np.ones((40, 4)),
        cloud(2),
        cloud(5),
        np.repeat(cloud(3), 30, axis=0),
        np.concatenate([np.ones((60, 8)), cloud(40)]),
        np.concatenate([cloud(50)[:, :4], np.full((50, 1), 3.0)], axis=1),
    ],
    ids=["one row", "all identical", "two rows", "fewer than k", "piles of copies", "mostly copies", "constant column"],
)
def test_degenerate_corpora_are_scored_without_a_warning(name: str, vectors: np.ndarray) -> None:
    scores = quick(name).score(make(vectors), Progress())
    assert np.isfinite(scores).all()
    if len(np.unique(vectors, axis=0)) == 1:
        assert len(np.unique(scores)) == 1


@pytest.mark.parametrize("name", DETECTORS)
def test_nothing_to_score(name: str) -> None:
    assert np.isnan(quick(name).score(make(np.zeros((6, 4))), Progress())).all()


@pytest.mark.parametrize("name", DETECTORS)
def test_progress_rises_to_one_and_cancel_is_heard(name: str) -> None:
    data = make(cloud())
    seen: list[Report] = []
    quick(name).score(data, Progress(seen.append))
    fractions = [report.fraction for report in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    with pytest.raises(Cancelled):
        quick(name).score(data, Progress(is_cancelled=lambda: True))


@pytest.mark.parametrize("name", ["autoencoder", "dsvdd", "dpad", "lunar", "kde", "hbos", "ecod", "copod"])
def test_cancel_is_heard_while_it_works_and_not_only_before(name: str) -> None:
    reports: list[Report] = []
    progress = Progress(reports.append, is_cancelled=lambda: len(reports) > 2)
    vectors = np.tile(cloud(1500), (1, 4))
    with pytest.raises(Cancelled):
        quick(name).score(make(vectors), progress)


# --- novelty: learnt from some rows, scored on others -------------------------------------------


@pytest.mark.parametrize("name", DETECTORS)
def test_what_lies_outside_the_normal_rows_is_strange_however_many_there_are(name: str) -> None:
    """Eighty odd rows close together: among themselves each has neighbours, among the normal ones none has."""
    odd = cloud(80, 5) * 0.05 + 9.0
    data = against(cloud(), np.concatenate([cloud(80, 4), odd]))
    scores = quick(name).score(data, Progress())
    assert np.isfinite(scores).all()
    assert np.median(scores[80:]) > scores[:80].max()


@pytest.mark.parametrize("name", [name for name in DETECTORS if name != "consensus"])
def test_a_new_row_is_scored_by_the_normal_ones_alone(name: str) -> None:
    """Whoever else is asked about changes nothing; a consensus, which ranks those asked about, is another matter."""
    new = cloud(40, 4)
    together = quick(name).score(against(cloud(), new), Progress())
    alone = quick(name).score(against(cloud(), new[:7]), Progress())
    np.testing.assert_allclose(together[:7], alone, rtol=1e-5)


@pytest.mark.parametrize("name", DETECTORS)
def test_normal_rows_may_be_among_those_scored(name: str) -> None:
    vectors = cloud(200)
    vectors[150:] += 8.0
    normal = np.arange(0, 150, 2)
    places = np.full(200, MISSING)
    places[normal] = np.arange(len(normal))
    scores = quick(name).score(against(vectors[normal], vectors, places), Progress())
    assert np.isfinite(scores).all()
    assert np.median(scores[150:]) > np.quantile(scores[:150], 0.9)


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("normal", [np.ones((1, 8)), np.ones((30, 8)), cloud(3)], ids=["one", "copies", "three"])
def test_hardly_anything_to_learn_from(name: str, normal: np.ndarray) -> None:
    scores = quick(name).score(against(normal, cloud(20, 4)), Progress())
    assert np.isfinite(scores).all()


# --- parameters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("knn", "k"),
        ("lof", "k"),
        ("iforest", "n_trees"),
        ("lunar", "epochs"),
        ("ocsvm", "sample"),
        ("kde", "sample"),
        ("autoencoder", "epochs"),
        ("dsvdd", "batch"),
        ("dpad", "nearest"),
        ("cluster", "sample"),
        ("hbos", "bins"),
        ("pca", "components"),
    ],
)
def test_impossible_parameters_are_refused(name: str, parameter: str) -> None:
    with pytest.raises(OptionError, match=f"{parameter} = 0"):
        detector(name, 15, [(parameter, "0")])


@pytest.mark.parametrize("name", ["knn", "lof", "lunar"])
def test_a_graph_that_was_built_too_small_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="holds 5 neighbours"):
        quick(name).score(make(cloud(), k=5), Progress())
