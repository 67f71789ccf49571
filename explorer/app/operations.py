"""What a person or a job can do to the state: plain functions that return an operation.

Each takes keyword-only arguments, is pure, and says what it changed. Nothing here touches a widget, a
thread or the disk; ``session.py`` records what must survive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.app.changes import Changes
from explorer.app.messages import Message
from explorer.app.state import NO_ROWS, AppState, JobView, Method, NeighbourView
from explorer.app.store import Operation
from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.flags import flagged, ranks
from explorer.core.corpus.checks import CorpusCheck
from explorer.core.corpus.corpus import Corpus
from explorer.core.neighbors.base import Metric
from explorer.core.pipeline import still_valid
from explorer.core.plan import Plan
from explorer.core.report.decisions import choose_threshold
from explorer.core.report.reason_lines import explainer
from explorer.core.results import Results

MAX_MESSAGES = 200

# --- corpus and results -------------------------------------------------------------------------


def show_corpus(
    *, project: Path, corpus: Corpus, check: CorpusCheck, plan: Plan, overrides: Mapping[int, bool]
) -> Operation:
    """Another corpus is on the table: forget all that belonged to the last one."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        fresh = AppState(
            project=project,
            corpus=corpus,
            check=check,
            plan=plan,
            overrides=MappingProxyType(dict(overrides)),
            neighbours=NeighbourView(k=plan.k, metric=plan.metric),
            job=state.job,
            messages=state.messages,
        )
        return fresh, Changes.ALL

    return apply


def set_plan(*, plan: Plan) -> Operation:
    """Other parameters: what they do not touch stays, what they make untrue goes, a score's threshold included."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if plan == state.plan:
            return state, Changes.NONE
        results = still_valid(state.results, state.plan, plan)
        chosen = plan if _same_scale(state, plan, results) else replace(plan, threshold=None)
        view = replace(state.neighbours, k=plan.k, metric=plan.metric, source="")
        after = _with_flags(replace(state, plan=chosen, results=results, neighbours=view))
        changes = _different(state.results, results) | Changes.SCORES | Changes.FLAGS
        return after, changes | Changes.PLAN | Changes.NEIGHBOURS

    return apply


_RESULT_CHANGES = (
    ("vectors", Changes.VECTORS | Changes.NEIGHBOURS),
    ("graph", Changes.GRAPH),
    ("index", Changes.INDEX | Changes.NEIGHBOURS),
    ("positions", Changes.POSITIONS),
)


def show_results(*, results: Results) -> Operation:
    """A stage is done (or its partial result has arrived): show what there is now."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        changes = _different(state.results, results)
        after = replace(state, results=results)
        if changes & (Changes.VECTORS | Changes.INDEX):
            after = replace(after, neighbours=replace(state.neighbours, source=""))
        return (_with_flags(after) if changes & Changes.SCORES else after), changes

    return apply


def _different(old: Results, new: Results) -> Changes:
    changes = Changes.NONE
    for name, change in _RESULT_CHANGES:
        if getattr(new, name) is not getattr(old, name):
            changes |= change
    return changes if _same_scores(old.scores, new.scores) else changes | Changes.SCORES | Changes.FLAGS


def _same_scale(state: AppState, plan: Plan, results: Results) -> bool:
    """Whether a threshold on the scores shown still means the same, or was chosen with these very parameters."""
    same_scores = plan.detectors[0] == state.detector and state.detector in results.scores
    return same_scores or plan.threshold != state.plan.threshold


def _same_scores(first: Mapping[str, Scores], second: Mapping[str, Scores]) -> bool:
    return first.keys() == second.keys() and all(first[name] is second[name] for name in first)


# --- threshold, flags ---------------------------------------------------------------------------


def _with_flags(state: AppState) -> AppState:
    """Threshold, flags, ranks and reasons that follow from the scores shown."""
    scores = state.scores
    if scores is None or state.corpus is None:
        return replace(state, threshold=None, flagged=None, ranks=None, explainer=None)
    threshold = choose_threshold(scores, state.plan)
    results = state.results
    return replace(
        state,
        threshold=threshold,
        flagged=flagged(scores, threshold, state.overrides),
        ranks=ranks(scores),
        explainer=explainer(state.corpus, results.graph, results.scores, state.detector, state.plan.k),
    )


def show_detector(*, detector: str) -> Operation:
    """Rank and colour by another detector's scores; its threshold starts from its own rule."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if detector == state.detector or detector not in state.results.scores:
            return state, Changes.NONE
        others = tuple(name for name in state.plan.detectors if name != detector)
        plan = replace(state.plan, detectors=(detector, *others), threshold=None)
        return _with_flags(replace(state, plan=plan)), Changes.PLAN | Changes.SCORES | Changes.FLAGS

    return apply


def set_threshold(*, value: float | None = None, share: float | None = None) -> Operation:
    """Move the line: to a score, to a share of the texts, or (neither given) back to the rule's own."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if state.scores is None:
            return state, Changes.NONE
        plan = replace(state.plan, threshold=value, flag_share=share)
        after = replace(state, plan=plan)
        threshold = choose_threshold(state.scores, plan)
        flags = flagged(state.scores, threshold, state.overrides)
        return replace(after, threshold=threshold, flagged=flags), Changes.PLAN | Changes.FLAGS

    return apply


def override_flags(*, rows: Sequence[int] | NDArray[np.int64], flag: bool | None) -> Operation:
    """Flag (True) or clear (False) rows by hand, or give them back to the threshold (None)."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        overrides = dict(state.overrides)
        for row in map(int, rows):
            if flag is None:
                overrides.pop(row, None)
            else:
                overrides[row] = flag
        if overrides == dict(state.overrides):
            return state, Changes.NONE
        after = replace(state, overrides=MappingProxyType(overrides))
        if state.scores is None or state.threshold is None:
            return after, Changes.FLAGS
        return replace(after, flagged=flagged(state.scores, state.threshold, overrides)), Changes.FLAGS

    return apply


# --- where the person is ------------------------------------------------------------------------


def set_current(*, row: int | None) -> Operation:
    """Show a row in the text and neighbours panels; it becomes the selection too."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if row is not None and not 0 <= row < state.rows:
            return state, Changes.NONE
        if row == state.current:
            return state, Changes.NONE
        view = replace(state.neighbours, rows=NO_ROWS, distances=np.empty(0), source="")
        return replace(state, current=row, neighbours=view), Changes.CURRENT | Changes.NEIGHBOURS

    return apply


def select(*, rows: Sequence[int] | NDArray[np.int64]) -> Operation:
    """Make ``rows`` the selection (sorted, each once)."""
    chosen = np.unique(np.asarray(rows, dtype=np.int64))
    chosen.setflags(write=False)

    def apply(state: AppState) -> tuple[AppState, Changes]:
        inside = chosen[(chosen >= 0) & (chosen < state.rows)]
        if np.array_equal(inside, state.selection):
            return state, Changes.NONE
        return replace(state, selection=inside), Changes.SELECTION

    return apply


def step(*, direction: Literal[1, -1], flagged_only: bool = True) -> Operation:
    """Go to the next stranger (-1) or less strange (+1) row in the ranking, by default among the flagged ones."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if state.ranks is None or state.flagged is None:
            return state, Changes.NONE
        among = np.flatnonzero(state.flagged) if flagged_only else np.flatnonzero(state.ranks > 0)
        if among.size == 0:
            return state, Changes.NONE
        order = among[np.lexsort((among, np.where(state.ranks[among] > 0, state.ranks[among], state.rows + 1)))]
        after, changes = set_current(row=_neighbour_in(order, state, direction))(state)
        return after, changes

    return apply


def _neighbour_in(order: NDArray[np.int64], state: AppState, direction: int) -> int:
    """The row after (before) the current one in ``order``, which need not contain it; wraps around."""
    assert state.ranks is not None
    if state.current is None:
        return int(order[0 if direction > 0 else -1])
    here = np.flatnonzero(order == state.current)
    if here.size:
        return int(order[(int(here[0]) + direction) % order.size])
    position = int(np.searchsorted(state.ranks[order], state.ranks[state.current]))
    return int(order[(position if direction > 0 else position - 1) % order.size])


def set_colour(*, colour_by: str) -> Operation:
    """Colour the map by the anomaly score, by a column, or not at all."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if colour_by == state.colour_by:
            return state, Changes.NONE
        return replace(state, colour_by=colour_by), Changes.COLOUR

    return apply


def set_neighbours(*, k: int | None = None, metric: Metric | None = None, method: Method | None = None) -> Operation:
    """Ask the neighbours panel differently; the answer follows from ``session``."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        old = state.neighbours
        view = replace(old, k=k or old.k, metric=metric or old.metric, method=method or old.method, source="")
        if (view.k, view.metric, view.method) == (old.k, old.metric, old.method):
            return state, Changes.NONE
        return replace(state, neighbours=view), Changes.NEIGHBOURS

    return apply


def show_neighbours(*, row: int, rows: NDArray[np.int64], distances: NDArray[np.float64], source: str) -> Operation:
    """The answer of a neighbour search; dropped if the person has moved on."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if row != state.current:
            return state, Changes.NONE
        view = replace(state.neighbours, rows=rows, distances=distances, source=source)
        return replace(state, neighbours=view), Changes.NEIGHBOURS

    return apply


# --- work and words -----------------------------------------------------------------------------


def show_job(*, job: JobView | None) -> Operation:
    """The work under way, or None when there is none."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        return replace(state, job=job), Changes.NONE if job == state.job else Changes.JOB

    return apply


def say(*, message: Message) -> Operation:
    """Tell the person something; the newest is last."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        return replace(state, messages=(*state.messages, message)[-MAX_MESSAGES:]), Changes.MESSAGES

    return apply
