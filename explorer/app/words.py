"""Which words make the current text strange: asked on demand, answered by the quick worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.app.changes import Changes
from explorer.app.lanes import Handlers, Lanes
from explorer.app.state import AppState, WordsView
from explorer.app.store import Operation, Store
from explorer.errors import ExplorerError

TITLE = "Finding the words that make it strange"
STOPPED = ExplorerError("The search for the words was stopped.", "Ask again.")


def show_words(*, words: WordsView) -> Operation:
    """What makes a text strange is asked for, or has been answered; an answer about another row is dropped."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        asked = not words.said
        if not asked and (state.words is None or state.words.row != words.row):
            return state, Changes.NONE
        return replace(state, words=words), Changes.WORDS

    return apply


def find_words(store: Store, lanes: Lanes, project: Path) -> None:
    """Ask the worker; only the newest question is answered. Nothing where there is no current text or no graph."""
    state = store.state
    row, graph = state.current, state.results.graph
    if row is None or graph is None:
        return
    near = graph.ids[row, : state.plan.k]
    request = {"project": str(project), "label": state.label_column or None, "plan": state.plan.as_dict(), "row": row}

    def show(answer: Mapping[str, Any]) -> None:
        parts = tuple((part["start"], part["end"], part["nearer"]) for part in answer["parts"])
        store.dispatch(show_words(words=WordsView(row, answer["text"], parts, answer["said"])))

    def refuse(error: ExplorerError) -> None:
        store.dispatch(show_words(words=WordsView(row, said=error.what)))

    lanes.cancel_all("words")
    store.dispatch(show_words(words=WordsView(row)))
    handlers = Handlers(TITLE, show, refuse, lambda: refuse(STOPPED))
    lanes.submit("words", request | {"neighbours": near[near >= 0].tolist()}, handlers)
