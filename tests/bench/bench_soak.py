"""A random session in the real window over 100,000 texts: what is raised, what stalls, what piles up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.bench_row import bench_row
from tests.bench.realistic import in_fresh_process

row = partial(bench_row, "window")

PROBE = "tests.soak.soak"
FRAME = "2,000 random actions by mouse and keys, 100,000 texts"
GROWN = 30
"""Megabytes that a session may hold more of: caches fill, and the allocator keeps what lies between."""


def rows(scratch: Path) -> Iterator[dict]:
    seen = in_fresh_process(PROBE, "--json")
    errors, stall = len(seen["errors"]), seen["stall_ms"]
    widgets, memory = seen["widgets_grown"], seen["memory_grown_mb"]
    first = f"; first: {seen['errors'][0].strip().splitlines()[-1]}" if errors else ""
    yield row("soak_errors", errors, "", "0", errors == 0, f"{FRAME}; exceptions, Qt's warnings, error messages{first}")
    yield row("soak_stall_ms", stall, "ms", "<= 100", stall <= 100, f"longest of the event loop: {seen['stall']}")
    yield row("soak_widgets_grown", widgets, "", "<= 0", widgets <= 0, "at rest, after a quarter and at the end")
    against = "private memory at rest, after a quarter and at the end"
    yield row("soak_memory_grown_mb", memory, "MB", f"<= {GROWN}", memory <= GROWN, against)
