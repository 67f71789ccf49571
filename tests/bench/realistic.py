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
        real = open_encoder(EncoderRequest()).encode(_questions()[:REAL], SILENT).vectors
        random = np.random.default_rng(0)
        one, other = random.integers(len(real), size=(2, rows))
        share = random.uniform(0.6, 0.95, (rows, 1)).astype(np.float32)
        mixed = share * real[one] + (1.0 - share) * real[other]
        np.save(path, (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32))
    return path


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


def _questions() -> list[str]:
    file = importlib.resources.files("explorer.resources") / "samples" / "bank_questions.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return [row["question"] for row in csv.DictReader(lines)]
