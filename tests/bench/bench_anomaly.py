"""All anomaly scores of this project against PyOD, on the same vectors with the same parameters and seed."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from explorer.core.anomaly.base import Detector, DetectorInput
from explorer.core.anomaly.iforest import IsolationForest
from explorer.core.anomaly.knn import Knn
from explorer.core.anomaly.lof import Lof
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import SILENT
from tests.bench.bench_row import bench_row
from tests.bench.realistic import in_fresh_process, labelled, vectors_file
from tests.bench.texts import corpus_file

row = partial(bench_row, "anomaly")

PROBE = "tests.bench.review_probe"
K = 15
SEED = 0


def rows(scratch: Path) -> Iterator[dict]:
    path = str(vectors_file(scratch))
    ours, theirs = (in_fresh_process("tests.bench.bench_anomaly", who, path) for who in ("ours", "pyod"))
    ratio = ours["all"] / theirs["all"]
    against = f"PyOD KNN + LOF + IForest {theirs['all']:.1f} s, ours {ours['all']:.1f} s (graph {ours['graph']:.1f} s)"
    yield row("50k_vs_pyod", ratio, "of time", "<= 0.333", ratio <= 1 / 3, against)
    for name in ("knn", "lof", "iforest"):
        yield row(f"50k_{name}", ours[name], "s", "", None, f"PyOD {theirs[name]:.1f} s; ours without the graph")
    yield from _review(scratch, path)
    vectors, labels = labelled()
    mine, pyods = our_scores(vectors), pyod_scores(vectors)
    for name, scores in mine.items():
        found, expected = roc_auc_score(labels, scores), roc_auc_score(labels, pyods[name])
        gap = abs(found - expected)
        yield row(f"auroc_gap_{name}", gap, "AUROC", "<= 0.005", gap <= 0.005, f"PyOD {expected:.4f}, ours {found:.4f}")


def _review(scratch: Path, vectors: str) -> Iterator[dict]:
    """What a reviewer waits for."""
    found = in_fresh_process(PROBE, "reasons", str(corpus_file(scratch, 50_000)), vectors)
    seconds, against = found["seconds"], f"{found['reasons']:,} flagged among 50,000, facts about the corpus included"
    yield row("reasons_1000", seconds, "s", "< 2", seconds < 2, against)
    moves = in_fresh_process(PROBE, "threshold")
    slowest = 1000 * max(moves.values())
    each = ", ".join(f"{way}: {1000 * moved:.0f}" for way, moved in moves.items())
    against = f"flags, counts and order, slowest of 40 moves ({each})"
    yield row("threshold_100k", slowest, "ms", "<= 100", slowest <= 100, against)


def our_detectors() -> list[Detector]:
    return [Knn(K), Lof(K), IsolationForest()]


def pyod_detectors() -> dict:
    from pyod.models.iforest import IForest
    from pyod.models.knn import KNN
    from pyod.models.lof import LOF

    return {"knn": KNN(n_neighbors=K, method="mean"), "lof": LOF(n_neighbors=K), "iforest": IForest(random_state=SEED)}


def our_scores(vectors: np.ndarray, seconds: dict | None = None) -> dict[str, np.ndarray]:
    seconds = {} if seconds is None else seconds
    start = time.perf_counter()
    graph = build_graph(vectors, k=K, metric="euclidean")
    seconds["graph"] = time.perf_counter() - start
    data = DetectorInput(vectors, graph, vectors.any(axis=1), SEED)
    scores = {}
    for detector in our_detectors():
        start = time.perf_counter()
        scores[detector.name] = detector.score(data, SILENT)
        seconds[detector.name] = time.perf_counter() - start
    return scores


def pyod_scores(vectors: np.ndarray, seconds: dict | None = None) -> dict[str, np.ndarray]:
    seconds = {} if seconds is None else seconds
    scores = {}
    for name, detector in pyod_detectors().items():
        start = time.perf_counter()
        scores[name] = detector.fit(vectors).decision_scores_
        seconds[name] = time.perf_counter() - start
    return scores


def main(who: str, path: str) -> None:
    """Score in this process; what it took to import and load compiled code counts, for both sides."""
    vectors, seconds = np.load(path), {}
    start = time.perf_counter()
    {"ours": our_scores, "pyod": pyod_scores}[who](vectors, seconds)
    print(json.dumps(seconds | {"all": time.perf_counter() - start}))


if __name__ == "__main__":
    main(*sys.argv[1:])
