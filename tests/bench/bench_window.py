"""The real window: first paint, first picture at 50,000 rows, memory at 100,000, stalls while everything runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.bench_row import bench_row
from tests.bench.realistic import in_fresh_process, vectors_file
from tests.bench.texts import corpus_file

row = partial(bench_row, "window")

PROBE = "tests.bench.window_probe"
FRAME = "real window, offscreen platform, fresh process"


def opened(scratch: Path, count: int, vectors: bool = True) -> dict:
    """What the probe saw with a corpus of ``count`` texts; embedded in the run where ``vectors`` is False."""
    given = [str(corpus_file(scratch, count)), str(scratch / f"projects-{count}-{vectors}")]
    if vectors:
        given.append(str(vectors_file(scratch, count)))
    return in_fresh_process(PROBE, "open", *given)


def rows(scratch: Path) -> Iterator[dict]:
    paint = in_fresh_process(PROBE, "paint")
    heavy = ", ".join(paint["heavy"]) or "none of torch, transformers, sklearn, numba, pyod"
    yield row("first_paint", paint["seconds"], "s", "none heavy", not paint["heavy"], f"imported by then: {heavy}")
    middle = opened(scratch, 50_000)
    picture = middle["picture_seconds"]
    yield row("pca_50k", picture, "s", "< 1", picture < 1, f"from vectors to a painted picture, {FRAME}")
    embedding = opened(scratch, 5_000, vectors=False)
    large = opened(scratch, 100_000)
    stalls = {"5,000 embedded": embedding, "50,000": middle, "100,000": large}
    worst = max(seen["stall_ms"] for seen in stalls.values())
    each = ", ".join(f"{name}: {seen['stall_ms']:.0f}" for name, seen in stalls.items())
    yield row("stall_ms", worst, "ms", "<= 100", worst <= 100, f"longest while computing ({each}), {FRAME}")
    review = max(seen["review_stall_ms"] for seen in stalls.values())
    yield row(
        "review_stall_ms",
        review,
        "ms",
        "<= 100",
        review <= 100,
        "stepping and moving the threshold, up to 100,000 rows",
    )
    memory = large["memory_mb"]
    yield row(
        "memory_100k",
        memory,
        "MB",
        "< 1500",
        memory < 1500,
        "peak of the window's process, 100,000 x 384, mapped files included",
    )
