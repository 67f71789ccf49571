"""The kNN graph of 50,000 x 384 vectors in a fresh process, against exact FAISS flat search in a fresh process.

Both are timed from the first import to the last answer; the best of three runs each, taken in turns, counts. Recall is
measured against FAISS's answers on all rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from explorer.core.neighbors.recall import measured_recall
from tests.bench.realistic import vectors_file

K, REPEATS = 15, 3

OURS = """
import json, sys, time
began = time.perf_counter()
import numpy as np
from explorer.core.neighbors.graph import build_graph
graph = build_graph(np.load(sys.argv[1]), k=15)
seconds = time.perf_counter() - began
np.savez(sys.argv[2], ids=graph.ids, distances=graph.distances)
print(json.dumps({"seconds": seconds, "method": graph.method}))
"""

FAISS = """
import json, sys, time
began = time.perf_counter()
import faiss, numpy as np
vectors = np.load(sys.argv[1])
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)
similarity, ids = index.search(vectors, 16)
seconds = time.perf_counter() - began
np.savez(sys.argv[2], ids=ids, distances=1.0 - similarity)
print(json.dumps({"seconds": seconds, "method": "faiss " + faiss.__version__}))
"""


def rows(scratch: Path) -> Iterator[dict[str, Any]]:
    """Rows of the bench table. The first run compiles, as ``make venv`` does, so it is not timed."""
    vectors = vectors_file(scratch)
    _fresh(OURS, vectors, scratch / "ours.npz")
    ours, faiss = [], []
    for _ in range(REPEATS):
        ours.append(_fresh(OURS, vectors, scratch / "ours.npz"))
        faiss.append(_fresh(FAISS, vectors, scratch / "faiss.npz"))
    taken, theirs = (min(run["seconds"] for run in runs) for runs in (ours, faiss))
    against = f"{faiss[0]['method']} IndexFlatIP {theirs:.1f} s, ours {taken:.1f} s ({ours[0]['method']})"
    yield _row("50k_vs_exact", taken / theirs, "of time", "<= 1.0", taken <= theirs, against)
    share = recall_against(scratch / "ours.npz", scratch / "faiss.npz")
    yield _row("50k_recall", share, f"recall@{K}", ">= 0.98", share >= 0.98, "all rows of FAISS IndexFlatIP")


def _row(name: str, value: float, unit: str, target: str, ok: bool, against: str) -> dict[str, Any]:
    return {
        "group": "graph",
        "name": name,
        "value": round(value, 4),
        "unit": unit,
        "target": target,
        "ok": bool(ok),
        "against": against,
    }


def _fresh(code: str, vectors: Path, out: Path) -> dict[str, Any]:
    """Run ``code`` in a process of its own, imports included."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(vectors), str(out)], check=True, capture_output=True, text=True
    )
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


def recall_against(ours: Path, theirs: Path) -> float:
    """Share of FAISS's neighbours (the row itself left out by id) that we name, or equal in distance."""
    with np.load(ours) as found, np.load(theirs) as truth:
        ids, distances = _without_itself(truth["ids"], truth["distances"])
        return measured_recall(found["ids"], ids.astype(np.int32), found["distances"], distances)


def _without_itself(ids: np.ndarray, distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    itself = ids == np.arange(len(ids))[:, None]
    itself[~itself.any(axis=1), -1] = True
    return ids[~itself].reshape(len(ids), K), distances[~itself].reshape(len(ids), K)
