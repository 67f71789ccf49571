"""A disk that spoils a result without a trace: found after opening, said, and computed again; decisions stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from explorer.app import operations as op
from explorer.app.messages import Message
from explorer.core.results import Results
from tests.app.desk import Desk


@pytest.fixture
def project(tmp_path: Path, small_csv: Path) -> Path:
    """A finished project with a decision in it."""
    desk = Desk(tmp_path / "projects")
    desk.open(small_csv)
    desk.session.store.dispatch(op.override_flags(rows=[3], flag=True))
    path = desk.state.project
    desk.session.close()
    assert path is not None
    return path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "projects")
    yield desk
    desk.session.close()


def spoil(file: Path) -> np.ndarray:
    """Damage the last number; the array as it was."""
    before = np.array(np.load(file))
    data = bytearray(file.read_bytes())
    data[-8:] = b"\1" * 8
    file.write_bytes(data)
    return before


def scores(results: Results) -> np.ndarray:
    return np.array(results.scores["knn"])


def test_what_changed_visibly_is_computed_again_on_opening(project: Path, desk: Desk) -> None:
    (file,) = project.glob("scores.knn/*/scores.npy")
    before = spoil(file)
    desk.session.open_project(project)
    desk.until(desk.complete)
    assert np.array_equal(scores(desk.state.results), before, equal_nan=True)


def test_what_changed_without_a_trace_is_found_later(
    project: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = project.glob("scores.knn/*/scores.npy")
    before = spoil(file)
    monkeypatch.setattr("explorer.core.verified._is_same", lambda known, now: bool(known))  # nothing shows it
    monkeypatch.setattr("explorer.app.restore.LOOK_AGAIN", -60.0)  # and it was read long ago
    desk.session.open_project(project)
    desk.until(lambda: any(message.what == "Results on the disk were damaged." for message in desk.state.messages))
    desk.until(desk.complete)
    assert np.array_equal(scores(desk.state.results), before, equal_nan=True)
    assert dict(desk.state.overrides) == {3: True}


def test_what_is_whole_is_left_alone(project: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.app.restore.LOOK_AGAIN", -60.0)
    desk.session.open_project(project)
    desk.until(desk.complete)
    desk.session._lanes.read(lambda: None, lambda _: desk.session.say(Message("info", "read")), print)
    desk.until(lambda: bool(desk.state.messages))
    assert [message.what for message in desk.state.messages] == ["read"]
