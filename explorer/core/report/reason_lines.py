"""Reasons for the rows of one corpus: the facts are gathered once, at the first question."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import pyarrow.compute as pc

from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.kinds import KIND_NAMES, outlier_kinds
from explorer.core.anomaly.reasons import CorpusFacts, Surroundings, corpus_facts, reason, reason_beside_neighbours
from explorer.core.anomaly.unusual import unusual
from explorer.core.corpus.corpus import Corpus
from explorer.core.neighbors.base import KnnGraph
from explorer.core.plan import Plan
from explorer.core.report.visible import visible
from explorer.core.results import Results

EXCERPT = 60
"""Characters of a neighbour that a reason quotes."""


class Explainer:
    """Says why a row is strange. The score that is the anomaly score comes first, those of other detectors follow.

    scored_with : the graph that detectors read, among normal texts for novelty.
    opinion : (n,) -1 to 1, what was learned from decisions, if anything was.
    """

    def __init__(
        self, corpus: Corpus, results: Results, plan: Plan, scored_with: KnnGraph, opinion: Scores | None = None
    ) -> None:
        self._corpus, self._results, self._plan = corpus, results, plan
        self._scored_with, self._opinion = scored_with, opinion
        first = results.leading(plan.score_names)
        self._names = (first, *(name for name in results.scores if name != first))

    def gather(self) -> Explainer:
        """Get the facts together, on whatever thread, so that the first question need not wait for them."""
        _ = self._facts
        return self

    def is_like(self, other: Explainer) -> bool:
        """Whether both say the same, but for what was learned, because they are made of the same arrays."""
        mine, theirs = self._made_of, other._made_of
        same = len(mine) == len(theirs) and all(one is two for one, two in zip(mine, theirs, strict=True))
        return same and self._by_name == other._by_name

    @property
    def _made_of(self) -> tuple[object, ...]:
        results = self._results
        around = (results.graph, results.groups, results.characters, results.peers)
        return (self._corpus.texts, self._scored_with, *around, *(results.scores[name] for name in self._names))

    @property
    def _by_name(self) -> tuple[object, ...]:
        plan = self._plan
        return self._names, [plan.detector(name) for name in self._names], plan.k, plan.mode

    def with_opinion(self, opinion: Scores | None) -> Explainer:
        """The same facts with something else learned; what was gathered is kept."""
        if opinion is self._opinion:
            return self
        made = Explainer(self._corpus, self._results, self._plan, self._scored_with, opinion)
        if "_facts" in self.__dict__:
            made.__dict__["_facts"] = replace(self._facts, more=replace(self._facts.more, opinion=opinion))
        return made

    @cached_property
    def _facts(self) -> CorpusFacts:
        results, plan = self._results, self._plan
        lengths = pc.utf8_length(self._corpus.embedded).to_numpy().astype("int64")
        scores = {name: results.scores[name] for name in self._names}
        detectors = [plan.detector(name) for name in self._names]
        novelty = plan.mode == "novelty"
        return corpus_facts(scores, detectors, self._scored_with, lengths, self._around(), novelty=novelty)

    def _around(self) -> Surroundings:
        results, plan, graph = self._results, self._plan, self._results.graph
        return Surroundings(
            graph=graph,
            kinds=None if graph is None else outlier_kinds(graph, min(plan.k, graph.k), results.groups),
            groups=results.groups,
            written=None if results.characters is None else unusual(results.characters),
            peers=results.peers,
            opinion=self._opinion,
            excerpt=self._excerpt,
        )

    def _excerpt(self, row: int) -> str:
        return f"“{visible(self._corpus.text(row), EXCERPT)}”"

    def reason(self, row: int, override: bool | None = None) -> str:
        """One plain sentence of facts; ``override`` is what the person decided about the row's flag."""
        return reason(row, self._facts, override)

    def reason_beside_neighbours(self, row: int, override: bool | None = None) -> str:
        """The same where the nearest texts are shown anyway."""
        return reason_beside_neighbours(row, self._facts, override)

    def kind(self, row: int) -> str:
        """``global``, ``local``, ``group``, or "" for a text that is no outlier by the graph alone."""
        kinds = self._facts.more.kinds
        return "" if kinds is None else KIND_NAMES[kinds.of[row]]


def explainer(corpus: Corpus, results: Results, plan: Plan, opinion: Scores | None = None) -> Explainer | None:
    """The explainer with the score that is the anomaly score in front; None until there are scores."""
    graph = results.graph if plan.mode == "unsupervised" else results.normals
    if graph is None or results.leading(plan.score_names) not in results.scores:
        return None
    return Explainer(corpus, results, plan, graph, opinion)
