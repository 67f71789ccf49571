"""Learning from decisions, beside the session's thread: what they say about the texts near them."""

from __future__ import annotations

from explorer.app.state import AppState, Learned
from explorer.core.anomaly.feedback import Links, links, opinion
from explorer.core.neighbors.base import KnnGraph
from explorer.core.report.evidence import known


class Learner:
    """Answers on one thread; the edges of the graph that was asked about last are kept."""

    def __init__(self) -> None:
        self._kept: tuple[KnnGraph, Links] | None = None

    def learn(self, state: AppState) -> Learned:
        """From the decisions in ``state``, which has a graph."""
        graph = state.results.graph
        assert graph is not None
        if self._kept is None or self._kept[0] is not graph:
            self._kept = (graph, links(graph))
        return Learned(opinion(self._kept[1], known(state.overrides, None)), state.overrides, graph)


def wants_learning(state: AppState) -> bool:
    """Whether decisions were made that nothing has been learned from yet."""
    if not state.plan.learn or not state.overrides or state.results.graph is None or state.ranking is None:
        return False
    held = state.learned
    return held is None or held.overrides is not state.overrides or held.graph is not state.results.graph
