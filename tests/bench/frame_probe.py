"""Times frames of the map, and of a pyqtgraph scatter plot of the same points, in a process of its own.

python -m tests.bench.frame_probe ours|theirs ROWS
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

SIZE = (1280, 800)
CATEGORIES, CLUSTERS = 10, 60
FRAMES = 9
NOTCHES = 4
"""Of the wheel, between two zooms at which frames are timed."""
LEVELS = 6


def points(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Clusters of unequal size and width among scattered points, (rows, 2), and the category of each row."""
    rng = np.random.default_rng(0)
    middles, widths = rng.uniform(-10, 10, (CLUSTERS, 2)), rng.uniform(0.1, 1.5, CLUSTERS)
    cluster = rng.choice(CLUSTERS, rows, p=rng.dirichlet(np.ones(CLUSTERS)))
    xy = middles[cluster] + rng.normal(size=(rows, 2)) * widths[cluster, None]
    scattered = rng.random(rows) < 0.01
    xy[scattered] = rng.uniform(-12, 12, (scattered.sum(), 2))
    return xy.astype(np.float32), (cluster % CATEGORIES).astype(np.int64)


def frame_ms(widget: QWidget, move: Callable[[int], None]) -> float:
    """Median milliseconds of a whole frame after the camera has moved."""
    seconds = []
    for frame in range(FRAMES):
        move(frame)
        start = time.perf_counter()
        widget.grab()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)) * 1000


def timed_ms(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def seen(view: QWidget, act: Callable[[], object]) -> None:
    """Do something and wait until the map shows it."""
    act()
    view.grab()
    while not view.points.is_shown:
        QApplication.instance().processEvents()
        view.grab()


def ours(rows: int) -> dict:
    """Frames of ``MapView`` while one pans, from ever closer; what setting things costs; hovering."""
    from explorer.gui.widgets.colour_scales import category_colours
    from explorer.gui.widgets.map import compiled
    from explorer.gui.widgets.map import points as drawing
    from explorer.gui.widgets.map.view import MapView

    compiled.load()
    drawing.SLOW = float("inf")  # every frame is drawn, none is left to another thread
    xy, category = points(rows)
    rgba = category_colours()[category]
    view = MapView()
    view.resize(*SIZE)
    view.show()
    flagged = np.isin(np.arange(rows), np.arange(0, rows, max(1, rows // 3000)))
    costs = {
        "positions": timed_ms(lambda: seen(view, lambda: view.set_positions(xy))),
        "colours": timed_ms(lambda: seen(view, lambda: view.set_colours(rgba))),
        "flags": timed_ms(lambda: seen(view, lambda: view.set_flagged(flagged))),
        "selection": timed_ms(lambda: seen(view, lambda: view.set_selection(np.arange(0, rows, 7)))),
    }
    seen(view, lambda: view.set_selection(np.empty(0, np.int64)))
    frames = []
    for _ in range(LEVELS):
        frames.append(frame_ms(view, lambda frame: _press(view, (Qt.Key.Key_Left, Qt.Key.Key_Right)[frame % 2])))
        for _ in range(NOTCHES):
            _turn_wheel(view)
    return {"frames": frames, "costs": costs}


def _press(view: QWidget, key: Qt.Key) -> None:
    QApplication.sendEvent(view, QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))


def _turn_wheel(view: QWidget) -> None:
    middle = QPointF(SIZE[0] / 2, SIZE[1] / 2)
    event = QWheelEvent(
        middle, middle, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def theirs(rows: int) -> dict:
    """Frames of pyqtgraph's ``ScatterPlotItem`` with dots of the same size and colours."""
    import pyqtgraph

    from explorer.gui.widgets.colour_scales import category_colours

    xy, category = points(rows)
    plot = pyqtgraph.PlotWidget()
    plot.resize(*SIZE)
    plot.show()
    brushes = [pyqtgraph.mkBrush(*colour) for colour in category_colours().tolist()]
    plot.addItem(pyqtgraph.ScatterPlotItem(*xy.T, size=2.5, pen=None, brush=[brushes[code] for code in category]))
    box = plot.getViewBox()
    plot.grab()
    return {"frames": [frame_ms(plot, lambda frame: box.translateBy(x=0.1 if frame % 2 else -0.1))]}


if __name__ == "__main__":
    app = QApplication([])
    print(json.dumps({"ours": ours, "theirs": theirs}[sys.argv[1]](int(sys.argv[2]))))
