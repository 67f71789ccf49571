"""Predicting the cells of a matrix that were not measured, from those that were and from other tasks.

READ FIRST: ``learning`` says how tasks vary, ``prior`` what is expected of a task on the grid asked about, ``sharing``
what datasets of one file teach each other, ``posterior`` what follows once some cells were measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from threadpoolctl import threadpool_limits

from explorer.core.benchmark.prediction.learning import Array, Learnt, learn
from explorer.core.benchmark.prediction.names import likeness
from explorer.core.benchmark.prediction.posterior import Posterior, posterior
from explorer.core.benchmark.prediction.prior import Prior, prior_for
from explorer.core.benchmark.prediction.sharing import adapted, lesson, taught_by
from explorer.core.benchmark.prediction.tasks import Tasks, places_of, published

NEAR_THE_END: Final = 0.003
"""AUROC nearer to 0 or 1 than this is taken to be this near: the logit of 1 is infinite."""

MOST_CELLS: Final = 800
"""Cells of a grid that are predicted together; a larger grid is cut into blocks of encoders."""

SAME_TASK: Final = 0.9
"""A dataset with this share of its cells as in a known task is that task, whatever its name."""

_ENOUGH_TO_COMPARE: Final = 8
_ROUNDING: Final = 6e-4
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)


@dataclass(frozen=True)
class LeftOut:
    """Every measured cell predicted from the dataset's others and the known tasks: (measured,) AUROC in row order.

    Nothing that was learnt from the cell itself goes into it, nor what other datasets of the file would add.

    error : absolute error. expected : what that was expected to be. column : absolute error of the mean of the
    detector's other cells, or of all others where there is none.
    """

    error: Array
    expected: Array
    column: Array


@dataclass(frozen=True)
class Prediction:
    """What is expected of one dataset's cells, as (encoders, detectors) arrays.

    measured : bool. auroc : between 0 and 1, measured cells as they are. error : expected absolute error, else 0.
    gain : by how much the sum of ``error`` is expected to fall when this cell is measured.
    mean, deviation : on the logit scale.
    left_out : the check against the measured cells. same_as : the known task that this dataset is, of which nothing
    was used beyond the cells given; empty if it is none.
    """

    measured: NDArray[np.bool_]
    auroc: Array
    error: Array
    gain: Array
    mean: Array
    deviation: Array
    left_out: LeftOut
    same_as: str


def predict(tasks: Tasks, known: Tasks | None = None) -> list[Prediction]:
    """A prediction for every dataset of ``tasks``.

    known : full matrices of at least three other tasks (default: the published ones). A dataset that is one of these,
    by name or by its numbers, is predicted without it. On one thread: these matrices are small, and so the same file
    gives the same digits on any processor.
    """
    known = published() if known is None else known
    same = [_same_task(tasks, place, known) for place in range(len(tasks.datasets))]
    size = max(MOST_CELLS // max(len(tasks.detectors), 1), 1)
    starts = range(0, len(tasks.encoders), size)
    with threadpool_limits(limits=1):
        blocks = [_predict_block(_some_encoders(tasks, start, start + size), known, same) for start in starts]
    return [_stacked(parts) for parts in zip(*blocks, strict=True)]


def _same_task(tasks: Tasks, place: int, known: Tasks) -> int:
    """The place of the known task that this dataset is, -1 if it is none."""
    names = [_plain(name) for name in known.datasets]
    if _plain(tasks.datasets[place]) in names:
        return names.index(_plain(tasks.datasets[place]))
    rows, columns = places_of(tasks, known)
    comparable = np.isfinite(tasks.auroc[place]) & (rows[:, None] >= 0) & (columns[None] >= 0)
    if comparable.sum() < _ENOUGH_TO_COMPARE:
        return -1
    there = known.auroc[:, rows][:, :, columns]
    equal = (np.abs(there - tasks.auroc[place]) < _ROUNDING)[:, comparable].mean(1)
    return int(equal.argmax()) if equal.max() >= SAME_TASK else -1


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def _some_encoders(tasks: Tasks, start: int, stop: int) -> Tasks:
    return replace(tasks, encoders=tasks.encoders[start:stop], auroc=tasks.auroc[:, start:stop])


@lru_cache(maxsize=32)
def _learnt_without(known: Tasks, place: int) -> tuple[Tasks, Learnt]:
    """The known tasks but one (none for -1), and what they teach."""
    kept = known.without(place)
    return kept, learn(_logits(kept.auroc), likeness(kept.encoders, kept.encoders))


def _logits(auroc: Array) -> Array:
    return np.asarray(logit(np.clip(auroc, NEAR_THE_END, 1.0 - NEAR_THE_END)))


def _predict_block(tasks: Tasks, known: Tasks, same: Sequence[int]) -> list[Prediction]:
    """Datasets that are the same known task, or none, share a prior; those that are none teach all others."""
    logits = _logits(tasks.auroc).reshape(len(same), -1)
    told = [bool(np.isfinite(row).any()) for row in logits]
    found: dict[int, Prediction] = {}
    for task in dict.fromkeys(same):
        members = [place for place, other in enumerate(same) if other == task]
        teachers = [place for place, other in enumerate(same) if other in (task, -1) and told[place]]
        prior = prior_for(tasks, *_learnt_without(known, task))
        alone = {place: posterior(logits[place], prior) for place in dict.fromkeys([*members, *teachers])}
        given = _together(logits, members, teachers, prior, alone)
        name = "" if task < 0 else known.datasets[task]
        found |= {place: _prediction(tasks.auroc[place], given[place], alone[place], name) for place in members}
    return [found[place] for place in range(len(same))]


def _together(
    logits: Array, members: Sequence[int], teachers: Sequence[int], prior: Prior, alone: Mapping[int, Posterior]
) -> dict[int, Posterior]:
    """The posteriors of ``members`` after all ``teachers`` were seen; ``alone`` is what each tells by itself."""
    prior = adapted(prior, [(logits[place], alone[place]) for place in teachers])
    if list(members) == list(teachers) and len(members) == 1:
        return {members[0]: posterior(logits[members[0]], prior)}
    lessons = {place: lesson(prior, logits[place], posterior(logits[place], prior)) for place in teachers}
    found = {}
    for place in members:
        others = [told for other, told in lessons.items() if other != place]
        found[place] = posterior(logits[place], taught_by(prior, others))
    return found


def _prediction(auroc: Array, given: Posterior, alone: Posterior, same_as: str) -> Prediction:
    measured = np.isfinite(auroc)
    mean, deviation = given.mean.reshape(auroc.shape), given.deviation.reshape(auroc.shape)
    predicted = expit(mean)
    gain = np.zeros(auroc.shape)
    gain[~measured] = _gains(given.covariance, predicted[~measured])
    return Prediction(
        measured=measured,
        auroc=np.where(measured, auroc, predicted),
        error=np.where(measured, 0.0, expected_error(mean, deviation)),
        gain=gain,
        mean=mean,
        deviation=deviation,
        left_out=_left_out(auroc, alone),
        same_as=same_as,
    )


def expected_error(mean: Array, deviation: Array) -> Array:
    """Expected absolute difference in AUROC from the prediction, the cell being normal on the logit scale."""
    drawn = expit(mean[..., None] + deviation[..., None] * _NODES)
    return np.asarray(np.abs(drawn - expit(mean)[..., None]) @ (_WEIGHTS / _WEIGHTS.sum()))


def _gains(covariance: Array, predicted: Array) -> Array:
    """By how much the sum of expected errors falls with each cell; covariance (m, m) on the logit scale."""
    variance = covariance.diagonal()
    left = np.sqrt(np.maximum(variance - covariance**2 / variance[:, None], 0.0))
    slopes = np.sqrt(2.0 / np.pi) * predicted * (1.0 - predicted)
    return np.asarray((np.sqrt(variance) - left) @ slopes)


def _left_out(auroc: Array, given: Posterior) -> LeftOut:
    measured = np.isfinite(auroc)
    true, count = auroc[measured], int(measured.sum())
    column_sums, column_counts = np.where(measured, auroc, 0.0).sum(0), measured.sum(0)
    columns = np.nonzero(measured)[1]
    others = column_counts[columns] - 1
    by_column = (column_sums[columns] - true) / np.maximum(others, 1)
    by_all = (true.sum() - true) / max(count - 1, 1)
    column = np.abs(np.where(others > 0, by_column, by_all) - true)
    error = np.abs(expit(given.left_out_mean) - true)
    return LeftOut(error, expected_error(given.left_out_mean, given.left_out_deviation), column)


def _stacked(parts: Sequence[Prediction]) -> Prediction:
    """One prediction of the blocks of encoders."""

    def stack(name: str) -> Array:
        return np.concatenate([getattr(part, name) for part in parts])

    checks = [[getattr(part.left_out, field.name) for part in parts] for field in fields(LeftOut)]
    return replace(
        parts[0],
        measured=np.concatenate([part.measured for part in parts]),
        auroc=stack("auroc"),
        error=stack("error"),
        gain=stack("gain"),
        mean=stack("mean"),
        deviation=stack("deviation"),
        left_out=LeftOut(*map(np.concatenate, checks)),
    )
