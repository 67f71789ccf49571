"""What a run has computed so far: each field is filled when its stage is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.flags import Ranking, ranking
from explorer.core.anomaly.groups import Groups
from explorer.core.anomaly.within import Peers
from explorer.core.arrays import Vectors
from explorer.core.clusters.regions import Regions
from explorer.core.corpus.characters import Characters
from explorer.core.embedding.base import EncoderCard
from explorer.core.neighbors.base import KnnGraph
from explorer.core.projection.base import Positions
from explorer.core.projection.trust import Trust
from explorer.core.quality.checks import Check
from explorer.core.quality.duplicates import Duplicates
from explorer.core.quality.label_errors import LabelErrors
from explorer.core.quality.overview import all_checks
from explorer.core.storage import ResultStore


@dataclass(frozen=True)
class StageRecord:
    """What a stage cost when it was computed; ``reused`` says that this run found it done."""

    stage: str
    key: str
    seconds: float
    peak_mb: float
    reused: bool
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AnnoyFile:
    """A built Annoy index: its file and what was measured when it was built."""

    path: Path
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Results:
    """All arrays are row-aligned with the corpus, read-only, and memory-mapped where they are large.

    cut : how many texts were cut at the encoder's token limit.
    pca : (n, 3), the first picture in its first two columns. layout : the map that the plan asks for, (n, 2) or (n, 3).
    trust : how far that map can be trusted. regions : what its regions are about. keywords : the full-text index.
    groups : small groups of alike texts far from the rest. characters : what the texts are written with.
    peers : who is compared with whom, where the plan compares within groups.
    rankings : what follows from each detector's scores alone, where it was kept with them.
    failed : detectors that gave no scores, and why. agreement : (n,) how many detectors would flag each text, where a
    consensus was asked for. normals : neighbours among the texts that count as normal (novelty).
    duplicates : groups of texts that say the same. labels : which are probably wrong; None also without a label column.
    text_checks : what is wrong with texts one by one.
    store : where the arrays lie; held so that a temporary one lives as long as they do.
    """

    card: EncoderCard | None = None
    vectors: Vectors | None = None
    cut: int = 0
    pca: Positions | None = None
    layout: Positions | None = None
    trust: Trust | None = None
    regions: Regions | None = None
    keywords: Path | None = None
    graph: KnnGraph | None = None
    scores: Mapping[str, Scores] = field(default_factory=dict)
    rankings: Mapping[str, Ranking] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    agreement: NDArray[np.int16] | None = None
    normals: KnnGraph | None = None
    groups: Groups | None = None
    characters: Characters | None = None
    peers: Peers | None = None
    duplicates: Duplicates | None = None
    labels: LabelErrors | None = None
    text_checks: tuple[Check, ...] | None = None
    index: AnnoyFile | None = None
    records: tuple[StageRecord, ...] = ()
    store: ResultStore | None = None

    @property
    def positions(self) -> Positions | None:
        """The best map there is: the layout, else the first picture."""
        if self.layout is not None or self.pca is None:
            return self.layout
        return self.pca[:, :2]

    def leading(self, detectors: Sequence[str]) -> str:
        """Whose score is the anomaly score: the first of ``detectors`` that has not failed, else the first."""
        return next((name for name in detectors if name not in self.failed), detectors[0])

    def checks(self, rows: int) -> tuple[Check, ...]:
        """Everything that the quality stages found on a corpus of ``rows`` rows, the worst first."""
        return all_checks(self.text_checks, self.duplicates, self.labels, rows)

    def ranking(self, detector: str) -> Ranking:
        """Ranks and threshold of a detector's scores: as they were kept, else sorted now."""
        kept = self.rankings.get(detector)
        return kept if kept is not None else ranking(self.scores[detector])
