"""Selecting with a lasso among 500,000 points: from letting go to the rows, and every move before."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from tests.bench.bench_row import bench_row
from tests.bench.realistic import in_fresh_process

row = partial(bench_row, "map")

POINTS = 500_000
MOVES = 600
TIMES = 5


def rows(scratch: Path) -> Iterator[dict]:
    found = in_fresh_process("tests.bench.bench_lasso")
    against = (
        f"letting go until the rows are told, {found['corners']} corners, {found['selected']:,} rows; "
        f"all points against all edges in NumPy {found['plain']:.1f} s"
    )
    yield row("lasso_500k", found["release"], "ms", "< 300", found["release"] < 300, against)
    against = f"99 of 100 moves with the live count are faster, painting aside; median {found['median_move']:.1f} ms"
    yield row("lasso_move_500k", found["move"], "ms", "< 16", found["move"] < 16, against)


def outline() -> list[tuple[float, float]]:
    """A hand's way around the middle of a window of 1200 x 800 that crosses itself."""
    angles = np.linspace(0, 4 * math.pi, MOVES)
    reach = 1 + 0.25 * np.sin(5.5 * angles)
    return np.column_stack([600 + 330 * reach * np.cos(angles), 400 + 250 * reach * np.sin(angles)]).tolist()


def plain(xy: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The even-odd rule, one edge after the other for all points."""
    x, y = xy.astype(np.float64).T
    inside = np.zeros(len(xy), bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        side = (x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)
        inside ^= ((y0 <= y) != (y1 <= y)) & ((side < 0) == (y1 > y0))
    return inside


def main() -> None:
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    from explorer.gui.widgets.map.view import MapView

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    view = MapView()
    view.resize(1200, 800)
    view.set_positions(np.random.default_rng(0).normal(size=(POINTS, 2)).astype(np.float32))
    view.set_tool("lasso")
    view.show()
    view.grab()
    selected: list[np.ndarray] = []
    view.selection_dragged.connect(lambda found, _: selected.append(found))
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier

    def send(kind: QEvent.Type, x: float, y: float) -> float:
        event = QMouseEvent(kind, QPointF(x, y), QPointF(x, y), left, left, none)
        start = time.perf_counter()
        app.sendEvent(view, event)
        return 1000 * (time.perf_counter() - start)

    way, moves, releases, corners = outline(), [], [], np.empty((0, 2))
    for _ in range(TIMES):
        send(QEvent.Type.MouseButtonPress, *way[0])
        moves += [send(QEvent.Type.MouseMove, *place) for place in way[1:]]
        corners = np.array(view._drag.path)
        releases.append(send(QEvent.Type.MouseButtonRelease, *way[-1]))
    start = time.perf_counter()
    expected = np.flatnonzero(plain(view._points.xy, corners))
    seconds = time.perf_counter() - start
    assert len(expected) and np.array_equal(selected[-1], expected), "the lasso's rows are not those of the full test"
    print(
        json.dumps(
            {
                "release": float(np.median(releases)),
                "move": float(np.percentile(moves, 99)),
                "median_move": float(np.median(moves)),
                "plain": seconds,
                "corners": len(corners),
                "selected": len(expected),
            }
        )
    )


if __name__ == "__main__":
    main()
