"""A project folder: locked, versioned, safe to lose power on, nothing executable in it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.app.project_database import MOST_STEPS, StoredStep, View
from explorer.app.project_folder import ProjectFolder, is_project, new_project_path
from explorer.app.work import decoded, encoded
from explorer.core.corpus.readers import read_corpus
from explorer.core.plan import Plan
from explorer.errors import OutputError, ProjectError, ProjectLockedError, ProjectTooNewError


def test_what_the_person_did_survives_reopening(tmp_path: Path, small_csv: Path) -> None:
    plan = replace(Plan(), k=7, detectors=("lof", "knn"), flag_share=0.1)
    view = View(5, {"k": 9, "metric": "euclidean", "method": "exact"}, {"camera": [1, 2]})
    with ProjectFolder.create(tmp_path / "p.textmap") as project:
        project.set_corpus(read_corpus(small_csv))
        project.database.save_view(view)
        project.database.save_work(encoded({"plan": plan, "overrides": {4: True, 9: False}}))
        project.database.save_work(encoded({"overrides": {4: True, 11: True}}))
    with ProjectFolder.open(tmp_path / "p.textmap") as project:
        assert project.database.view() == view
        work, damaged = decoded(project.database.work(), 200)
        assert (work["plan"], work["overrides"], damaged) == (plan, {4: True, 11: True}, [])
        assert project.corpus().rows == 200


def overrides(project: ProjectFolder) -> dict[int, bool]:
    return dict(decoded(project.database.work(), 200)[0]["overrides"])


def test_a_project_of_format_1_is_migrated_with_its_decisions(tmp_path: Path) -> None:
    folder = tmp_path / "old.textmap"
    folder.mkdir()
    with sqlite3.connect(folder / "project.sqlite") as database:
        database.executescript("""
            CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE overrides (row INTEGER PRIMARY KEY, flag INTEGER NOT NULL, made_at TEXT NOT NULL);
            INSERT INTO meta VALUES ('format', '1'), ('plan', '{"k": 7}'),
                ('view', '{"current": 5, "colour_by": "intent", "neighbours": {"k": 9}}');
            INSERT INTO overrides VALUES (3, 1, '2026-11-01'), (8, 0, '2026-11-02');
        """)
    database.close()
    with pytest.raises(ProjectError, match="older version"):
        ProjectFolder.open(folder, writable=False)
    ProjectFolder.open(folder).close()
    with ProjectFolder.open(folder, writable=False) as project:
        work, damaged = decoded(project.database.work(), 200)
        assert (work["overrides"], work["plan"].k, damaged) == ({3: True, 8: False}, 7, [])
        assert project.database.view() == View(5, {"k": 9})


def test_steps_go_back_and_forth_and_old_ones_are_forgotten(tmp_path: Path) -> None:
    def step(number: int) -> StoredStep:
        return StoredStep(f"step {number}", {"labels": b"%d" % (number - 1)}, {"labels": b"%d" % number})

    with ProjectFolder.create(tmp_path / "p.textmap") as project:
        database = project.database
        for number in range(1, MOST_STEPS + 21):
            database.save_step(step(number))
        assert database.history_words() == (f"step {MOST_STEPS + 20}", "")
        for _ in range(MOST_STEPS):
            assert database.move_in_history(back=True) is not None
        assert database.move_in_history(back=True) is None
        assert database.work() == {"labels": b"20"} and database.history_words() == ("", "step 21")
        database.move_in_history(back=False)
        assert database.work() == {"labels": b"21"}
        database.save_step(StoredStep("another", {"labels": b"21"}, {"labels": b"x"}))
        assert database.history_words() == ("another", "")
        database.save_step(StoredStep("another", {"labels": b"x"}, {"labels": b"y"}), join=True)
        database.move_in_history(back=True)
        assert database.work() == {"labels": b"21"}


def test_what_cannot_be_read_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    with ProjectFolder.create(tmp_path / "p.textmap") as project:
        project.database.save_work({"selection": b"junk", "filters": b"junk", **encoded({"overrides": {2: True}})})
        work, damaged = decoded(project.database.work(), 200)
        assert sorted(damaged) == ["filters", "selection"] and work["overrides"] == {2: True}
        assert work["selection"].size == 0


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    with ProjectFolder.create(tmp_path / "p.textmap") as project:
        project.database.save_work(encoded({"overrides": {1: True}}))
        with pytest.raises(ProjectLockedError, match="open in another window"):
            ProjectFolder.open(tmp_path / "p.textmap")
        with ProjectFolder.open(tmp_path / "p.textmap", writable=False) as reader:
            assert overrides(reader) == {1: True}
    ProjectFolder.open(tmp_path / "p.textmap").close()


def test_the_lock_goes_with_its_process(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from explorer.app.project_folder import ProjectFolder;"
        "from explorer.app.work import encoded; p = ProjectFolder.create(Path(sys.argv[1]));"
        "p.database.save_work(encoded({'overrides': {2: True}})); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "p.textmap")], check=False)
    with ProjectFolder.open(tmp_path / "p.textmap") as project:
        assert overrides(project) == {2: True}


def test_a_newer_format_is_refused_untouched(tmp_path: Path) -> None:
    ProjectFolder.create(tmp_path / "p.textmap").close()
    with sqlite3.connect(tmp_path / "p.textmap/project.sqlite") as database:
        database.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    database.close()
    with pytest.raises(ProjectTooNewError, match="newer version"):
        ProjectFolder.open(tmp_path / "p.textmap")


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 99])
def test_a_damaged_database_is_a_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.textmap").mkdir()
    (tmp_path / "p.textmap/project.sqlite").write_bytes(content)
    with pytest.raises(ProjectError):
        ProjectFolder.open(tmp_path / "p.textmap")


def test_what_is_no_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="not a project"):
        ProjectFolder.open(tmp_path)
    with pytest.raises(ProjectError, match="not a project"):
        ProjectFolder.open(tmp_path / "nowhere.textmap")
    assert not is_project(tmp_path) and not is_project(tmp_path / "nowhere.textmap")


def test_a_project_without_a_corpus_says_so(tmp_path: Path) -> None:
    with ProjectFolder.create(tmp_path / "p.textmap") as project, pytest.raises(ProjectError, match="holds no corpus"):
        project.corpus()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="Cannot write"):
        ProjectFolder.create(tmp_path / "file" / "p.textmap")


def test_new_projects_never_overwrite(tmp_path: Path) -> None:
    first = new_project_path(tmp_path, Path("tickets.csv.gz"))
    assert first.name == "tickets.textmap"
    first.mkdir()
    assert new_project_path(tmp_path, Path("tickets.json")).name == "tickets-2.textmap"


def test_nothing_in_a_project_is_executable_or_pickled(tmp_path: Path, small_csv: Path) -> None:
    from explorer.app.headless import run_corpus
    from explorer.core.corpus.corpus import Roles

    run_corpus(small_csv, tmp_path, Roles(("question",)), Plan(encoder="lexical"))
    allowed = {".sqlite", ".arrow", ".npy", ".json", ".ann", ".lock", ".verified", ""}
    for file in (tmp_path / "project.textmap").rglob("*"):
        if file.is_file():
            assert file.suffix in allowed, file
            assert file.name == ".lock" or not file.read_bytes().startswith(b"\x80\x04"), file
            assert not file.stat().st_mode & 0o111, file


def test_a_project_whose_making_was_killed_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "p.textmap").mkdir()
    (tmp_path / "p.textmap/project.sqlite").touch()
    with ProjectFolder.create(tmp_path / "p.textmap") as project:
        project.database.save_work(encoded({"overrides": {1: True}}))
        assert overrides(project) == {1: True}


def test_a_folder_that_cannot_be_written_is_read_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ProjectFolder.create(tmp_path / "p.textmap") as project:
        project.database.save_work(encoded({"overrides": {1: True}}))
    monkeypatch.setattr("os.access", lambda *_: False)
    before = sorted(path.name for path in (tmp_path / "p.textmap").iterdir())
    with ProjectFolder.open(tmp_path / "p.textmap", writable=False) as project:
        assert overrides(project) == {1: True}
        assert sorted(path.name for path in (tmp_path / "p.textmap").iterdir()) == before
