"""The map at 50,000 rows: PCA, the layout's first picture, and the layout against umap-learn on the same graph."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from tests.bench.bench_row import bench_row
from tests.bench.realistic import in_fresh_process, vectors_file

row = partial(bench_row, "map")

K = 15
SAMPLE = 1_000


def rows(scratch: Path) -> Iterator[dict]:
    from explorer.core.neighbors.graph import build_graph

    path = vectors_file(scratch)
    vectors = np.load(path)
    graph = build_graph(vectors, k=K)
    np.savez(scratch / "graph.npz", ids=graph.ids, distances=graph.distances)
    pca = in_fresh_process("tests.bench.bench_map", "pca", str(path), str(scratch))
    yield row(
        "pca_50k", pca["seconds"], "s", "< 1", pca["seconds"] < 1, "fresh process, imports included but for NumPy"
    )
    ours = in_fresh_process("tests.bench.bench_map", "ours", str(path), str(scratch), str(time.time()))
    yield row("first_layout_50k", ours["first"], "s", "< 2", ours["first"] < 2, "fresh process, graph given")
    theirs = in_fresh_process("tests.bench.bench_map", "umap", str(path), str(scratch))
    ratio = ours["seconds"] / theirs["seconds"]
    against = f"umap-learn warm {theirs['seconds']:.1f} s, ours from the start of a process {ours['seconds']:.1f} s"
    yield row("layout_50k_vs_umap", ratio, "of time", "<= 1", ratio <= 1, against)
    trust, yardstick = (trust_of(vectors, np.load(scratch / f"{who}.npy")) for who in ("ours", "umap"))
    gap = yardstick - trust
    against = f"below umap-learn: {yardstick:.4f}, ours {trust:.4f}; {SAMPLE} rows among all 50,000"
    yield row("layout_50k_trust", gap, "", "<= 0.01", gap <= 0.01, against)


def trust_of(vectors: np.ndarray, placed: np.ndarray) -> float:
    """Trustworthiness (Venna & Kaski 2001) at k = 15: sampled rows, ranked among all others."""
    from scipy.spatial import cKDTree

    n = len(vectors)
    sample = np.sort(np.random.default_rng(0).permutation(n)[:SAMPLE])
    _, near = cKDTree(placed).query(placed[sample], K + 1)
    penalty = 0
    for index, one in enumerate(sample):
        similar = vectors @ vectors[one]
        similar[one] = np.inf
        others = near[index][near[index] != one][:K]
        descending = np.sort(-similar)
        ranks = np.searchsorted(descending, -similar[others])
        penalty += np.maximum(ranks - K, 0).sum()
    return 1.0 - 2.0 * float(penalty) / (SAMPLE * K * (2 * n - 3 * K - 1))


def run_pca(path: str, scratch: str) -> dict:
    start = time.perf_counter()
    from explorer.core.projection.pca import pca

    placed = pca(np.load(path, mmap_mode="r"))
    seconds = time.perf_counter() - start
    np.save(Path(scratch) / "pca.npy", placed)
    return {"seconds": seconds}


def run_ours(path: str, scratch: str, began: str) -> dict:
    """Seconds from ``began``, the time when the process was started, to the first picture and to the layout."""
    from explorer.core.neighbors.base import KnnGraph
    from explorer.core.projection.layout import layout

    saved = np.load(Path(scratch) / "graph.npz")
    graph = KnnGraph(saved["ids"], saved["distances"], "cosine", "exact", 1.0, 0)
    partials: list[float] = []
    start_at = np.load(Path(scratch) / "pca.npy")
    placed = layout(graph, start_at, on_partial=lambda _: partials.append(time.time()))
    done = time.time()
    np.save(Path(scratch) / "ours.npy", placed)
    return {"seconds": done - float(began), "first": partials[0] - float(began)}


def run_umap(path: str, scratch: str) -> dict:
    import umap

    vectors, saved = np.load(path), np.load(Path(scratch) / "graph.npz")
    ids = np.column_stack([np.arange(len(vectors)), saved["ids"]])
    distances = np.column_stack([np.zeros(len(vectors), np.float32), saved["distances"]])
    start_at = np.load(Path(scratch) / "pca.npy")
    umap.UMAP(n_neighbors=K + 1, n_epochs=5).fit(vectors[:5000])
    start = time.perf_counter()
    model = umap.UMAP(n_neighbors=K + 1, metric="cosine", precomputed_knn=(ids, distances, None), init=start_at)
    np.save(Path(scratch) / "umap.npy", model.fit_transform(vectors))
    return {"seconds": time.perf_counter() - start}


def main(who: str, *arguments: str) -> None:
    print(json.dumps({"pca": run_pca, "ours": run_ours, "umap": run_umap}[who](*arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
