"""The stages that score: one a detector, the consensus last. A detector that fails does not take the others with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from explorer.core.anomaly.base import Detector, DetectorInput, Scores, in_six_digits
from explorer.core.anomaly.consensus import NAME as CONSENSUS
from explorer.core.anomaly.consensus import ranking_of_consensus
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.flags import Ranking, Threshold, ranking
from explorer.core.corpus.corpus import Corpus
from explorer.core.fingerprint import fingerprint
from explorer.core.measure import free_megabytes
from explorer.core.neighbors.prepare import Prepared, prepare
from explorer.core.normals import STAGE as NORMALS
from explorer.core.normals import compute_normals, fit_of, normal_key, normals_key, space_of
from explorer.core.plan import Plan
from explorer.core.progress import Cancelled, Progress
from explorer.core.storage import StageResult
from explorer.core.work import VERSION, Output, Stage, Work, knn_graph, transformed
from explorer.errors import DetectorError, ExplorerError

QUICK, SLOW = 3, 10
"""Shares of a run's time: detectors that read the graph, and others."""

FAILED = "failed"
"""The fact of a result that is a failed attempt: why, in a sentence. It is tried again by the next run."""


def scoring_stages(corpus: Corpus, plan: Plan, vectors: str, graph: str, k: int) -> Iterator[Stage]:
    """The stages that score a corpus, from the keys of its vectors and its graph of ``k`` neighbours."""
    learnt = ""
    if plan.mode == "novelty":
        learnt = normals_key(vectors, k, corpus, plan)
        yield Stage(NORMALS, "Finding neighbours among the normal texts", 10, learnt, partial(compute_normals, k=k))
    space = fingerprint(vectors, plan.metric, *transformed(plan), normal_key(corpus, plan))
    keys = {name: _key(plan, name, learnt or graph, space) for name in plan.detectors if name != CONSENSUS}
    for name, key in keys.items():
        weight = QUICK if plan.detector(name).k_needed else SLOW
        yield Stage(f"scores.{name}", f"Scoring with {name}", weight, key, attempt(name, compute_scores), is_no_failure)
    if CONSENSUS in plan.detectors:
        key = fingerprint("scores", VERSION, CONSENSUS, sorted(keys.values()))
        compute = attempt(CONSENSUS, compute_consensus)
        yield Stage(f"scores.{CONSENSUS}", "Asking for a consensus", 1, key, compute, is_of_the_same)


def _key(plan: Plan, name: str, graph: str, space: str) -> str:
    """A detector that reads no neighbours does not depend on how many there are."""
    chosen = plan.detector(name)
    read = graph if chosen.k_needed else space
    return fingerprint("scores", VERSION, read, name, dict(chosen.parameters), plan.seed)


def is_no_failure(work: Work, found: StageResult) -> bool:
    """A failed attempt is tried again: there may be more memory now."""
    return FAILED not in found.meta["facts"]


def is_of_the_same(work: Work, found: StageResult) -> bool:
    """A consensus holds for the detectors that it was made of, which may be fewer than were asked."""
    return is_no_failure(work, found) and found.meta["facts"]["detectors"] == " ".join(_others(work))


# --- computing ----------------------------------------------------------------------------------


def compute_scores(work: Work, name: str, progress: Progress) -> Output:
    """Scores, the ranks that follow, and the threshold that is the detector's own."""
    chosen, data = work.plan.detector(name), detector_input(work)
    cost = chosen.cost(int(data.valid.sum()), int(data.fit.valid.sum()), data.vectors.shape[1])
    progress.report(0.0, f"Scoring with {name}: {cost.words}")
    refuse_without_memory(cost, free_megabytes())
    scores = numbers(chosen.score(data, progress), data)
    found = ranking(in_six_digits(scores))
    facts = {"parameters": dict(chosen.parameters), "own": [found.own.value, found.own.rule], "mode": work.plan.mode}
    return {"scores": found.scores, "ranks": found.ranks}, facts | {"fitted_on": cost.fitted_on, "fit_rows": cost.of}


def compute_consensus(work: Work, name: str, progress: Progress) -> Output:
    """Ranks averaged over the other detectors, and how many of them would flag each text."""
    others = _others(work)
    if len(others) < 2:
        raise DetectorError("Fewer than two other detectors gave scores.", "See why the others did not.")
    data = detector_input(work, {each: found.scores for each, found in others.items()})
    scores = in_six_digits(work.plan.detector(name).score(data, progress))
    found, agreed = ranking_of_consensus(scores, others)
    own = [found.own.value, found.own.rule, found.own.most]
    facts = {"parameters": {}, "own": own, "mode": work.plan.mode, "detectors": " ".join(others)}
    return {"scores": found.scores, "ranks": found.ranks, "agreement": agreed}, facts


def _others(work: Work) -> dict[str, Ranking]:
    """What the detectors of the plan gave, but the consensus, by name, those that failed left out."""
    names = (name for name in work.plan.detectors if name != CONSENSUS)
    found = {name: ranking_of(work.done[f"scores.{name}"]) for name in sorted(names)}
    return {name: kept for name, kept in found.items() if kept is not None}


def detector_input(work: Work, others: Mapping[str, Scores] | None = None) -> DetectorInput:
    """What the detectors of a run read."""
    if work.plan.mode == "novelty":
        scored, graph, fit = space_of(work).scored, knn_graph(work.done[NORMALS]), fit_of(work)
    else:
        scored, graph, fit = prepared(work), knn_graph(work.done["graph"]), None
    return DetectorInput(scored.vectors, graph, scored.valid, work.plan.seed, fit, others or {})


def prepared(work: Work) -> Prepared:
    """The vectors in the space of the graph, made once a run."""
    if "prepared" not in work.kept:
        work.kept["prepared"] = prepare(work.array("vectors", "vectors"), work.plan.metric, work.plan.transform)
    ready: Prepared = work.kept["prepared"]
    return ready


def numbers(scores: Scores, data: DetectorInput) -> Scores:
    """The scores. Raises ``DetectorError`` where a text that should have one has none."""
    missing = int((~np.isfinite(scores[data.valid])).sum())
    if missing:
        raise DetectorError(f"It gave no number for {missing:,} texts: it did not settle.", "Try other parameters.")
    return scores


def refuse_without_memory(cost: Cost, free: float | None) -> None:
    """Raise ``DetectorError`` where a detector needs more than is ``free`` (megabytes; None = unknown).

    Running out while it works would end the whole program.
    """
    if free is not None and cost.megabytes > free:
        what = f"It needs about {cost.megabytes:,.0f} MB of memory and {free:,.0f} MB are free."
        raise DetectorError(what, "Close other programs, use a smaller sample, or leave it out.")


# --- failing well -------------------------------------------------------------------------------


def attempt(name: str, compute: Callable[[Work, str, Progress], Output]) -> Callable[[Work, str, Progress], Output]:
    """``compute`` for one detector, whose failure becomes a result that says why.

    What runs here was written by many: a detector may raise anything, so everything is caught but the wish to stop.
    """

    def tried(work: Work, key: str, progress: Progress) -> Output:
        try:
            return compute(work, name, progress)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary to code that is not ours
            return {}, {FAILED: failure(name, work.plan.detector(name), error)}

    return tried


def failure(name: str, detector: Detector, error: Exception) -> str:
    """Which detector failed, why, and what to do, as one remark."""
    what, hint = _why(error, detector)
    return f"{name} gave no scores. {what} {hint}"


def _why(error: Exception, detector: Detector) -> tuple[str, str]:
    if isinstance(error, ExplorerError):
        return error.what, error.hint
    if isinstance(error, MemoryError) or "memory" in str(error).lower():
        smaller = f"Use a smaller sample ({detector.name}:sample=1000)" if "sample" in detector.parameters else ""
        return "It ran out of memory.", f"{smaller or 'Close other programs'}, or leave it out."
    said = " ".join(str(error).split())[:200] or "no reason given"
    return f"It stopped with {type(error).__name__}: {said.rstrip('.')}.", "Try other parameters, or leave it out."


# --- reading back -------------------------------------------------------------------------------


def ranking_of(result: StageResult) -> Ranking | None:
    """What was saved beside the scores; nothing of a failed attempt, or in results of an older version."""
    own: list[Any] | None = result.meta["facts"].get("own")
    if own is None or "ranks" not in result.arrays:
        return None
    return Ranking(result.arrays["scores"], result.arrays["ranks"], Threshold(*own))
