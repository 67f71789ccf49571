"""What the stages of one run share, and what a stage is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.corpus.corpus import Corpus
from explorer.core.embedding.base import Encoder, EncoderCard
from explorer.core.fingerprint import fingerprint
from explorer.core.neighbors.base import KnnGraph
from explorer.core.plan import Plan
from explorer.core.progress import Progress
from explorer.core.projection.base import nobody
from explorer.core.storage import ResultStore, StageResult

VERSION = 1
"""Raised when a stage computes something else from the same inputs, so that old results are not reused."""

RECALL = 0.98
"""Recall asked of every approximate neighbour search; what was measured is shown beside it."""

Output = tuple[Mapping[str, NDArray[Any]], Mapping[str, Any]]
OnPartial = Callable[[NDArray[np.float32]], None]


@dataclass
class Work:
    """What the stages of one run share: inputs, what is done so far, and where partial layouts go.

    kept : what several stages need and none saves, by name.
    """

    corpus: Corpus
    plan: Plan
    card: EncoderCard
    store: ResultStore
    on_partial: OnPartial = nobody
    encoder: Encoder | None = None
    done: dict[str, StageResult] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    def array(self, stage: str, name: str) -> NDArray[Any]:
        return self.done[stage].arrays[name]


def always(work: Work, found: StageResult) -> bool:
    """A result that is there can be used again."""
    return True


@dataclass(frozen=True)
class Stage:
    """One step: its name, the key of its result, its share of the time, and what it does, in words and in code.

    is_usable : whether a result found under the key spares computing it; it always does, but for a failed attempt.
    """

    name: str
    words: str
    weight: float
    key: str
    compute: Callable[[Work, str, Progress], Output]
    is_usable: Callable[[Work, StageResult], bool] = always


def vectors_key(texts: str, card: EncoderCard) -> str:
    """Key of the vectors of the corpus with that fingerprint."""
    return fingerprint("vectors", VERSION, texts, card.fingerprint)


def graph_key(vectors: str, k: int, plan: Plan) -> str:
    """Key of the kNN graph over those vectors: one for each (vectors, transform, metric) and k."""
    return fingerprint("graph", VERSION, vectors, k, plan.metric, plan.seed, *transformed(plan))


def transformed(plan: Plan) -> tuple[str, ...]:
    """What a key says of the transform: nothing where there is none, as before there were any."""
    return () if plan.transform == "none" else (plan.transform,)


def knn_graph(result: StageResult, ids: str = "ids", distances: str = "distances") -> KnnGraph:
    """The graph that a stage saved under those names."""
    facts = result.meta["facts"]
    return KnnGraph(
        result.arrays[ids],
        result.arrays[distances],
        facts["metric"],
        facts["method"],
        facts["recall"],
        facts["recall_rows"],
    )
