"""What to measure next, and when not to trust a prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from explorer.core.benchmark.prediction.predict import Prediction
from explorer.core.benchmark.prediction.tasks import Tasks, places_of, published
from explorer.core.corpus.wording import counted

FEW: Final = 10
"""Fewer measured cells than this say too little of a task."""

OFF: Final = 1.5
"""Errors this many times as large as expected are said."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)


@dataclass(frozen=True)
class NextCell:
    """A cell worth measuring. gain : in AUROC; by ``error`` of all cells together, by ``best`` of the best cell."""

    encoder: int
    detector: int
    gain: float
    cost: float


@dataclass(frozen=True)
class Trust:
    """Whether a prediction can be relied on. doubts : why not; remarks : what else is good to know. Sentences."""

    trusted: bool
    doubts: tuple[str, ...]
    remarks: tuple[str, ...]


def next_cells(
    prediction: Prediction,
    costs: NDArray[np.float64] | None = None,
    goal: Literal["error", "best"] = "error",
    count: int = 5,
) -> list[NextCell]:
    """The cells with the largest gain per cost, best first.

    costs : (encoders, detectors) positive; a cell without one (NaN) costs the median. goal : ``error`` makes the sum of
    errors small, ``best`` finds the best combination (expected improvement over the best measured cell).
    """
    gain = prediction.gain if goal == "error" else _improvement(prediction)
    price = np.ones(gain.shape)
    if costs is not None and np.isfinite(costs).any():
        price = np.where(np.isfinite(costs), costs, np.nanmedian(costs))
    worth = np.where(prediction.measured, -np.inf, gain / price)
    order = np.argsort(-worth, axis=None, kind="stable")[: min(count, int((~prediction.measured).sum()))]
    places = zip(*np.unravel_index(order, worth.shape), strict=True)
    return [
        NextCell(int(row), int(column), float(gain[row, column]), float(price[row, column])) for row, column in places
    ]


def _improvement(prediction: Prediction) -> NDArray[np.float64]:
    """By how much each cell is expected to surpass the best measured one."""
    best = prediction.auroc[prediction.measured].max(initial=0.0)
    drawn = expit(prediction.mean[..., None] + prediction.deviation[..., None] * _NODES)
    return np.asarray(np.maximum(drawn - best, 0.0) @ (_WEIGHTS / _WEIGHTS.sum()))


def trust(prediction: Prediction, tasks: Tasks, known: Tasks | None = None) -> Trust:
    """How far the prediction of a dataset of ``tasks`` can be relied on."""
    measured = int(prediction.measured.sum())
    doubts = []
    if measured < FEW:
        doubts.append(f"Only {counted(measured, 'cell')} measured: this rests on what other tasks have shown.")
    doubts += _doubts_by_check(prediction)
    strange, remarks = _strangers(tasks, published() if known is None else known)
    if strange and measured < prediction.measured.size / 3:
        doubts.append("No encoder and no detector is known by name: everything is learnt from few cells.")
    empty = int((~prediction.measured.any(1)).sum())
    if empty and measured:
        remarks.append(f"{counted(empty, 'encoder')} without a measured cell: look at the error beside each number.")
    if prediction.same_as:
        remarks.append(
            f"This is the published task {prediction.same_as}: it is predicted from the cells given here and from "
            "other tasks, never from its own published numbers."
        )
    return Trust(not doubts, tuple(doubts), tuple(remarks))


def _doubts_by_check(prediction: Prediction) -> list[str]:
    left_out = prediction.left_out
    if len(left_out.error) < FEW:
        return []
    error, expected, column = (float(part.mean()) for part in (left_out.error, left_out.expected, left_out.column))
    doubts = []
    if error >= column:
        doubts.append(
            "The measured cells, each predicted from the others, come out no better than with the mean of their "
            f"detector ({error:.3f} against {column:.3f})."
        )
    if error > OFF * expected:
        doubts.append(f"The measured cells are missed by {error / expected:.1f} times the expected error.")
    return doubts


def _strangers(tasks: Tasks, known: Tasks) -> tuple[bool, list[str]]:
    """Whether all names are strangers, and how many are."""
    counts = [(int((places < 0).sum()), len(places)) for places in places_of(tasks, known)]
    remarks = [
        f"{strange} of {counted(every, noun)} not known from the published tasks: what is said of "
        f"{'it' if strange == 1 else 'them'} is learnt from this file."
        for (strange, every), noun in zip(counts, ("encoder", "detector"), strict=True)
        if strange
    ]
    return all(strange == every for strange, every in counts), remarks
