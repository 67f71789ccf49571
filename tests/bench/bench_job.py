"""The whole job on 20,000 short texts, from the command line, in seconds a stage."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.texts import corpus_file

TEXTS = 20_000


def row(name: str, value: float, ok: bool | None = None, target: str = "", against: str = "") -> dict:
    return {"group": "job", "name": name, "value": value, "unit": "s", "target": target, "ok": ok, "against": against}


def run(corpus: Path, out: Path) -> float:
    words = [sys.executable, "-m", "explorer", "run", str(corpus), "--out", str(out), "--quiet", "--text", "question"]
    started = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True)
    return time.perf_counter() - started


def rows(scratch: Path) -> Iterator[dict]:
    corpus, out = corpus_file(scratch, TEXTS), scratch / "job"
    seconds = run(corpus, out)
    stages = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["stages"]
    for stage in stages:
        yield row(f"20k_titles.{stage['stage']}", stage["seconds"], against=f"peak {stage['peak_mb']:,.0f} MB")
    yield row("20k_titles", seconds, against="everything, the program's start and the report included")
    yield row("20k_titles.again", run(corpus, out), against="the same command a second time: everything is reused")
