"""A saved session with junk in it, opened in the real window: what can be read comes back, and the window works."""

from __future__ import annotations

import base64
import json
import random
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from window_driver import Driver

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.settings import Settings
from explorer.app.work import WORK
from explorer.core.query.predicates import Range
from explorer.core.query.search import TextQuery
from explorer.gui.sealed import sealed, unsealed

FIELDS = [name for name in WORK if name != "plan"]
"""Without a plan everything would be computed anew; ``tests/faults`` does that."""
JUNK_BYTES = (b"", b"\x00" * 40, b"\xff\xfe junk", zlib.compress(b"{"), zlib.compress(b"[" * 100_000))
JUNK_VALUES: tuple[Any, ...] = (None, -1, 1e300, "x" * 10_000, [[None, "a", {}]], {"a": [1]}, True)


@pytest.fixture
def left(at_work: Driver) -> Path:
    """A project with decisions of every kind, and a window that has been arranged; the window is still open."""
    dispatch = at_work.session.store.dispatch
    dispatch(op.override_flags(rows=[3], flag=True))
    dispatch(marking.add_label(name="spam"))
    dispatch(marking.give_label(rows=np.array([1, 2]), name="spam"))
    dispatch(marking.write_note(row=5, text="strange"))
    dispatch(marking.put_in_trash(rows=np.array([8])))
    dispatch(filtering.add_filter(predicate=Range("amount", 0, 30)))
    dispatch(filtering.save_filter(name="mine", filters=at_work.state.filters))
    dispatch(op.set_colour(colour_by="intent"))
    dispatch(op.hide_entries(names=["card_arrival"]))
    dispatch(filtering.search(query=TextQuery("card")))
    dispatch(op.set_current(row=2))
    at_work.until(lambda: not at_work.state.search.running)
    at_work.window._save_view()
    project = at_work.state.project
    assert project is not None
    return project


@pytest.fixture
def damaged(left: Path, tmp_path: Path) -> Iterator[Callable[[Callable[[sqlite3.Connection], None]], Path]]:
    """Makes copies of the project as it was left, and does to their databases what it is told."""
    made = iter(range(1_000))

    def make(damage: Callable[[sqlite3.Connection], None]) -> Path:
        copy = Path(shutil.copytree(left, tmp_path / f"damaged-{next(made)}.textmap"))
        with sqlite3.connect(copy / "project.sqlite") as database:
            damage(database)
        database.close()
        return copy

    return make


def kept_view(project: Path) -> dict[str, Any]:
    with sqlite3.connect(project / "project.sqlite") as database:
        (text,) = database.execute("SELECT value FROM meta WHERE name = 'view'").fetchone()
    database.close()
    return dict(json.loads(text))


def keep_view(view: object) -> Callable[[sqlite3.Connection], None]:
    text = json.dumps(view)
    return lambda database: database.execute("UPDATE meta SET value = ? WHERE name = 'view'", (text,))  # type: ignore[return-value]


def works(driver: Driver) -> None:
    """The window shows everything and does what it is asked."""
    assert not driver.window.grab().isNull()
    driver.session.store.dispatch(op.set_current(row=4))
    driver.session.store.dispatch(marking.write_note(row=4, text="here"))
    driver.until(lambda: bool(driver.state.neighbours.source))
    assert dict(driver.state.notes)[4] == "here"
    assert not driver.window.grab().isNull()


def test_junk_in_every_field_of_the_work(at_work: Driver, damaged: Callable[..., Path]) -> None:
    for number, junk in enumerate(JUNK_BYTES, start=1):

        def spoil(database: sqlite3.Connection, junk: bytes = junk) -> None:
            for name in FIELDS:
                database.execute("INSERT OR REPLACE INTO work VALUES (?, ?)", (name, junk))

        at_work.open_project(damaged(spoil))
        said = [message for message in at_work.state.messages if message.level == "warning"]
        assert len(said) == number and all(name.replace("_", " ") in said[-1].what for name in FIELDS), junk
        works(at_work)
        assert at_work.state.trash_count == 0 and not at_work.state.overrides


def test_a_sound_session_of_another_corpus(at_work: Driver, damaged: Callable[..., Path]) -> None:
    """Columns that are not there, entries of no legend, words that are no search."""
    chip = {"predicate": {"kind": "range", "column": "nowhere", "low": 0, "high": 1}}
    fields = {"colour_by": "nowhere", "hidden": ["x", "y"], "filters": {"chips": [chip]}}

    def spoil(database: sqlite3.Connection) -> None:
        for name, value in fields.items():
            packed = zlib.compress(json.dumps(value).encode())
            database.execute("INSERT OR REPLACE INTO work VALUES (?, ?)", (name, packed))

    at_work.open_project(damaged(spoil))
    works(at_work)
    assert at_work.state.colour_by == "nowhere" and dict(at_work.state.notes)[5] == "strange"


def test_junk_in_what_the_window_keeps(at_work: Driver, left: Path, damaged: Callable[..., Path]) -> None:
    view = kept_view(left)
    for junk in JUNK_VALUES:
        at_work.open_project(damaged(keep_view(everywhere(view, junk))))
        at_work.until(lambda: not at_work.state.search.running)
        works(at_work)
        assert dict(at_work.state.notes)[5] == "strange" and at_work.state.trash_count == 1, junk


def everywhere(values: Any, junk: object) -> Any:
    """Junk in place of every single value, the shape kept."""
    if isinstance(values, dict):
        return {name: everywhere(value, junk) for name, value in values.items()}
    return [everywhere(value, junk) for value in values] if isinstance(values, list) else junk


def test_an_arrangement_with_a_wrong_byte_never_reaches_qt(
    at_work: Driver, left: Path, damaged: Callable[..., Path], make_window_driver: Callable[..., Driver]
) -> None:
    """Qt reads past its end, or dies."""
    view, chance = kept_view(left), random.Random(1)
    arranged = view["window"]["panels"]
    state = unsealed(arranged)
    assert state is not None and sealed(state) == arranged
    checksum, _, stored = arranged.partition(" ")
    for _ in range(20):
        spoilt = bytearray(base64.b64decode(stored))
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
        text = f"{checksum} {base64.b64encode(spoilt).decode()}"
        assert unsealed(text) is None and unsealed(arranged[: chance.randrange(len(arranged))]) is None
    view["window"]["panels"] = text
    at_work.open_project(damaged(keep_view(view)))
    works(at_work)
    other = make_window_driver(settings=Settings(geometry=text, layout=text))
    assert other.window.panels.save() and not other.window.grab().isNull()
