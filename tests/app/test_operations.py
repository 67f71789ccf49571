"""Operations: pure, and honest about what they changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.app import operations as op
from explorer.app import telling
from explorer.app.changes import Changes
from explorer.app.explain import explain, explainer_of, show_reasons
from explorer.app.messages import Message
from explorer.app.state import AppState, HistoryView
from explorer.app.store import Store
from explorer.app.work import decoded
from explorer.core.corpus.checks import check_corpus
from explorer.core.corpus.readers import read_corpus
from explorer.core.neighbors.base import KnnGraph
from explorer.core.results import Results

SCORES = np.array([0.1, 0.2, 0.15, 5.0, 0.12, np.nan, 4.0, 0.18] + [0.11] * 12)


@pytest.fixture
def store(tmp_path) -> Store:
    path = tmp_path / "t.txt"
    path.write_text("\n".join(f"text number {i} here" for i in range(20)), encoding="utf-8")
    corpus = read_corpus(path)
    store = Store()
    store.dispatch(
        op.show_corpus(
            project=tmp_path, corpus=corpus, check=check_corpus(corpus), work=decoded({}, 20)[0], history=HistoryView()
        )
    )
    graph = KnnGraph(np.zeros((20, 1), np.int32), np.zeros((20, 1), np.float32), "cosine", "exact", 1.0, 20)
    store.dispatch(op.show_results(results=Results(graph=graph, scores={"knn": SCORES, "lof": -SCORES})))
    return store


def rows(state: AppState) -> list[int]:
    return np.flatnonzero(state.flagged).tolist()


def test_scores_bring_a_threshold_flags_and_ranks(store: Store) -> None:
    assert rows(store.state) == [3, 6]
    assert store.state.ranks[:8].tolist() == [19, 3, 5, 1, 6, 0, 2, 4]
    assert store.state.threshold.rule and store.state.threshold_by == "rule"


def test_threshold_by_hand_by_share_and_back(store: Store) -> None:
    rule = store.state.threshold
    store.dispatch(op.set_threshold(value=0.16))
    assert rows(store.state) == [1, 3, 6, 7] and store.state.threshold_by == "hand"
    store.dispatch(op.set_threshold(share=0.05))
    assert rows(store.state) == [3] and store.state.threshold_by == "share"
    store.dispatch(op.set_threshold())
    assert store.state.threshold == rule and store.state.threshold_by == "rule"


def told(store: Store) -> list[Changes]:
    """What the store says from now on."""
    said: list[Changes] = []
    store.subscribe(lambda _, changes: said.append(changes))
    return said


def test_reasons_are_said_when_they_are_gathered_and_never_before(store: Store) -> None:
    said = told(store)
    assert explain(store.state, 3) == ""
    gathered = explainer_of(store.state).gather()
    store.dispatch(show_reasons(explainer=gathered))
    assert said == [Changes.REASONS] and "5.00" in explain(store.state, 3)
    store.dispatch(op.show_detector(detector="lof"))
    assert explain(store.state, 3) == ""
    store.dispatch(show_reasons(explainer=gathered))  # too late: they begin with the other detector
    assert explain(store.state, 3) == "" and said[1:] == [Changes.PLAN | Changes.SCORES | Changes.FLAGS]


def test_another_layout_leaves_scores_flags_and_reasons_alone(store: Store) -> None:
    store.dispatch(show_reasons(explainer=explainer_of(store.state).gather()))
    before, said = store.state, told(store)
    store.dispatch(op.set_plan(plan=replace(before.plan, layout="pca")))
    assert not said[0] & (Changes.SCORES | Changes.FLAGS)
    assert store.state.explainer is before.explainer and store.state.ranking is before.ranking
    store.dispatch(op.set_plan(plan=replace(store.state.plan, flag_share=0.5)))
    assert said[1] & Changes.FLAGS and not said[1] & Changes.SCORES
    store.dispatch(op.set_plan(plan=replace(store.state.plan, detectors=("lof", "knn"))))
    assert said[2] & Changes.SCORES and said[2] & Changes.FLAGS and store.state.explainer is None


def test_overrides_win_over_any_threshold(store: Store) -> None:
    store.dispatch(op.override_flags(rows=[0, 5], flag=True))
    store.dispatch(op.override_flags(rows=[3], flag=False))
    assert rows(store.state) == [0, 5, 6]
    store.dispatch(op.set_threshold(value=99.0))
    assert rows(store.state) == [0, 5]
    store.dispatch(op.show_results(results=replace(store.state.results, scores={"knn": SCORES * 2})))
    assert rows(store.state) == [0, 5]
    store.dispatch(op.override_flags(rows=[0, 5, 3], flag=None))
    assert rows(store.state) == []


def test_stepping_goes_by_rank_through_the_flagged_and_wraps(store: Store) -> None:
    visited = []
    for _ in range(3):
        store.dispatch(op.step(direction=1))
        visited.append(store.state.current)
    assert visited == [3, 6, 3]
    store.dispatch(op.step(direction=-1))
    assert store.state.current == 6
    store.dispatch(op.set_current(row=1))
    store.dispatch(op.step(direction=1))
    assert store.state.current == 3
    store.dispatch(op.set_current(row=1))
    store.dispatch(op.step(direction=-1))
    assert store.state.current == 6


def test_only_real_changes_are_told(store: Store) -> None:
    seen: list[Changes] = []
    store.subscribe(lambda _, changes: seen.append(changes))
    store.dispatch(op.set_current(row=2))
    store.dispatch(op.set_current(row=2))
    store.dispatch(op.set_current(row=99))
    store.dispatch(op.select(rows=[4, 2, 4, 77]))
    store.dispatch(op.select(rows=[2, 4]))
    store.dispatch(op.override_flags(rows=[1], flag=None))
    store.dispatch(op.set_colour(colour_by="line"))
    store.dispatch(telling.say(message=Message("info", "done")))
    assert seen == [Changes.CURRENT | Changes.NEIGHBOURS, Changes.SELECTION, Changes.COLOUR, Changes.MESSAGES]
    assert store.state.selection.tolist() == [2, 4]


def test_an_answer_for_a_row_that_was_left_is_dropped(store: Store) -> None:
    store.dispatch(op.set_current(row=2))
    store.dispatch(op.show_neighbours(row=1, rows=np.array([3]), distances=np.array([0.1]), source="exact"))
    assert store.state.neighbours.source == ""
    store.dispatch(op.show_neighbours(row=2, rows=np.array([3]), distances=np.array([0.1]), source="exact"))
    assert store.state.neighbours.source == "exact"


def test_asking_differently_empties_the_old_answer(store: Store) -> None:
    store.dispatch(op.set_current(row=2))
    store.dispatch(op.show_neighbours(row=2, rows=np.array([3]), distances=np.array([0.1]), source="exact"))
    store.dispatch(op.set_neighbours(k=3))
    assert store.state.neighbours.source == ""


def test_another_detector_ranks_by_its_scores_and_its_own_rule(store: Store) -> None:
    store.dispatch(op.set_threshold(value=0.16))
    store.dispatch(op.show_detector(detector="lof"))
    assert store.state.plan.detectors[0] == "lof" and store.state.threshold_by == "rule"
    assert store.state.ranks[0] == 1
    store.dispatch(op.show_detector(detector="nonsense"))
    assert store.state.detector == "lof"


def test_a_listener_that_dispatches_is_served_after_the_round(store: Store) -> None:
    order: list[str] = []

    def first(state: AppState, changes: Changes) -> None:
        order.append(f"first {state.current}")
        if state.current == 1:
            store.dispatch(op.set_current(row=2))

    store.subscribe(first)
    store.subscribe(lambda state, _: order.append(f"second {state.current}"))
    store.dispatch(op.set_current(row=1))
    assert order == ["first 1", "second 1", "first 2", "second 2"]
