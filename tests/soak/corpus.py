"""The corpus of a soak: made-up texts with columns of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np

WORDS = (
    "card",
    "bank",
    "transfer",
    "refund",
    "delay",
    "app",
    "login",
    "fee",
    "cash",
    "exchange",
    "lost",
    "stolen",
    "new",
)
LANGUAGES = ("en", "de", "fr", "es")
COLUMNS = ("text", "lang", "day", "amount", "topic")


def write_corpus(folder: Path, rows: int, seed: int) -> tuple[Path, Path]:
    """Texts with a language, a day, a number and one of 40 topics, and vectors in clusters for them."""
    random = np.random.default_rng(seed)
    file, vectors = folder / "soak.csv", folder / "soak.npy"
    picked = random.integers(0, len(WORDS), (rows, 7))
    days = np.datetime64("2026-01-01") + random.integers(0, 300, rows)
    with file.open("w", encoding="utf-8") as out:
        out.write(",".join(COLUMNS) + "\n")
        for row in range(rows):
            words = " ".join(WORDS[word] for word in picked[row])
            topic = picked[row, 0] * picked[row, 1] % 40
            language = LANGUAGES[picked[row, 0] % 4]
            out.write(f"{words} {row},{language},{days[row]},{picked[row, 1] * 1.5},topic {topic}\n")
    middles = random.normal(size=(60, 32)) * 3
    np.save(vectors, (middles[random.integers(0, 60, rows)] + random.normal(size=(rows, 32))).astype(np.float32))
    return file, vectors
