"""What a reviewer waits for: reasons of a thousand flagged texts, and what follows when the line is moved.

python -m tests.bench.review_probe reasons CORPUS VECTORS
python -m tests.bench.review_probe threshold
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from itertools import cycle

import numpy as np
import pyarrow as pa

from explorer.app import operations as op
from explorer.app import triage
from explorer.app.flagging import with_flags
from explorer.app.state import AppState
from explorer.core.anomaly.overrides import DECISIONS, NO_OVERRIDES
from explorer.core.corpus.corpus import Corpus, Roles, Source
from explorer.core.corpus.readers import read_corpus
from explorer.core.pipeline import Plan, Results, decide, report, run
from explorer.gui.item_models.ranking_model import ranked

FLAGGED = 1_000
LINE_ROWS = 100_000
JUDGED = 200
MOVES = 40


def reasons(corpus_path: str, vectors: str) -> dict:
    """Seconds for the facts about the corpus and the reasons of the flagged texts, as the report gives them."""
    corpus = read_corpus(corpus_path, text=("question",), label="group")
    plan = Plan(vectors=vectors, map=False, flag_share=FLAGGED / corpus.rows)
    results = run(corpus, plan, without=("index",))
    made = report(corpus, results, decide(results, plan))
    rows = np.flatnonzero(made.decisions.flagged)
    start = time.perf_counter()
    said = [made.reason(row) for row in rows.tolist()]
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "reasons": sum(map(bool, said)), "longest": max(len(reason or "") for reason in said)}


def threshold() -> dict:
    """The longest of many moves of the line, by each way to move it: flags, counts, progress and the list's order."""
    state = _scored()
    random = np.random.default_rng(1)
    ways = cycle(("value", "share", "deviations", "precision"))
    slowest = dict.fromkeys(("value", "share", "deviations", "precision"), 0.0)
    for way, size in zip(ways, random.random(MOVES), strict=False):
        wish = {"value": 1.0 + 2.0 * size, "share": 0.1 * size, "deviations": 4 * size, "precision": 0.2 + 0.5 * size}
        start = time.perf_counter()
        state, _ = op.set_threshold(**{way: wish[way]})(state)
        _ = state.flag_count, triage.progress(state), ranked(state, "flagged")[:100], ranked(state, "new")[:100]
        slowest[way] = max(slowest[way], time.perf_counter() - start)
    return slowest


def _scored() -> AppState:
    """100,000 scored texts, of which some at the top are judged."""
    random = np.random.default_rng(0)
    texts = pa.chunked_array([pa.array([f"text {row}" for row in range(LINE_ROWS)], pa.large_string())])
    source = Source("made-up.csv", "", 0, "csv")
    corpus = Corpus(pa.table({"text": texts}), texts, texts, texts, Roles(("text",)), (), source)
    results = Results(scores={"knn": random.lognormal(0, 0.5, LINE_ROWS)})
    state = with_flags(AppState(corpus=corpus, results=results, plan=Plan(detectors=("knn",))))
    assert state.ranks is not None
    judged = np.flatnonzero((state.ranks > 0) & (state.ranks <= 5 * JUDGED))[::5]
    return with_flags(
        replace(
            state, overrides=NO_OVERRIDES.given(judged, (random.random(len(judged)) < 0.6).astype(np.int32), DECISIONS)
        )
    )


if __name__ == "__main__":
    print(json.dumps({"reasons": reasons, "threshold": threshold}[sys.argv[1]](*sys.argv[2:])))
