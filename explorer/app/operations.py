"""What a person or a job can do to the state: plain functions that return an operation.

Each takes keyword-only arguments, is pure, and says what it changed. Nothing here touches a widget, a
thread or the disk; ``session.py`` records what must survive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.app.changes import Changes
from explorer.app.flagging import with_flags, with_line, with_overrides
from explorer.app.shown import shown_rows, with_selected, with_shown
from explorer.app.state import NO_ROWS, AppState, HistoryView, Method, NeighbourView
from explorer.app.store import Operation
from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.within import parted
from explorer.core.corpus.checks import CorpusCheck
from explorer.core.corpus.corpus import Corpus
from explorer.core.neighbors.base import Metric
from explorer.core.pipeline import still_valid
from explorer.core.plan import Plan
from explorer.core.results import Results

# --- corpus and results -------------------------------------------------------------------------


def show_corpus(
    *, project: Path, corpus: Corpus, check: CorpusCheck, work: Mapping[str, Any], history: HistoryView,
    current: int | None = None,
) -> Operation:  # fmt: skip
    """Another corpus is on the table, with the work done on it: forget all that belonged to the last one.

    work : values of the fields named in ``app/work.py``; the label column is the corpus's. current : left out if there
    is no such row.
    """

    def apply(state: AppState) -> tuple[AppState, Changes]:
        plan = work["plan"]
        fresh = AppState(
            project=project,
            corpus=corpus,
            check=check,
            neighbours=NeighbourView(k=plan.k, metric=plan.metric),
            jobs=state.jobs,
            messages=state.messages,
            benchmark=state.benchmark,
            recommendation=state.recommendation,
            history=history,
            current=current if current is not None and 0 <= current < corpus.rows else None,
            **{name: value for name, value in work.items() if name != "label_column"},
        )
        return with_shown(fresh)[0], Changes.ALL

    return apply


def set_plan(*, plan: Plan) -> Operation:
    """Other parameters: what they do not touch stays, what they make untrue goes, a score's threshold included."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if plan == state.plan:
            return state, Changes.NONE
        results = still_valid(state.results, state.plan, plan)
        chosen = plan if _same_scale(state, plan, results) else replace(plan, threshold=None)
        view = replace(state.neighbours, k=plan.k, metric=plan.metric, source="")
        after = with_flags(replace(state, plan=chosen, results=results, neighbours=view))
        changes = different(state.results, results) | Changes.PLAN | Changes.NEIGHBOURS
        if after.ranking is not state.ranking or after.detector != state.detector:
            changes |= Changes.SCORES | Changes.FLAGS
        return after, changes | (Changes.NONE if after.threshold == state.threshold else Changes.FLAGS)

    return apply


_RESULT_CHANGES = (
    ("vectors", Changes.VECTORS | Changes.NEIGHBOURS),
    ("graph", Changes.GRAPH),
    ("index", Changes.INDEX | Changes.NEIGHBOURS),
    ("layout", Changes.POSITIONS),
    ("pca", Changes.POSITIONS),
    ("trust", Changes.POSITIONS),
    ("regions", Changes.POSITIONS),
    ("keywords", Changes.SEARCH),
    ("groups", Changes.REASONS),
    ("characters", Changes.REASONS),
    ("peers", Changes.REASONS),
    ("duplicates", Changes.CHECKS),
    ("labels", Changes.CHECKS),
    ("text_checks", Changes.CHECKS),
)

AROUND = Changes.SCORES | Changes.GRAPH | Changes.REASONS
"""After these, other flags or reasons may follow."""


def show_results(*, results: Results) -> Operation:
    """A stage is done (or its partial result has arrived): show what there is now."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        changes = different(state.results, results)
        after = replace(state, results=results)
        if changes & (Changes.VECTORS | Changes.INDEX):
            after = replace(after, neighbours=replace(state.neighbours, source=""))
        return (with_flags(after) if changes & AROUND else after), changes

    return apply


def different(old: Results, new: Results) -> Changes:
    """What is other in the new results."""
    changes = Changes.NONE if new.records == old.records else Changes.STAGES
    for name, change in _RESULT_CHANGES:
        if getattr(new, name) is not getattr(old, name):
            changes |= change
    return changes if _same_scores(old.scores, new.scores) else changes | Changes.SCORES | Changes.FLAGS


def _same_scale(state: AppState, plan: Plan, results: Results) -> bool:
    """Whether a threshold on the scores shown still means the same, or was chosen with these very parameters."""
    same_scores = results.leading(plan.score_names) == state.detector and state.detector in results.scores
    return same_scores or plan.threshold != state.plan.threshold


def _same_scores(first: Mapping[str, Scores], second: Mapping[str, Scores]) -> bool:
    return first.keys() == second.keys() and all(first[name] is second[name] for name in first)


# --- threshold, flags ---------------------------------------------------------------------------


def show_detector(*, detector: str) -> Operation:
    """Rank and colour by another detector's scores; its threshold starts from its own rule."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if detector == parted(state.detector)[0] or detector not in state.results.scores:
            return state, Changes.NONE
        others = tuple(name for name in state.plan.detectors if name != detector)
        plan = replace(state.plan, detectors=(detector, *others), threshold=None)
        return with_flags(replace(state, plan=plan)), Changes.PLAN | Changes.SCORES | Changes.FLAGS

    return apply


def set_threshold(
    *, value: float | None = None, share: float | None = None, deviations: float | None = None,
    precision: float | None = None,
) -> Operation:  # fmt: skip
    """Move the line: to a score, to a share of the texts, to so many deviations above the median, to an estimated
    precision, or (nothing given) back to the rule's own."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if state.ranking is None:
            return state, Changes.NONE
        plan = replace(
            state.plan, threshold=value, flag_share=share, threshold_z=deviations, target_precision=precision
        )
        if plan == state.plan:
            return state, Changes.NONE
        return with_line(replace(state, plan=plan)), Changes.PLAN | Changes.FLAGS

    return apply


def override_flags(*, rows: Sequence[int] | NDArray[np.int64], flag: bool | None) -> Operation:
    """Flag (True) or clear (False) rows by hand, or give them back to the threshold (None)."""
    chosen = np.asarray(rows, dtype=np.int64)

    def apply(state: AppState) -> tuple[AppState, Changes]:
        overrides = state.overrides.decided(chosen, flag)
        if overrides == state.overrides:
            return state, Changes.NONE
        after = with_overrides(state, overrides)
        return after, Changes.FLAGS if after.ranking is state.ranking else Changes.FLAGS | Changes.SCORES

    return apply


# --- where the person is ------------------------------------------------------------------------


def set_current(*, row: int | None, alone: bool = False) -> Operation:
    """Show a row in the text and neighbours panels.

    A selection that holds the row stays, and decisions act on all of it; any other ends, as in a list where one
    clicks beside it. alone : whoever goes from text to text decides one by one, so that the selection ends either way.
    """

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if row is not None and not 0 <= row < state.rows:
            return state, Changes.NONE
        kept = row is None or (not alone and is_selected(state, row))
        after, changes = (state, Changes.NONE) if kept else select(rows=NO_ROWS)(state)
        return _with_current(after, row, changes)

    return apply


def choose(*, row: int | None, rows: Sequence[int] | NDArray[np.int64]) -> Operation:
    """What a hand did in a list: ``row`` is current, ``rows`` are selected. The current one alone is no selection."""
    chosen = np.asarray(rows, dtype=np.int64)
    alone = chosen.size == 1 and int(chosen[0]) == row

    def apply(state: AppState) -> tuple[AppState, Changes]:
        after, changes = select(rows=NO_ROWS if alone else chosen)(state)
        return _with_current(after, row, changes)

    return apply


def _with_current(state: AppState, row: int | None, changes: Changes) -> tuple[AppState, Changes]:
    if row == state.current:
        return state, changes
    view = replace(state.neighbours, rows=NO_ROWS, distances=np.empty(0), source="")
    return replace(state, current=row, neighbours=view), changes | Changes.CURRENT | Changes.NEIGHBOURS


def is_selected(state: AppState, row: int) -> bool:
    """Whether a row is selected and shown."""
    place = int(np.searchsorted(state.selected, row))
    return place < state.selected.size and int(state.selected[place]) == row


SelectionMode = Literal["replace", "add", "subtract", "intersect"]


def select(*, rows: Sequence[int] | NDArray[np.int64], mode: SelectionMode = "replace") -> Operation:
    """Change the selection (sorted, each row once) by ``rows``; decisions act on what is shown of it."""
    chosen = np.asarray(rows, dtype=np.int64)

    def apply(state: AppState) -> tuple[AppState, Changes]:
        inside = chosen[(chosen >= 0) & (chosen < state.rows)]
        after = _combined(_mask(state.selection, state.rows), _mask(inside, state.rows), mode)
        if np.array_equal(after, state.selection):
            return state, Changes.NONE
        after.setflags(write=False)
        return with_selected(replace(state, selection=after)), Changes.SELECTION

    return apply


def _combined(before: NDArray[np.bool_], rows: NDArray[np.bool_], mode: SelectionMode) -> NDArray[np.int64]:
    """By masks: at a million rows, sorting would be felt."""
    if mode == "add":
        return np.flatnonzero(before | rows)
    if mode == "subtract":
        return np.flatnonzero(before & ~rows)
    return np.flatnonzero(before & rows if mode == "intersect" else rows)


def _mask(rows: NDArray[np.integer], total: int) -> NDArray[np.bool_]:
    mask = np.zeros(total, np.bool_)
    mask[rows] = True
    return mask


def select_shown() -> Operation:
    """Select every row that is shown."""
    return lambda state: select(rows=shown_rows(state))(state)


def invert_selection() -> Operation:
    """Select every row shown that is not selected."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        rest = ~_mask(state.selected, state.rows)
        return select(rows=np.flatnonzero(rest if state.shown is None else rest & state.shown))(state)

    return apply


def grow_selection() -> Operation:
    """Add the neighbours (k of the plan) of what is selected, of those shown."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        graph = state.results.graph
        start = state.targets
        if graph is None or start.size == 0:
            return state, Changes.NONE
        near = graph.ids[start, : state.plan.k].ravel()
        mask = _mask(near[near >= 0], state.rows)
        if state.shown is not None:
            mask &= state.shown
        mask[start] = True
        return select(rows=np.flatnonzero(mask))(state)

    return apply


def step(*, direction: Literal[1, -1], flagged_only: bool = True) -> Operation:
    """Go to the next stranger (-1) or less strange (+1) row shown in the ranking, by default among the flagged."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if state.ranks is None or state.flagged is None:
            return state, Changes.NONE
        wanted = state.flagged if flagged_only else state.ranks > 0
        among = np.flatnonzero(wanted if state.shown is None else wanted & state.shown)
        if among.size == 0:
            return state, Changes.NONE
        order = among[np.lexsort((among, np.where(state.ranks[among] > 0, state.ranks[among], state.rows + 1)))]
        return set_current(row=_neighbour_in(order, state, direction), alone=True)(state)

    return apply


def step_in(*, rows: NDArray[np.int64], direction: Literal[1, -1]) -> Operation:
    """Go to the next (previous) row of a list in its order; wraps around."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if rows.size == 0:
            return state, Changes.NONE
        here = np.flatnonzero(rows == state.current) if state.current is not None else rows[:0]
        place = int(here[0]) + direction if here.size else (0 if direction > 0 else -1)
        return set_current(row=int(rows[place % rows.size]), alone=True)(state)

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
    """Colour the map by the anomaly score, by a column, or not at all; nothing of the legend is hidden then."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if colour_by == state.colour_by:
            return state, Changes.NONE
        return replace(state, colour_by=colour_by, hidden=()), Changes.COLOUR

    return apply


def hide_entries(*, names: Sequence[str]) -> Operation:
    """Hide these entries of the legend, and their rows on the map; show all others."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        hidden = tuple(names)
        return (state, Changes.NONE) if hidden == state.hidden else (replace(state, hidden=hidden), Changes.COLOUR)

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
