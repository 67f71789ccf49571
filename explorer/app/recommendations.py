"""Recommendations without labels in the window: one job a corpus, in the worker that measures benchmarks.

They belong to no project, as a benchmark does: they go on while another corpus is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.app.benchmarking import corpus_names, file_words
from explorer.app.changes import Changes
from explorer.app.lanes import Handlers, Lanes
from explorer.app.messages import Message
from explorer.app.recommend_view import Recommended, RecommendView, pair_words
from explorer.app.recommending import RecommendRequest
from explorer.app.state import AppState
from explorer.app.store import Operation, Store
from explorer.errors import ExplorerError


def show_recommendation(*, view: RecommendView | None) -> Operation:
    """Other recommendations, or news of those that are shown."""

    def apply(state: AppState) -> tuple[AppState, Changes]:
        if view is state.recommendation:
            return state, Changes.NONE
        return replace(state, recommendation=view), Changes.BENCHMARK

    return apply


class Recommendations:
    """See the module's docstring."""

    def __init__(self, lanes: Lanes, store: Store, say: Callable[[Message], None]) -> None:
        self._lanes = lanes
        self._store = store
        self._say = say
        self._number = 0

    def ask(self, requests: Sequence[RecommendRequest], folder: Path) -> None:
        """Compare encoders and detectors on each corpus; what lies in ``folder`` already is not computed again.

        What is under way is stopped, and what was found before is shown no more.
        """
        self.cancel()
        self._number += 1
        names = corpus_names([request.corpus for request in requests])
        jobs = {
            request.corpus: self._submit(name, request, folder)
            for name, request in zip(names, requests, strict=True)
        }  # fmt: skip
        self._show(RecommendView(folder, tuple(jobs), jobs=jobs))

    def _submit(self, name: str, request: RecommendRequest, folder: Path) -> int:
        corpus, number = request.corpus, self._number

        def change(how: Callable[[RecommendView], RecommendView]) -> None:
            """News of an earlier question are none."""
            view = self._store.state.recommendation
            if view is not None and number == self._number:
                self._show(how(view))

        def done(answer: Mapping[str, Any]) -> None:
            found = Recommended.from_dict(answer)
            change(lambda view: view.with_found(corpus, found).ended(corpus))
            self._say(Message("info", f"Recommended for {name}: {pair_words(found.best)}."))

        def failed(error: ExplorerError) -> None:
            change(lambda view: view.ended(corpus, f"{error.what} {error.hint}".strip()))
            self._say(Message("error", error.what, error.hint, str(error.__cause__ or "")))

        def stopped() -> None:
            change(lambda view: view.ended(corpus, stopped=True))

        def news(answer: Mapping[str, Any]) -> Callable[[], None]:
            found = Recommended.from_dict(answer)
            return lambda: change(lambda view: view.with_found(corpus, found))

        asked = {"asked": request.as_dict(), "out": str(folder / f"recommended-{file_words(name)}.csv")}
        return self._lanes.submit("recommend", asked, Handlers(f"Recommending for {name}", done, failed, stopped, news))

    def cancel(self) -> None:
        """Stop what is under way; what was computed stays."""
        view = self._store.state.recommendation
        for token in () if view is None else tuple(view.jobs.values()):
            self._lanes.cancel(token)

    def _show(self, view: RecommendView) -> None:
        self._store.dispatch(show_recommendation(view=view))
