"""What a run has computed so far: each field is filled when its stage is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.core.anomaly.base import Scores
from explorer.core.arrays import Vectors
from explorer.core.embedding.base import EncoderCard
from explorer.core.neighbors.base import KnnGraph
from explorer.core.projection.base import Positions
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
    store : where the arrays lie; held so that a temporary one lives as long as they do.
    """

    card: EncoderCard | None = None
    vectors: Vectors | None = None
    cut: int = 0
    pca: Positions | None = None
    layout: Positions | None = None
    graph: KnnGraph | None = None
    scores: Mapping[str, Scores] = field(default_factory=dict)
    index: AnnoyFile | None = None
    records: tuple[StageRecord, ...] = ()
    store: ResultStore | None = None

    @property
    def positions(self) -> Positions | None:
        """The best map there is: the neighbour layout, else PCA."""
        return self.layout if self.layout is not None else self.pca
