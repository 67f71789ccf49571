"""The detectors by name. One file a family; a new one is a class with a line here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from explorer.core.anomaly.autoencoder import Autoencoder
from explorer.core.anomaly.base import Detector
from explorer.core.anomaly.cluster import ClusterDistance
from explorer.core.anomaly.consensus import Consensus
from explorer.core.anomaly.dpad import Dpad
from explorer.core.anomaly.dsvdd import DeepSvdd
from explorer.core.anomaly.hbos import Hbos
from explorer.core.anomaly.iforest import IsolationForest
from explorer.core.anomaly.kde import KernelDensity
from explorer.core.anomaly.knn import Knn
from explorer.core.anomaly.lof import Lof
from explorer.core.anomaly.lunar import Lunar
from explorer.core.anomaly.ocsvm import OneClassSvm
from explorer.core.anomaly.pca import PrincipalComponents
from explorer.core.anomaly.spec import DetectorSpec, typed
from explorer.core.anomaly.tails import Copod, Ecod
from explorer.errors import OptionError

DETECTORS: dict[str, type[Any]] = {
    "knn": Knn,
    "lof": Lof,
    "ocsvm": OneClassSvm,
    "iforest": IsolationForest,
    "pca": PrincipalComponents,
    "kde": KernelDensity,
    "ecod": Ecod,
    "autoencoder": Autoencoder,
    "dsvdd": DeepSvdd,
    "dpad": Dpad,
    "hbos": Hbos,
    "copod": Copod,
    "lunar": Lunar,
    "cluster": ClusterDistance,
    "consensus": Consensus,
}


def detector(name: str, k: int, options: Iterable[tuple[str, str]] = ()) -> Detector:
    """The detector of that name, reading ``k`` neighbours if it reads any and the options say nothing else.

    Raises ``KeyError`` for an unknown name, ``OptionError`` for parameters that it does not have or that cannot work.
    """
    kind = DETECTORS[name]
    chosen = typed(kind, name, dict(options))
    if any(field.name == "k" for field in fields(kind)):
        chosen = {"k": k, **chosen}
    made: Detector = kind(**chosen)
    return made


def specified(spec: DetectorSpec, k: int) -> Detector:
    """The detector that a spec names. Raises ``OptionError`` for what cannot be made."""
    if spec.name not in DETECTORS:
        raise unknown_detector(spec.name)
    return detector(spec.name, k, spec.options)


def unknown_detector(name: str) -> OptionError:
    return OptionError(f"Unknown detector {name!r}.", f"Use one or more of: {', '.join(DETECTORS)}.")
