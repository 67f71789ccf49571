"""The stages that say what is around a text: small groups, characters, and whom it is compared with instead of all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from explorer.core.anomaly.base import DetectorInput, in_six_digits
from explorer.core.anomaly.flags import ranking
from explorer.core.anomaly.groups import Groups, find_groups
from explorer.core.anomaly.within import Peers, against_peers, parted
from explorer.core.clusters.regions import Regions
from explorer.core.corpus.characters import Characters, characters
from explorer.core.corpus.columns import text_column
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.keys import texts_fingerprint
from explorer.core.fingerprint import fingerprint
from explorer.core.neighbors.within import graph_within
from explorer.core.peers import label_peers, region_peers
from explorer.core.plan import Plan
from explorer.core.progress import Progress
from explorer.core.scoring import attempt, is_no_failure, numbers, prepared
from explorer.core.storage import StageResult
from explorer.core.work import RECALL, VERSION, Output, Stage, Work, knn_graph
from explorer.errors import OptionError

GROUPS, CHARACTERS, WITHIN = "groups", "characters", "within"
"""Names of the stages."""


def surrounding_stages(corpus: Corpus, graph: str) -> Iterator[Stage]:
    """What reasons are made of beside scores, from the key of the graph."""
    yield Stage(GROUPS, "Looking for small groups", 1, fingerprint(GROUPS, VERSION, graph), compute_groups)
    key = fingerprint(CHARACTERS, VERSION, corpus.fingerprint)
    yield Stage(CHARACTERS, "Reading the characters", 1, key, compute_characters)


def within_stages(corpus: Corpus, plan: Plan, graph: str, regions: str) -> Iterator[Stage]:
    """Neighbours among a text's own label or region, and the scores that follow; from the keys of graph and regions.

    Raises ``OptionError`` where the plan compares within labels and there are none.
    """
    if plan.within == "corpus":
        return
    peers = regions if plan.within == "region" else _labels_key(corpus)
    key = fingerprint(WITHIN, VERSION, graph, plan.within, peers, within_k(plan), plan.seed)
    yield Stage(WITHIN, "Finding neighbours within groups", 8, key, compute_within)
    for name in plan.within_names:
        parameters = dict(plan.detector(name).parameters)
        scores = fingerprint("scores", VERSION, key, name, parameters, plan.seed)
        compute = attempt(name, compute_within_scores)
        yield Stage(f"scores.{name}", f"Scoring with {name}", 3, scores, compute, is_no_failure)


def _labels_key(corpus: Corpus) -> str:
    if corpus.roles.label is None:
        what = "The corpus has no column with labels, so texts cannot be compared within each label."
        raise OptionError(what, "Name the column with --label, or compare within each region.")
    return texts_fingerprint(text_column(corpus.table[corpus.roles.label]))


def within_k(plan: Plan) -> int:
    """Neighbours within its group that any detector reads."""
    return max(plan.detector(name).k_needed for name in plan.within_names)


# --- computing ----------------------------------------------------------------------------------


def compute_groups(work: Work, key: str, progress: Progress) -> Output:
    """Small groups of alike texts far from everything else."""
    found = find_groups(knn_graph(work.done["graph"]), prepared(work), progress)
    return {"of": found.of, "apart": found.apart}, {"groups": found.count}


def compute_characters(work: Work, key: str, progress: Progress) -> Output:
    """What each text is written with, so that unusual ones can be told."""
    found = characters(work.corpus.embedded, progress)
    return {"counts": found.counts, "spelling": found.spelling}, {}


def compute_within(work: Work, key: str, progress: Progress) -> Output:
    """The kNN graph in which every text's neighbours are of its own label or region."""
    plan = work.plan
    peers = label_peers(work.corpus) if plan.within == "label" else region_peers(regions_of(work.done["regions"]))
    shared, find = knn_graph(work.done["graph"]), partial(graph_within, recall=RECALL, seed=plan.seed)
    graph = find(shared, prepared(work), peers.of, within_k(plan), progress=progress)
    facts = {"metric": graph.metric, "method": graph.method, "recall": graph.recall, "recall_rows": graph.recall_rows}
    facts |= {"by": peers.by, "names": list(peers.names), "left_out": peers.left_out}
    return {"ids": graph.ids, "distances": graph.distances, "of": peers.of}, facts


def compute_within_scores(work: Work, name: str, progress: Progress) -> Output:
    """Deviations above the median of its group, of a detector that read the neighbours within it."""
    ready, chosen = prepared(work), work.plan.detector(name)
    data = DetectorInput(ready.vectors, knn_graph(work.done[WITHIN]), ready.valid, work.plan.seed)
    scores = numbers(chosen.score(data, progress), data)
    found = ranking(in_six_digits(against_peers(scores, work.array(WITHIN, "of"))))
    own = [found.own.value, found.own.rule]
    facts = {"parameters": dict(chosen.parameters), "own": own, "mode": work.plan.mode}
    return {"scores": found.scores, "ranks": found.ranks}, facts | {"within": parted(name)[1]}


# --- reading back -------------------------------------------------------------------------------


def groups_of(result: StageResult) -> Groups:
    """What ``compute_groups`` saved."""
    return Groups(result.arrays["of"], result.arrays["apart"])


def characters_of(result: StageResult) -> Characters:
    """What ``compute_characters`` saved."""
    return Characters(result.arrays["counts"], result.arrays["spelling"])


def peers_of(result: StageResult) -> Peers:
    """What ``compute_within`` saved of who is compared with whom."""
    facts = result.meta["facts"]
    return Peers(facts["by"], result.arrays["of"], tuple(facts["names"]))


def regions_of(result: StageResult) -> Regions:
    """What the stage that names regions saved."""
    return Regions.of(result.arrays["levels"], result.meta["facts"])
