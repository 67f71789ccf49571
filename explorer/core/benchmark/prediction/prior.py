"""What is expected of a task before anything of it was measured, on the grid of encoders and detectors asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.benchmark.prediction.learning import LEVELS_VARY, Array, Learnt
from explorer.core.benchmark.prediction.names import likeness
from explorer.core.benchmark.prediction.tasks import Tasks, places_of

LEVEL_VARIES: Final = 4.0
"""Variance of a task's level about that of the known tasks, on the logit scale."""

MEAN_VARIES: Final = 0.5
"""Variance of how strongly a task follows the tasks' mean pattern, about once."""

EACH_VARIES: Final = 0.5
"""Variance of how strongly a task follows what the other tasks have of their own, about not at all."""


@dataclass(frozen=True)
class Prior:
    """A Gaussian process over the N = n x d cells of a task, row by row, on the logit scale at scale 1.

    level : the mean of a task's level. mean : (N,) the pattern shared by all tasks.
    shared : (N, N) covariance of what is still unknown of that pattern.
    encoders, both, detectors, noise : a task's own: (n, n) of encoders whatever the detector, (n, n) and (d, d) of
    encoders with detectors, and the variance of a cell by itself.
    patterns : (tasks, N) what each known task has of its own.
    """

    level: float
    mean: Array
    shared: Array
    encoders: Array
    both: Array
    detectors: Array
    noise: float
    patterns: Array

    def own(self) -> Array:
        """(N, N) covariance of what a task has of its own: it may follow the mean, and every known task, or not."""
        weight = EACH_VARIES / max(len(self.patterns), 1)
        followed = MEAN_VARIES * np.outer(self.mean, self.mean) + weight * self.patterns.T @ self.patterns
        own = followed + cells(self.encoders, self.both, self.detectors)
        own[np.diag_indices_from(own)] += self.noise
        return own


def cells(main: Array, both: Array, detectors: Array) -> Array:
    """(N, N) covariance of cells: of encoders for all detectors alike, and of encoders with detectors."""
    return np.kron(main, np.ones_like(detectors)) + np.kron(both, detectors)


def prior_for(asked: Tasks, known: Tasks, learnt: Learnt) -> Prior:
    """The prior on the grid of ``asked``, from ``known`` tasks of which ``learnt`` was learnt.

    Encoders and detectors that are not known get what their names and the known ones make likely, and their own
    variance.
    """
    given, columns = learnt.variances, places_of(asked, known)[1]
    here = likeness(asked.encoders, asked.encoders)
    across, there = likeness(asked.encoders, known.encoders), likeness(known.encoders, known.encoders)
    detectors = _block(learnt.detectors, columns, columns)
    np.fill_diagonal(detectors, np.where(columns < 0, 1.0, detectors.diagonal()))
    detectors_across = _block(learnt.detectors, columns, np.arange(len(learnt.detectors)))

    def shared(kernels: Array, by: Array) -> Array:
        return cells(
            _named(given.shared_encoder, kernels), _named(given.shared_both, kernels) + given.shared_detector, by
        )

    mean, left, unlike = _shared_pattern(
        shared(here, detectors), shared(across, detectors_across), shared(there, learnt.detectors), learnt, there
    )
    own_here, own_across, own_there = (_named(given.own_both, k) + given.own_detector for k in (here, across, there))
    carry = np.asarray(np.linalg.solve(own_there + 1e-9 * np.eye(len(own_there)), own_across.T).T)
    return Prior(
        level=float(learnt.levels.mean()),
        mean=mean,
        shared=left,
        encoders=_named(given.own_encoder, here),
        both=own_here + carry @ (learnt.encoders - own_there) @ carry.T,
        detectors=detectors,
        noise=given.noise,
        patterns=_carried(unlike, carry, columns),
    )


def _shared_pattern(
    here: Array, across: Array, there: Array, learnt: Learnt, kernels: Array
) -> tuple[Array, Array, Array]:
    """Mean and covariance of the shared pattern here, and (tasks, n, d) what the known tasks have beside it."""
    seen = learnt.patterns.reshape(len(learnt.patterns), -1)
    own = cells(_named(learnt.variances.own_encoder, kernels), learnt.encoders, learnt.detectors)
    own[np.diag_indices_from(own)] += learnt.variances.noise
    observed = there + (own + LEVELS_VARY) / len(seen)
    gain = np.linalg.solve(observed, np.vstack([across, there]).T).T
    mean = gain @ seen.mean(0)
    mean -= mean[len(across) :].mean()
    unlike = (seen - mean[len(across) :]).reshape(learnt.patterns.shape)
    return mean[: len(across)], here - gain[: len(across)] @ across.T, unlike


def _carried(patterns: Array, carry: Array, columns: NDArray[np.int64]) -> Array:
    """(tasks, N) patterns (tasks, n, d) of the known cells on the cells asked about; strangers get the mean."""
    rows = carry @ patterns
    return np.where(columns < 0, rows.mean(2, keepdims=True), rows[:, :, columns]).reshape(len(patterns), -1)


def _named(weights: Array, kernels: Array) -> Array:
    return np.asarray(np.tensordot(weights, kernels, 1))


def _block(detectors: Array, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Array:
    """Rows and columns of a covariance; place -1 varies with nobody."""
    known = (rows[:, None] >= 0) & (columns[None] >= 0)
    return np.where(known, detectors[np.ix_(rows, columns)], 0.0)
