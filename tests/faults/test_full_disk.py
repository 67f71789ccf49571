"""A disk that fails while a result is written: one clear sentence, and what was there before is still there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from explorer.app.headless import run_corpus
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.errors import ExplorerError

QUESTIONS = Roles(("question",), id="ticket")
LEXICAL = Plan(encoder="lexical")


class FailingDisk:
    """Lets ``allowed`` syncs through, then has no space left."""

    def __init__(self, allowed: int) -> None:
        self.left = allowed
        self._real = os.fsync

    def __call__(self, handle: int) -> None:
        if self.left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.left -= 1
        self._real(handle)


@pytest.mark.parametrize("allowed", [0, 1, 2, 5, 9, 14, 20, 30])
def test_a_full_disk_is_told_and_the_run_goes_on_later(
    small_csv: Path, tmp_path: Path, allowed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_corpus(small_csv, tmp_path / "calm", QUESTIONS, LEXICAL)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", FailingDisk(allowed))
        try:
            run_corpus(small_csv, tmp_path / "out", QUESTIONS, LEXICAL)
        except ExplorerError as error:
            assert "No space left" in str(error) and error.hint
    run_corpus(small_csv, tmp_path / "out", QUESTIONS, LEXICAL)
    assert (tmp_path / "out/report.csv").read_bytes() == (tmp_path / "calm/report.csv").read_bytes()


def test_a_read_only_project_can_still_be_asked(small_csv: Path, tmp_path: Path) -> None:
    from explorer.app.headless import neighbours

    run_corpus(small_csv, tmp_path / "out", QUESTIONS, LEXICAL)
    project = tmp_path / "out/project.textmap"
    before = sorted((file, file.stat().st_mtime_ns) for file in project.rglob("*.npy"))
    assert neighbours(project, row=1, k=3).found
    assert neighbours(project, query="my card", k=3).found
    assert sorted((file, file.stat().st_mtime_ns) for file in project.rglob("*.npy")) == before
