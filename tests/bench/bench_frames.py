"""Frames of the map at 1,000,000 and 10,000,000 points: the whole widget painted after the camera has moved."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.bench_row import bench_row
from tests.bench.realistic import in_fresh_process

row = partial(bench_row, "map")

PROBE = "tests.bench.frame_probe"


def rows(scratch: Path) -> Iterator[dict]:
    million = in_fresh_process(PROBE, "ours", "1000000")
    frame = max(million["frames"])
    yield row("frame_1m", frame, "ms", "<= 17", frame <= 17, _told(million))
    theirs = in_fresh_process(PROBE, "theirs", "1000000")["frames"][0]
    ratio = million["frames"][0] / theirs
    against = f"pyqtgraph ScatterPlotItem {theirs:.0f} ms, ours {million['frames'][0]:.1f} ms, the whole map seen"
    yield row("frame_1m_vs_scatterplotitem", ratio, "of time", "<= 0.1", ratio <= 0.1, against)
    ten = in_fresh_process(PROBE, "ours", "10000000")
    frame = max(ten["frames"])
    yield row("frame_10m", frame, "ms", "<= 60", frame <= 60, _told(ten))


def _told(seen: dict) -> str:
    """The slowest zoom is the row's value; the others, and what it costs to set things, are told beside it."""
    frames = ", ".join(f"{frame:.1f}" for frame in seen["frames"])
    costs = ", ".join(f"{name} {cost:.0f}" for name, cost in seen["costs"].items())
    return f"1280x800, 3,000 flagged, ever closer: {frames}; until shown, beside the window's thread: {costs}"
