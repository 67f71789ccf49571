"""Learning from decisions: switching it on, and what they say about the texts near them, worked out on a thread."""

from __future__ import annotations

from dataclasses import replace

from explorer.app.changes import Changes
from explorer.app.flagging import with_flags
from explorer.app.state import AppState, Learned
from explorer.app.store import Operation
from explorer.core.anomaly.feedback import Links, links, opinion
from explorer.core.neighbors.base import KnnGraph
from explorer.core.report.evidence import known


def set_learning(*, on: bool) -> Operation:
    """Let decisions by hand raise and lower the scores near them, or not."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if on == state.plan.learn:
            return state, Changes.NONE
        after = with_flags(replace(state, plan=replace(state.plan, learn=on)))
        return after, Changes.PLAN | Changes.SCORES | Changes.FLAGS

    return apply


def show_learned(*, learned: Learned) -> Operation:
    """What the decisions say about the texts near them; dropped if others were made meanwhile."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if not state.plan.learn or learned.overrides is not state.overrides:
            return state, Changes.NONE
        return with_flags(replace(state, learned=learned, ranking=None)), Changes.SCORES | Changes.FLAGS

    return apply


def wants_learning(state: AppState) -> bool:
    """Whether decisions were made that nothing has been learned from yet."""
    if not state.plan.learn or not state.overrides or state.results.graph is None or state.ranking is None:
        return False
    held = state.learned
    return held is None or held.overrides is not state.overrides or held.graph is not state.results.graph


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
