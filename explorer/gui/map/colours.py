"""Keeps the map's colours true to the state: asked for beside the window's thread, the old ones stay until then."""

from __future__ import annotations

from collections.abc import Callable

from explorer.app.session import Session
from explorer.app.state import ANOMALY, AppState
from explorer.gui.map.colouring import LABELS, REGIONS, TRUST, Colouring, colouring
from explorer.gui.theme import current_theme


class MapColours:
    """``show`` is called on the session's thread with colours that fit the corpus shown."""

    def __init__(self, session: Session, show: Callable[[Colouring], None]) -> None:
        self._session = session
        self._show = show
        self._asked: tuple[object, ...] = ()
        self.shown: Colouring | None = None

    def forget(self) -> None:
        """Another corpus: nothing is known of it."""
        self._asked, self.shown = (), None

    def follow(self, state: AppState) -> None:
        """Ask for the state's colours, unless nothing that they are made of has changed."""
        dark = current_theme().dark
        sources = (state.corpus, state.colour_by, dark, *_made_of(state))
        if same(sources, self._asked):
            return
        self._asked = sources

        def take(shown: Colouring) -> None:
            if self._asked is sources:
                self.shown = shown
                self._show(shown)

        self._session.queries.ask(
            "map colours",
            state,
            lambda engine: colouring(state, engine, dark=dark),
            take,
            self._session.say_error,
        )


def _made_of(state: AppState) -> tuple[object, ...]:
    """What the colours depend on, beside the corpus."""
    results = state.results
    parts: dict[str, tuple[object, ...]] = {
        ANOMALY: (state.scores, state.detector),
        LABELS: (state.labels, state.label_bits),
        TRUST: (results.trust,),
        REGIONS: (results.regions, results.graph),
    }
    return parts.get(state.colour_by, ())


def same(these: tuple[object, ...], those: tuple[object, ...]) -> bool:
    """Whether two lists of the state's parts are the same objects or the same words."""
    return len(these) == len(those) and all(
        one is other or (isinstance(one, str) and one == other) for one, other in zip(these, those, strict=True)
    )
