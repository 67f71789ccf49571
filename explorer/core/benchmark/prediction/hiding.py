"""How good predictions are: hide measured cells, predict them, compare with an additive model on the same cells."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.core.benchmark.prediction.learning import Array
from explorer.core.benchmark.prediction.predict import Prediction, predict
from explorer.core.benchmark.prediction.tasks import Tasks
from explorer.errors import OptionError


@dataclass(frozen=True)
class Errors:
    """Of the hidden cells of one dataset, AUROC between 0 and 1.

    error, additive_error : mean absolute errors. mape, additive_mape : mean absolute error relative to the true AUROC,
    as shares. expected : the mean error that was expected.
    """

    dataset: str
    hidden: int
    error: float
    mape: float
    additive_error: float
    additive_mape: float
    expected: float


@dataclass(frozen=True)
class Hiding:
    """hidden : (datasets, encoders, detectors) bool. predictions : by dataset, from the cells left."""

    hidden: NDArray[np.bool_]
    predictions: list[Prediction]
    errors: list[Errors]


def hide(tasks: Tasks, share: float, seed: int) -> NDArray[np.bool_]:
    """(datasets, encoders, detectors) a random share of each dataset's measured cells; one at least stays.

    Raises ``OptionError`` for a share that is none, and where there is nothing to hide.
    """
    if not 0.0 < share < 1.0:
        raise OptionError(f"A share of {share:g} cannot be hidden.", "Give a share between 0 and 1, such as 0.5.")
    if seed < 0:
        raise OptionError(f"The seed {seed} cannot be used.", "Give 0 or a positive whole number.")
    generator = np.random.default_rng(seed)
    hidden = np.zeros(tasks.auroc.shape, bool)
    for matrix, cells in zip(hidden, np.isfinite(tasks.auroc), strict=True):
        measured = np.flatnonzero(cells)
        count = min(round(share * len(measured)), len(measured) - 1)
        matrix.flat[generator.permutation(measured)[: max(count, 0)]] = True
    if not hidden.any():
        raise OptionError("There are too few measured cells to hide any.", "Give a matrix with more cells.")
    return hidden


def predict_hidden(tasks: Tasks, share: float, seed: int, known: Tasks | None = None) -> Hiding:
    """Hide a share of the measured cells, predict them, and say how far off that was. Raises ``OptionError``."""
    hidden = hide(tasks, share, seed)
    left = replace(tasks, auroc=np.where(hidden, np.nan, tasks.auroc))
    predictions = predict(left, known)
    errors = [
        _errors(
            name,
            tasks.auroc[place][gone],
            prediction.auroc[gone],
            additive(left.auroc[place])[gone],
            prediction.error[gone],
        )
        for place, (name, prediction, gone) in enumerate(zip(tasks.datasets, predictions, hidden, strict=True))
        if gone.any()
    ]
    return Hiding(hidden, predictions, errors)


def additive(auroc: Array) -> Array:
    """The additive model: overall mean + encoder + detector by least squares, the shortest solution where several fit.

    auroc : (encoders, detectors) with NaN. An encoder or detector without a measured cell has effect 0.
    """
    rows, columns = np.nonzero(np.isfinite(auroc))
    mean = float(auroc[rows, columns].mean())
    effects = np.zeros((len(rows), sum(auroc.shape)))
    effects[np.arange(len(rows)), rows] = 1.0
    effects[np.arange(len(rows)), auroc.shape[0] + columns] = 1.0
    fitted = np.linalg.lstsq(effects, auroc[rows, columns] - mean, rcond=None)[0]
    return np.asarray(mean + fitted[: auroc.shape[0], None] + fitted[None, auroc.shape[0] :])


def _errors(dataset: str, true: Array, predicted: Array, by_sum: Array, expected: Array) -> Errors:
    def of(values: Array) -> tuple[float, float]:
        off, above = np.abs(values - true), true > 0.0
        return float(off.mean()), float((off[above] / true[above]).mean()) if above.any() else float("nan")

    return Errors(dataset, len(true), *of(predicted), *of(by_sum), float(expected.mean()))
