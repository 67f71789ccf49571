"""What is expected of a task's cells once some of them were measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular

from explorer.core.benchmark.prediction.learning import Array
from explorer.core.benchmark.prediction.prior import LEVEL_VARIES, Prior

SCALES: Final = np.exp(np.linspace(-1.8, 1.0, 8))
"""Scales of a task, in units of the known tasks' mean, that are weighed against each other."""

SCALE_VARIES: Final = 0.5
"""Deviation of the logarithm of a task's scale."""

_LEAST: Final = 1e-9


@dataclass(frozen=True)
class Posterior:
    """Means and deviations of the N cells on the logit scale.

    scale : of the task. left_out_mean, left_out_deviation : (measured,) of each measured cell, given all others.
    covariance : (open, open) of the cells that were not measured, at that scale.
    """

    mean: Array
    deviation: Array
    scale: float
    left_out_mean: Array
    left_out_deviation: Array
    covariance: Array


def posterior(logits: Array, prior: Prior) -> Posterior:
    """logits : (N,) with NaN for cells that were not measured."""
    measured = np.isfinite(logits)
    covariance = prior.shared + prior.own()
    trials = [_Trial(float(scale), logits, measured, covariance, prior) for scale in SCALES]
    likely = np.array([trial.likely for trial in trials])
    weights = np.exp(likely - likely.max())
    weights /= weights.sum()
    means = np.array([trial.mean for trial in trials])
    mean = weights @ means
    variance = weights @ (np.array([trial.variance for trial in trials]) + (means - mean) ** 2)
    best = trials[int(np.argmax(likely))]
    scale = float(np.exp(weights @ np.log(SCALES)))
    return Posterior(mean, np.sqrt(variance), scale, *best.left_out(), best.open_covariance())


class _Trial:
    """The posterior at one scale."""

    def __init__(
        self, scale: float, logits: Array, measured: NDArray[np.bool_], covariance: Array, prior: Prior
    ) -> None:
        before = scale * prior.mean + prior.level
        spread = scale**2 * covariance + LEVEL_VARIES
        self._seen, self._before = logits[measured], before[measured]
        self._factor = cholesky(spread[np.ix_(measured, measured)], lower=True, check_finite=False)
        right = np.column_stack([self._seen - self._before, spread[measured]])
        solved = solve_triangular(self._factor, right, lower=True, check_finite=False)
        white, across = solved[:, 0], solved[:, 1:]
        self.mean = before + across.T @ white
        self.variance = np.maximum(spread.diagonal() - (across**2).sum(0), _LEAST)
        fit = -0.5 * float(white @ white) - float(np.log(self._factor.diagonal()).sum())
        self.likely = fit - 0.5 * (np.log(scale) / SCALE_VARIES) ** 2
        self._open = spread[np.ix_(~measured, ~measured)], across[:, ~measured]

    def open_covariance(self) -> Array:
        before, across = self._open
        return np.asarray(before - across.T @ across)

    def left_out(self) -> tuple[Array, Array]:
        """Mean and deviation of each measured cell given all others (Rasmussen & Williams 2006, eq. 5.12)."""
        inverse = cho_solve((self._factor, True), np.eye(len(self._seen)), check_finite=False)
        variance = 1.0 / np.maximum(inverse.diagonal(), _LEAST)
        return self._seen - (inverse @ (self._seen - self._before)) * variance, np.sqrt(variance)
