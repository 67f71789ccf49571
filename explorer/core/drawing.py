"""Which map a plan asks for, from the neighbour graph and the first picture; how a stopped one goes on."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.core.neighbors.base import KnnGraph
from explorer.core.progress import Cancelled, Progress
from explorer.core.projection.base import OnPartial, Positions
from explorer.core.storage import atomic_file

CHECKPOINT = ".checkpoint.npz"
"""Lies beside the result to be; hidden, so that it is no part of it."""
KEEP_EVERY = 5.0
"""Seconds between two checkpoints at least."""


def draw(
    name: str, graph: KnnGraph, first: Positions, before: Positions | None, folder: Path,
    *, seed: int, progress: Progress, on_partial: OnPartial,
) -> Positions:  # fmt: skip
    """The map called ``name`` (``LAYOUTS``), (n, 2) or (n, 3).

    first : (n, 3) the first picture, where every layout starts.
    before : (m, 2 or 3) the map of the first m rows before the others were added: it stays, and they find their place.
    folder : where a neighbour map that is stopped leaves how far it was, and looks for it. Raises ``Cancelled``.
    """
    method, _, space = name.partition("-")
    start = first if space else np.ascontiguousarray(first[:, :2])
    if before is not None:
        return _placed(method, graph, start, before, seed, progress, on_partial)
    if method == "pca":
        return start
    if method == "tsne":
        from explorer.core.projection.tsne import tsne

        return tsne(graph, start, seed=seed, progress=progress, on_partial=on_partial)
    return _resumed(graph, start, folder / CHECKPOINT, seed, progress, on_partial)


def _placed(
    method: str, graph: KnnGraph, start: Positions, before: Positions, seed: int,
    progress: Progress, on_partial: OnPartial,
) -> Positions:  # fmt: skip
    """The map before with the new rows on it; those of a neighbour map then find their place by its own forces."""
    from explorer.core.projection.layout import layout
    from explorer.core.projection.place import place

    grown = np.full_like(start, np.nan)
    grown[: len(before)] = before
    fixed: NDArray[np.bool_] = np.asarray(np.isfinite(grown).all(axis=1))
    grown = place(graph, grown, seed=seed)
    if method != "umap":
        return grown
    return layout(graph, grown, seed=seed, fixed=fixed, progress=progress, on_partial=on_partial)


def _resumed(
    graph: KnnGraph, start: Positions, file: Path, seed: int, progress: Progress, on_partial: OnPartial
) -> Positions:
    """A neighbour map, from where it was stopped if it was; the bytes are those of one undisturbed run."""
    from explorer.core.projection.layout import Checkpoint, layout

    epoch, reached = _read(file, start)
    kept = [time.monotonic()]

    def keep(checkpoint: Checkpoint) -> None:
        now = time.monotonic()
        if now - kept[0] >= KEEP_EVERY:
            kept[0] = now
            _write(file, checkpoint.positions, checkpoint.epoch)

    try:
        positions = layout(
            graph, reached, seed=seed, first_epoch=epoch, progress=progress, on_partial=on_partial, on_checkpoint=keep
        )
    except Cancelled as stop:
        if isinstance(stop.partial, Checkpoint):
            _write(file, stop.partial.positions, stop.partial.epoch)
        raise
    file.unlink(missing_ok=True)
    return positions


def _read(file: Path, start: Positions) -> tuple[int, NDArray[np.float32]]:
    """Epoch and positions of a checkpoint; the start where there is none that fits."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            epoch, positions = int(stored["epoch"]), stored["positions"].astype(np.float32)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return 0, start
    return (epoch, positions) if positions.shape == start.shape else (0, start)


def _write(file: Path, positions: Positions, epoch: int) -> None:
    with atomic_file(file) as temporary, temporary.open("wb") as handle:
        np.savez(handle, positions=positions, epoch=np.int64(epoch))
