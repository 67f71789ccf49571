"""What is shown and what is found: filter chips, saved filters, the search. Pure operations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from explorer.app.changes import Changes
from explorer.app.shown import with_shown
from explorer.app.state import NO_ROWS, AppState, SearchView
from explorer.app.store import Operation
from explorer.core.query.predicates import Chip, Filters, Predicate
from explorer.core.query.search import TextQuery


def set_filters(*, filters: Filters) -> Operation:
    """Other chips. What they let through follows from the engine (``app/queries.py``)."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        return (state, Changes.NONE) if filters == state.filters else (_filtered(state, filters), Changes.FILTERS)

    return apply


def _filtered(state: AppState, filters: Filters) -> AppState:
    return replace(state, filters=filters)


def add_filter(*, predicate: Predicate, name: str = "") -> Operation:
    """One more chip; one that says the same is switched on instead."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        chips = state.filters.chips
        same = [chip.predicate == predicate for chip in chips]
        if any(same):
            after = tuple(replace(chip, enabled=chip.enabled or here) for chip, here in zip(chips, same, strict=True))
        else:
            after = (*chips, Chip(predicate, name=name))
        return set_filters(filters=replace(state.filters, chips=after))(state)

    return apply


def replace_filter(*, place: int, chip: Chip | None) -> Operation:
    """Change one chip, or (None) remove it."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        chips = state.filters.chips
        if not 0 <= place < len(chips):
            return state, Changes.NONE
        middle = () if chip is None else (chip,)
        return set_filters(filters=replace(state.filters, chips=(*chips[:place], *middle, *chips[place + 1 :])))(state)

    return apply


def save_filter(*, name: str, filters: Filters | None) -> Operation:
    """Keep chips under a name, or (None) forget the name."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        others = tuple(entry for entry in state.saved_filters if entry[0] != name)
        saved = others if filters is None else (*others, (name, filters))
        if saved == state.saved_filters:
            return state, Changes.NONE
        return replace(state, saved_filters=saved), Changes.FILTERS

    return apply


def show_passed(*, filters: Filters, passed: NDArray[np.bool_] | None, error: str = "") -> Operation:
    """The engine's answer; dropped if the chips have changed since. An error leaves what is shown as it was."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if filters != state.filters:
            return state, Changes.NONE
        if error:
            return replace(state, filter_error=error), Changes.FILTERS
        if passed is None and state.passed is None and not state.filter_error:
            return state, Changes.NONE
        changes = Changes.FILTERS if state.filter_error else Changes.NONE
        if passed is not None and state.passed is not None and np.array_equal(passed, state.passed):
            return replace(state, filter_error=""), changes
        after, more = with_shown(replace(state, passed=passed, filter_error=""))
        return after, changes | more

    return apply


def search(*, query: TextQuery | None) -> Operation:
    """Look for something; None ends the search. The answer follows from ``app/queries.py``."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if query == state.search.query:
            return state, Changes.NONE
        if query is None:
            return replace(state, search=SearchView()), Changes.SEARCH
        # What the last query found is no answer to this one: nothing may be taken for it meanwhile.
        return replace(state, search=SearchView(query, running=True)), Changes.SEARCH

    return apply


def show_found(*, query: TextQuery, rows: NDArray[np.int64], found: NDArray[np.bool_], of: int) -> Operation:
    """The answer of a search; dropped if another one has begun."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if query != state.search.query:
            return state, Changes.NONE
        return replace(state, search=SearchView(query, rows, found, of)), Changes.SEARCH

    return apply


def fail_search(*, query: TextQuery, error: str) -> Operation:
    """What is wrong with the query; nothing is highlighted then."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if query != state.search.query:
            return state, Changes.NONE
        return replace(state, search=SearchView(query, NO_ROWS, None, 0, error)), Changes.SEARCH

    return apply


def found_rows(state: AppState) -> NDArray[np.int64]:
    """The rows that the search finds, of those shown; best first."""
    rows = state.search.rows
    return rows if state.shown is None else rows[state.shown[rows]]
