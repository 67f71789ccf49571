"""Looking for texts by words, an exact phrase, a pattern or their meaning; what is found is shown everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from explorer.app import filtering
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.query.predicates import Pattern, Phrase, Predicate, Rows, Words
from explorer.core.query.search import TextQuery
from explorer.errors import OptionError
from explorer.gui.key_words import keyed
from explorer.gui.parts import column
from explorer.gui.widgets.search_box import MODES, Mode, SearchBox

LOADING = "Loading the encoder…"
NO_ENCODER = "The vectors were computed elsewhere: there is no encoder here that could read a question."


class SearchPanel(QWidget):
    """The search box over the session. What is written is searched for; what is found is counted.

    Signals
    -------
    searched(str)
        A search that was written to its end, to be offered again.
    mode_chosen(str)
        How the person wants to search from now on.
    """

    searched = Signal(str)
    mode_chosen = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._query: TextQuery | None = None
        self._history: tuple[str, ...] = ()
        self._box = SearchBox()
        self._box.searched.connect(self._search)
        self._box.next_requested.connect(self.next_match)
        self._box.previous_requested.connect(self.previous_match)
        self._box.filter_requested.connect(self._make_filter)
        self._box.mode_chosen.connect(self.mode_chosen)
        self._box.meaning_wanted.connect(session.queries.wake_encoder)
        self._box.field.editingFinished.connect(self._remember)
        for button, key in zip(self._box.steppers, ("{find_previous}", "{find_next}"), strict=True):
            keyed(button, button.accessibleName(), f"{button.accessibleName()} ({key})")
        column(self, margin=0).addWidget(self._box)
        self.setFocusProxy(self._box.field)
        self.show_state(session.state, Changes.ALL)

    # --- what the window asks for ---------------------------------------------------------------

    def start(self, mode: Mode | None = None) -> None:
        """Put the cursor into the field, everything in it selected."""
        self._box.start(mode)

    def next_match(self) -> None:
        """Go to the next text found, of those shown, best first."""
        self._step(1)

    def previous_match(self) -> None:
        """Go to the text found before."""
        self._step(-1)

    def set_mode(self, mode: Mode) -> None:
        """How to search until the person chooses otherwise."""
        self._box.set_mode(mode)

    def set_history(self, searches: Sequence[str]) -> None:
        """What was searched for before, the last one first."""
        self._history = tuple(searches)
        self._box.set_history(self._history)

    def restore(self, kept: object) -> None:
        """Search again for a kept ``[text, mode]``; anything else is passed over."""
        if isinstance(kept, list | tuple) and len(kept) == 2 and kept[1] in MODES and isinstance(kept[0], str):
            self._session.store.dispatch(filtering.search(query=TextQuery(kept[0], kept[1])))

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & (Changes.CORPUS | Changes.PLAN):
            self.setEnabled(state.corpus is not None)
            self._box.set_mode_available("meaning", state.plan.vectors is None, NO_ENCODER)
        if changes & (Changes.CORPUS | Changes.SEARCH):
            self._show_query(state)
        if changes & (Changes.CORPUS | Changes.SEARCH | Changes.SHOWN | Changes.JOB):
            self._show_answer(state)

    def _show_query(self, state: AppState) -> None:
        """A search that began elsewhere; what is being written here is left alone."""
        query = state.search.query
        if query != self._query:
            self._query = query
            self._box.set_search("" if query is None else query.text, self._box.mode if query is None else query.mode)

    def _show_answer(self, state: AppState) -> None:
        search = state.search
        waking = self._session.queries.is_waking(state)
        if not search.running:
            found = None if search.found is None else int(filtering.found_rows(state).size)
            self._box.set_count(found, state.shown_count)
        self._box.set_busy(search.running or waking, LOADING if waking else "")
        self._box.set_error(search.error)

    # --- intents --------------------------------------------------------------------------------

    def _search(self, text: str, mode: Literal["words", "phrase", "regex", "meaning"]) -> None:
        self._query = TextQuery(text, mode) if text else None
        self._session.store.dispatch(filtering.search(query=self._query))

    def _step(self, direction: Literal[1, -1]) -> None:
        self._remember()
        rows = filtering.found_rows(self._session.state)
        self._session.store.dispatch(op.step_in(rows=rows, direction=direction))

    def _remember(self) -> None:
        text = self._box.text
        if text and text != next(iter(self._history), ""):
            self.set_history((text, *(other for other in self._history if other != text)))
            self.searched.emit(text)

    def _make_filter(self, text: str, mode: Mode) -> None:
        """The chip takes over what the search did."""
        search = self._session.state.search
        if mode == "meaning" and (search.running or search.query != TextQuery(text, mode)):
            self._box.set_error("Press Enter and wait for the answer first: a filter keeps the texts that were found.")
            return
        try:
            predicate = self._predicate(text, mode)
        except OptionError as error:
            self._box.set_error(error.what)
            return
        self._remember()
        self._session.store.dispatch(filtering.add_filter(predicate=predicate))
        self._session.store.dispatch(filtering.search(query=None))

    def _predicate(self, text: str, mode: Mode) -> Predicate:
        if mode == "words":
            return Words(text)
        if mode == "phrase":
            return Phrase(text)
        if mode == "regex":
            return Pattern(text)
        state = self._session.state
        return Rows.of(f"meaning: {text}", state.search.rows, state.rows)
