"""The detectors that read the shared graph against PyOD, and the checks of labels and duplicates against cleanlab.

Each on the same vectors with the same parameters and seed, each side in a process of its own, imports included.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from explorer.core.anomaly.base import Detector, DetectorInput
from explorer.core.anomaly.detectors import DETECTORS, detector
from explorer.core.neighbors.base import Metric
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import SILENT
from tests.bench.bench_row import bench_row
from tests.bench.memory import PrivatePeak
from tests.bench.realistic import in_fresh_process, labelled, mixed_intents, real_questions, vectors_file
from tests.bench.texts import corpus_file

row = partial(bench_row, "anomaly")

PROBE = "tests.bench.review_probe"
K = 15
SEED = 0
FLIPPED = 0.04
WARM = 1_000
"""Rows scored before memory is measured: libraries and compiled code, which are loaded then, do not count."""


def rows(scratch: Path) -> Iterator[dict]:
    path = str(vectors_file(scratch))
    yield from _graph_based(path)
    yield from _review(scratch, path)
    vectors, labels = labelled()
    mine, pyods = our_scores(vectors), pyod_scores(vectors)
    for name, scores in pyods.items():
        found, expected = roc_auc_score(labels, mine[name]), roc_auc_score(labels, scores)
        gap = abs(found - expected)
        yield row(f"auroc_gap_{name}", gap, "AUROC", "<= 0.005", gap <= 0.005, f"PyOD {expected:.4f}, ours {found:.4f}")
    yield from quality_rows(scratch)


def _graph_based(path: str) -> Iterator[dict]:
    """Every detector that reads the shared graph, the graph included: time against PyOD's two, and memory."""
    probe = "tests.bench.bench_anomaly"
    ours, theirs = (in_fresh_process(probe, who, path) for who in ("ours", "pyod"))
    ratio = ours["all"] / theirs["all"]
    against = f"PyOD {_parts(theirs)}; ours {_parts(ours)}"
    yield row("graph_vs_pyod_50k", ratio, "of time", "<= 0.2", ratio <= 1 / 5, against)
    found = in_fresh_process(probe, "memory", path)
    times = found["above"] / found["vectors"]
    against = (
        f"{found['above']:.0f} MB at most above the {found['before']:.0f} MB of a process that holds the vectors "
        f"({found['vectors']:.0f} MB) and has scored {WARM:,} of them; private memory, cosine"
    )
    yield row("graph_memory_50k", times, "x vectors", "< 2", times < 2, against)


def _parts(seconds: dict[str, float]) -> str:
    """``12.3 s (knn 6.0 s, lof 6.3 s)``."""
    each = ", ".join(f"{name} {taken:.1f} s" for name, taken in seconds.items() if name != "all")
    return f"{seconds['all']:.1f} s ({each})"


def quality_rows(scratch: Path) -> Iterator[dict]:
    """Label errors and near-duplicates: time on 50,000 rows; on real questions, how well flipped labels are found."""
    path = str(vectors_file(scratch))
    ours, theirs = (in_fresh_process("tests.bench.bench_anomaly", who, path) for who in ("quality", "cleanlab"))
    ratio = ours["all"] / theirs["all"]
    parts = f"graph {ours['graph']:.1f} s, labels {ours['labels']:.1f} s, duplicates {ours['duplicates']:.1f} s"
    against = f"cleanlab Datalab {theirs['all']:.1f} s, ours {ours['all']:.1f} s ({parts})"
    yield row("quality_vs_cleanlab_50k", ratio, "of time", "<= 0.333", ratio <= 1 / 3, against)
    vectors, intents = real_questions(scratch)
    given, wrong = flipped(intents)
    scores = {"ours": our_quality(vectors, given), "Datalab": datalab_quality(vectors, given)}
    said = ", ".join(f"{name} {_score(wrong, *found)}" for name, found in scores.items())
    mine, yours = (average_precision_score(wrong, -quality) for _, quality in scores.values())
    yield row("label_errors_ap", mine, "AP", f">= {yours:.3f}", mine >= yours, f"{FLIPPED:.0%} flipped: {said}")


def flipped(intents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Intents of which some say another one at random, and which."""
    random = np.random.default_rng(SEED)
    names, codes = np.unique(intents, return_inverse=True)
    rows = random.choice(len(codes), int(FLIPPED * len(codes)), replace=False)
    codes[rows] = (codes[rows] + random.integers(1, len(names), len(rows))) % len(names)
    given = names[codes]
    return given, given != intents


def _score(wrong: np.ndarray, flagged: np.ndarray, quality: np.ndarray) -> str:
    hit = np.count_nonzero(flagged & wrong)
    precision, recall = hit / max(np.count_nonzero(flagged), 1), hit / np.count_nonzero(wrong)
    return f"P {precision:.2f} R {recall:.2f} AP {average_precision_score(wrong, -quality):.3f}"


def our_quality(vectors: np.ndarray, labels: np.ndarray, seconds: dict | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Which labels are flagged, and the quality of each; near-duplicates are grouped too."""
    from explorer.core.quality.duplicates import find_duplicates
    from explorer.core.quality.label_errors import Labels, find_label_errors

    seconds = {} if seconds is None else seconds
    start = time.perf_counter()
    graph = build_graph(vectors, k=K)
    seconds["graph"] = time.perf_counter() - start
    start = time.perf_counter()
    first, none = np.arange(len(vectors), dtype=np.int32), np.zeros(len(vectors), np.bool_)
    find_duplicates(first, none, vectors, graph, share=0.13)
    seconds["duplicates"] = time.perf_counter() - start
    start = time.perf_counter()
    names, codes = np.unique(labels, return_inverse=True)
    made = Labels(tuple(names.tolist()), codes.astype(np.int32))
    found = find_label_errors(made, first, vectors, ~none, graph, column="intent", seed=SEED)
    seconds["labels"] = time.perf_counter() - start
    flagged = none.copy()
    flagged[found.flagged] = True
    return flagged, np.nan_to_num(found.quality, nan=1.0)


def datalab_quality(
    vectors: np.ndarray, labels: np.ndarray, seconds: dict | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The same by cleanlab, given the vectors alone as we are."""
    from cleanlab import Datalab

    lab = Datalab({"label": labels.tolist()}, label_name="label", verbosity=0)
    with contextlib.redirect_stdout(io.StringIO()):
        lab.find_issues(features=vectors, issue_types={"label": {}, "near_duplicate": {}})
    found = lab.get_issues("label")
    return found["is_label_issue"].to_numpy(), found["label_score"].to_numpy()


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


def graph_detectors() -> list[Detector]:
    """All that read the shared graph."""
    return [made for made in (detector(name, K) for name in DETECTORS) if made.k_needed]


def our_scores(vectors: np.ndarray, seconds: dict | None = None, metric: Metric = "euclidean") -> dict[str, np.ndarray]:
    seconds = {} if seconds is None else seconds
    start = time.perf_counter()
    graph = build_graph(vectors, k=K, metric=metric)
    seconds["graph"] = time.perf_counter() - start
    data = DetectorInput(vectors, graph, vectors.any(axis=1), SEED)
    scores = {}
    for made in graph_detectors():
        start = time.perf_counter()
        scores[made.name] = made.score(data, SILENT)
        seconds[made.name] = time.perf_counter() - start
    return scores


def pyod_scores(vectors: np.ndarray, seconds: dict | None = None) -> dict[str, np.ndarray]:
    from pyod.models.knn import KNN
    from pyod.models.lof import LOF

    seconds = {} if seconds is None else seconds
    scores = {}
    for name, made in {"knn": KNN(n_neighbors=K, method="mean"), "lof": LOF(n_neighbors=K)}.items():
        start = time.perf_counter()
        scores[name] = made.fit(vectors).decision_scores_
        seconds[name] = time.perf_counter() - start
    return scores


def memory_of_scores(vectors: np.ndarray) -> dict[str, float]:
    """Megabytes: what the ``vectors`` take, what the process has before, how far it rises while they are scored."""
    our_scores(vectors[:WARM], metric="cosine")
    with PrivatePeak() as memory:
        our_scores(vectors, metric="cosine")
    return {"vectors": vectors.nbytes / 1e6, "before": memory.before, "above": memory.above}


QUALITY = {"quality": our_quality, "cleanlab": datalab_quality}


def main(who: str, path: str) -> None:
    """Score in this process; what it took to import and load compiled code counts for both sides, but in memory."""
    vectors, seconds = np.load(path), {}
    if who == "memory":
        print(json.dumps(memory_of_scores(vectors)))
        return
    labels = flipped(mixed_intents(len(vectors)))[0] if who in QUALITY else None
    start = time.perf_counter()
    if who in QUALITY:
        QUALITY[who](vectors, labels, seconds)
    else:
        {"ours": our_scores, "pyod": pyod_scores}[who](vectors, seconds)
    print(json.dumps(seconds | {"all": time.perf_counter() - start}))


if __name__ == "__main__":
    main(*sys.argv[1:])
