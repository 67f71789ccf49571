"""Another label column after opening: what depends on labels follows, all else stays, corrections keep their column."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from desk import Desk

from explorer.app import curating, marking
from explorer.app import operations as op
from explorer.app.by_hand import read_by_hand
from explorer.app.exports import export_corrected
from explorer.app.headless import rerun, run_corpus
from explorer.app.label_column import label_columns
from explorer.app.odd_label import set_odd_label
from explorer.app.opening import OpenRequest
from explorer.app.project_folder import ProjectFolder
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from tests.conftest import sample_rows, write_rows

PLAN = Plan(encoder="lexical", map=False, detectors=("knn",))
ROLES = Roles(("question",), id="ticket", label="intent")


@pytest.fixture
def two_labels(tmp_path: Path) -> Path:
    """200 texts with two columns that could be labels: ``intent`` and ``source``."""
    path = tmp_path / "questions.csv"
    rows = sample_rows(200)
    for place in range(0, 200, 9):
        rows[place]["source"] = "tatoeba"
    return write_rows(path, rows)


@pytest.fixture
def desk(tmp_path: Path, two_labels: Path) -> Iterator[Desk]:
    made = opened(tmp_path, two_labels, ROLES)
    yield made
    made.session.close()


def opened(folder: Path, corpus: Path, roles: Roles, plan: Plan = PLAN) -> Desk:
    desk = Desk(folder / "projects")
    desk.session.open_corpus(OpenRequest(corpus, roles, plan=plan))
    desk.until(desk.complete)
    return desk


def column_judged(desk: Desk) -> str:
    assert desk.state.results.labels is not None
    return desk.state.results.labels.column


def test_only_what_depends_on_labels_is_computed_anew(desk: Desk) -> None:
    before = desk.state
    assert before.corpus is not None and label_columns(before.corpus) == ("intent", "source")
    assert column_judged(desk) == "intent"
    store = desk.session.store
    store.dispatch(op.override_flags(rows=[3], flag=True))
    store.dispatch(marking.write_note(row=4, text="look again"))
    store.dispatch(marking.add_label(name="weird"))
    store.dispatch(marking.give_label(rows=np.array([5]), name="weird"))

    desk.session.choose_label_column("source")
    assert desk.state.label_column == "source" and desk.state.results.labels is None
    desk.until(desk.complete)
    assert column_judged(desk) == "source"
    after = desk.state
    for name in ("vectors", "graph", "duplicates", "text_checks"):
        assert getattr(after.results, name) is getattr(before.results, name), name
    assert after.results.scores["knn"] is before.results.scores["knn"] and after.threshold == before.threshold
    assert after.overrides == {3: True} and dict(after.notes) == {4: "look again"}
    assert np.flatnonzero(after.label_bits).tolist() == [5]
    reused = {record.stage: record.reused for record in after.results.records}
    assert after.history.undo == 'choice of the label column "source"' and not reused["labels"]

    desk.session.undo()
    desk.until(desk.complete)
    assert desk.state.label_column == "intent" and column_judged(desk) == "intent"
    desk.session.redo()
    desk.until(desk.complete)
    assert column_judged(desk) == "source"


def test_who_opened_without_labels_chooses_them_later_and_can_do_without(tmp_path: Path, two_labels: Path) -> None:
    desk = opened(tmp_path, two_labels, Roles(("question",), id="ticket", label=""))
    assert desk.state.label_column == "" and desk.state.results.labels is None
    vectors = desk.state.results.vectors
    desk.session.choose_label_column("intent")
    desk.until(desk.complete)
    assert column_judged(desk) == "intent" and desk.state.results.vectors is vectors
    desk.session.choose_label_column(None)
    desk.until(desk.complete)
    assert desk.state.label_column == "" and desk.state.results.labels is None
    project = desk.state.project
    desk.session.close()
    assert project is not None
    again = Desk(tmp_path / "projects")
    again.session.open_project(project)
    again.until(again.complete)
    assert again.state.label_column == ""
    again.session.undo()
    again.until(again.complete)
    assert again.state.label_column == "intent" and column_judged(again) == "intent"
    again.session.close()


def test_corrections_stay_with_their_column_and_come_back_with_it(desk: Desk, tmp_path: Path) -> None:
    dispatch = desk.session.store.dispatch
    dispatch(curating.correct_labels(rows=np.array([1, 2]), label="corrected"))
    desk.session.choose_label_column("source")
    assert not desk.state.corrections and dict(desk.state.set_aside["intent"]) == {1: "corrected", 2: "corrected"}
    said = desk.state.messages[-1]
    assert said.what == "2 corrections of labels are kept with the column intent." and said.level == "info"
    desk.until(desk.complete)
    dispatch(curating.correct_labels(rows=np.array([2]), label="elsewhere"))

    project = desk.state.project
    assert project is not None
    desk.session.export_report(tmp_path / "report.csv")
    desk.until(lambda: (tmp_path / "report.manifest.json").exists() and desk.state.job is None)
    with (tmp_path / "report.csv").open(encoding="utf-8", newline="") as lines:
        cells = [row["corrected_label"] for row in csv.DictReader(lines)]
    assert cells[:4] == ["", "", "elsewhere", ""]

    done = export_corrected(project, tmp_path / "clean.csv")
    with (tmp_path / "clean.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    first, _, _, fourth = (row["intent"] for row in sample_rows(200)[:4])
    assert [row["intent"] for row in rows[:4]] == [first, "corrected", "corrected", fourth]
    assert [row["source"] for row in rows[1:4]] == ["banking77", "elsewhere", "banking77"]
    assert "1 label in source corrected." in done.remarks
    assert "2 labels in intent corrected, which held the labels before." in done.remarks

    desk.session.close()
    again = Desk(tmp_path / "projects")
    again.session.open_project(project)
    again.until(again.complete)
    assert again.state.label_column == "source" and dict(again.state.corrections) == {2: "elsewhere"}
    again.session.choose_label_column("intent")
    assert dict(again.state.corrections) == {1: "corrected", 2: "corrected"}
    assert dict(again.state.set_aside["source"]) == {2: "elsewhere"} and "intent" not in again.state.set_aside
    again.session.undo()
    assert dict(again.state.corrections) == {2: "elsewhere"} and again.state.label_column == "source"
    again.session.close()


def test_comparisons_within_labels_follow_or_end(desk: Desk) -> None:
    desk.session.change_plan(replace(PLAN, within="label"))
    desk.until(desk.complete)
    assert desk.state.detector == "knn_within_label"
    before, plain = desk.state.scores, desk.state.results.scores["knn"]
    desk.session.choose_label_column("source")
    assert "knn_within_label" not in desk.state.results.scores, "scores of other labels are not shown for a moment"
    desk.until(desk.complete)
    after = desk.state.scores
    assert desk.state.detector == "knn_within_label" and before is not None and after is not None
    assert not np.array_equal(before, after, equal_nan=True) and desk.state.results.scores["knn"] is plain
    assert desk.state.results.peers is not None and set(desk.state.results.peers.names) == {"banking77", "tatoeba"}

    desk.session.choose_label_column(None)
    assert desk.state.plan.within == "corpus" and desk.state.detector == "knn" and desk.state.flagged is not None
    desk.until(desk.complete)
    desk.session.undo()
    assert desk.state.plan.within == "label" and desk.state.label_column == "source"
    desk.until(desk.complete)
    np.testing.assert_array_equal(desk.state.scores, after)


def test_an_odd_label_of_the_old_column_means_nothing_in_the_new_one(desk: Desk) -> None:
    dispatch = desk.session.store.dispatch
    dispatch(marking.add_label(name="weird"))
    desk.session.choose_label_column("source")
    desk.until(desk.complete)
    dispatch(set_odd_label(value="tatoeba"))
    desk.session.choose_label_column("intent")
    assert desk.state.plan.odd_value is None and desk.state.judged is None
    dispatch(set_odd_label(value="weird"))
    desk.session.choose_label_column(None)
    assert desk.state.plan.odd_value == "weird", "a label of one's own has nothing to do with the column"
    for _ in range(3):
        desk.session.undo()
    assert desk.state.plan.odd_value == "tatoeba" and desk.state.judged is not None
    assert desk.state.label_column == "source"


def test_the_map_coloured_by_the_labels_stays_coloured_by_the_labels(desk: Desk) -> None:
    dispatch = desk.session.store.dispatch
    dispatch(op.set_colour(colour_by="intent"))
    desk.session.choose_label_column("source")
    assert desk.state.colour_by == "source"
    desk.session.undo()
    assert desk.state.colour_by == "intent"
    desk.session.choose_label_column(None)
    assert desk.state.colour_by == "intent"


@pytest.mark.parametrize("column", ["question", "ticket", "nowhere"])
def test_what_cannot_hold_labels_is_refused_in_a_sentence(desk: Desk, column: str) -> None:
    before = desk.state.corpus
    desk.session.choose_label_column(column)
    assert desk.state.corpus is before
    assert desk.state.messages[-1].what == f"The column {column} cannot hold labels."


def test_what_is_known_to_be_normal_stays_the_same_texts(tmp_path: Path, two_labels: Path) -> None:
    roles = replace(ROLES, label="source")
    desk = opened(tmp_path, two_labels, roles, replace(PLAN, normal="label:banking77"))
    before = desk.state.scores
    desk.session.choose_label_column("intent")
    desk.until(desk.complete)
    assert (desk.state.plan.normal or "").startswith("rows:1-8,10-17,")
    np.testing.assert_array_equal(desk.state.scores, before)
    scoring = next(record for record in desk.state.results.records if record.stage == "scores.knn")
    assert scoring.reused, "the same texts were learnt from, so nothing was scored anew"
    desk.session.close()


def test_more_texts_need_no_labels_and_the_choice_stays(desk: Desk, tmp_path: Path) -> None:
    desk.session.choose_label_column("source")
    desk.until(desk.complete)
    more = tmp_path / "more.csv"
    more.write_text("ticket,question\nX1,where is my new card\nX2,it rains cats and dogs\n", encoding="utf-8")
    desk.session.add_texts(more)
    desk.until(lambda: desk.state.rows == 202 and desk.complete())
    assert desk.state.label_column == "source" and column_judged(desk) == "source"
    assert desk.state.results.labels is not None and desk.state.results.labels.missing.tolist() == [200, 201]


# --- without a window ---------------------------------------------------------------------------


def test_run_keeps_the_choice_made_in_the_project_unless_it_names_a_column(two_labels: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_corpus(two_labels, out, ROLES, PLAN)
    desk = Desk(tmp_path / "projects")
    desk.session.open_project(out / "project.textmap")
    desk.until(desk.complete)
    desk.session.store.dispatch(curating.correct_labels(rows=np.array([1]), label="corrected"))
    desk.session.choose_label_column("source")
    desk.until(desk.complete)
    desk.session.close()

    run_corpus(two_labels, out, Roles(("question",), id="ticket"), PLAN)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["corpus"]["roles"]["label"] == "source" and manifest["corrections"] == []
    assert rerun(out / "manifest.json", tmp_path / "again").identical

    run_corpus(two_labels, out, ROLES, PLAN)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["corpus"]["roles"]["label"] == "intent"
    assert [entry["label"] for entry in manifest["corrections"]] == ["corrected"], "they were made in this column"
    run_corpus(two_labels, out, replace(ROLES, label="source"), PLAN)
    with ProjectFolder.open(out / "project.textmap", writable=False) as project:
        _, made = read_by_hand(project, 200)
        assert project.corpus().roles.label == "source" and not made.marks.corrections
        assert dict(made.set_aside["intent"]) == {1: "corrected"}
