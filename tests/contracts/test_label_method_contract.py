"""What every method that judges labels must do: the neighbours' vote and the linear probe, held to the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import SILENT, Cancelled, Progress
from explorer.core.quality.probe import fold_of, out_of_fold
from explorer.core.quality.votes import votes

CLASSES = 4
Method = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


def bunches(rows: int = 240, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Vectors in four bunches and the bunch of each."""
    random = np.random.default_rng(seed)
    classes = random.integers(0, CLASSES, rows).astype(np.int32)
    centres = random.normal(size=(CLASSES, 12)) * 2
    return (centres[classes] + random.normal(size=(rows, 12))).astype(np.float32), classes


def by_vote(vectors: np.ndarray, classes: np.ndarray, seed: int) -> np.ndarray:
    return np.asarray(votes(build_graph(vectors, k=10), classes, CLASSES).toarray())


def by_probe(vectors: np.ndarray, classes: np.ndarray, seed: int, progress: Progress = SILENT) -> np.ndarray:
    rows = np.arange(len(vectors))
    # The folds follow from the true bunches, so that a label changed below moves no text to another fold.
    folds = fold_of(rows.astype(np.int32), bunches(len(vectors))[1], seed)
    shares = np.full((len(vectors), CLASSES), np.nan, np.float32)
    for places, some in out_of_fold(vectors, rows, folds, classes >= 0, classes, CLASSES, seed=seed, progress=progress):
        assert np.isnan(shares[places]).all(), "every text is judged once"
        shares[places] = some
    return shares


METHODS = [pytest.param(by_vote, id="neighbours"), pytest.param(by_probe, id="probe")]


@pytest.mark.parametrize("method", METHODS)
def test_shares_add_up_and_find_the_class(method: Method) -> None:
    vectors, classes = bunches()
    shares = method(vectors, classes, 0)
    assert shares.shape == (240, CLASSES) and shares.dtype == np.float32
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-4) and (shares >= 0).all()
    assert (shares.argmax(axis=1) == classes).mean() > 0.95


@pytest.mark.parametrize("method", METHODS)
def test_no_method_looks_at_the_label_that_it_judges(method: Method) -> None:
    vectors, classes = bunches()
    before = method(vectors, classes, 0)
    for row in (5, 100):
        changed = classes.copy()
        changed[row] = (changed[row] + 1) % CLASSES
        assert np.allclose(method(vectors, changed, 0)[row], before[row], atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_bytes(method: Method) -> None:
    vectors, classes = bunches()
    assert method(vectors, classes, 3).tobytes() == method(vectors, classes, 3).tobytes()


@pytest.mark.parametrize("method", METHODS)
def test_texts_without_a_label_are_judged_but_teach_nothing(method: Method) -> None:
    vectors, classes = bunches()
    hidden = classes.copy()
    hidden[::7] = -1
    shares = method(vectors, hidden, 0)
    assert (shares[::7].argmax(axis=1) == classes[::7]).mean() > 0.9


def test_the_probe_stops_when_asked() -> None:
    vectors, classes = bunches()
    with pytest.raises(Cancelled):
        by_probe(vectors, classes, 0, Progress(is_cancelled=lambda: True))


def test_copies_share_a_fold_and_classes_are_spread() -> None:
    groups = np.repeat(np.arange(100), 3).astype(np.int32)
    classes = np.repeat(np.arange(100) % 4, 3).astype(np.int32)
    folds = fold_of(groups, classes, 0)
    assert all(len(set(folds[groups == group].tolist())) == 1 for group in range(100))
    for one in range(4):
        counts = np.bincount(folds[classes == one], minlength=5)
        assert counts.max() - counts.min() <= 3, "one text, three times, at most"
    assert not np.array_equal(folds, fold_of(groups, classes, 1))
