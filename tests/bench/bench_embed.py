"""Embedding: MiniLM as this program runs it against a plain fp32 ``SentenceTransformer.encode`` of the same texts."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.bench.bench_row import bench_row

row = partial(bench_row, "embed")
TEXTS = 1_024
REPEATS = 3
WORDS = 40
AGAINST = "plain fp32 SentenceTransformer.encode"
LEAST_SPEEDUP = {"bf16": 1.7, "fp32": 1.0}


def rows(scratch: Path) -> Iterator[dict]:
    """Both in one fresh process, taking turns, the best of each; ``scratch`` receives what it found."""
    out = scratch / "embed.json"
    subprocess.run([sys.executable, "-m", "tests.bench.bench_embed", str(out)], check=True, stdout=subprocess.DEVNULL)
    found = json.loads(out.read_text())
    least = LEAST_SPEEDUP[found["precision"]]
    for name, against in (("minilm_vs_fp32", f"{WORDS}-word texts"), ("minilm_vs_fp32_short", "single questions")):
        value = found[name]
        yield row(name, value, "x", f">= {least}", value >= least, f"{AGAINST}, {against}, {found['precision']}")
    yield row(
        "fp32_vs_fp32", found["fp32"], "x", ">= 1", found["fp32"] >= 1, f"{AGAINST}, {WORDS}-word texts, our fp32"
    )
    yield row("cosine", found["cosine"], "", ">= 0.999", found["cosine"] >= 0.999, f"{AGAINST}, minimum of all texts")
    yield row("texts_per_second", found["rate"], "texts/s", "", None, f"{WORDS}-word texts, {found['precision']}")


def questions() -> list[str]:
    """Real bank questions of the bundled sample."""
    from tests.conftest import sample_rows

    return [one["question"] for one in sample_rows(2 * TEXTS)]


def of_length(texts: list[str], words: int) -> list[str]:
    """Consecutive questions joined until each text has about so many words."""
    found, current = [], []
    for text in texts:
        current.append(text)
        if sum(len(one.split()) for one in current) >= words - 6:
            found.append(" ".join(current))
            current = []
    return found


def best_times(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Best seconds of each, taking turns so that a busy moment hits both."""
    best = [float("inf"), float("inf")]
    for _ in range(REPEATS):
        for place, run in enumerate((first, second)):
            start = time.perf_counter()
            run()
            best[place] = min(best[place], time.perf_counter() - start)
    return best[0], best[1]


def measure(out: Path) -> None:
    from sentence_transformers import SentenceTransformer

    from explorer.core.embedding.model_folder import bundled_minilm
    from explorer.core.embedding.registry import EncoderRequest, open_encoder
    from explorer.core.embedding.sentence import smallest_cosine
    from explorer.core.progress import SILENT

    plain = SentenceTransformer(str(bundled_minilm().path), device="cpu")
    ours = open_encoder(EncoderRequest())
    short = questions()[:TEXTS]
    long = of_length(questions(), WORDS)[:TEXTS]
    found: dict[str, float | str] = {"precision": ours.card.precision}
    cosines = []
    for name, texts in (("minilm_vs_fp32_short", short), ("minilm_vs_fp32", long)):
        exact = plain.encode(texts, show_progress_bar=False)
        cosines.append(smallest_cosine(exact, ours.encode(texts, SILENT).vectors))
        theirs, mine = best_times(
            lambda texts=texts: plain.encode(texts, show_progress_bar=False),
            lambda texts=texts: ours.encode(texts, SILENT),
        )
        found[name] = theirs / mine
        found["rate"] = len(texts) / mine
    if ours.card.precision == "fp32":
        found["fp32"] = found["minilm_vs_fp32"]
    else:
        exact_encoder = open_encoder(EncoderRequest(precision="fp32"))
        theirs, mine = best_times(
            lambda: plain.encode(long, show_progress_bar=False), lambda: exact_encoder.encode(long, SILENT)
        )
        found["fp32"] = theirs / mine
    found["cosine"] = min(cosines)
    out.write_text(json.dumps(found))


if __name__ == "__main__":
    measure(Path(sys.argv[1]))
