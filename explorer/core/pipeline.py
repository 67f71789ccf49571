"""READ FIRST. The job from a corpus to scores, as stages in order (``stages.py`` says what each computes).

    corpus -> vectors -> pca (first picture)
                     \\-> graph -> (normals, for novelty) -> scores.DETECTOR ... -> scores.consensus -> report
                     |        \\-> layout -> trust (how much of the neighbourhoods the map keeps)
                     |        \\-> regions (what the parts of the map are about)
                     |        \\-> groups (alike texts far from the rest)
                     |        \\-> within (neighbours of a text's own label or region) -> scores.DETECTOR_within_GROUP
                     |        \\-> duplicates, labels (what says the same, which labels are probably wrong)
                     \\-> index (Annoy, for questions asked later)
    corpus -> keywords (full-text index), characters (what the texts are written with)
           \\-> text_checks (what is wrong with texts one by one)

Every stage's result is named by the fingerprint of all that went into it and kept in a ``ResultStore``.
Running is: for each stage in order, take the result if the store has it, else compute and save it. So a
second run reuses, a killed run goes on, and another ``k`` recomputes only what depends on ``k``.

    from explorer.core.pipeline import Plan, decide, read_corpus, report, run
    corpus = read_corpus("tickets.csv")
    plan = Plan(detectors=("knn", "lof"))
    results = run(corpus, plan)
    report(corpus, results, decide(results, plan)).write("report.csv")
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Container, Iterator
from dataclasses import replace
from typing import Any, TypeAlias
from weakref import ReferenceType, ref

import pyarrow.compute as pc

from explorer.core.anomaly.consensus import NAME as CONSENSUS
from explorer.core.anomaly.within import parted
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.readers import read_corpus
from explorer.core.embedding.base import EncoderCard
from explorer.core.embedding.estimate import estimate
from explorer.core.measure import PeakMemory
from explorer.core.normals import STAGE as NORMALS
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.projection.base import nobody
from explorer.core.quality.checks import checks_from
from explorer.core.quality.duplicates import Duplicates
from explorer.core.quality.label_errors import LabelErrors
from explorer.core.report.decisions import Decisions, decide
from explorer.core.report.table import Report, report
from explorer.core.results import AnnoyFile, Results, StageRecord
from explorer.core.scoring import FAILED, ranking_of
from explorer.core.stages import (
    INDEX_FILE,
    KEYWORDS_FILE,
    card_from,
    graph_k,
    identify_encoder,
    keep_card,
    known_card,
    open_plan_encoder,
    stages,
    trust_of,
)
from explorer.core.storage import MemoryStore, ResultStore, StageResult
from explorer.core.surroundings import (
    CHARACTERS,
    GROUPS,
    WITHIN,
    characters_of,
    groups_of,
    peers_of,
    regions_of,
    within_k,
)
from explorer.core.work import OnPartial, Stage, Work, knn_graph
from explorer.errors import DetectorError

__all__ = [
    "Decisions",
    "Plan",
    "Report",
    "Results",
    "add_result",
    "decide",
    "is_complete",
    "load_results",
    "read_corpus",
    "report",
    "run",
    "still_valid",
    "without_labels",
]

OnStage = Callable[[StageRecord], None]

OF_TEXTS = ("keywords", CHARACTERS)
"""Stages that depend on the texts alone."""

READ_BACK: dict[str, tuple[str, Callable[[StageResult], Any]]] = {
    GROUPS: ("groups", groups_of),
    CHARACTERS: ("characters", characters_of),
    WITHIN: ("peers", peers_of),
}
"""Stages that say what is around a text: the field of the results that each fills, and how."""

PREPARING = 0.02
"""Share of a run's progress that loading the encoder takes."""


def run(
    corpus: Corpus,
    plan: Plan | None = None,
    store: ResultStore | None = None,
    progress: Progress = SILENT,
    *,
    on_stage: OnStage | None = None,
    on_partial: OnPartial = nobody,
    without: Container[str] = (),
) -> Results:
    """Compute what is missing and return everything.

    store : where results are kept and looked for; None = a temporary folder that lives as long as the results.
    on_stage : told of each stage when it is done. on_partial : given layouts while they run.
    without : stages that nobody will read.
    Raises ``OptionError``, ``EncoderError``, ``VectorsError``, ``OutputError``, and ``Cancelled``; what is finished is
    kept. A detector that fails is no error unless all do: ``results.failed`` says why (``DetectorError``).
    """
    plan = plan or Plan()
    plan.check_for(corpus.rows)
    store = store or MemoryStore()
    work = _prepared(corpus, plan, store, progress, on_partial)
    keep_card(corpus, plan, store, work.card)
    results = Results(card=work.card, store=store)
    wanted = tuple(stage for stage in stages(corpus, plan, work.card) if stage.name not in without)
    for stage, part in _shares(wanted, progress.part(PREPARING, 1)):
        record = _run_stage(stage, work, part)
        results = add_result(results, record, work.done[stage.name])
        if on_stage is not None:
            on_stage(record)
    if not results.scores:
        raise DetectorError(" ".join(results.failed.values()), "Name other detectors.")
    return results


def _prepared(corpus: Corpus, plan: Plan, store: ResultStore, progress: Progress, on_partial: OnPartial) -> Work:
    """Inputs of a run. An encoder that is needed is loaded first: only then its precision is certain."""
    card = identify_encoder(corpus, plan, store)
    vectors = stages(corpus, plan, card)[0]
    if plan.vectors is not None or store.load(vectors.name, vectors.key) is not None:
        return Work(corpus, plan, card, store, on_partial)
    progress.report(0, f"Embedding takes {_cost(corpus, card)}")
    encoder = open_plan_encoder(corpus, plan, store, progress.part(0, PREPARING))
    return Work(corpus, plan, encoder.card, store, on_partial, encoder)


def _cost(corpus: Corpus, card: EncoderCard) -> str:
    """Time and disk for the different texts of a corpus, in words; less where some are embedded already."""
    different = pc.unique(corpus.embedded)
    characters = pc.sum(pc.utf8_length(different)).as_py() or 0
    return estimate(card, texts=len(different), characters=characters, rows=corpus.rows).sentence


def _shares(steps: tuple[Stage, ...], progress: Progress) -> Iterator[tuple[Stage, Progress]]:
    total = sum(stage.weight for stage in steps)
    before = 0.0
    for stage in steps:
        yield stage, progress.part(before / total, (before + stage.weight) / total)
        before += stage.weight


def _run_stage(stage: Stage, work: Work, progress: Progress) -> StageRecord:
    progress.report(0, stage.words)
    found = work.store.load(stage.name, stage.key)
    reused = found is not None and stage.is_usable(work, found)
    if found is None or not reused:
        found = _compute(stage, work, progress)
    work.done[stage.name] = found
    progress.report(1, stage.words)
    return _record(stage.name, stage.key, found, reused=reused)


def _compute(stage: Stage, work: Work, progress: Progress) -> StageResult:
    memory = PeakMemory()
    started = time.perf_counter()
    arrays, facts = stage.compute(work, stage.key, progress)
    seconds = round(time.perf_counter() - started, 3)
    meta = {"seconds": seconds, "peak_mb": memory.peak_mb(), "facts": dict(facts)}
    return work.store.save(stage.name, stage.key, arrays, meta)


def _record(name: str, key: str, found: StageResult, *, reused: bool) -> StageRecord:
    return StageRecord(name, key, found.meta["seconds"], found.meta["peak_mb"], reused, found.meta["facts"])


def load_results(corpus: Corpus, plan: Plan, store: ResultStore) -> Results:
    """What the store already has for this plan, without computing anything."""
    card = known_card(corpus, plan, store)
    if card is None:
        return Results(store=store)
    results = Results(card=card, store=store)
    for stage in stages(corpus, plan, card):
        found = store.load(stage.name, stage.key)
        if found is not None:
            results = add_result(results, _record(stage.name, stage.key, found, reused=True), found)
    return results


def is_complete(corpus: Corpus, plan: Plan, results: Results, *, without: Container[str] = ()) -> bool:
    """Whether every stage of the plan (but those ``without``) is there, computed from the present inputs."""
    if results.card is None:
        return False
    wanted = {key for name, key in _stage_keys(corpus, plan, results.card) if name not in without}
    return wanted <= {record.key for record in results.records}


StageKeys: TypeAlias = tuple[tuple[str, str], ...]
_known: list[tuple[ReferenceType[Corpus], Plan, EncoderCard, StageKeys]] = []
"""What was asked for last: the window asks at every change of its state."""


def _stage_keys(corpus: Corpus, plan: Plan, card: EncoderCard) -> StageKeys:
    """Name and key of every stage."""
    for of, for_plan, for_card, keys in _known:
        if of() is corpus and (for_plan, for_card) == (plan, card):
            return keys
    keys = tuple((stage.name, stage.key) for stage in stages(corpus, plan, card))
    _known[:] = [(ref(corpus), plan, card, keys)]
    return keys


def still_valid(results: Results, old: Plan, new: Plan) -> Results:
    """What of ``results`` holds under another plan. Positions stay to be looked at until new ones arrive."""
    if _embedding_of(old) != _embedding_of(new):
        bare = Results(store=results.store, pca=results.pca, layout=results.layout, keywords=results.keywords)
        return replace(bare, characters=results.characters, records=_of(results, OF_TEXTS))
    if (old.metric, old.transform, old.seed) != (new.metric, new.transform, new.seed):
        kept = replace(_without_graph(results), index=None)
        return replace(kept, records=_of(results, ("vectors", "pca", "text_checks", *OF_TEXTS)))
    same_graph, same_map = graph_k(old) == graph_k(new), old.layout == new.layout
    same_groups = same_graph and old.duplicate_share == new.duplicate_share
    scores = [name for name in results.scores if _same_scores(name, old, new, same_graph=same_graph)]
    names = ["vectors", "pca", "index", "text_checks", *OF_TEXTS, *(f"scores.{name}" for name in scores)]
    names += ["graph", "regions", "labels", GROUPS] if same_graph else []
    names += ["layout", "trust"] if same_graph and same_map else []
    names += ["duplicates"] if same_groups else []
    kept = results if same_graph else _without_graph(results)
    kept = kept if same_groups else replace(kept, duplicates=None)
    kept = _with_scores(kept if same_map else replace(kept, trust=None), scores, of=results)
    if same_graph and _learnt_from(old) == _learnt_from(new):
        kept, names = replace(kept, normals=results.normals), [*names, NORMALS]
    if same_graph and _compared(old) == _compared(new):
        kept, names = replace(kept, peers=results.peers), [*names, WITHIN]
    return replace(kept, records=_of(results, names))


def without_labels(results: Results) -> Results:
    """What of ``results`` holds when another column holds the labels: all but what was read off the labels."""
    peers = results.peers if results.peers is not None and results.peers.by != "label" else None
    by_label = {name for name in (*results.scores, *results.failed) if parted(name)[1] == "label"}
    gone = {"labels", *(f"scores.{name}" for name in by_label), *(() if peers is not None else (WITHIN,))}
    return replace(
        results,
        labels=None,
        peers=peers,
        scores={name: scores for name, scores in results.scores.items() if name not in by_label},
        rankings={name: ranked for name, ranked in results.rankings.items() if name not in by_label},
        failed={name: why for name, why in results.failed.items() if name not in by_label},
        records=tuple(record for record in results.records if record.stage not in gone),
    )


def _same_scores(name: str, old: Plan, new: Plan, *, same_graph: bool) -> bool:
    """Whether scores are those of the new plan, too."""
    if name not in new.score_names or _learnt_from(old) != _learnt_from(new):
        return False
    if old.detector(name) != new.detector(name) or (parted(name)[1] != "corpus" and _compared(old) != _compared(new)):
        return False
    if name == CONSENSUS:
        others = [each for each in {*old.detectors, *new.detectors} if each != CONSENSUS]
        return all(each in old.detectors and _same_scores(each, old, new, same_graph=same_graph) for each in others)
    return same_graph or not new.detector(name).k_needed


def _learnt_from(plan: Plan) -> tuple[object, ...]:
    return plan.normal, plan.reference


def _compared(plan: Plan) -> tuple[object, ...]:
    return plan.within, within_k(plan) if plan.within_names else 0


def _without_graph(results: Results) -> Results:
    """Without what was read off the neighbour graph, and the graph."""
    bare = replace(results, graph=None, trust=None, regions=None, groups=None, duplicates=None, labels=None)
    return _with_scores(bare, (), of=results)


def _with_scores(kept: Results, names: Collection[str], *, of: Results) -> Results:
    """``kept`` with these scores ``of`` the results alone, and nothing else that was learnt from the normal texts."""
    scores = {name: of.scores[name] for name in names}
    rankings = {name: of.rankings[name] for name in names if name in of.rankings}
    agreement = of.agreement if CONSENSUS in names else None
    bare = replace(kept, scores=scores, rankings=rankings, agreement=agreement, failed={})
    return replace(bare, normals=None, peers=None)


def _embedding_of(plan: Plan) -> tuple[object, ...]:
    seed = plan.seed if plan.encoder == "lexical" else None
    return plan.encoder, plan.precision, plan.vectors, seed


def _of(results: Results, names: Container[str]) -> tuple[StageRecord, ...]:
    return tuple(record for record in results.records if record.stage in names)


def add_result(results: Results, record: StageRecord, found: StageResult) -> Results:
    """``results`` with one more stage; it takes the place of an older result of the same stage."""
    others = tuple(old for old in results.records if old.stage != record.stage)
    results = replace(results, records=(*others, record))
    stage, _, detector = record.stage.partition(".")
    if stage == "vectors":
        card = card_from(record.facts["card"])
        return replace(results, vectors=found.arrays["vectors"], cut=record.facts["cut"], card=card)
    if stage == "pca":
        return replace(results, pca=found.arrays["positions"])
    if stage == "layout":
        return replace(results, layout=found.arrays["positions"])
    if stage == "graph":
        return replace(results, graph=knn_graph(found))
    if stage == "trust":
        return replace(results, trust=trust_of(found))
    if stage == "regions":
        return replace(results, regions=regions_of(found))
    if stage in READ_BACK:
        return replace(results, **{READ_BACK[stage][0]: READ_BACK[stage][1](found)})
    if stage == NORMALS:
        return replace(results, normals=knn_graph(found))
    if stage == "duplicates":
        return replace(results, duplicates=Duplicates.of(found.arrays, record.facts))
    if stage == "labels":
        return replace(results, labels=LabelErrors.of(found.arrays, record.facts))
    if stage == "text_checks":
        return replace(results, text_checks=checks_from(found.arrays, record.facts))
    if stage == "scores":
        return _add_scores(results, detector, found)
    assert found.folder is not None
    if stage == "keywords":
        return replace(results, keywords=found.folder / KEYWORDS_FILE)
    return replace(results, index=AnnoyFile(found.folder / INDEX_FILE, record.facts))


def _add_scores(results: Results, detector: str, found: StageResult) -> Results:
    """The scores of a detector, or why there are none."""
    scores, rankings, failed = dict(results.scores), dict(results.rankings), dict(results.failed)
    for known in (scores, rankings, failed):
        known.pop(detector, None)
    facts = found.meta["facts"]
    if FAILED in facts:
        return replace(results, scores=scores, rankings=rankings, failed=failed | {detector: facts[FAILED]})
    kept = ranking_of(found)
    rankings |= {} if kept is None else {detector: kept}
    agreement = found.arrays.get("agreement", results.agreement)
    scores[detector] = found.arrays["scores"]
    return replace(results, scores=scores, rankings=rankings, failed=failed, agreement=agreement)
