"""The one state that every panel shows. Frozen: a change is a new state, made by an operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.app.messages import Message
from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.flags import Threshold
from explorer.core.corpus.checks import CorpusCheck
from explorer.core.corpus.corpus import Corpus
from explorer.core.neighbors.base import Metric
from explorer.core.plan import Plan
from explorer.core.report.reason_lines import Explainer
from explorer.core.results import Results

NO_ROWS: NDArray[np.int64] = np.empty(0, dtype=np.int64)
NO_ROWS.setflags(write=False)

ANOMALY = "\0anomaly"
"""Value of ``colour_by`` that means the anomaly score shown; any other value is a column's name."""
NO_COLOUR = "\0none"

Method = Literal["auto", "exact", "annoy"]
ThresholdBy = Literal["rule", "share", "hand"]


@dataclass(frozen=True)
class JobView:
    """The work under way, as the status bar shows it. ``fraction`` < 0 means that its length is unknown."""

    token: int
    title: str
    message: str = ""
    fraction: float = -1.0
    facts: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class NeighbourView:
    """How the neighbours panel asks, and the answer for the current row.

    rows, distances : (m,) nearest first, m <= k.
    source : the proof in words ("exact", "Annoy, recall@15 0.98 on 500 rows"); empty until there is an answer.
    """

    k: int = 15
    metric: Metric = "cosine"
    method: Method = "auto"
    rows: NDArray[np.int64] = field(default_factory=lambda: NO_ROWS)
    distances: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    source: str = ""


@dataclass(frozen=True)
class AppState:
    """Everything the window shows.

    threshold : None until there are scores.
    flagged : (n,) bool, what the threshold and the overrides together say.
    ranks : (n,) int64, 1 = strangest, 0 = not scored.
    overrides : row -> True (flagged by hand) or False (cleared by hand).
    current : the row that the text and neighbours panels show. selection : sorted rows.
    explainer : says why a row is strange, once there are scores.
    """

    project: Path | None = None
    corpus: Corpus | None = None
    check: CorpusCheck | None = None
    plan: Plan = field(default_factory=Plan)
    results: Results = field(default_factory=Results)
    threshold: Threshold | None = None
    overrides: Mapping[int, bool] = field(default_factory=lambda: MappingProxyType({}))
    flagged: NDArray[np.bool_] | None = None
    ranks: NDArray[np.int64] | None = None
    explainer: Explainer | None = None
    current: int | None = None
    selection: NDArray[np.int64] = field(default_factory=lambda: NO_ROWS)
    colour_by: str = ANOMALY
    neighbours: NeighbourView = field(default_factory=NeighbourView)
    job: JobView | None = None
    messages: tuple[Message, ...] = ()

    @property
    def rows(self) -> int:
        return 0 if self.corpus is None else self.corpus.rows

    @property
    def detector(self) -> str:
        """Whose score ranks and colours: the plan's first."""
        return self.plan.detectors[0]

    @property
    def threshold_by(self) -> ThresholdBy:
        """Who chose the threshold."""
        return "hand" if self.plan.threshold is not None else "rule" if self.plan.flag_share is None else "share"

    @property
    def scores(self) -> Scores | None:
        """The scores of the detector shown."""
        return self.results.scores.get(self.detector)

    @property
    def flag_count(self) -> int:
        return 0 if self.flagged is None else int(self.flagged.sum())
