"""Reasons for the rows of one corpus: the facts are gathered once, at the first question."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import pyarrow.compute as pc

from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.detectors import detector
from explorer.core.anomaly.reasons import CorpusFacts, corpus_facts, reason
from explorer.core.corpus.corpus import Corpus
from explorer.core.neighbors.base import KnnGraph


class Explainer:
    """Says why a row is strange. ``scores`` in the order wanted: the first gives the anomaly score."""

    def __init__(self, corpus: Corpus, graph: KnnGraph, scores: Mapping[str, Scores], k: int) -> None:
        self._corpus = corpus
        self._graph = graph
        self._scores = scores
        self._k = k

    def gather(self) -> Explainer:
        """Get the facts together, on whatever thread, so that the first question need not wait for them."""
        _ = self._facts
        return self

    def is_like(self, other: Explainer) -> bool:
        """Whether both say the same, because they are made of the same arrays."""
        mine, theirs = [*self._scores.items()], [*other._scores.items()]
        return (
            (self._corpus is other._corpus and self._graph is other._graph and self._k == other._k)
            and len(mine) == len(theirs)
            and all(a == b and one is two for (a, one), (b, two) in zip(mine, theirs, strict=True))
        )

    @cached_property
    def _facts(self) -> CorpusFacts:
        lengths = pc.utf8_length(self._corpus.embedded).to_numpy().astype("int64")
        detectors = [detector(name, self._k) for name in self._scores]
        return corpus_facts(self._scores, detectors, self._graph, lengths)

    def reason(self, row: int, override: bool | None = None) -> str:
        """One plain sentence of facts; ``override`` is what the person decided about the row's flag."""
        return reason(row, self._facts, override)


def explainer(
    corpus: Corpus, graph: KnnGraph | None, scores: Mapping[str, Scores], first: str, k: int
) -> Explainer | None:
    """The explainer with detector ``first`` in front; None until its scores and the graph are there."""
    if graph is None or first not in scores:
        return None
    others = {name: values for name, values in scores.items() if name != first}
    return Explainer(corpus, graph, {first: scores[first], **others}, k)
