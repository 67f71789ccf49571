"""Datasets of one file teach each other what encoders and detectors have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from explorer.core.benchmark.prediction.learning import Array
from explorer.core.benchmark.prediction.posterior import Posterior
from explorer.core.benchmark.prediction.prior import LEVEL_VARIES, Prior

ROUNDS: Final = 4
"""Turns of learning how detectors vary together from the datasets at hand."""

DETECTORS_WORTH: Final = 20.0
"""So many encoders is what was known before of how detectors vary together worth."""

_RIDGE: Final = 1e-3


def adapted(prior: Prior, datasets: Sequence[tuple[Array, Posterior]]) -> Prior:
    """The prior after datasets showed how detectors vary together (expectation-maximisation).

    Each is given as its logits, (N,) with NaN, and its posterior by itself. It matters where detectors are strangers:
    nothing was known of them before.
    """
    for _ in range(ROUNDS):
        seen = sum(_detectors_seen(prior, logits, by_itself.scale) for logits, by_itself in datasets)
        worth = DETECTORS_WORTH + len(prior.both) * len(datasets)
        prior = replace(prior, detectors=(DETECTORS_WORTH * prior.detectors + seen) / worth)
    return prior


def _detectors_seen(prior: Prior, logits: Array, scale: float) -> Array:
    """(d, d) expected products of a dataset's own interactions, summed over encoders made independent."""
    seen, shape = np.isfinite(logits), (len(prior.both), len(prior.detectors))
    spread = scale**2 * (prior.shared + prior.own())[np.ix_(seen, seen)] + LEVEL_VARIES
    factor = cholesky(spread, lower=True, check_finite=False)
    right = np.column_stack(
        [logits[seen] - scale * prior.mean[seen] - prior.level, np.kron(prior.both, prior.detectors)[seen]]
    )
    solved = solve_triangular(factor, right, lower=True, check_finite=False)
    across = scale * solved[:, 1:]
    mean = (across.T @ solved[:, 0]).reshape(shape)
    whitening = np.linalg.inv(prior.both + _RIDGE * np.eye(shape[0]) * np.trace(prior.both) / shape[0])
    told = np.tensordot(np.linalg.cholesky(whitening), across.reshape(-1, *shape), (0, 1)).reshape(-1, shape[1])
    known_before = float((whitening * prior.both).sum()) * prior.detectors
    return np.asarray(known_before - told.T @ told + mean.T @ whitening @ mean)


@dataclass(frozen=True)
class Lesson:
    """What one dataset tells the others.

    seen : (N,) bool. precision, pull : (seen, seen) and (seen,) of the shared pattern, as in one joint Gaussian process
    whose scales are given. pattern : (N,) the dataset's cells at scale 1, where nothing was measured as expected.
    """

    seen: NDArray[np.bool_]
    precision: Array
    pull: Array
    pattern: Array


def lesson(prior: Prior, logits: Array, by_itself: Posterior) -> Lesson:
    """logits : (N,) with NaN. by_itself : their posterior under ``prior``."""
    seen = np.isfinite(logits)
    own = prior.own()[np.ix_(seen, seen)] + LEVEL_VARIES / by_itself.scale**2
    precision = np.linalg.inv(own)
    pull = precision @ ((logits[seen] - prior.level) / by_itself.scale - prior.mean[seen])
    return Lesson(seen, np.asarray(precision), pull, (by_itself.mean - prior.level) / by_itself.scale)


def taught_by(prior: Prior, lessons: Sequence[Lesson]) -> Prior:
    """The prior after the lessons of other datasets: the shared pattern, and patterns that a task may follow."""
    precision, pull = np.zeros_like(prior.shared), np.zeros_like(prior.mean)
    for told in lessons:
        precision[np.ix_(told.seen, told.seen)] += told.precision
        pull[told.seen] += told.pull
    shared = np.linalg.solve(np.eye(len(pull)) + prior.shared @ precision, prior.shared)
    mean = prior.mean + shared @ pull
    own = [told.pattern - mean for told in lessons]
    patterns = np.vstack([prior.patterns, *(pattern - pattern.mean() for pattern in own)])
    return replace(prior, mean=mean, shared=(shared + shared.T) / 2, patterns=patterns)
