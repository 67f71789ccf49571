"""The real window over a project of 1,000,000 texts: opening it, memory, and what a person does there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.bench_row import bench_row
from tests.bench.million import project
from tests.bench.realistic import in_fresh_process

row = partial(bench_row, "window")

PROBE = "tests.bench.million_probe"
FRAME = "1,000,000 texts x 64, offscreen platform, fresh process"
SHOWN = ("filter_number", "filter_expression", "search", "colour_number", "colour_category", "detector", "threshold_1")
NAMED = 4
"""Actions with the longest stalls that are named."""


def rows(scratch: Path) -> Iterator[dict]:
    seen = in_fresh_process(PROBE, str(project(scratch)))
    opened, memory = seen["open_s"], seen["memory_mb"]
    yield row(
        "open_1m",
        opened,
        "s",
        "< 3",
        opened < 3,
        f"process start to painted map, files in memory; graph, layout, regions planted; {FRAME}",
    )
    against = f"peak after every action, mapped files included; private {seen['private_mb']:.0f} MB at the end"
    yield row("memory_1m", memory, "MB", "< 2000", memory < 2000, against)
    waits = {name: seen[f"{name}_ms"] for name in SHOWN}
    each = ", ".join(f"{name.replace('_', ' ')}: {wait:.0f}" for name, wait in waits.items())
    yield row("action_1m", max(waits.values()), "ms", "", None, f"longest until shown everywhere ({each})")
    stalls = {name.removesuffix("_stall_ms"): ms for name, ms in seen.items() if name.endswith("_stall_ms")}
    worst = sorted(stalls, key=lambda name: -stalls[name])[:NAMED]
    each = ", ".join(f"{name.replace('_', ' ')}: {stalls[name]:.0f}" for name in worst)
    yield row(
        "stall_1m", stalls[worst[0]], "ms", "", None, f"longest of the event loop in {len(stalls)} actions ({each})"
    )
