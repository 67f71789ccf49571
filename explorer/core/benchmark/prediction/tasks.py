"""Results of tasks as arrays: which encoder and detector reached which AUROC on which dataset."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from explorer.core.benchmark.prediction.names import Encoder, detector_key, encoder_key, pooling_of


@dataclass(frozen=True, eq=False)
class Tasks:
    """Matrices of several datasets over the same encoders and detectors.

    auroc : (datasets, encoders, detectors) between 0 and 1, NaN where it was not measured.
    """

    datasets: tuple[str, ...]
    encoders: tuple[Encoder, ...]
    detectors: tuple[str, ...]
    auroc: NDArray[np.float64]

    def without(self, place: int) -> Tasks:
        """All but one dataset; all, for place -1."""
        kept = [other for other in range(len(self.datasets)) if other != place]
        return Tasks(tuple(self.datasets[place] for place in kept), self.encoders, self.detectors, self.auroc[kept])


@cache
def published() -> Tasks:
    """The six matrices of Text-ADBench that come with the program, see ``resources/benchmark/SOURCE.md``."""
    return _shipped("text_adbench_auroc.csv")


@cache
def measured() -> Tasks:
    """What this program measured itself on labelled corpora, unsupervised; datasets are named ``family_part``."""
    return _shipped("unsupervised_auroc.csv")


def _shipped(name: str) -> Tasks:
    file = resources.files("explorer.resources") / "benchmark" / name
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    datasets = tuple(dict.fromkeys(row["dataset"] for row in rows))
    encoders = tuple(dict.fromkeys((row["embedding"], pooling_of(row["pooling"])) for row in rows))
    detectors = tuple(dict.fromkeys(row["detector"] for row in rows))
    auroc = np.full((len(datasets), len(encoders), len(detectors)), np.nan)
    for row in rows:
        encoder = encoders.index((row["embedding"], pooling_of(row["pooling"])))
        place = datasets.index(row["dataset"]), encoder, detectors.index(row["detector"])
        auroc[place] = float(row["auroc"]) / 100.0
    return Tasks(datasets, encoders, detectors, auroc)


def places_of(tasks: Tasks, known: Tasks) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the encoders and the detectors of ``tasks`` stand among those known, -1 for strangers."""
    encoders = {encoder_key(encoder): place for place, encoder in enumerate(known.encoders)}
    detectors = {detector_key(detector): place for place, detector in enumerate(known.detectors)}
    return (
        np.array([encoders.get(encoder_key(encoder), -1) for encoder in tasks.encoders], dtype=np.int64),
        np.array([detectors.get(detector_key(detector), -1) for detector in tasks.detectors], dtype=np.int64),
    )
