"""Reviewing what is flagged in a session: the line in other words, progress, going on, learning, undo, the report."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desk import Desk

from explorer.app import operations as op
from explorer.app import triage
from explorer.app.explain import explain
from explorer.app.learning import set_learning


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "projects")
    yield desk
    desk.session.close()


def test_a_review_from_the_line_to_the_report(desk: Desk, small_csv: Path, tmp_path: Path) -> None:
    desk.open(small_csv)
    do = desk.session.store.dispatch
    do(op.set_threshold(share=0.1))
    assert triage.progress(desk.state) == (0, 20)
    order = np.argsort(np.where(desk.state.ranks > 0, desk.state.ranks, 999), kind="stable")

    do(triage.next_unreviewed(direction=1))
    assert desk.state.current == order[0]
    for place in range(4):
        assert desk.state.current == order[place]
        do(triage.decide_and_go_on(flag=place % 2 == 0))
    assert desk.state.current == order[4], "the next one that is not reviewed"
    assert triage.progress(desk.state) == (4, 20), "what was dismissed still counts as reviewed"
    assert desk.state.flag_count == 18
    desk.session.undo()
    assert triage.progress(desk.state) == (3, 20)
    desk.session.redo()

    do(op.set_threshold(deviations=1.0))
    assert desk.state.threshold_by == "deviations"
    assert desk.state.ranking.deviations(desk.state.threshold.value) == pytest.approx(1.0)
    before = desk.state.flag_count
    do(op.set_threshold(precision=0.5))
    assert "needs at least 10 judged texts" in desk.state.threshold.refused
    for place in range(4, 12):
        do(op.override_flags(rows=[int(order[place])], flag=place < 9))
    assert not desk.state.threshold.refused, "the line follows the decisions"
    assert "estimated from 12 judged texts" in desk.state.threshold.rule
    do(op.set_threshold(deviations=1.0))
    assert before <= desk.state.flag_count + 12

    raw = desk.state.scores
    do(set_learning(on=True))
    desk.until(lambda: desk.state.learned is not None)
    learned = desk.state.scores
    assert not np.array_equal(np.nan_to_num(learned), np.nan_to_num(raw))
    assert "raised: near texts that you called odd" in explain(desk.state, int(order[0]))
    desk.session.undo()
    assert desk.state.plan.learn is False and desk.state.learned is None
    np.testing.assert_array_equal(desk.state.scores, raw)
    desk.session.redo()
    desk.until(lambda: desk.state.learned is not None)
    np.testing.assert_array_equal(desk.state.scores, learned)

    done: list[Path] = []
    desk.session.export_report(tmp_path / "report.csv", on_done=done.append)
    desk.until(lambda: bool(done))
    with done[0].open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {rows[order[0]]["triage"], rows[order[1]]["triage"]} == {"confirmed", "dismissed"}
    assert {row["triage"] for row in rows if row["flagged"] == "true"} <= {"new", "confirmed"}
    for row in order[:20].tolist():
        assert float(rows[row]["anomaly_score"]) == pytest.approx(learned[row], rel=1e-5), "the report learns the same"
        assert float(rows[row]["score_knn"]) == pytest.approx(raw[row], rel=1e-5), "and gives the score before too"
    assert '"learn": true' in (tmp_path / "report.manifest.json").read_text()


def test_the_words_that_make_a_text_strange(desk: Desk, small_csv: Path) -> None:
    desk.open(small_csv)
    desk.session.store.dispatch(op.set_current(row=7))
    desk.session.find_words()
    assert desk.state.words is not None and desk.state.words.row == 7 and not desk.state.words.said
    desk.until(lambda: bool(desk.state.words.said))
    words = desk.state.words
    assert words.text == str(desk.state.corpus.embedded[7].as_py())
    assert len(words.parts) >= len(words.text.split()) - 1
    assert "it would lie nearer to its neighbours" in words.said or words.said.startswith("No single word")


def test_within_each_label_is_a_score_of_its_own(desk: Desk, small_csv: Path) -> None:
    from dataclasses import replace

    desk.open(small_csv)
    desk.session.change_plan(replace(desk.state.plan, within="label"))
    desk.until(desk.complete)
    state = desk.state
    assert state.detector == "knn_within_label" and state.threshold is not None
    peers = state.results.peers
    assert peers is not None and peers.left_out == int((~np.isfinite(state.scores)).sum())
    desk.session.undo()
    assert desk.state.detector == "knn"
