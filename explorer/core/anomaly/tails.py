"""ECOD (Li et al. 2022) and COPOD (Li et al. 2020): how far out in the tails, dimension by dimension, by PyOD."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores
from explorer.core.anomaly.columns import Table, add_by_columns
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.spec import Declared
from explorer.core.progress import SILENT, Progress

Combine = Callable[[Table, Table, Table], Table]
"""(left, right, skewed) minus log tail probabilities (n, c) -> what counts of them."""


@dataclass(frozen=True)
class Ecod(Declared):
    """Minus the logarithm of the smaller tail probability, summed over the dimensions. No parameters, as in PyOD."""

    name: str = "ecod"
    summary: str = "Finds texts that are extreme in some dimensions; nothing to set, the same answer every time."

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        return _cost(rows, fit_rows, dimension)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        return add_by_columns(data, "Tail probabilities", self._of_columns, progress)

    def _of_columns(self, training: Table, asked: Table, known: NDArray[np.bool_]) -> Scores:
        from pyod.models.ecod import ECOD

        if training.shape == asked.shape and known.all():
            return np.asarray(ECOD().fit(asked).decision_scores_)
        return _of_new(training, asked, known, lambda left, right, skewed: np.maximum(np.maximum(left, right), skewed))


@dataclass(frozen=True)
class Copod(Declared):
    """The tail probabilities that the empirical copula gives, skewness corrected. No parameters, as in PyOD."""

    name: str = "copod"
    summary: str = "Like ecod, with both tails averaged; a second opinion on it that costs little."

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        return _cost(rows, fit_rows, dimension)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        return add_by_columns(data, "Copula", self._of_columns, progress)

    def _of_columns(self, training: Table, asked: Table, known: NDArray[np.bool_]) -> Scores:
        from pyod.models.copod import COPOD

        if training.shape == asked.shape and known.all():
            return np.asarray(COPOD().fit(asked).decision_scores_)
        return _of_new(training, asked, known, lambda left, right, skewed: np.maximum(skewed, (left + right) / 2))


def _cost(rows: int, fit_rows: int, dimension: int) -> Cost:
    both = rows + fit_rows
    return Cost(3.0 + 3e-7 * dimension * both, fit_rows, fit_rows, False, 50.0 + 1.5e-3 * both)


def _of_new(training: Table, asked: Table, known: NDArray[np.bool_], combine: Combine) -> Scores:
    """The scores of rows that are not all learnt from: each as PyOD scores it when it is asked alone.

    Asked together, PyOD counts new rows among each other: a hundred odd ones alike would make each other ordinary.
    """
    from scipy.stats import skew

    ordered = np.sort(training, axis=0)
    skewed = np.sign(np.nan_to_num(skew(training, axis=0)))
    left, right = np.empty_like(asked), np.empty_like(asked)
    for at in range(asked.shape[1]):
        left[:, at] = np.searchsorted(ordered[:, at], asked[:, at], side="right")
        right[:, at] = len(ordered) - np.searchsorted(ordered[:, at], asked[:, at], side="left")
    new = (~known)[:, None]
    left, right = (-np.log((counts + new) / (len(ordered) + new)) for counts in (left, right))
    return np.asarray(combine(left, right, np.where(skewed < 0, left, right) + (skewed == 0) * left).sum(axis=1))
