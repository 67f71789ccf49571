"""50,000 vectors like those of a real corpus, made in a minute from what the repository holds."""

from __future__ import annotations

import csv
import importlib.resources
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from explorer.core.embedding.registry import EncoderRequest, open_encoder
from explorer.core.progress import SILENT

LABELLED = Path(__file__).parents[1] / "data" / "tad-bench" / "covid_fake.jsonl"
REAL = 6_000


def vectors_file(scratch: Path, rows: int = 50_000) -> Path:
    """A .npy of (rows, 384) float32, length 1: MiniLM vectors of real questions and mixes of two of them.

    Mixing keeps the spread of distances and the intrinsic dimension of real vectors, which random numbers do not have.
    """
    path = scratch / f"realistic-{rows}.npy"
    if not path.exists():
        real, _ = real_questions(scratch)
        one, other, share = _mixes(rows)
        mixed = share * real[one] + (1.0 - share) * real[other]
        np.save(path, (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32))
    return path


def real_questions(scratch: Path) -> tuple[np.ndarray, np.ndarray]:
    """MiniLM vectors (REAL, 384) of real questions and the intent of each."""
    path, chosen = scratch / "real.npy", _questions()[:REAL]
    if not path.exists():
        texts = [row["question"] for row in chosen]
        np.save(path, open_encoder(EncoderRequest()).encode(texts, SILENT).vectors)
    return np.load(path), np.array([row["intent"] for row in chosen])


def mixed_intents(rows: int = 50_000) -> np.ndarray:
    """(rows,) for ``vectors_file``: the intent of the question that weighs more in each mix."""
    intents = np.array([row["intent"] for row in _questions()[:REAL]])
    return intents[_mixes(rows)[0]]


def _mixes(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each mix the first question, the second one, and the share of the first."""
    random = np.random.default_rng(0)
    one, other = random.integers(REAL, size=(2, rows))
    return one, other, random.uniform(0.6, 0.95, (rows, 1)).astype(np.float32)


def labelled() -> tuple[np.ndarray, np.ndarray]:
    """fp32 vectors (1173, 384) of TAD-Bench COVID-Fake and labels, 1 = anomaly."""
    rows = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    encoder = open_encoder(EncoderRequest(precision="fp32"))
    return encoder.encode([row["text"] for row in rows], SILENT).vectors, np.array([row["label"] for row in rows])


def in_fresh_process(module: str, *arguments: str) -> dict:
    """What ``python -m module arguments`` prints as JSON on its last line."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *arguments], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _questions() -> list[dict[str, str]]:
    file = importlib.resources.files("explorer.resources") / "samples" / "bank_questions.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
