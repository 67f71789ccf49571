from __future__ import annotations

import threading

import numba
import numpy as np
import pytest
from scipy.spatial import cKDTree
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness

from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import Cancelled, Progress
from explorer.core.projection import tournament
from explorer.core.projection.layout import Checkpoint, layout
from explorer.core.projection.pca import pca
from explorer.core.projection.place import place


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_digits().data.astype(np.float32)


@pytest.fixture(scope="module")
def graph(digits: np.ndarray) -> KnnGraph:
    return build_graph(digits, k=15, metric="euclidean")


@pytest.fixture(scope="module")
def placed(digits: np.ndarray, graph: KnnGraph) -> np.ndarray:
    return layout(graph, pca(digits), epochs=100)


def small(vectors: np.ndarray, k: int = 5) -> np.ndarray:
    vectors = vectors.astype(np.float32)
    return layout(build_graph(vectors, k=k, metric="euclidean"), pca(vectors), epochs=50)


def test_neighbours_stay_together(digits: np.ndarray, placed: np.ndarray) -> None:
    assert placed.dtype == np.float32
    assert trustworthiness(digits, placed, n_neighbors=15) > 0.97
    assert trustworthiness(digits, pca(digits), n_neighbors=15) < 0.9


@pytest.mark.parametrize("dimensions", [2, 3])
def test_same_bytes_on_any_number_of_threads(
    digits: np.ndarray, graph: KnnGraph, dimensions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tournament, "ROWS_A_BLOCK", 100)
    start = pca(digits, dimensions=dimensions)
    before = numba.get_num_threads()
    found = []
    for threads in (1, before):
        numba.set_num_threads(threads)
        try:
            found.append(layout(graph, start, epochs=50))
        finally:
            numba.set_num_threads(before)
    assert found[0].tobytes() == found[1].tobytes()
    assert layout(graph, start, seed=1, epochs=50).tobytes() != found[0].tobytes()


def test_a_map_in_space_separates_what_a_map_in_the_plane_does(digits: np.ndarray, graph: KnnGraph) -> None:
    found = layout(graph, pca(digits, dimensions=3), epochs=100)
    assert found.shape == (len(digits), 3) and found.dtype == np.float32
    assert trustworthiness(digits, found, n_neighbors=15) > 0.98
    assert found.std(axis=0).min() > 0.3 * found.std(axis=0).max()
    _, nearest = cKDTree(found).query(found, 2)
    classes = load_digits().target
    assert (classes == classes[nearest[:, 1]]).mean() > 0.95


def test_rows_without_neighbours_stay_out(digits: np.ndarray) -> None:
    gaps = np.insert(digits[:200], [0, 100, 200], 0.0, axis=0)
    found = small(gaps)
    assert np.isnan(found[~gaps.any(axis=1)]).all()
    assert np.isfinite(found[gaps.any(axis=1)]).all()


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_handful_of_rows(rows: int) -> None:
    found = small(np.eye(4)[:rows])
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 50.0


@pytest.mark.parametrize("dimensions", [2, 3])
def test_no_rows_and_rows_without_edges(dimensions: int) -> None:
    for rows in (0, 1, 2):
        lists = np.full((rows, 4), MISSING, np.int32)
        alone = KnnGraph(lists, np.full((rows, 4), np.nan, np.float32), "cosine", "by hand", 1.0, 0)
        found = layout(alone, np.zeros((rows, dimensions), np.float32), epochs=3)
        assert found.shape == (rows, dimensions)
        assert np.isfinite(found).all()


def test_identical_rows_lie_close_but_not_stacked(digits: np.ndarray) -> None:
    found = small(np.repeat(digits[:1], 60, axis=0))
    assert np.isfinite(found).all()
    assert len(np.unique(found, axis=0)) == 60
    assert np.abs(found).max() < 50.0
    mixed = np.concatenate([digits[:300], np.repeat(digits[7:8], 10, axis=0)])
    found = small(mixed, k=15)
    spread = np.linalg.norm(found[[7, *range(300, 310)]] - found[7], axis=1).max()
    assert spread < 0.3 * np.linalg.norm(np.ptp(found, axis=0))


def test_disconnected_groups_stay_in_sight() -> None:
    random = np.random.default_rng(0)
    groups = [random.normal(size=(60, 6)) * 0.01 + 100.0 * axis for axis in np.eye(6)[:4]]
    found = small(np.concatenate(groups) + 1.0)
    assert np.abs(found).max() < 100.0
    _, nearest = cKDTree(found).query(found, 6)
    assert (nearest // 60 == np.arange(240)[:, None] // 60).mean() > 0.95


def test_a_second_layout_starts_from_the_first(digits: np.ndarray, graph: KnnGraph, placed: np.ndarray) -> None:
    morphed = layout(graph, placed, epochs=30)
    with_correlation = [np.corrcoef(morphed[:, axis], placed[:, axis])[0, 1] for axis in (0, 1)]
    assert min(with_correlation) > 0.8
    lost = placed.copy()
    lost[5] = np.nan
    assert np.isfinite(layout(graph, lost, epochs=2)).all()


def test_bad_input_is_refused(graph: KnnGraph, placed: np.ndarray) -> None:
    for start in (placed[:-1], placed[:, :1], placed[:, [0, 1, 0, 1]], placed[:, 0]):
        with pytest.raises(ValueError, match="starting layout"):
            layout(graph, start)
    with pytest.raises(ValueError, match="epoch -1"):
        layout(graph, placed, first_epoch=-1)
    with pytest.raises(ValueError, match="fixed rows"):
        layout(graph, placed, fixed=np.zeros(5, np.bool_))
    with pytest.raises(ValueError, match="fixed rows"):
        layout(graph, placed, fixed=np.arange(graph.rows))


def cancelled_after(partials: int, graph: KnnGraph, start: np.ndarray, **options: int) -> tuple[Checkpoint, list]:
    """Where a layout stops that is cancelled while it shows its n-th picture, and the pictures."""
    seen: list[np.ndarray] = []
    stop = threading.Event()

    def show(positions: np.ndarray) -> None:
        seen.append(positions)
        if len(seen) == partials:
            stop.set()

    with pytest.raises(Cancelled) as cancelled:
        layout(graph, start, progress=Progress(is_cancelled=stop.is_set), on_partial=show, **options)
    assert isinstance(cancelled.value.partial, Checkpoint)
    return cancelled.value.partial, seen


def test_partials_come_early_and_cancel_carries_the_positions(digits: np.ndarray, graph: KnnGraph) -> None:
    reached, partials = cancelled_after(3, graph, pca(digits))
    assert len(partials) == 3
    assert not np.array_equal(partials[0], partials[1])
    assert np.array_equal(reached.positions, partials[2])
    assert np.isfinite(reached.positions).all()


def test_a_cancelled_layout_goes_on_as_if_nothing_had_happened(
    digits: np.ndarray, graph: KnnGraph, placed: np.ndarray
) -> None:
    reached, _ = cancelled_after(4, graph, pca(digits), epochs=100)
    assert 1 < reached.epoch < 99
    assert layout(graph, reached.positions, first_epoch=reached.epoch, epochs=100).tobytes() == placed.tobytes()


@pytest.mark.parametrize("answers", [0, 1, 2, 3, 40, 41])
def test_a_layout_cancelled_within_an_epoch_goes_on_from_its_beginning(digits: np.ndarray, answers: int) -> None:
    some = build_graph(digits[:300], k=8, metric="euclidean")
    start = pca(digits[:300])
    asked = iter(range(10_000))
    with pytest.raises(Cancelled) as cancelled:
        layout(some, start, epochs=30, progress=Progress(is_cancelled=lambda: next(asked) >= answers))
    reached = cancelled.value.partial
    assert isinstance(reached, Checkpoint) and reached.epoch <= answers
    resumed = layout(some, reached.positions, first_epoch=reached.epoch, epochs=30)
    assert resumed.tobytes() == layout(some, start, epochs=30).tobytes()


def test_checkpoints_come_with_the_partials(digits: np.ndarray, graph: KnnGraph, placed: np.ndarray) -> None:
    kept: list[Checkpoint] = []
    partials: list[np.ndarray] = []
    layout(graph, pca(digits), epochs=100, on_partial=partials.append, on_checkpoint=kept.append)
    assert [one.positions.tobytes() for one in kept] == [one.tobytes() for one in partials]
    assert kept[0].epoch == 1 and len(kept) >= 20
    last = kept[-1]
    assert layout(graph, last.positions, first_epoch=last.epoch, epochs=100).tobytes() == placed.tobytes()
    assert layout(graph, placed, first_epoch=100, epochs=100).tobytes() == placed.tobytes()


def test_new_rows_find_their_place_among_rows_that_stay(
    digits: np.ndarray, graph: KnnGraph, placed: np.ndarray
) -> None:
    new = np.zeros(len(digits), np.bool_)
    new[::7] = True
    gaps = np.where(new[:, None], np.float32(np.nan), placed)
    for start in (place(graph, gaps), gaps):
        found = layout(graph, start, fixed=~new, epochs=60)
        assert found[~new].tobytes() == placed[~new].tobytes()
        to_neighbours = np.linalg.norm(found[new, None] - found[graph.ids[new][:, :5]], axis=2)
        assert np.median(to_neighbours) < 0.05 * np.linalg.norm(np.ptp(placed, axis=0))
        assert trustworthiness(digits, found, n_neighbors=15) > 0.97
    assert layout(graph, placed, fixed=np.ones(len(digits), np.bool_)).tobytes() == placed.tobytes()


def test_adding_rows_can_be_stopped_and_continued(graph: KnnGraph, placed: np.ndarray) -> None:
    fixed = np.arange(graph.rows) % 5 > 0
    start = np.where(fixed[:, None], placed, np.float32(np.nan))
    kept: list[Checkpoint] = []
    whole = layout(graph, start, fixed=fixed, epochs=30, on_checkpoint=kept.append)
    half = kept[len(kept) // 2]
    again = layout(graph, half.positions, first_epoch=half.epoch, fixed=fixed, epochs=30)
    assert again.tobytes() == whole.tobytes()


def test_a_fixed_row_without_a_place_is_not_felt(graph: KnnGraph, placed: np.ndarray) -> None:
    lost = placed.copy()
    lost[5] = np.nan
    fixed = np.arange(graph.rows) != 6
    fixed[graph.ids[5]] = False
    found = layout(graph, lost, fixed=fixed, epochs=30)
    assert found[fixed].tobytes() == lost[fixed].tobytes()
    assert np.isfinite(found[~fixed]).all()
    assert not np.array_equal(found[~fixed], placed[~fixed])
