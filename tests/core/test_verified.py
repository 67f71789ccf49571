"""Files found whole are not read again until they are touched."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from explorer.core.fingerprint import file_digest
from explorer.core.verified import GRAIN, all_whole, note_whole, noted_at


class Reader:
    """Compares digests and remembers what it read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, file: Path, digest: str) -> bool:
        self.read.append(file.name)
        return file_digest(file) == digest


@pytest.fixture
def files(tmp_path: Path) -> dict[Path, str]:
    """Two files whose last change lies further back than a file system's times are exact."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(name * 1000)
    time.sleep(2 * GRAIN / 1e9)
    return {tmp_path / name: file_digest(tmp_path / name) for name in ("a", "b")}


def test_each_file_is_read_once(tmp_path: Path, files: dict[Path, str]) -> None:
    note, first, second, third = tmp_path / ".note", Reader(), Reader(), Reader()
    assert noted_at(note) == 0
    assert all_whole(note, files, first) and first.read == ["a", "b"]
    assert all_whole(note, files, second) and second.read == []
    assert all_whole(note, files, third, again=True) and third.read == ["a", "b"]
    assert 0 < noted_at(note) <= time.time()


def test_a_file_that_was_touched_is_read_again(tmp_path: Path, files: dict[Path, str]) -> None:
    note, reader = tmp_path / ".note", Reader()
    note_whole(note, files)
    before = (tmp_path / "a").stat()
    (tmp_path / "a").write_text("x" * 1000)
    os.utime(tmp_path / "a", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not all_whole(note, files, reader) and reader.read == ["a"]
    assert not note.exists()


def test_damage_found_by_looking_again_is_not_forgotten(tmp_path: Path, files: dict[Path, str]) -> None:
    note = tmp_path / ".note"
    note_whole(note, files)
    assert not all_whole(note, files, lambda *_: False, again=True)
    reader = Reader()
    assert all_whole(note, files, reader) and reader.read == ["a", "b"]


def test_a_file_written_a_moment_ago_is_not_trusted(tmp_path: Path) -> None:
    file, reader = tmp_path / "new", Reader()
    file.write_text("text")
    soon = time.time_ns() + 10 * GRAIN
    os.utime(file, ns=(soon, soon))  # however slow this machine is
    note_whole(tmp_path / ".note", {file: file_digest(file)})
    assert all_whole(tmp_path / ".note", {file: file_digest(file)}, reader) and reader.read == ["new"]


def test_a_copy_and_another_digest_are_read(tmp_path: Path, files: dict[Path, str]) -> None:
    note_whole(tmp_path / ".note", files)
    shutil.copytree(tmp_path, tmp_path / "copy")
    reader = Reader()
    assert all_whole(tmp_path / "copy/.note", {tmp_path / "copy" / f.name: d for f, d in files.items()}, reader)
    assert reader.read == ["a", "b"]
    assert not all_whole(tmp_path / ".note", dict.fromkeys(files, "other"), Reader())


@pytest.mark.parametrize("junk", ["", "{", "[1]", '{"a": 1}', '{"a": []}', '{"a": ["d", 1]}', '{"a": ["d", "x"]}'])
def test_a_damaged_note_costs_a_reading(junk: str, tmp_path: Path, files: dict[Path, str]) -> None:
    (tmp_path / ".note").write_text(junk)
    reader = Reader()
    assert all_whole(tmp_path / ".note", files, reader) and reader.read == ["a", "b"]


def test_a_folder_that_cannot_be_written_only_costs_a_reading(tmp_path: Path, files: dict[Path, str]) -> None:
    reader = Reader()
    for _ in range(2):
        assert all_whole(tmp_path / "missing/.note", files, reader)
    assert reader.read == ["a", "b", "a", "b"]
