"""A linear probe: how well the label can be told from the vector, on texts that it was not fitted to."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.progress import Progress

FOLDS: Final = 5
MOST_FITTED: Final = 20_000
"""Texts that one fold is fitted to at most: a fair share of every class. More change little and cost in proportion."""
LEAST_OF_CLASS: Final = FOLDS
"""Different texts that a class must have, so that some are left to fit to when a fold is kept out."""
ITERATIONS: Final = 20
REGULARISATION: Final = 3.0
"""Chosen on banking77 with flipped labels; vectors of mean 0 and mean squared length 1; 1 and 10 are hardly worse."""
_BLOCK = 8_192
"""Rows whose probabilities are held at a time."""


def fold_of(groups: NDArray[np.int32], classes: NDArray[np.int32], seed: int) -> NDArray[np.int8]:
    """(m,) fold of each text: classes spread evenly, in random order; texts of one group share a fold.

    groups : (m,) any number that identical texts share: a copy must not tell the label of the other.
    classes : (m,) class of each; that of the first one counts for its group.
    """
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    random = np.random.default_rng(seed).permutation(len(first))
    order = random[np.argsort(classes[first[random]], kind="stable")]
    folds = np.empty(len(first), np.int8)
    folds[order] = np.arange(len(first)) % FOLDS
    return np.asarray(folds[inverse])


def out_of_fold(
    vectors: Vectors,
    rows: NDArray[np.int64],
    folds: NDArray[np.int8],
    leads: NDArray[np.bool_],
    classes: NDArray[np.int32],
    count: int,
    *,
    seed: int,
    progress: Progress,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Probabilities (r, count) of some places at a time, each by the fit that left its fold out.

    Parameters
    ----------
    rows : (m,) rows of ``vectors`` (n, d) that take part. folds : (m,). classes : (m,) int32, -1 = no label known.
    leads : (m,) bool, texts to fit to (one of identical ones, with a label of ``count`` classes).

    Yields places in ``rows`` and their probabilities. Folds are fitted beside each other, each in one thread of its
    own arithmetic, so that the number of processors changes no bit. Raises ``Cancelled`` between folds.
    """
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    centre, scale = _centre_and_scale(vectors, rows)

    def fitted(fold: int) -> Any:
        places = _sample(np.flatnonzero(leads & (folds != fold)), classes, seed)
        return _fit((vectors[rows[places]] - centre) / scale, classes[places])

    workers = min(FOLDS, os.cpu_count() or 1)
    with warnings.catch_warnings(), threadpool_limits(limits=1), ThreadPoolExecutor(workers) as pool:
        warnings.simplefilter("ignore", ConvergenceWarning)  # a probe need not have converged to tell classes apart
        models = pool.map(fitted, range(FOLDS))
        for fold, model in enumerate(models):
            progress.report(fold / FOLDS, "Checking the labels")
            places = np.flatnonzero(folds == fold)
            for start in range(0, len(places), _BLOCK):
                some = places[start : start + _BLOCK]
                yield some, _probabilities(model, (vectors[rows[some]] - centre) / scale, count)


def _centre_and_scale(vectors: Vectors, rows: NDArray[np.int64]) -> tuple[NDArray[np.float32], np.float32]:
    """What brings the vectors to mean 0 and mean squared length 1; where all are alike, length stays 0."""
    total, squares = np.zeros(vectors.shape[1]), 0.0
    for start in range(0, len(rows), _BLOCK):
        block = vectors[rows[start : start + _BLOCK]].astype(np.float64)
        total += block.sum(axis=0)
        squares += float(np.square(block).sum())
    mean = total / max(len(rows), 1)
    spread = squares / max(len(rows), 1) - float(mean @ mean)
    return mean.astype(np.float32), np.float32(np.sqrt(spread) if spread > 1e-12 else 1.0)


def _sample(places: NDArray[np.int64], classes: NDArray[np.int32], seed: int) -> NDArray[np.int64]:
    """At most about ``MOST_FITTED`` of the places, the same share of every class and some of each."""
    if len(places) <= MOST_FITTED:
        return places
    random = np.random.default_rng(seed).permutation(places)
    order = random[np.argsort(classes[random], kind="stable")]
    sizes = np.bincount(classes[order])
    rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    share = np.where(rank < LEAST_OF_CLASS, -1.0, rank / sizes[classes[order]])
    return np.sort(order[np.argsort(share, kind="stable")[:MOST_FITTED]])


def _fit(vectors: NDArray[np.float32], classes: NDArray[np.int32]) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=REGULARISATION, max_iter=ITERATIONS, tol=1e-3).fit(vectors, classes)


def _probabilities(model: Any, vectors: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """(r, count) columns by class number, also for classes that the fit did not see."""
    found = np.zeros((len(vectors), count), np.float32)
    found[:, model.classes_] = model.predict_proba(vectors)
    return found
