"""Reasons for the rows of one corpus: the facts are gathered once, at the first question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import pyarrow.compute as pc

from explorer.core.anomaly.base import Detector, Scores
from explorer.core.anomaly.reasons import CorpusFacts, corpus_facts, reason
from explorer.core.corpus.corpus import Corpus
from explorer.core.neighbors.base import KnnGraph
from explorer.core.plan import Plan
from explorer.core.results import Results


class Explainer:
    """Says why a row is strange. Scores and detectors in the order wanted: the first gives the anomaly score."""

    def __init__(
        self,
        corpus: Corpus,
        graph: KnnGraph,
        scores: Mapping[str, Scores],
        detectors: Sequence[Detector],
        *,
        novelty: bool,
    ) -> None:
        self._corpus = corpus
        self._graph = graph
        self._scores = scores
        self._detectors = detectors
        self._novelty = novelty

    def gather(self) -> Explainer:
        """Get the facts together, on whatever thread, so that the first question need not wait for them."""
        _ = self._facts
        return self

    def is_like(self, other: Explainer) -> bool:
        """Whether both say the same, because they are made of the same arrays."""
        mine, theirs = [*self._scores.items()], [*other._scores.items()]
        return (
            (self._corpus is other._corpus and self._graph is other._graph)
            and (self._detectors, self._novelty) == (other._detectors, other._novelty)
            and len(mine) == len(theirs)
            and all(a == b and one is two for (a, one), (b, two) in zip(mine, theirs, strict=True))
        )

    @cached_property
    def _facts(self) -> CorpusFacts:
        lengths = pc.utf8_length(self._corpus.embedded).to_numpy().astype("int64")
        return corpus_facts(self._scores, self._detectors, self._graph, lengths, novelty=self._novelty)

    def reason(self, row: int, override: bool | None = None) -> str:
        """One plain sentence of facts; ``override`` is what the person decided about the row's flag."""
        return reason(row, self._facts, override)


def explainer(corpus: Corpus, results: Results, plan: Plan) -> Explainer | None:
    """The explainer with the detector that gives the anomaly score in front; None until there are scores."""
    graph = results.graph if plan.mode == "unsupervised" else results.normals
    first = results.leading(plan.detectors)
    if graph is None or first not in results.scores:
        return None
    names = [first, *(name for name in results.scores if name != first)]
    scores = {name: results.scores[name] for name in names}
    detectors = [plan.detector(name) for name in names]
    return Explainer(corpus, graph, scores, detectors, novelty=plan.mode == "novelty")
