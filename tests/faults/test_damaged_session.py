"""A saved session that a disk or another program has spoilt: it opens, says what is lost, and loses nothing else."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from explorer.app import curating, filtering, marking
from explorer.app import operations as op
from explorer.app.work import WORK
from explorer.core.query.predicates import Rows
from tests.app.desk import Desk
from tests.conftest import sample_rows

JUNK = (b"", b"\x00" * 40, b"\xff\xfe junk", b"x\x9cK\x04\x00\x00b\x00b", zlib.compress(b"[" * 100_000))
"""Nothing, zeros, noise, and zlib's packing of what is no JSON, and of what is too deep."""


@pytest.fixture(scope="module")
def worked_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished project with one decision of every kind."""
    folder = tmp_path_factory.mktemp("worked-on")
    rows = sample_rows(60)
    lines = [",".join(rows[0]), *(",".join(f'"{cell}"' for cell in row.values()) for row in rows)]
    (folder / "few.csv").write_text("\n".join(lines), encoding="utf-8")
    desk = Desk(folder / "projects")
    desk.open(folder / "few.csv")
    dispatch = desk.session.store.dispatch
    dispatch(op.override_flags(rows=[3], flag=True))
    dispatch(marking.add_label(name="spam"))
    dispatch(marking.give_label(rows=np.array([1, 2]), name="spam"))
    dispatch(marking.write_note(row=5, text="strange"))
    dispatch(marking.put_in_trash(rows=np.array([8])))
    dispatch(filtering.add_filter(predicate=Rows.of("mine", np.array([1, 2, 3]), 60)))
    dispatch(filtering.save_filter(name="mine", filters=desk.state.filters))
    dispatch(curating.correct_labels(rows=np.array([9]), label="card_arrival"))
    desk.session.choose_label_column("source")
    desk.until(desk.complete)
    dispatch(curating.correct_labels(rows=np.array([7]), label="tatoeba"))
    dispatch(op.select(rows=[4, 6]))
    dispatch(op.set_colour(colour_by="intent"))
    dispatch(op.hide_entries(names=["card_arrival"]))
    project = desk.state.project
    desk.session.close()
    assert project is not None
    return project


@pytest.fixture
def project(worked_on: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(worked_on, tmp_path / "few.textmap"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "projects")
    yield desk
    desk.session.close()


def change(project: Path, sql: str, *values: object) -> None:
    with sqlite3.connect(project / "project.sqlite") as database:
        database.execute(sql, values)
    database.close()


def work(desk: Desk) -> dict[str, object]:
    values = {name: getattr(desk.state, name) for name in WORK}
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()}


def is_default(desk: Desk, name: str) -> bool:
    """Whether a field is as in a fresh project, where the label column is the one that the corpus was opened with."""
    value, default = getattr(desk.state, name), "intent" if name == "label_column" else WORK[name].default
    return bool(np.array_equal(value, default)) if isinstance(default, np.ndarray) else bool(value == default)


@pytest.mark.parametrize("name", WORK)
def test_one_damaged_field_is_said_and_costs_nothing_else(name: str, project: Path, desk: Desk) -> None:
    before = Desk(project.parent)
    before.session.open_project(project)
    before.until(before.complete)
    whole = work(before)
    before.session.close()
    assert not is_default(before, name), "the project must hold something that can be lost"
    change(project, "INSERT OR REPLACE INTO work VALUES (?, ?)", name, JUNK[len(name) % len(JUNK)])
    desk.session.open_project(project)
    desk.until(lambda: desk.state.corpus is not None)
    (said,) = desk.state.messages
    assert said.level == "warning" and name.replace("_", " ") in said.what
    assert is_default(desk, name)
    assert {**work(desk), name: None} == {**whole, name: None}


VIEWS = (
    "",
    "{",
    pytest.param("[" * 100_000, id="too deep"),
    "[]",
    "null",
    json.dumps({"current": "x", "neighbours": [1], "window": 7}),
    json.dumps({"current": 10**12, "neighbours": {"k": -1, "metric": "taxi", "method": 3}, "window": {"map": [1]}}),
    json.dumps({"current": -5, "neighbours": {"k": True}, "window": {"panels": 3, "search": {"a": 1}}}),
)


@pytest.mark.parametrize("view", VIEWS)
def test_a_place_that_makes_no_sense_is_left_out(view: str, project: Path, desk: Desk) -> None:
    change(project, "INSERT OR REPLACE INTO meta VALUES ('view', ?)", view)
    desk.session.open_project(project)
    desk.until(desk.complete)
    assert desk.state.current is None and dict(desk.state.notes) == {5: "strange"}
    assert not desk.state.messages


def test_a_step_that_is_damaged_is_not_undone(project: Path, desk: Desk) -> None:
    change(project, "UPDATE step_fields SET before = ? WHERE number = (SELECT max(number) FROM steps)", JUNK[2])
    desk.session.open_project(project)
    desk.until(desk.complete)
    hidden = desk.state.hidden
    desk.session.undo()
    (error,) = desk.state.messages
    assert "damaged" in error.what and desk.state.hidden == hidden
