"""What all tests share: a home of their own, offline models, and small real corpora."""

from __future__ import annotations

import csv
import importlib.resources
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from explorer.app import jobs

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"


class WarmWorkers(jobs.Workers):
    """Workers that go on from test to test: to start one takes seconds, as it has torch and more to import.

    Only those that have nothing left to say are handed on, and only where nobody reads their log.
    """

    MOST = 2

    def __init__(self) -> None:
        self._idle: dict[int, list[subprocess.Popen[bytes]]] = {}
        self._nice: dict[int, int] = {}
        # A worker ends with the thread that started it (Linux: PR_SET_PDEATHSIG), a runner's with its test.
        self._starter = ThreadPoolExecutor(1, "warm-workers")

    def start(self, nice: int, log: Path | None) -> subprocess.Popen[bytes]:
        idle = self._idle.setdefault(nice, [])
        while log is None and idle:
            worker = idle.pop()
            if worker.poll() is None:
                return worker
            super().let_go(worker, clean=False)
        worker = self._starter.submit(super().start, nice, log).result()
        if log is None:
            self._nice[worker.pid] = nice
        return worker

    def let_go(self, worker: subprocess.Popen[bytes], *, clean: bool) -> None:
        idle = self._idle.get(self._nice.get(worker.pid, -1), [])
        if clean and worker.pid in self._nice and worker.poll() is None and len(idle) < self.MOST:
            idle.append(worker)
        else:
            self._nice.pop(worker.pid, None)
            super().let_go(worker, clean=clean)

    @property
    def pids(self) -> set[int]:
        """Those that wait for the next test."""
        return {worker.pid for idle in self._idle.values() for worker in idle}

    def end(self) -> None:
        for worker in (worker for idle in self._idle.values() for worker in idle):
            super().let_go(worker, clean=True)
        self._starter.shutdown()


@pytest.fixture(scope="session", autouse=True)
def warm_workers() -> Iterator[None]:
    """Every runner of every test takes its worker from here."""
    jobs.WORKERS = WarmWorkers()
    yield
    jobs.WORKERS.end()


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings, logs and documents of the person who runs the tests are never touched."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DOCUMENTS_DIR"):
        monkeypatch.setenv(name, str(home / name.lower()))
    yield home


def sample_rows(count: int) -> list[dict[str, str]]:
    """The first ``count`` rows of the bundled sample, the odd ones among them."""
    file = importlib.resources.files("explorer.resources") / "samples" / "bank_questions.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    odd = [row for row in rows if row["source"] == "tatoeba"][:4]
    return rows[: count - len(odd)] + odd


def write_sample(path: Path, count: int) -> Path:
    """``sample_rows`` as a CSV file."""
    return write_rows(path, sample_rows(count))


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    """Rows as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def small_csv(tmp_path: Path) -> Path:
    """200 bank questions and real odd ones, as a CSV file."""
    return write_sample(tmp_path / "questions.csv", 200)
