"""Undo and redo: of everything a person does, across restarts, and after a kill."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from desk import QUESTIONS, Desk

from explorer.app import curating, filtering, marking
from explorer.app import operations as op
from explorer.app.opening import OpenRequest
from explorer.core.plan import Plan
from explorer.core.query.predicates import Rows


@pytest.fixture
def desk(tmp_path: Path, small_csv: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "projects")
    desk.open(small_csv)
    yield desk
    desk.session.close()


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def decide(desk: Desk) -> None:
    """One action of every kind, each a step of its own."""
    dispatch = desk.session.store.dispatch
    dispatch(op.override_flags(rows=[3], flag=True))
    dispatch(marking.add_label(name="spam"))
    dispatch(marking.give_label(rows=rows(1, 2), name="spam"))
    dispatch(marking.write_note(row=5, text="strange"))
    dispatch(marking.put_in_trash(rows=rows(8)))
    dispatch(curating.correct_labels(rows=rows(7, 9), label="age_limit"))
    dispatch(op.select(rows=[4, 6]))
    dispatch(filtering.add_filter(predicate=Rows.of("mine", rows(1, 2, 3), 200)))
    dispatch(op.set_colour(colour_by="intent"))
    dispatch(op.hide_entries(names=["card_arrival"]))
    dispatch(op.set_threshold(value=0.5))


def work(desk: Desk) -> dict[str, object]:
    state = desk.state
    return {
        "flags": dict(state.overrides),
        "labels": [label.name for label in state.labels],
        "bits": np.flatnonzero(state.label_bits).tolist(),
        "notes": dict(state.notes),
        "trash": np.flatnonzero(state.trashed).tolist(),
        "corrections": dict(state.corrections),
        "selection": state.selection.tolist(),
        "chips": len(state.filters.chips),
        "colour": state.colour_by,
        "hidden": state.hidden,
        "threshold": state.plan.threshold,
    }


def test_everything_is_undone_step_by_step_and_done_again(desk: Desk) -> None:
    start = work(desk)
    decide(desk)
    end = work(desk)
    assert all(end[name] != start[name] for name in start)
    seen = []
    while desk.state.history.undo:
        seen.append(desk.state.history.undo)
        desk.session.undo()
    assert work(desk) == start and len(seen) == 11
    assert seen[0] == "threshold" and seen[-1] == "flag 1 text" and "labels of 2 texts" in seen
    while desk.state.history.redo:
        desk.session.redo()
    assert work(desk) == end
    assert desk.state.flagged[3] and desk.state.threshold.value == 0.5
    assert not desk.state.shown[8]


def test_undo_goes_on_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    start = work(desk)
    decide(desk)
    end, project = work(desk), desk.state.project
    desk.session.undo()
    desk.session.close()
    again = Desk(tmp_path / "projects")
    again.session.open_project(project)
    again.until(again.complete)
    assert again.state.history.redo == "threshold"
    again.session.redo()
    assert work(again) == end
    while again.state.history.undo:
        again.session.undo()
    assert work(again) == start
    again.session.close()


def test_a_new_action_ends_what_could_be_redone(desk: Desk) -> None:
    desk.session.store.dispatch(marking.write_note(row=1, text="one"))
    desk.session.undo()
    assert desk.state.history.redo == "note"
    desk.session.store.dispatch(op.override_flags(rows=[2], flag=True))
    assert desk.state.history.redo == "" and desk.state.history.undo == "flag 1 text"
    desk.session.redo()
    assert not desk.state.notes


def test_dragging_the_line_is_one_step(desk: Desk) -> None:
    for value in np.linspace(0.3, 0.6, 20):
        desk.session.store.dispatch(op.set_threshold(value=float(value)))
    desk.session.undo()
    assert desk.state.plan.threshold is None and desk.state.history.undo == ""


def test_undoing_other_parameters_computes_what_they_need(desk: Desk) -> None:
    before = desk.state.plan
    desk.session.change_plan(Plan(encoder="lexical", k=5))
    desk.until(desk.complete)
    desk.session.undo()
    desk.until(desk.complete)
    assert desk.state.plan == before and desk.state.scores is not None


KILLED = """
import os, sys
from pathlib import Path
from tests.app.desk import Desk
from explorer.app import marking, operations as op
import numpy as np
desk = Desk(Path(sys.argv[1]))
desk.session.open_project(Path(sys.argv[2]))
desk.until(desk.complete)
desk.session.store.dispatch(marking.add_label(name="spam"))
for row in range(200):
    desk.session.store.dispatch(marking.give_label(rows=np.array([row]), name="spam"))
    print(row, flush=True)
    if row == 60:
        os.kill(os.getpid(), 9)
"""


def test_a_killed_process_loses_at_most_the_action_in_flight(desk: Desk, tmp_path: Path) -> None:
    project = desk.state.project
    desk.session.close()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(project)],
        stdout=subprocess.PIPE, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    said = int(done.stdout.split()[-1])
    again = Desk(tmp_path / "projects")
    again.session.open_project(project)
    again.until(again.complete)
    assert np.flatnonzero(again.state.label_bits).tolist() == list(range(said + 1))
    assert again.state.history.undo == "labels of 1 text"
    again.session.close()


def test_a_project_that_was_opened_by_an_action_on_another_does_not_mix_them(
    desk: Desk, small_csv: Path, tmp_path: Path
) -> None:
    first = desk.state.project
    desk.session.store.dispatch(marking.write_note(row=1, text="of the first"))
    desk.session.open_corpus(OpenRequest(small_csv, QUESTIONS, plan=Plan(encoder="lexical")))
    desk.until(lambda: desk.state.project != first and desk.complete())
    assert not desk.state.notes and desk.state.history.undo == ""
    desk.session.open_project(first)
    desk.until(lambda: desk.state.project == first and desk.complete())
    assert dict(desk.state.notes) == {1: "of the first"}


def test_a_damaged_step_is_said_and_changes_nothing(desk: Desk) -> None:
    desk.session.store.dispatch(marking.write_note(row=1, text="one"))
    with sqlite3.connect(desk.state.project / "project.sqlite") as database:
        database.execute("UPDATE step_fields SET before = x'00'")
    database.close()
    desk.session.undo()
    assert dict(desk.state.notes) == {1: "one"} and desk.state.history.undo == "note"
    assert "cannot be undone" in desk.state.messages[-1].what


def test_what_is_done_while_texts_are_added_is_kept(desk: Desk, small_csv: Path) -> None:
    desk.session.store.dispatch(marking.add_label(name="spam"))
    desk.session.add_texts(small_csv)
    for row in range(30):
        desk.session.store.dispatch(marking.give_label(rows=rows(row), name="spam"))
        desk.session.change_plan(Plan(encoder="lexical", k=5 + row % 2))
        deadline = time.monotonic() + 0.05
        while time.monotonic() < deadline and not desk.calls.empty():
            desk.calls.get()()
    desk.until(lambda: desk.state.rows == 400 and desk.complete())
    assert np.flatnonzero(desk.state.label_bits).tolist() == list(range(30))
    assert len(desk.state.results.vectors) == 400 and len(desk.state.scores) == 400


def test_opening_twice_in_a_hurry_opens_once(desk: Desk, tmp_path: Path) -> None:
    project = desk.state.project
    desk.session.close()
    again = Desk(tmp_path / "projects")
    again.session.open_project(project)
    again.session.open_project(project)
    again.until(again.complete)
    assert not [message for message in again.state.messages if message.level == "error"]
    again.session.close()
