"""Predicting the rest of a matrix: each published task from its visible cells and from other tasks, never from itself.

Ratios of mean absolute errors to those of the additive model on the same masks; 10 masks for each share and task, and
kinds of what is known beforehand: the other five tasks; those that are not made of the same texts (``no_kin``: of the
three tasks made of DBpedia, none knows another); none of the names (``strange``), but which encoders share a model or a
pooling; and not even that (``unlike``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
from threadpoolctl import threadpool_limits

from explorer.core.benchmark.prediction import learning, posterior, prior, sharing
from explorer.core.benchmark.prediction.hiding import additive, hide
from explorer.core.benchmark.prediction.predict import _learnt_without, predict
from explorer.core.benchmark.prediction.tasks import Tasks, published
from tests.bench.bench_row import bench_row

row = partial(bench_row, "predict")

TARGETS = {0.3: 0.70, 0.5: 0.75, 0.7: 0.82, 0.9: 0.88}
SEEDS = 10
CONSTANTS = {
    "TOWARDS_EQUAL": (learning,),
    "OBSERVED_AS": (learning,),
    "LEVEL_VARIES": (prior, posterior, sharing),
    "MEAN_VARIES": (prior,),
    "EACH_VARIES": (prior,),
    "SCALE_VARIES": (posterior,),
    "DETECTORS_WORTH": (sharing,),
}
"""The constants that were chosen by looking at these tasks, and the modules that read them."""


@dataclass(frozen=True)
class Masked:
    """One mask: mean absolute errors in points of AUROC, and the hidden cells' expected and true errors."""

    task: int
    additive: float
    error: float
    expected: np.ndarray
    true: np.ndarray


def masked(tasks: Tasks, place: int, share: float, seed: int, known: Tasks | None = None) -> Masked:
    """One task of ``tasks`` with a share of its cells hidden, predicted by itself."""
    one = replace(tasks, datasets=tasks.datasets[place : place + 1], auroc=tasks.auroc[place : place + 1])
    hidden = hide(one, share, seed)
    left = np.where(hidden, np.nan, one.auroc)
    (found,) = predict(replace(one, auroc=left), known)
    gone = hidden[0]
    true = 100 * np.abs(found.auroc - one.auroc[0])[gone]
    by_sum = 100 * np.abs(additive(left[0]) - one.auroc[0])[gone]
    return Masked(place, float(by_sum.mean()), float(true.mean()), 100 * found.error[gone], true)


def renamed(tasks: Tasks) -> Tasks:
    """The same tasks under names that nobody knows."""
    models = list(dict.fromkeys(embedding for embedding, _ in tasks.encoders))
    encoders = tuple((f"m{models.index(embedding)}", pooling) for embedding, pooling in tasks.encoders)
    return replace(tasks, encoders=encoders, detectors=tuple(f"d{place}" for place in range(len(tasks.detectors))))


def unlike(tasks: Tasks) -> Tasks:
    """The same tasks under names that nobody knows and that have nothing in common."""
    return replace(renamed(tasks), encoders=tuple((f"e{place}", "") for place in range(len(tasks.encoders))))


def without_family(tasks: Tasks, place: int) -> Tasks:
    """The tasks that are not made of the same texts as one of them (three are made of DBpedia)."""
    family = tasks.datasets[place].split("_")[0]
    kept = [other for other, name in enumerate(tasks.datasets) if not name.startswith(family)]
    return replace(tasks, datasets=tuple(tasks.datasets[other] for other in kept), auroc=tasks.auroc[kept])


def ratio(masks: Sequence[Masked]) -> float:
    return float(np.mean([mask.error for mask in masks]) / np.mean([mask.additive for mask in masks]))


def by_task(masks: Sequence[Masked]) -> list[float]:
    return [ratio([mask for mask in masks if mask.task == task]) for task in sorted({mask.task for mask in masks})]


def calibration(masks: Sequence[Masked]) -> list[float]:
    """Expected over true error: of all cells, then by tenths of cells in the order of the expected error."""
    expected, true = (np.concatenate([getattr(mask, name) for mask in masks]) for name in ("expected", "true"))
    tenths = np.array_split(np.argsort(expected, kind="stable"), 10)
    return [float(expected[rows].mean() / true[rows].mean()) for rows in (np.arange(len(true)), *tenths)]


def told(masks: Sequence[Masked], datasets: Sequence[str]) -> str:
    """What stands beside a ratio: every task, the masks' spread, the error estimate."""
    each = ", ".join(f"{name} {value:.2f}" for name, value in zip(datasets, by_task(masks), strict=True))
    spread = np.std([ratio(masks[seed::SEEDS]) for seed in range(SEEDS)])
    points = f"{np.mean([mask.error for mask in masks]):.2f} of {np.mean([mask.additive for mask in masks]):.2f} points"
    worst = f"deviation over masks {spread:.3f}, worst mask of a task {max(map(ratio, ([mask] for mask in masks))):.2f}"
    return f"{each}; {points}, {worst}, expected/true error {calibration(masks)[0]:.2f}"


def constants_changed(tasks: Tasks, strangers: Sequence[Tasks]) -> dict[str, float]:
    """The ratio at half hidden without kin, with each constant halved and doubled; three masks."""
    found = {}
    for name, modules in CONSTANTS.items():
        for factor in (0.5, 2.0):
            with ExitStack() as changed:
                for module in modules:
                    changed.enter_context(patch.object(module, name, factor * getattr(module, name)))
                _learnt_without.cache_clear()
                places = range(len(tasks.datasets))
                masks = [masked(tasks, place, 0.5, seed, strangers[place]) for place in places for seed in range(3)]
            found[f"{name} x {factor:g}"] = ratio(masks)
    _learnt_without.cache_clear()
    return found


@threadpool_limits.wrap(limits=1)
def measured() -> list[dict]:
    tasks = published()
    places, rows = range(len(tasks.datasets)), []
    strangers, others = [without_family(tasks, place) for place in places], [None] * len(places)
    kinds = {"": (tasks, others), "_no_kin": (tasks, strangers)}
    kinds |= {"_strange": (renamed(tasks), others), "_unlike": (unlike(tasks), others)}
    estimates: dict[str, list[Masked]] = {kind: [] for kind in kinds}
    for share, target in TARGETS.items():
        for kind, (asked, known) in kinds.items():
            masks = [masked(asked, place, share, seed, known[place]) for place in places for seed in range(SEEDS)]
            estimates[kind] += masks
            value, against = ratio(masks), told(masks, tasks.datasets)
            rows.append(row(f"hidden_{share:.0%}{kind}", value, "of it", f"<= {target:.2f}", value <= target, against))
    for kind, masks in estimates.items():
        _, *tenths = calibration(masks)
        against = "expected/true error by tenths of cells, least first: " + " ".join(f"{tenth:.2f}" for tenth in tenths)
        rows.append(row(f"calibration{kind}", max(abs(tenth - 1) for tenth in tenths), "off 1", "", None, against))
    changed = constants_changed(tasks, strangers)
    least, most = min(changed, key=changed.__getitem__), max(changed, key=changed.__getitem__)
    against = f"worst of each constant halved and doubled ({most}); best {changed[least]:.3f} ({least})"
    rows.append(row("hidden_50%_constants", changed[most], "of it", "<= 0.75", changed[most] <= 0.75, against))
    return rows


def rows(scratch: Path) -> Iterator[dict]:
    yield from measured()
