"""Reasons for the rows of one corpus: the facts are gathered once, at the first question."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import pyarrow.compute as pc

from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.detectors import detector
from explorer.core.anomaly.kinds import KIND_NAMES, outlier_kinds
from explorer.core.anomaly.reasons import CorpusFacts, Surroundings, corpus_facts, reason
from explorer.core.anomaly.unusual import unusual
from explorer.core.anomaly.within import parted
from explorer.core.corpus.corpus import Corpus
from explorer.core.plan import Plan
from explorer.core.report.visible import visible
from explorer.core.results import Results

EXCERPT = 60
"""Characters of a neighbour that a reason quotes."""


class Explainer:
    """Says why a row is strange. opinion : (n,) what was learned from decisions, if anything was."""

    def __init__(self, corpus: Corpus, results: Results, plan: Plan, opinion: Scores | None = None) -> None:
        self._corpus, self._results, self._plan, self._opinion = corpus, results, plan, opinion

    def fits(self, corpus: Corpus, results: Results, plan: Plan) -> bool:
        """Whether its facts are those of this corpus, these results and this plan."""
        old, before = self._results, self._plan
        same = corpus is self._corpus and results.graph is old.graph and results.scores is old.scores
        more = results.groups is old.groups and results.characters is old.characters and results.peers is old.peers
        return same and more and (plan.k, plan.shown) == (before.k, before.shown)

    def with_opinion(self, opinion: Scores | None) -> Explainer:
        """The same facts with something else learned; what was gathered is kept."""
        made = Explainer(self._corpus, self._results, self._plan, opinion)
        if "_facts" in self.__dict__:
            made.__dict__["_facts"] = replace(self._facts, more=replace(self._facts.more, opinion=opinion))
        return made

    def gather(self) -> None:
        """Get the facts together, on whatever thread, so that the first question need not wait for them."""
        _ = self._facts

    @cached_property
    def _facts(self) -> CorpusFacts:
        results, plan = self._results, self._plan
        assert results.graph is not None
        lengths = pc.utf8_length(self._corpus.embedded).to_numpy().astype("int64")
        names = [plan.shown, *(name for name in results.scores if name != plan.shown)]
        detectors = [detector(name, plan.k) for name in dict.fromkeys(parted(name)[0] for name in names)]
        more = Surroundings(
            kinds=outlier_kinds(results.graph, plan.k, results.groups),
            groups=results.groups,
            written=None if results.characters is None else unusual(results.characters),
            peers=results.peers,
            opinion=self._opinion,
            excerpt=self._excerpt,
        )
        return corpus_facts({name: results.scores[name] for name in names}, detectors, results.graph, lengths, more)

    def _excerpt(self, row: int) -> str:
        return f"“{visible(self._corpus.text(row), EXCERPT)}”"

    def reason(self, row: int, override: bool | None = None) -> str:
        """One plain sentence of facts; ``override`` is what the person decided about the row's flag."""
        return reason(row, self._facts, override)

    def kind(self, row: int) -> str:
        """``global``, ``local``, ``group``, or "" for a text that is no outlier by the graph alone."""
        kinds = self._facts.more.kinds
        return "" if kinds is None else KIND_NAMES[kinds.of[row]]


def explainer(corpus: Corpus, results: Results, plan: Plan, opinion: Scores | None = None) -> Explainer | None:
    """The explainer with the score that the plan shows in front; None until there are scores and the graph."""
    if results.graph is None or plan.shown not in results.scores:
        return None
    return Explainer(corpus, results, plan, opinion)
