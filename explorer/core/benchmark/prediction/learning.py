"""How tasks vary, learnt from tasks that were measured in full.

A task's matrix of AUROC, on the logit scale and divided by the task's own scale, is taken for a Gaussian process:

    level(task) + shared(encoder) + shared(detector) + shared(encoder, detector)     the same in all tasks
                + own(encoder)    + own(detector)    + own(encoder, detector)        this task's own
                + noise

Main effects of encoders and both interactions vary as the encoders' names are alike (``names.likeness``); detectors
vary by one learnt covariance with sum zero, so that in its eigenvectors a full task falls apart into d independent
columns of n numbers, and the likelihood costs milliseconds. The variances are those of the largest posterior.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array: TypeAlias = NDArray[np.float64]

LEVELS_VARY: Final = 25.0
"""Variance of a task's level while learning: wide, so that levels teach nothing."""

ROUNDS: Final = 3
"""Turns between the covariance of detectors and the variances, each given the other."""

TOWARDS_EQUAL: Final = 0.1
"""Weight of independent detectors in their covariance."""

OBSERVED_AS: Final = 40.0
"""So many observations is the encoders' likeness by name worth, against how they varied in the tasks."""

_TYPICAL: Final = (-3.5, 2.0)
"""Mean and deviation of the logarithm of a variance before anything was seen."""


@dataclass(frozen=True)
class Variances:
    """Variances by component; the arrays have one for each kernel of ``names.likeness``."""

    shared_encoder: Array
    own_encoder: Array
    shared_both: Array
    own_both: Array
    shared_detector: float
    own_detector: float
    noise: float

    @classmethod
    def read(cls, logs: Array) -> Variances:
        values = np.exp(logs)
        count = (len(values) - 3) // 4
        by_kernel = values[: 4 * count].reshape(4, count)
        return cls(*by_kernel, *map(float, values[4 * count :]))


@dataclass(frozen=True)
class Learnt:
    """What full tasks teach about a further one.

    patterns : (tasks, n, d) on the logit scale, without level, divided by the task's scale (geometric mean 1).
    levels : (tasks,) means on the logit scale. detectors : (d, d) their covariance, mean variance 1.
    encoders : (n, n) covariance of a task's own interactions, by name and as the tasks showed it.
    """

    patterns: Array
    levels: Array
    variances: Variances
    detectors: Array
    encoders: Array


def learn(logits: Array, kernels: Array) -> Learnt:
    """logits : (tasks, n, d) all measured. kernels : (kernels, n, n) the likeness of the n encoders."""
    levels = logits.mean((1, 2))
    centred = logits - levels[:, None, None]
    scales = np.maximum(np.sqrt((centred**2).mean((1, 2))), 1e-6)
    patterns = centred / (scales / np.exp(np.log(scales).mean()))[:, None, None]
    apart = _contrasts(len(patterns)) @ patterns.reshape(len(patterns), -1)
    apart = apart.reshape(patterns.shape)
    differences = apart[1:] if len(apart) > 1 else apart
    whitening: Array = np.eye(patterns.shape[1])
    logs = np.full(4 * len(kernels) + 3, -3.0)
    for _ in range(ROUNDS):
        detectors = _detector_covariance(differences, whitening)
        blocks = _Blocks(apart, kernels, detectors)
        logs = minimize(blocks.cost, logs, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
        variances = Variances.read(logs)
        named = np.tensordot(variances.own_both, kernels, 1) + variances.own_detector
        whitening = np.asarray(np.linalg.inv(named + variances.noise * np.eye(len(named))))
    return Learnt(patterns, levels, variances, detectors, _encoder_covariance(differences, named, detectors))


def _contrasts(tasks: int) -> Array:
    """(tasks, tasks) orthonormal: the mean over tasks first, then what is left of it."""
    helmert = np.tril(np.ones((tasks, tasks)), -1) - np.diag(np.arange(tasks, dtype=float))
    helmert[0] = 1.0
    return np.asarray(helmert / np.linalg.norm(helmert, axis=1, keepdims=True))


def _detector_covariance(differences: Array, whitening: Array) -> Array:
    """(d, d) with sum zero and mean variance 1, from how the tasks' interactions differ; encoders alike count less."""
    count = differences.shape[2]
    crossed = differences - differences.mean(1, keepdims=True)
    crossed = crossed - crossed.mean(2, keepdims=True)
    seen = np.einsum("tij,il,tlk->jk", crossed, whitening, crossed, optimize=True)
    independent = np.eye(count) - 1.0 / count
    trace = max(float(np.trace(seen)), 1e-12)
    return np.asarray(
        (1.0 - TOWARDS_EQUAL) * seen * count / trace + TOWARDS_EQUAL * independent * count / max(count - 1, 1)
    )


def _encoder_covariance(differences: Array, named: Array, detectors: Array) -> Array:
    """(n, n): the likeness by name, corrected by how the encoders varied together (an inverse Wishart's mean)."""
    values, vectors = _eigen(detectors)
    turned = differences @ vectors
    seen = np.einsum("tik,k,tjk->ij", turned, 1.0 / values, turned, optimize=True)
    return np.asarray((OBSERVED_AS * named + seen) / (OBSERVED_AS + len(differences) * len(values)))


def _eigen(detectors: Array) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors without those of the sum, whose value is zero."""
    values, vectors = np.linalg.eigh(detectors)
    return values[1:], vectors[:, 1:]


class _Blocks:
    """The cost of variances: minus the logarithm of their posterior, by columns that vary independently."""

    def __init__(self, apart: Array, kernels: Array, detectors: Array) -> None:
        """apart : (tasks, n, d) the patterns by contrasts, the mean over tasks first."""
        self._kernels = kernels
        self._detectors = apart.shape[2]
        self._values, vectors = _eigen(detectors)
        main = apart.mean(2) * np.sqrt(self._detectors)
        self._columns = np.concatenate([main[:, None], (apart @ vectors).transpose(0, 2, 1)], axis=1)

    def cost(self, logs: Array) -> tuple[float, Array]:
        """The cost and its gradient at the logarithms of the variances."""
        variances = Variances.read(logs)
        deviations = (logs - _TYPICAL[0]) / _TYPICAL[1]
        value = 0.5 * float(deviations @ deviations)
        gradient = deviations / _TYPICAL[1]
        own, shared = self._covariances(variances)
        for covariance, columns, tasks in self._parts(own, shared):
            term, slope = _gaussian(covariance, columns)
            value += term
            gradient += np.exp(logs) * self._chain(slope, tasks)
        return value, gradient

    def _parts(self, own: Array, shared: Array) -> Iterator[tuple[Array, Array, int]]:
        """The mean over tasks varies as own + tasks x shared, every other contrast as own."""
        tasks = len(self._columns)
        yield own + tasks * shared, self._columns[:1], tasks
        if tasks > 1:
            yield own, self._columns[1:], 0

    def _covariances(self, given: Variances) -> tuple[Array, Array]:
        """(d, n, n) of each column, own with noise, and shared."""

        def by_name(weights: Array) -> Array:
            return np.asarray(np.tensordot(weights, self._kernels, 1))

        size = self._kernels.shape[1]
        spread = self._values[:, None, None]
        noise = given.noise * np.eye(size)
        own_main = self._detectors * (by_name(given.own_encoder) + LEVELS_VARY)
        own = np.concatenate([own_main[None], spread * (by_name(given.own_both) + given.own_detector)])
        shared_main = self._detectors * by_name(given.shared_encoder)
        shared = np.concatenate([shared_main[None], spread * (by_name(given.shared_both) + given.shared_detector)])
        return own + noise, shared

    def _chain(self, slope: Array, tasks: int) -> Array:
        """From the slope by covariance, (d, n, n), to that by variance, in the order of ``Variances``."""
        main = self._detectors * np.einsum("ij,cij->c", slope[0], self._kernels)
        summed = np.tensordot(self._values, slope[1:], 1)
        both = np.einsum("ij,cij->c", summed, self._kernels)
        detector = float(summed.sum())
        noise = float(np.einsum("kii->", slope))
        return np.concatenate([tasks * main, main, tasks * both, both, [tasks * detector, detector, noise]])


def _gaussian(covariance: Array, columns: Array) -> tuple[float, Array]:
    """Minus the log density of columns (times, d, n) with covariances (d, n, n), and its slope by these."""
    times = len(columns)
    factor = np.linalg.cholesky(covariance)
    inverse = np.linalg.inv(covariance)
    solved = np.einsum("kij,ukj->uki", inverse, columns)
    value = 0.5 * float((solved * columns).sum())
    value += times * float(np.log(np.diagonal(factor, axis1=1, axis2=2)).sum())
    return value, 0.5 * (times * inverse - np.einsum("uki,ukj->kij", solved, solved))
