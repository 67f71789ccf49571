"""What all tests share: a home of their own, offline models, and small real corpora."""

from __future__ import annotations

import csv
import importlib.resources
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"


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
    rows = sample_rows(count)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def small_csv(tmp_path: Path) -> Path:
    """200 bank questions and real odd ones, as a CSV file."""
    return write_sample(tmp_path / "questions.csv", 200)
