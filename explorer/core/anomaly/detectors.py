"""The detectors by name."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

from explorer.core.anomaly.base import Detector
from explorer.core.anomaly.iforest import IsolationForest
from explorer.core.anomaly.knn import Knn
from explorer.core.anomaly.lof import Lof

DETECTORS: dict[str, Callable[..., Detector]] = {"knn": Knn, "lof": Lof, "iforest": IsolationForest}


def reads_neighbours(name: str, k: int) -> bool:
    """Whether the detector of that name reads the kNN graph."""
    return detector(name, k).k_needed > 0


def detector(name: str, k: int) -> Detector:
    """The detector of that name, reading ``k`` neighbours if it reads any. Raises ``KeyError`` for an unknown name."""
    chosen = DETECTORS[name]
    return chosen(k=k) if "k" in signature(chosen).parameters else chosen()
