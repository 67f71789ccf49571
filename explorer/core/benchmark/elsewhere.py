"""How good an encoder with a detector was on other corpora, whose labels are known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.spec import DetectorSpec
from explorer.core.benchmark.prediction.names import detector_key, encoder_key
from explorer.core.benchmark.prediction.tasks import Tasks

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Record:
    """Mean AUROC by encoder and detector, each family of datasets counting once; NaN where nothing is known.

    auroc : (encoders, detectors).
    """

    encoders: tuple[tuple[str, ...], ...]
    detectors: tuple[str, ...]
    auroc: Array

    @staticmethod
    def of(tasks: Tasks, *, without: Collection[str] = ()) -> Record:
        """What ``tasks`` say, the families ``without`` left out."""
        families = [family_of(name) for name in tasks.datasets]
        means = [
            _mean(tasks.auroc[[place for place, other in enumerate(families) if other == family]])
            for family in dict.fromkeys(families)
            if family not in without
        ]
        auroc = _mean(np.stack(means)) if means else np.full(tasks.auroc.shape[1:], np.nan)
        names = tuple(encoder_key(encoder) for encoder in tasks.encoders)
        return Record(names, tuple(map(detector_key, tasks.detectors)), auroc)

    def auroc_of(self, encoder: str, detector: str) -> float:
        """Mean AUROC of this pair; for a strange encoder that of the detector with any; NaN for a strange detector."""
        name = detector_key(DetectorSpec.parse(detector).name)
        if name not in self.detectors:
            return float("nan")
        column = self.auroc[:, self.detectors.index(name)]
        key = encoder_key((encoder, ""))
        if key in self.encoders:
            return float(column[self.encoders.index(key)])
        return float(_mean(column))


def family_of(dataset: str) -> str:
    """``banking_cards`` and ``banking_fees`` are made of the same texts: what holds on one is no news on the other."""
    return dataset.split("_", maxsplit=1)[0]


def _mean(values: Array) -> Array:
    """Over the first axis, of what is known."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    return np.asarray(np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan))
