"""What is to be computed: every parameter of a run, checked once, hashable, written into the manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, get_args

from explorer.core.anomaly.detectors import DETECTORS, reads_neighbours
from explorer.core.anomaly.flags import check_deviations
from explorer.core.anomaly.precision import check_target
from explorer.core.anomaly.within import WITHIN, Within, within_name
from explorer.core.embedding.base import Precision
from explorer.core.neighbors.base import METRICS, Metric
from explorer.core.projection.base import LAYOUTS
from explorer.errors import OptionError

MAX_K = 1_000
"""Neighbours that are computed at most."""

MAX_ASKED = 10_000
"""A k above ``MAX_K`` may be asked of a corpus of fewer texts: it is answered with what there is."""

LINE = ("threshold", "flag_share", "threshold_z", "target_precision")
"""Parameters that say where the line is drawn; without any of them it follows from the scores."""


@dataclass(frozen=True)
class Plan:
    """Parameters of a run. ``detectors[0]`` gives ``anomaly_score``; at most one of ``LINE`` says where the line is.

    vectors : path of precomputed embeddings (one row a text, corpus order); then ``encoder`` is not used.
    flag_share : share of the scored texts to flag, 0..1. layout : which map is drawn, if ``map``.
    threshold_z : upper deviations above the median. target_precision : wanted share of odd texts among the flagged,
        estimated from decisions by hand and, if ``odd_value`` is given, from the label column, where it means odd.
    within : what texts are compared with. learn : whether decisions by hand raise and lower the scores near them.
    Raises ``OptionError`` when made with a parameter that cannot work.
    """

    encoder: str = "minilm"
    precision: Precision = "auto"
    allow_download: bool = False
    vectors: str | None = None
    k: int = 15
    metric: Metric = "cosine"
    detectors: tuple[str, ...] = ("knn", "lof")
    threshold: float | None = None
    flag_share: float | None = None
    seed: int = 0
    map: bool = True
    layout: str = "umap"
    threshold_z: float | None = None
    target_precision: float | None = None
    odd_value: str | None = None
    within: Within = "corpus"
    learn: bool = False

    def __post_init__(self) -> None:
        self._check_neighbours()
        self._check_detectors()
        self._check_flags()
        self._check_within()
        if self.precision not in get_args(Precision):
            raise OptionError(f"Unknown precision {self.precision!r}.", "Use auto or fp32.")
        if self.layout not in LAYOUTS:
            raise OptionError(f"Unknown layout {self.layout!r}.", f"Use one of: {', '.join(LAYOUTS)}.")
        if not 0 <= self.seed < 2**31:
            raise OptionError(f"The seed {self.seed} is out of range.", "Use a number from 0 to 2147483647.")

    def _check_neighbours(self) -> None:
        if not 1 <= self.k <= MAX_ASKED:
            raise OptionError(f"k = {self.k} neighbours cannot be computed.", f"Use a number from 1 to {MAX_K}.")
        if self.metric not in METRICS:
            raise OptionError(f"Unknown metric {self.metric!r}.", f"Use one of: {', '.join(METRICS)}.")

    def check_for(self, rows: int) -> None:
        """Raise ``OptionError`` if a corpus of that many rows would need more neighbours than can be computed."""
        if min(self.k, rows - 1) > MAX_K:
            raise OptionError(f"k = {self.k} neighbours cannot be computed.", f"Use a number from 1 to {MAX_K}.")

    def _check_detectors(self) -> None:
        if not self.detectors:
            raise OptionError("No detector was named.", f"Use one or more of: {', '.join(DETECTORS)}.")
        for name in self.detectors:
            if name not in DETECTORS:
                raise OptionError(f"Unknown detector {name!r}.", f"Use one or more of: {', '.join(DETECTORS)}.")
        if len(set(self.detectors)) < len(self.detectors):
            raise OptionError("A detector was named twice.", "Name each detector once.")

    def _check_flags(self) -> None:
        if sum(getattr(self, name) is not None for name in LINE) > 1:
            raise OptionError(
                "More than one of threshold, flag share, deviations and target precision was given.", "Give one."
            )
        if self.threshold_z is not None:
            check_deviations(self.threshold_z)
        if self.target_precision is not None:
            check_target(self.target_precision)
        if self.threshold is not None and not math.isfinite(self.threshold):
            raise OptionError(f"The threshold {self.threshold} is not a number.", "Give a finite score.")
        if self.flag_share is not None and not 0 <= self.flag_share <= 1:
            raise OptionError(
                f"A flag share of {self.flag_share:g} is not possible.", "Give a share from 0 to 1, such as 0.02."
            )

    def _check_within(self) -> None:
        if self.within not in WITHIN:
            raise OptionError(f"Unknown comparison {self.within!r}.", f"Use one of: {', '.join(WITHIN)}.")
        if self.within != "corpus" and not self._within_names:
            raise OptionError(
                f"None of {', '.join(self.detectors)} can compare texts {WITHIN[self.within]}.",
                "Add a detector that reads neighbours, such as knn or lof.",
            )

    @property
    def _within_names(self) -> tuple[str, ...]:
        if self.within == "corpus":
            return ()
        return tuple(within_name(name, self.within) for name in self.detectors if reads_neighbours(name, self.k))

    @property
    def score_names(self) -> tuple[str, ...]:
        """Every score that is computed: one a detector, and one for those that compare within groups too."""
        return (*self.detectors, *self._within_names)

    @property
    def shown(self) -> str:
        """The score that ranks, colours and flags."""
        return self._within_names[0] if self._within_names else self.detectors[0]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, for manifests, projects and worker requests."""
        return asdict(self) | {"detectors": list(self.detectors)}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Plan:
        """The inverse of ``as_dict``; unknown keys are an error, missing ones take the default."""
        unknown = set(values) - {field.name for field in fields(Plan)}
        if unknown:
            raise OptionError(
                f"Unknown parameters: {', '.join(sorted(unknown))}.", "They may come from a newer version."
            )
        return Plan(**{**values, **({"detectors": tuple(values["detectors"])} if "detectors" in values else {})})
