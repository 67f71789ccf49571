"""The label that means odd: one step, followed at once by the line, kept true while labels change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desk import Desk

from explorer.app import marking
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.odd_label import set_odd_label
from explorer.app.opening import OpenRequest
from explorer.app.state import AppState
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan

PLAN = Plan(encoder="lexical", map=False, detectors=("knn",), quality=False)
ROLES = Roles(("question",), id="ticket", label="source")


@pytest.fixture
def desk(tmp_path: Path, small_csv: Path) -> Iterator[Desk]:
    """200 texts, of which the column ``source`` calls four tatoeba, which mean odd."""
    desk = Desk(tmp_path / "projects")
    desk.session.open_corpus(OpenRequest(small_csv, ROLES, plan=PLAN))
    desk.until(desk.complete)
    yield desk
    desk.session.close()


def by_rank(state: AppState) -> np.ndarray:
    assert state.ranks is not None
    return np.argsort(np.where(state.ranks > 0, state.ranks, state.rows + 1), kind="stable")


def rule(state: AppState) -> str:
    assert state.threshold is not None
    return state.threshold.rule


def test_a_value_of_the_column_moves_the_line_at_once_and_is_one_step(desk: Desk) -> None:
    dispatch = desk.session.store.dispatch
    dispatch(op.set_threshold(precision=0.02))
    assert "needs at least 10 judged texts" in rule(desk.state) and desk.state.judged is None
    told: list[Changes] = []
    desk.session.store.subscribe(lambda _, changes: told.append(changes))
    dispatch(set_odd_label(value="tatoeba"))
    assert told[0] == Changes.PLAN | Changes.FLAGS
    assert desk.state.judged is not None and np.count_nonzero(desk.state.judged == 1) == 4
    assert rule(desk.state).endswith("wanted: 2%; odd means labelled tatoeba")
    assert desk.state.threshold is not None and not desk.state.threshold.refused
    assert desk.state.job is None, "nothing is computed for it"
    assert desk.state.history.undo == "choice of the label that means odd"
    flagged = desk.state.flag_count

    desk.session.undo()
    assert desk.state.plan.odd_value is None and desk.state.judged is None
    assert "needs at least 10 judged texts" in rule(desk.state)
    assert desk.state.plan.target_precision == 0.02, "moving the line was another step"
    desk.session.redo()
    assert desk.state.flag_count == flagged and desk.state.judged is not None
    dispatch(set_odd_label(value=None))
    assert desk.state.judged is None and desk.state.history.undo == "no label means odd any more"


def test_a_label_of_ones_own_is_followed_while_texts_get_it(desk: Desk) -> None:
    dispatch, first = desk.session.store.dispatch, by_rank(desk.state)
    dispatch(marking.add_label(name="weird"))
    dispatch(marking.add_label(name="usual"))
    dispatch(set_odd_label(value="weird"))
    assert desk.state.judged is not None and (desk.state.judged == -1).all(), "no text has a label yet"
    dispatch(op.set_threshold(precision=0.6))
    assert "there are 0" in rule(desk.state)
    dispatch(marking.give_label(rows=np.sort(first[:8]), name="weird"))
    assert "there are 8" in rule(desk.state)
    dispatch(marking.give_label(rows=np.sort(first[8:12]), name="usual"))
    assert rule(desk.state) == (
        "precision about 67% (39-86%), estimated from 12 judged texts; wanted: 60%; odd means labelled weird"
    )
    assert desk.state.flag_count == 12
    desk.session.undo()
    assert "there are 8" in rule(desk.state), "what undo takes back, it takes back from the line too"


def test_another_name_still_means_odd_and_a_label_that_goes_means_nothing(desk: Desk) -> None:
    dispatch = desk.session.store.dispatch
    dispatch(marking.add_label(name="weird"))
    dispatch(marking.give_label(rows=np.array([1, 2]), name="weird"))
    dispatch(set_odd_label(value="weird"))
    dispatch(marking.change_label(old="weird", name="strange", key="1"))
    assert desk.state.plan.odd_value == "strange"
    assert desk.state.judged is not None and np.flatnonzero(desk.state.judged == 1).tolist() == [1, 2]
    dispatch(marking.remove_label(name="strange"))
    assert desk.state.plan.odd_value is None and desk.state.judged is None
    desk.session.undo()
    assert desk.state.plan.odd_value == "strange"
    assert desk.state.judged is not None and np.flatnonzero(desk.state.judged == 1).tolist() == [1, 2]


def test_it_is_there_again_and_the_manifest_names_it(desk: Desk, tmp_path: Path) -> None:
    dispatch, first = desk.session.store.dispatch, by_rank(desk.state)
    dispatch(marking.add_label(name="weird"))
    dispatch(marking.give_label(rows=np.sort(first[:12]), name="weird"))
    dispatch(set_odd_label(value="weird"))
    dispatch(op.set_threshold(precision=0.9))
    flagged, project = desk.state.flag_count, desk.state.project
    desk.session.export_report(tmp_path / "report.csv")
    desk.until(lambda: (tmp_path / "report.manifest.json").exists())
    manifest = (tmp_path / "report.manifest.json").read_text(encoding="utf-8")
    assert '"odd_value": "weird"' in manifest and "odd means labelled weird" in manifest
    desk.session.close()
    assert project is not None
    again = Desk(tmp_path / "projects")
    again.session.open_project(project)
    again.until(again.complete)
    assert again.state.plan.odd_value == "weird" and again.state.flag_count == flagged
    again.session.close()
