"""What a person does about duplicates, doubtful labels and checks; undone, done again, kept across restarts."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desk import QUESTIONS, Desk

from explorer.app import curating
from explorer.app.queries import program_columns
from explorer.app.session import OpenRequest
from explorer.app.state import AppState
from explorer.app.store import Store
from explorer.core.plan import Plan
from explorer.core.query.predicates import Filters
from explorer.errors import OptionError
from tests.conftest import sample_rows, write_rows

PLAN = Plan(encoder="lexical", map=False, detectors=("knn",))


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 questions: three copies of row 0, one with an address, ten with the next row's intent, one without."""
    path = tmp_path_factory.mktemp("spoilt") / "questions.csv"
    rows = sample_rows(200)
    for copy in (20, 40, 60):
        rows[copy]["question"] = rows[0]["question"]
    rows[5]["question"] += " Write to jane@example.org"
    for row in range(100, 200, 10):
        rows[row]["intent"] = next(r["intent"] for r in rows if r["intent"] not in ("", rows[row]["intent"]))
    rows[7]["intent"] = ""
    return write_rows(path, rows)


@pytest.fixture
def desk(tmp_path: Path, spoilt: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "projects")
    desk.session.open_corpus(OpenRequest(spoilt, QUESTIONS, plan=PLAN))
    desk.until(desk.complete)
    yield desk
    desk.session.close()


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def names(state: AppState) -> dict[str, list[int]]:
    return {check.name: check.rows.tolist() for check in state.checks}


def test_the_worker_finds_what_is_wrong(desk: Desk) -> None:
    found = names(desk.state)
    assert found["duplicate"] == [0, 20, 40, 60] and found["email"] == [5] and found["missing_label"] == [7]
    assert desk.state.results.labels is not None and desk.state.results.labels.column == "intent"


def test_removing_duplicates_is_one_step(desk: Desk) -> None:
    preview = curating.removal(desk.state, "first", exact=True)
    assert preview.kept.tolist() == [0] and preview.removed.tolist() == [20, 40, 60]
    assert desk.state.trash_count == 0, "a preview changes nothing"
    desk.session.store.dispatch(curating.remove_duplicates(policy="first", exact=True))
    assert np.flatnonzero(desk.state.trashed).tolist() == [20, 40, 60]
    assert desk.state.history.undo == "trash 3 texts" and desk.state.shown_count == 197
    assert not len(curating.removal(desk.state, "longest", exact=True).removed), "one is left, and it stays"
    desk.session.undo()
    assert desk.state.trash_count == 0
    desk.session.redo()
    assert desk.state.trash_count == 3


def test_policies_read_the_state(desk: Desk) -> None:
    with pytest.raises(OptionError, match="no column of dates"):
        curating.removal(desk.state, "newest")
    desk.session.store.dispatch(curating.correct_labels(rows=rows(0), label="x"))
    assert curating.removal(desk.state, "labelled", exact=True).kept.tolist() == [0]


def test_labels_are_accepted_rejected_and_taken_back(desk: Desk) -> None:
    dispatch, labels = desk.session.store.dispatch, desk.state.results.labels
    assert labels is not None
    doubtful = curating.open_label_errors(desk.state)
    assert len(doubtful) >= 3
    yes, no = doubtful[:2], doubtful[2:3]
    dispatch(curating.accept_labels(rows=yes))
    assert dict(desk.state.corrections) == {int(row): labels.suggestion(int(row)) for row in yes}
    assert desk.state.history.undo == "correct 2 texts"
    dispatch(curating.reject_labels(rows=no))
    assert desk.state.corrections[int(no[0])] == labels.names[labels.given[no[0]]]
    assert not np.isin(curating.open_label_errors(desk.state), doubtful[:3]).any()
    dispatch(curating.correct_labels(rows=yes[:1], label=" my own "))
    assert desk.state.corrections[int(yes[0])] == "my own"
    dispatch(curating.correct_labels(rows=yes, label=None))
    assert len(desk.state.corrections) == 1 and desk.state.history.undo == "correction of 2 texts taken back"
    for _ in range(4):
        desk.session.undo()
    assert not desk.state.corrections


def test_a_right_label_has_nothing_to_accept_and_a_missing_one_nothing_to_reject(desk: Desk) -> None:
    labels = desk.state.results.labels
    assert labels is not None
    right = np.flatnonzero(labels.suggested < 0)[:3]
    desk.session.store.dispatch(curating.accept_labels(rows=right))
    desk.session.store.dispatch(curating.reject_labels(rows=rows(7)))
    assert not desk.state.corrections and desk.state.history.undo == ""
    desk.session.store.dispatch(curating.accept_labels(rows=rows(7)))
    assert desk.state.corrections[7] == labels.suggestion(7)


def test_corrections_survive_a_restart_and_reach_the_exports(desk: Desk, tmp_path: Path) -> None:
    desk.session.store.dispatch(curating.correct_labels(rows=rows(1, 2), label="other"))
    desk.session.store.dispatch(curating.remove_duplicates(policy="first", exact=True))
    desk.session.export_corrected(tmp_path / "clean.csv", without_trash=True)
    desk.until(lambda: any("Corrected corpus of 197 texts" in message.what for message in desk.state.messages))
    with (tmp_path / "clean.csv").open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert len(found) == 197 and [row["intent"] for row in found[1:3]] == ["other", "other"]
    project = desk.state.project
    desk.session.close()
    again = Desk(tmp_path / "projects")
    again.session.open_project(project)
    again.until(again.complete)
    assert dict(again.state.corrections) == {1: "other", 2: "other"} and names(again.state) == names(desk.state)
    again.session.undo()
    again.session.undo()
    assert not again.state.corrections and not again.state.trash_count
    again.session.close()


def test_the_rows_of_a_check_are_selected(desk: Desk) -> None:
    desk.session.store.dispatch(curating.select_check(name="duplicate"))
    assert desk.state.selection.tolist() == [0, 20, 40, 60]
    desk.session.store.dispatch(curating.select_check(name="email", mode="add"))
    assert desk.state.selection.tolist() == [0, 5, 20, 40, 60]
    with pytest.raises(OptionError, match="email"):
        desk.session.store.dispatch(curating.select_check(name="nope"))


def test_filters_and_sorting_see_the_findings(desk: Desk) -> None:
    columns = program_columns(desk.state)
    assert {"duplicate_group", "suggested_label", "label_quality", "corrected_label", "checks"} <= set(columns)
    assert "email" in columns["checks"][5].as_py().split("; ")
    assert "duplicate" in columns["checks"][0].as_py().split("; ")
    desk.session.store.dispatch(curating.correct_labels(rows=rows(3), label="other"))
    passed: list[object] = []
    desk.session.queries.ask(
        "test", desk.state, lambda engine: engine.order("corrected_label", False, None), passed.append
    )
    desk.until(lambda: bool(passed))
    assert passed[0][0] == 3  # type: ignore[index]
    assert Filters() == desk.state.filters


def test_another_threshold_groups_anew_and_nothing_else(desk: Desk) -> None:
    before = desk.state.results
    desk.session.change_plan(Plan.from_dict({**PLAN.as_dict(), "duplicate_share": 0.6}))
    assert desk.state.results.duplicates is None and desk.state.results.labels is before.labels
    desk.until(desk.complete)
    after = desk.state.results.duplicates
    assert after is not None and before.duplicates is not None and after.share == 0.6
    assert set(before.duplicates.rows.tolist()) <= set(after.rows.tolist())
    assert desk.state.results.graph is before.graph and desk.state.results.text_checks is before.text_checks


def test_without_findings_nothing_happens() -> None:
    store = Store()
    with pytest.raises(OptionError, match="not grouped yet"):
        curating.duplicate_groups(store.state)
    for operation in (curating.accept_labels(rows=rows(0)), curating.reject_labels(rows=rows(0))):
        store.dispatch(operation)
    with pytest.raises(OptionError, match="no label column"):
        store.dispatch(curating.correct_labels(rows=rows(0), label="x"))
    with pytest.raises(OptionError, match="needs a name"):
        curating.correct_labels(rows=rows(0), label="  ")
    assert not store.state.corrections
