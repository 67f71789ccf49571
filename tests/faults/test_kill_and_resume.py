"""A run killed at any moment goes on where it stopped and ends with the bytes of an undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from explorer.app.project_folder import ProjectFolder
from tests.tiny_encoder import tiny_model_folder


def start(corpus: Path, out: Path, encoder: str) -> subprocess.Popen[bytes]:
    words = ["run", str(corpus), "--out", str(out), "--encoder", encoder, "--quiet", "--text", "question"]
    return subprocess.Popen([sys.executable, "-m", "explorer", *words], stdout=subprocess.DEVNULL)


def finish(corpus: Path, out: Path, encoder: str) -> float:
    began = time.monotonic()
    assert start(corpus, out, encoder).wait() == 0
    return time.monotonic() - began


@pytest.mark.parametrize("kind", ["lexical", "model folder"])
def test_killed_runs_end_with_the_bytes_of_an_undisturbed_one(small_csv: Path, tmp_path: Path, kind: str) -> None:
    encoder = "lexical" if kind == "lexical" else str(tiny_model_folder(tmp_path / "model"))
    seconds = finish(small_csv, tmp_path / "calm", encoder)
    for share in (0.35, 0.5, 0.65, 0.8, 0.95):
        process = start(small_csv, tmp_path / "killed", encoder)
        time.sleep(seconds * share)
        process.send_signal(signal.SIGKILL)
        process.wait()
    finish(small_csv, tmp_path / "killed", encoder)
    assert (tmp_path / "killed/report.csv").read_bytes() == (tmp_path / "calm/report.csv").read_bytes()
    with ProjectFolder.open(tmp_path / "killed/project.textmap") as project:
        assert project.corpus().rows == 200


def test_two_threads_and_one_give_the_same_report(small_csv: Path, tmp_path: Path) -> None:
    made = []
    for threads in ("1", "2"):
        words = ["run", str(small_csv), "--out", str(tmp_path / threads), "--encoder", "lexical", "--quiet"]
        environment = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "NUMBA_NUM_THREADS": threads}
        subprocess.run([sys.executable, "-m", "explorer", *words], check=True, env={**os.environ, **environment})
        made.append((tmp_path / threads / "report.csv").read_bytes())
    assert made[0] == made[1]
