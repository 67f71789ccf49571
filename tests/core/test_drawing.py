"""Maps by name; a stopped one goes on; new rows on a map that stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.core.drawing import CHECKPOINT, draw
from explorer.core.neighbors.base import KnnGraph
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import SILENT, Cancelled, Progress
from explorer.core.projection.base import LAYOUTS, nobody
from explorer.core.projection.pca import pca


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    random = np.random.default_rng(3)
    middles = random.normal(size=(6, 12)) * 4
    return (middles[random.integers(0, 6, 400)] + random.normal(size=(400, 12))).astype(np.float32)


def graph_of(vectors: np.ndarray) -> KnnGraph:
    return build_graph(vectors, k=10, metric="euclidean", recall=1.0, seed=0, progress=SILENT)


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_places_every_row_the_same_way_twice(name: str, vectors: np.ndarray, tmp_path: Path) -> None:
    graph, first = graph_of(vectors), pca(vectors, dimensions=3)
    maps = [
        draw(name, graph, first, None, tmp_path, seed=1, progress=SILENT, on_partial=nobody) for _ in range(2)
    ]  # fmt: skip
    assert maps[0].shape == (400, 3 if name.endswith("3d") else 2)
    assert np.isfinite(maps[0]).all() and maps[0].tobytes() == maps[1].tobytes()


def test_a_stopped_map_goes_on_to_the_same_bytes(vectors: np.ndarray, tmp_path: Path) -> None:
    graph, first = graph_of(vectors), pca(vectors, dimensions=3)

    def run(folder: Path, progress: Progress) -> np.ndarray:
        folder.mkdir(exist_ok=True)
        return draw("umap", graph, first, None, folder, seed=1, progress=progress, on_partial=nobody)

    seen: list[float] = []
    stopping = Progress(lambda news: seen.append(news.fraction), lambda: bool(seen) and seen[-1] > 0.4)
    with pytest.raises(Cancelled):
        run(tmp_path / "stopped", stopping)
    assert (tmp_path / "stopped" / CHECKPOINT).exists()
    again: list[float] = []
    resumed = run(tmp_path / "stopped", Progress(lambda news: again.append(news.fraction)))
    assert next(share for share in again if share > 0) > 0.4, "what was done is not done again"
    assert resumed.tobytes() == run(tmp_path / "whole", SILENT).tobytes()
    assert not (tmp_path / "stopped" / CHECKPOINT).exists()


def test_a_damaged_checkpoint_is_no_obstacle(vectors: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"PK not a zip")
    graph, first = graph_of(vectors), pca(vectors, dimensions=3)
    drawn = draw("umap", graph, first, None, tmp_path, seed=1, progress=SILENT, on_partial=nobody)
    assert np.isfinite(drawn).all()


@pytest.mark.parametrize("name", LAYOUTS)
def test_added_rows_find_their_place_and_the_others_stay(name: str, vectors: np.ndarray, tmp_path: Path) -> None:
    few = vectors[:350]
    before = draw(
        name, graph_of(few), pca(few, dimensions=3), None, tmp_path, seed=1, progress=SILENT, on_partial=nobody
    )
    grown = draw(
        name, graph_of(vectors), pca(vectors, dimensions=3), before, tmp_path,
        seed=1, progress=SILENT, on_partial=nobody,
    )  # fmt: skip
    assert grown[:350].tobytes() == before.tobytes() and np.isfinite(grown).all()
    ids = graph_of(vectors).ids[350:]
    near = np.linalg.norm(grown[ids] - grown[350:, None], axis=2).mean()
    far = np.linalg.norm(grown[np.roll(ids, 7, axis=0)] - grown[350:, None], axis=2).mean()
    assert near < 0.6 * far
