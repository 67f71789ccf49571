"""What is to be computed: every parameter of a run, checked once, hashable, written into the manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from explorer.core.anomaly.base import Detector
from explorer.core.anomaly.consensus import NAME as CONSENSUS
from explorer.core.anomaly.detectors import DETECTORS, specified, unknown_detector
from explorer.core.anomaly.flags import check_deviations
from explorer.core.anomaly.precision import check_target
from explorer.core.anomaly.spec import DetectorSpec
from explorer.core.anomaly.within import COMPARING, WITHIN, Within, parted, within_name
from explorer.core.embedding.base import Precision
from explorer.core.neighbors.base import METRICS, Metric
from explorer.core.neighbors.prepare import Transform
from explorer.core.projection.base import LAYOUTS
from explorer.errors import OptionError

MAX_K = 1_000
"""Neighbours that are computed at most."""

MAX_ASKED = 10_000
"""A k above ``MAX_K`` may be asked of a corpus of fewer texts: it is answered with what there is."""

LINE: Mapping[str, str] = {
    "threshold": "a threshold",
    "flag_share": "a flag share",
    "threshold_z": "a number of deviations",
    "target_precision": "a target precision",
}
"""Parameters that say where the line is drawn, in words; without any of them it follows from the scores."""


Mode = Literal["unsupervised", "novelty"]

LABELLED = "label:"
ROWS = "rows:"
FINE = "fine"


@dataclass(frozen=True)
class Reference:
    """Another project whose texts count as normal.

    path : its folder. texts : fingerprint of its corpus, as it was when it was named.
    without : rows that a person threw away or flagged there, as ranges ("0-3,17"): nothing is learnt from them.
    """

    path: str
    texts: str
    without: str = ""


@dataclass(frozen=True)
class Plan:
    """Parameters of a run. ``score_names[0]`` is ``anomaly_score``; at most one of ``LINE`` says where the line is.

    vectors : path of precomputed embeddings (one row a text, corpus order); then ``encoder`` is not used.
    standardise : whether every dimension is brought to mean 0 and deviation 1 before neighbours are looked for.
    detectors : names. options : their parameters where they differ from the usual ones, as ``knn:k=4``, by name.
    normal : which rows count as normal, for novelty: ``label:NAME`` (by the label column) or ``rows:0-3,17``; ``fine``
    (by hand) stands for rows until a project says which. reference : or the texts of another project.
    flag_share : share of the scored texts to flag, 0..1. layout : which map is drawn, if ``map``.
    threshold_z : upper deviations above the median. target_precision : wanted share of odd texts among the flagged,
        estimated from decisions by hand and, if ``odd_value`` is given, from labels: it is the one that means odd,
        a value of the label column or a label of one's own.
    within : what texts are compared with. learn : whether decisions by hand raise and lower the scores near them.
    quality : whether texts, labels and duplicates are checked. duplicate_share : within which share
        near-duplicates lie, of the median distance of a text to the nearest one that differs.
    Raises ``OptionError`` when made with a parameter that cannot work.
    """

    encoder: str = "minilm"
    precision: Precision = "auto"
    allow_download: bool = False
    vectors: str | None = None
    k: int = 15
    metric: Metric = "cosine"
    standardise: bool = False
    detectors: tuple[str, ...] = ("knn", "lof")
    options: tuple[str, ...] = ()
    normal: str | None = None
    reference: Reference | None = None
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
    quality: bool = True
    duplicate_share: float = 0.15

    def __post_init__(self) -> None:
        self._check_neighbours()
        self._check_detectors()
        self._check_normal()
        self._check_flags()
        self._check_within()
        if self.precision not in get_args(Precision):
            raise OptionError(f"Unknown precision {self.precision!r}.", "Use auto or fp32.")
        if self.layout not in LAYOUTS:
            raise OptionError(f"Unknown layout {self.layout!r}.", f"Use one of: {', '.join(LAYOUTS)}.")
        if not 0 <= self.duplicate_share <= 1:
            what = f"A duplicate share of {self.duplicate_share:g} is not possible."
            raise OptionError(what, "Give a share from 0 to 1, such as 0.15.")
        if not 0 <= self.seed < 2**31:
            raise OptionError(f"The seed {self.seed} is out of range.", "Use a number from 0 to 2147483647.")

    @property
    def mode(self) -> Mode:
        """``novelty`` where something is known to be normal; ``unsupervised`` scores the corpus by itself."""
        return "unsupervised" if self.normal is None and self.reference is None else "novelty"

    @property
    def transform(self) -> Transform:
        """What is done to the vectors before neighbours are looked for."""
        return "standardise" if self.standardise else "none"

    def detector(self, name: str) -> Detector:
        """The detector behind the scores of that name, with the plan's parameters.

        Raises ``OptionError`` for those that cannot work.
        """
        specs = {spec.name: spec for spec in map(DetectorSpec.parse, self.options)}
        base, _ = parted(name)
        return specified(specs.get(base, DetectorSpec(base)), self.k)

    def _check_neighbours(self) -> None:
        if not 1 <= self.k <= MAX_ASKED:
            raise OptionError(f"k = {self.k} neighbours cannot be computed.", f"Use a number from 1 to {MAX_K}.")
        if self.metric not in METRICS:
            raise OptionError(f"Unknown metric {self.metric!r}.", f"Use one of: {', '.join(METRICS)}.")

    def check_for(self, rows: int) -> None:
        """Raise ``OptionError`` if a corpus of that many rows would need more neighbours than can be computed."""
        k = max(self.k, *(self.detector(name).k_needed for name in self.detectors))
        if min(k, rows - 1) > MAX_K:
            raise OptionError(f"k = {k} neighbours cannot be computed.", f"Use a number from 1 to {MAX_K}.")

    def _check_detectors(self) -> None:
        if not self.detectors:
            raise OptionError("No detector was named.", f"Use one or more of: {', '.join(DETECTORS)}.")
        for name in self.detectors:
            if name not in DETECTORS:
                raise unknown_detector(name)
        if len(set(self.detectors)) < len(self.detectors):
            raise OptionError("A detector was named twice.", "Name each detector once.")
        if CONSENSUS in self.detectors and len(self.detectors) < 3:
            what = "A consensus needs at least two other detectors."
            raise OptionError(what, f"Name them too, such as: {CONSENSUS} knn lof ecod.")
        specs = [DetectorSpec.parse(words) for words in self.options]
        if len({spec.name for spec in specs}) < len(specs):
            raise OptionError("The parameters of a detector were given twice.", "Give them once, separated by commas.")
        for spec in specs:
            specified(spec, self.k)

    def _check_normal(self) -> None:
        if self.normal is not None and self.reference is not None:
            raise OptionError(
                "Normal rows and a reference project were both given.", "Give one of the two: what is learnt from."
            )
        if self.normal is None or self.normal == FINE:
            return
        if not any(self.normal.startswith(how) and self.normal != how for how in (LABELLED, ROWS)):
            raise OptionError(
                f"Nothing says which rows {self.normal!r} are.", "Use label:NAME, fine (decided by hand) or rows:0-99."
            )

    def _check_flags(self) -> None:
        given = [words for name, words in LINE.items() if getattr(self, name) is not None]
        if len(given) > 1:
            raise OptionError(f"Both {' and '.join(given)} were given.", "Give one of them.")
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
        if self.within == "corpus":
            return
        if self.mode == "novelty":
            raise OptionError(
                f"Texts cannot be compared {WITHIN[self.within]} and with normal texts at once.",
                "Compare them with the whole corpus, or name no normal texts.",
            )
        if not self.within_names:
            raise OptionError(
                f"None of {', '.join(self.detectors)} can compare texts {WITHIN[self.within]}.",
                f"Add one of: {', '.join(COMPARING)}.",
            )

    @property
    def within_names(self) -> tuple[str, ...]:
        """Scores within groups: one of each detector that can give them, where the plan asks for it."""
        if self.within == "corpus":
            return ()
        return tuple(within_name(name, self.within) for name in self.detectors if name in COMPARING)

    @property
    def score_names(self) -> tuple[str, ...]:
        """Every score that is computed; the first (that has not failed) is the anomaly score."""
        return (*self.within_names, *self.detectors)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, for manifests, projects and worker requests."""
        lists = {"detectors": list(self.detectors), "options": list(self.options)}
        return asdict(self) | lists

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Plan:
        """The inverse of ``as_dict``; unknown keys are an error, missing ones take the default."""
        unknown = set(values) - {field.name for field in fields(Plan)}
        if unknown:
            raise OptionError(
                f"Unknown parameters: {', '.join(sorted(unknown))}.", "They may come from a newer version."
            )
        tuples = {name: tuple(values[name]) for name in ("detectors", "options") if name in values}
        reference = values.get("reference")
        named = {"reference": None if reference is None else Reference(**reference)}
        return Plan(**{**values, **tuples, **named})
