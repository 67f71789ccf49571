"""Predicting the rest of a matrix, each published task from its visible cells and the other tasks.

Ratios of mean absolute errors to those of the additive model on the same masks; 20 masks for each share and task.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from explorer.core.benchmark.prediction.hiding import additive, hide
from explorer.core.benchmark.prediction.predict import predict
from explorer.core.benchmark.prediction.tasks import Tasks, published
from tests.bench.bench_row import bench_row

row = partial(bench_row, "predict")

TARGETS = {0.3: 0.70, 0.5: 0.75, 0.7: 0.82, 0.9: 0.88}
SEEDS = 20


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


def without_family(tasks: Tasks, place: int) -> Tasks:
    """The tasks that are not made of the same texts as one of them (three are made of DBpedia)."""
    family = tasks.datasets[place].split("_")[0]
    kept = [other for other, name in enumerate(tasks.datasets) if not name.startswith(family)]
    return replace(tasks, datasets=tuple(tasks.datasets[other] for other in kept), auroc=tasks.auroc[kept])


def ratio(masks: list[Masked]) -> float:
    return float(np.mean([mask.error for mask in masks]) / np.mean([mask.additive for mask in masks]))


def worst(masks: list[Masked]) -> float:
    return max(ratio([mask for mask in masks if mask.task == task]) for task in {mask.task for mask in masks})


def calibration(masks: list[Masked]) -> list[float]:
    """Expected over true error: of all cells, then by tenths of cells in the order of the expected error."""
    expected, true = (np.concatenate([getattr(mask, name) for mask in masks]) for name in ("expected", "true"))
    tenths = np.array_split(np.argsort(expected, kind="stable"), 10)
    return [float(expected[rows].mean() / true[rows].mean()) for rows in (np.arange(len(true)), *tenths)]


def rows(scratch: Path) -> Iterator[dict]:
    tasks = published()
    strange, strangers = renamed(tasks), [without_family(tasks, place) for place in range(len(tasks.datasets))]
    every = [(place, seed) for place in range(len(tasks.datasets)) for seed in range(SEEDS)]
    everything = []
    for share, target in TARGETS.items():
        masks = [masked(tasks, place, share, seed) for place, seed in every]
        everything += masks
        spread = np.std([ratio(masks[seed::SEEDS]) for seed in range(SEEDS)])
        against = (
            f"additive model {np.mean([mask.additive for mask in masks]):.2f} points; worst task {worst(masks):.2f}, "
            f"deviation over masks {spread:.3f}; expected over true error {calibration(masks)[0]:.2f}"
        )
        yield row(f"hidden_{share:.0%}", ratio(masks), "of it", f"<= {target}", ratio(masks) <= target, against)
        kin = ratio([masked(tasks, place, share, seed, strangers[place]) for place, seed in every])
        yield row(
            f"hidden_{share:.0%}_no_kin", kin, "of it", f"<= {target}", kin <= target, "no task of the same texts"
        )
        unknown = ratio([masked(strange, place, share, seed) for place, seed in every])
        yield row(f"hidden_{share:.0%}_strange", unknown, "of it", "", None, "names that nobody knows")
    _, *tenths = calibration(everything)
    told = " ".join(f"{tenth:.2f}" for tenth in tenths)
    against = f"expected over true error by tenths of cells, least error first: {told}"
    yield row("calibration", max(abs(tenth - 1) for tenth in tenths), "off 1", "", None, against)
