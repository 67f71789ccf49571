"""Questions about the corpus as a table: filters, search, sorting. Asked beside the session's thread.

The engine and the keyword index belong to one thread of their own; each question takes the state's arrays with it,
and only the newest question of a kind is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.app import filtering
from explorer.app.changes import Changes
from explorer.app.lanes import Handlers, Lanes, OnFailed, nothing
from explorer.app.neighbours import Answer, NeighbourSearch
from explorer.app.quality_columns import Column, quality_columns, words_column
from explorer.app.state import UNDER_WAY, AppState
from explorer.app.store import Store
from explorer.core.corpus.columns import unclashing
from explorer.core.progress import Progress
from explorer.core.query.search import Found, TextQuery, find
from explorer.core.query.workspace import TAKEN
from explorer.errors import ExplorerError, ProjectError

RESULTS = Changes.FLAGS | Changes.SCORES | Changes.LABELS | Changes.POSITIONS | Changes.CHECKS
"""After these, a filter on what was computed or decided may let other rows through."""

MEANT = 200
"""Texts that a search by meaning finds: the nearest ones."""


class Queries:
    """Keeps ``state.passed`` and ``state.search`` true to the filters and the query; sorts on demand."""

    def __init__(self, lanes: Lanes, store: Store, neighbours: NeighbourSearch) -> None:
        self._lanes = lanes
        self._store = store
        self._neighbours = neighbours
        self._engine: Any = None
        self._index: Any = None
        self._stopped = False
        self._waking: int | None = None
        self._awake: tuple[object, ...] | None = None

    # --- on the session's thread ----------------------------------------------------------------

    def follow(self, state: AppState, changes: Changes) -> None:
        """Ask again what has to be asked again."""
        if state.corpus is None:
            return
        if changes & Changes.FILTERS or (changes & RESULTS and state.filters.chips):
            self._filter(state)
        if changes & Changes.SEARCH:
            if state.search.running:
                self._search(state)
            else:
                self._lanes.drop("search")

    def _filter(self, state: AppState) -> None:
        filters = state.filters

        def show(passed: NDArray[np.bool_] | None) -> None:
            self._store.dispatch(filtering.show_passed(filters=filters, passed=passed))

        def failed(error: ExplorerError) -> None:
            self._store.dispatch(filtering.show_passed(filters=filters, passed=None, error=error.what))

        if state.filters.chips or state.passed is not None or state.filter_error:
            ask = lambda: self._engine_for(state).filter(filters)  # noqa: E731
            self._lanes.query("filter", ask, show, failed, self._interrupt)

    def _search(self, state: AppState) -> None:
        query = state.search.query
        if query is None:
            return
        if query.mode == "meaning":
            self._search_meaning(state, query)
            return

        def show(found: Found) -> None:
            self._store.dispatch(filtering.show_found(query=query, rows=found.rows, found=found.mask, of=found.count))

        self._lanes.query("search", lambda: self._find(state, query), show, self._refuse(query), self._interrupt)

    def _search_meaning(self, state: AppState, query: TextQuery) -> None:
        """Embed the query in the worker, then look for its nearest texts."""
        results, refuse = state.results, self._refuse(query)
        if results.vectors is None:
            refuse(ProjectError("The texts are not embedded yet.", "Search for words meanwhile."))
            return
        view = replace(state.neighbours, k=min(MEANT, state.rows), method="auto")

        def near(answer: Mapping[str, Any]) -> None:
            vector = np.asarray(answer["vector"], np.float32)
            self._lanes.search("meaning", lambda: self._neighbours.near_vector(results, vector, view), show, refuse)

        def show(answer: Answer) -> None:
            found = np.zeros(state.rows, np.bool_)
            found[answer.rows] = True
            self._store.dispatch(filtering.show_found(query=query, rows=answer.rows, found=found, of=answer.rows.size))

        self.wake_encoder()
        self._lanes.cancel_all("query")
        request = {"project": str(state.project), "plan": state.plan.as_dict(), "text": query.text}
        self._lanes.submit("query", request, Handlers("Searching by meaning", near, refuse))

    def is_waking(self, state: AppState) -> bool:
        """Whether the encoder is being loaded for questions."""
        return any(job.token == self._waking and job.status in UNDER_WAY for job in state.jobs)

    def wake_encoder(self) -> None:
        """Load the encoder for questions by meaning, which takes seconds, before the first one is asked."""
        state = self._store.state
        if state.corpus is None or state.results.vectors is None or state.plan.vectors is not None:
            return
        wanted = (state.project, state.corpus.fingerprint, state.plan.encoder, state.plan.precision, state.plan.seed)
        if self._awake == wanted:
            return
        self._awake = wanted

        def sleep(*_: object) -> None:
            """It was not loaded; the question that needs it will say why."""
            self._awake = None

        request = {"project": str(state.project), "plan": state.plan.as_dict()}
        handlers = Handlers("Loading the encoder", nothing, sleep, cancelled=sleep)
        self._waking = self._lanes.submit("encoder", request, handlers)

    def _refuse(self, query: TextQuery) -> OnFailed:
        """What to do with an error of a search."""
        return lambda error: self._store.dispatch(filtering.fail_search(query=query, error=error.what))

    def order(
        self, state: AppState, column: str, done: Callable[[NDArray[np.int64]], None], failed: OnFailed,
        *, descending: bool, rows: NDArray[np.int64] | None = None,
    ) -> None:  # fmt: skip
        """Rows (all, or those given) sorted by a column of the report."""
        self._lanes.query(
            f"order {id(done)}" if rows is None else "order",
            lambda: self._engine_for(state).order(column, descending, rows),
            done,
            failed,
            self._interrupt,
        )

    def ask(
        self, kind: str, state: AppState, work: Callable[[Any], Any], done: Callable[[Any], None],
        failed: OnFailed = nothing,
    ) -> None:  # fmt: skip
        """Any other question to the engine."""
        self._lanes.query(kind, lambda: work(self._engine_for(state)), done, failed, self._interrupt)

    def _interrupt(self) -> None:
        """Nobody waits any more for the answer to the question under way."""
        self._stopped = True
        for asked in (self._engine, self._index):
            if asked is not None:
                asked.interrupt()

    # --- on the engine's thread -----------------------------------------------------------------

    def _engine_for(self, state: AppState) -> Any:
        from explorer.core.query.engine import Engine

        assert state.corpus is not None
        if self._engine is None or self._engine.corpus is not state.corpus:
            self._engine = Engine(state.corpus)
        self._engine.set_keywords(self._index_for(state))
        self._engine.set_columns(program_columns(state))
        self._engine.set_labels([label.name for label in state.labels], state.label_bits)
        return self._engine

    def _find(self, state: AppState, query: TextQuery) -> Found:
        assert state.corpus is not None
        self._stopped = False
        progress = Progress(is_cancelled=lambda: self._stopped)
        return find(state.corpus, self._index_for(state), query, progress=progress)

    def _index_for(self, state: AppState) -> Any:
        from explorer.core.query.keywords import KeywordIndex

        file = state.results.keywords
        if file is None:
            return None
        if self._index is None or self._index.file != file:
            self._index = KeywordIndex.open(file)
        return self._index


def column_name(state: AppState, source: str) -> str:
    """What the engine calls a column of the corpus's table: the program's own names are taken."""
    assert state.corpus is not None
    names = state.corpus.table.column_names
    return str(unclashing(names, {*TAKEN, *program_columns(state)})[names.index(source)])


def program_columns(state: AppState) -> Mapping[str, Column]:
    """What was computed and decided, as columns named as in the report; only those that exist."""
    found: dict[str, Column] = {}
    if state.scores is not None and state.ranks is not None and state.flagged is not None:
        found |= {"anomaly_score": state.scores, "anomaly_rank": state.ranks, "flagged": state.flagged}
        found |= {f"score_{name}": scores for name, scores in state.results.scores.items()}
    if state.results.positions is not None:
        found |= {"x": state.results.positions[:, 0], "y": state.results.positions[:, 1]}
    if state.results.trust is not None:
        found["trust"] = state.results.trust.kept
    found["override"] = _overrides(state)
    found["triage"] = _triage(state)
    found["note"] = _notes(state)
    found |= quality_columns(state)
    found["trashed"] = state.trashed if state.trashed.size else np.zeros(state.rows, np.bool_)
    return found


def _overrides(state: AppState) -> pa.Array:
    return words_column(state.overrides.codes_of_all(state.rows), ["clear", "flag"])


def _triage(state: AppState) -> pa.Array:
    codes = np.full(state.rows, -1, np.int8)
    if state.flagged is not None:
        codes[state.flagged] = 0
    codes[state.overrides.rows] = np.where(state.overrides.flags, 1, 2)
    return words_column(codes, ["new", "confirmed", "dismissed"])


def _notes(state: AppState) -> pa.Array:
    codes = np.full(state.rows, -1, np.int32)
    codes[np.fromiter(state.notes, np.int64, len(state.notes))] = np.arange(len(state.notes))
    return words_column(codes, list(state.notes.values()))
