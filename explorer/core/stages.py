"""What each stage computes: from the results it needs to arrays and facts. ``pipeline.py`` runs them in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.keys import first_rows, text_keys
from explorer.core.drawing import draw
from explorer.core.embedding.base import Encoder, EncoderCard
from explorer.core.embedding.embed import embed_corpus
from explorer.core.embedding.precomputed import load_vectors, vectors_card
from explorer.core.embedding.registry import EncoderRequest, identify, open_encoder
from explorer.core.embedding.store import VectorStore
from explorer.core.fingerprint import fingerprint
from explorer.core.plan import Plan
from explorer.core.progress import Progress
from explorer.core.projection.base import LAYOUTS
from explorer.core.projection.trust import Trust
from explorer.core.quality.checks import arrays_of, facts_of
from explorer.core.scoring import prepared, scoring_stages
from explorer.core.storage import ResultStore, StageResult
from explorer.core.surroundings import surrounding_stages, within_stages
from explorer.core.work import RECALL, VERSION, Output, Stage, Work, graph_key, knn_graph, vectors_key
from explorer.errors import EncoderError, VectorsError

LAYOUT_K = 15
"""Neighbours that the layout reads (UMAP's default), whatever ``k`` the person looks at."""

INDEX_FILE = "index.ann"
KEYWORDS_FILE = "keywords.sqlite"


def stages(corpus: Corpus, plan: Plan, card: EncoderCard) -> tuple[Stage, ...]:
    """The stages of a run in order. Pure: keys follow from the inputs' fingerprints alone."""
    vectors = vectors_key(corpus.fingerprint, card)
    graph = graph_key(vectors, graph_k(plan), plan)
    index = fingerprint("index", VERSION, vectors, plan.metric, plan.seed)
    regions = fingerprint("regions", VERSION, graph, corpus.fingerprint, plan.seed)
    naming = Stage("regions", "Naming the regions of the map", 3, regions, compute_regions)
    first, *drawing = _drawing(corpus, plan, card, vectors, graph, naming)
    return (
        Stage("vectors", "Embedding", 60, vectors, compute_vectors),
        *([first] if plan.map else []),
        Stage("graph", "Finding neighbours", 15, graph, compute_graph),
        *scoring_stages(corpus, plan, vectors, graph, graph_k(plan)),
        *surrounding_stages(corpus, graph),
        *(_duplicates_stage(graph, plan) if plan.quality else []),
        *(drawing if plan.map else []),
        *([naming] if plan.within == "region" and not plan.map else []),
        *within_stages(corpus, plan, graph, regions),
        Stage("index", "Building the search index", 8, index, compute_index),
        *(_check_stages(corpus, plan, vectors, graph) if plan.quality else []),
    )


def _drawing(
    corpus: Corpus, plan: Plan, card: EncoderCard, vectors: str, graph: str, naming: Stage
) -> tuple[Stage, ...]:
    """The first picture; then the map, how far it can be trusted, what its regions are about, what words it holds."""
    pca = fingerprint("pca", VERSION, vectors, 3)
    layout = _layout_key(corpus.fingerprint, corpus.grown_from, plan, card)
    trust = fingerprint("trust", VERSION, graph, layout, plan.seed)
    keywords = fingerprint("keywords", VERSION, corpus.fingerprint)
    return (
        Stage("pca", "Drawing a first picture", 1, pca, compute_pca),
        Stage("layout", f"Drawing: {LAYOUTS[plan.layout]}", 15, layout, compute_layout),
        Stage("trust", "Measuring the trust of the map", 1, trust, compute_trust),
        naming,
        Stage("keywords", "Indexing the words", 2, keywords, compute_keywords),
    )


def _duplicates_stage(graph: str, plan: Plan) -> tuple[Stage, ...]:
    key = fingerprint("duplicates", VERSION, graph, plan.duplicate_share)
    return (Stage("duplicates", "Grouping duplicates", 1, key, compute_duplicates),)


def _check_stages(corpus: Corpus, plan: Plan, vectors: str, graph: str) -> tuple[Stage, ...]:
    """Checks of labels, where there are any, and of texts: last, as nothing waits for them but the report."""
    files = [corpus.source.digest, *(source.digest for source in corpus.added)]
    labels = fingerprint("labels", VERSION, graph, files, corpus.roles.label, plan.seed)
    texts = fingerprint("text_checks", VERSION, vectors, files, corpus.roles.text)
    checked = Stage("text_checks", "Checking the texts", 4, texts, compute_text_checks)
    if corpus.roles.label is None:
        return (checked,)
    return (Stage("labels", "Checking the labels", 6, labels, compute_labels), checked)


def _layout_key(texts: str, grown_from: tuple[str, ...], plan: Plan, card: EncoderCard) -> str:
    """Key of the map of a corpus. New texts are placed on the map that was there: it depends on the ones before."""
    graph = graph_key(vectors_key(texts, card), graph_k(plan), plan)
    return fingerprint("layout", VERSION, graph, LAYOUT_K, plan.seed, plan.layout, grown_from)


def graph_k(plan: Plan) -> int:
    """The largest k that anything needs: the graph is computed once, and a smaller k is a prefix."""
    needed = (plan.detector(name).k_needed for name in plan.detectors)
    return max(plan.k, LAYOUT_K if plan.map else 0, *needed)


def known_card(corpus: Corpus, plan: Plan, store: ResultStore) -> EncoderCard | None:
    """The card under which this plan's vectors were computed, if they were.

    It is enough to read results back: the model may have moved, or the processor may be another one.
    """
    found = store.load("card", _card_key(corpus.fingerprint, plan))
    return None if found is None else card_from(found.meta)


def card_from(facts: Mapping[str, Any]) -> EncoderCard:
    """The card that was kept as JSON."""
    return EncoderCard(**{**facts, "languages": tuple(facts["languages"])})


def keep_card(corpus: Corpus, plan: Plan, store: ResultStore, card: EncoderCard) -> None:
    """Remember the card for ``known_card``."""
    if known_card(corpus, plan, store) != card:
        store.save("card", _card_key(corpus.fingerprint, plan), {}, asdict(card))


def _card_key(texts: str, plan: Plan) -> str:
    return fingerprint("card", VERSION, texts, plan.encoder, plan.precision, plan.vectors, plan.seed)


def identify_encoder(corpus: Corpus, plan: Plan, store: ResultStore) -> EncoderCard:
    """The card of the plan's encoder (or vectors file) as it is now, without loading the model.

    Where only the processor's arithmetic has changed since the vectors were computed, or the model cannot be found
    any more, the card of that time holds: what was computed stays of use.
    """
    known = known_card(corpus, plan, store)
    try:
        card = _card_now(corpus, plan, store)
    except (EncoderError, VectorsError):
        if known is None:
            raise
        return known
    return known if known is not None and replace(card, precision=known.precision) == known else card


def _card_now(corpus: Corpus, plan: Plan, store: ResultStore) -> EncoderCard:
    if plan.vectors is not None:
        return vectors_card(Path(plan.vectors))
    return identify(encoder_request(plan, corpus.fingerprint, store.encoder_state))


def encoder_request(plan: Plan, corpus: str = "", state: Path | None = None) -> EncoderRequest:
    """What the plan asks of an encoder, for the corpus of that fingerprint."""
    return EncoderRequest(plan.encoder, plan.precision, plan.allow_download, corpus, plan.seed, state)


def open_plan_encoder(corpus: Corpus, plan: Plan, store: ResultStore, progress: Progress) -> Encoder:
    """Load the plan's encoder; one that is fitted to the corpus is fitted now, unless it was before."""
    request = encoder_request(plan, corpus.fingerprint, store.encoder_state)
    return open_encoder(request, corpus.embedded.to_pylist, progress)


# --- what each stage does -----------------------------------------------------------------------


def compute_vectors(work: Work, key: str, progress: Progress) -> Output:
    """(n, d) float32, row-aligned; zero vectors for empty texts and texts without a known word."""
    plan, corpus = work.plan, work.corpus
    if plan.vectors is not None:
        return {"vectors": load_vectors(Path(plan.vectors), corpus.rows)}, {"cut": 0, "card": asdict(work.card)}
    encoder = work.encoder or open_plan_encoder(corpus, plan, work.store, progress)
    parts = VectorStore(work.store.workspace("parts", encoder.card.fingerprint), encoder.card.dimension)
    embedded = embed_corpus(corpus.embedded, text_keys(corpus), encoder, parts, progress)
    return {"vectors": embedded.vectors, "cut": embedded.cut}, {
        "cut": int(embedded.cut.sum()),
        "computed": embedded.computed,
        "card": asdict(work.card),
    }


def compute_pca(work: Work, key: str, progress: Progress) -> Output:
    """(n, 3) positions by principal components, of which the first two are the first picture."""
    from explorer.core.projection.pca import pca

    return {"positions": pca(work.array("vectors", "vectors"), progress, dimensions=3)}, {}


def compute_graph(work: Work, key: str, progress: Progress) -> Output:
    """The shared kNN graph, at the largest k that anything needs."""
    from explorer.core.neighbors.graph import build_graph

    plan = work.plan
    graph = build_graph(
        work.array("vectors", "vectors"),
        k=graph_k(plan),
        metric=plan.metric,
        transform=plan.transform,
        recall=RECALL,
        seed=plan.seed,
        progress=progress,
    )
    facts = {"metric": graph.metric, "method": graph.method, "recall": graph.recall, "recall_rows": graph.recall_rows}
    return {"ids": graph.ids, "distances": graph.distances}, facts


def compute_layout(work: Work, key: str, progress: Progress) -> Output:
    """(n, 2) or (n, 3) positions: the map that the plan asks for."""
    positions = draw(
        work.plan.layout,
        knn_graph(work.done["graph"]).prefix(LAYOUT_K),
        work.array("pca", "positions"),
        _map_before(work),
        work.store.workspace("layout", key),
        seed=work.plan.seed,
        progress=progress,
        on_partial=work.on_partial,
    )
    return {"positions": positions}, {}


def _map_before(work: Work) -> NDArray[np.float32] | None:
    """The map that the corpus had before texts were added, if it was drawn."""
    if not work.corpus.grown_from:
        return None
    *older, texts = work.corpus.grown_from
    known = work.store.load("card", _card_key(texts, work.plan))
    if known is None:
        return None
    found = work.store.load("layout", _layout_key(texts, tuple(older), work.plan, card_from(known.meta)))
    return None if found is None else found.arrays["positions"]


def compute_trust(work: Work, key: str, progress: Progress) -> Output:
    """(n,) share of each row's neighbours that the map kept, and the numbers for the whole picture."""
    from explorer.core.neighbors.prepare import prepare
    from explorer.core.projection.trust import preservation

    graph, positions = knn_graph(work.done["graph"]), work.array("layout", "positions")
    vectors = prepare(work.array("vectors", "vectors"), work.plan.metric).vectors
    found = preservation(graph, positions, vectors=vectors, seed=work.plan.seed, progress=progress)
    return {"kept": found.kept}, {name: getattr(found, name) for name in TRUST_FACTS}


TRUST_FACTS = ("k", "mean", "trustworthiness", "continuity", "sampled")


def trust_of(result: StageResult) -> Trust:
    """What ``compute_trust`` saved."""
    facts = result.meta["facts"]
    return Trust(result.arrays["kept"], **{name: facts[name] for name in TRUST_FACTS})


def compute_regions(work: Work, key: str, progress: Progress) -> Output:
    """Clusters of the neighbour graph at several levels, and the words that tell each from its siblings."""
    from explorer.core.clusters.regions import find_regions

    found = find_regions(work.corpus, knn_graph(work.done["graph"]), seed=work.plan.seed, progress=progress)
    return {"levels": found.levels}, found.facts()


def compute_keywords(work: Work, key: str, progress: Progress) -> Output:
    """A full-text index of the texts, for the search box."""
    from explorer.core.query.keywords import build_keywords

    build_keywords(work.corpus.texts, work.store.workspace("keywords", key) / KEYWORDS_FILE, progress)
    return {}, {}


def compute_duplicates(work: Work, key: str, progress: Progress) -> Output:
    """Groups of identical and of nearly identical texts."""
    from explorer.core.quality.duplicates import find_duplicates

    found = find_duplicates(
        first_rows(work.corpus),
        pc.equal(work.corpus.embedded, "").to_numpy(),
        prepared(work).vectors,
        knn_graph(work.done["graph"]),
        share=work.plan.duplicate_share,
        progress=progress,
    )
    return found.arrays(), found.facts()


def compute_labels(work: Work, key: str, progress: Progress) -> Output:
    """Labels that are probably wrong, by the neighbours and by a linear probe."""
    from explorer.core.quality.label_errors import find_label_errors, labels_of

    corpus, labels, space = work.corpus, labels_of(work.corpus), prepared(work)
    assert labels is not None and corpus.roles.label is not None
    found = find_label_errors(
        labels,
        first_rows(corpus),
        space.vectors,
        space.valid,
        knn_graph(work.done["graph"]),
        column=corpus.roles.label,
        seed=work.plan.seed,
        progress=progress,
    )
    return found.arrays(), found.facts()


def compute_text_checks(work: Work, key: str, progress: Progress) -> Output:
    """What is wrong with texts one by one: too long, empty, garbled, another language, personal data."""
    from explorer.core.quality.text_checks import check_texts

    cut = work.done["vectors"].arrays.get("cut")
    none = np.zeros(work.corpus.rows, np.bool_)
    found = check_texts(work.corpus, none if cut is None else cut, work.card.max_tokens, progress)
    return arrays_of(found), facts_of(found)


def compute_index(work: Work, key: str, progress: Progress) -> Output:
    """An Annoy index for questions asked later, with its measured recall."""
    from explorer.core.neighbors.annoy_index import build_annoy

    file = work.store.workspace("index", key) / INDEX_FILE
    vectors = work.array("vectors", "vectors")
    facts = build_annoy(
        vectors, work.plan.metric, file, recall=RECALL, k=LAYOUT_K, seed=work.plan.seed, progress=progress
    )
    return {}, facts
