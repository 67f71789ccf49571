"""Novelty: which texts count as normal, and the neighbours of every text among them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import Fit
from explorer.core.arrays import Rows, Vectors, row_numbers
from explorer.core.corpus.columns import text_column
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.wording import counted
from explorer.core.fingerprint import fingerprint
from explorer.core.neighbors.among import neighbours_among
from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.neighbors.graph import graph_of
from explorer.core.neighbors.prepare import Prepared, prepare
from explorer.core.plan import FINE, LABELLED, MAX_K, ROWS, Plan, Reference
from explorer.core.progress import Progress
from explorer.core.storage import FolderStore
from explorer.core.work import RECALL, Output, Work, graph_key, knn_graph, transformed, vectors_key
from explorer.errors import OptionError, ProjectError

STAGE = "normals"


@dataclass(frozen=True)
class Space:
    """The texts that are scored and those that are learnt from, in one space.

    scored : (n, d). fit : (m, d), all valid; places : (n,) which of them each text is.
    rows : (m,) which rows of the corpus, or of the reference, they are.
    """

    scored: Prepared
    fit: Prepared
    places: NDArray[np.int32]
    rows: Rows


def normal_key(corpus: Corpus, plan: Plan) -> str:
    """A name for what is learnt from; "" in the unsupervised mode."""
    if plan.reference is not None:
        return fingerprint("reference", plan.reference.texts, plan.reference.without)
    if plan.normal is None:
        return ""
    mask = np.zeros(corpus.rows, np.bool_)
    mask[normal_rows(corpus, plan)] = True
    return fingerprint("rows", corpus.rows, np.packbits(mask).tobytes().hex())


def normals_key(vectors: str, k: int, corpus: Corpus, plan: Plan) -> str:
    """Key of the neighbours among the normal texts."""
    return fingerprint(STAGE, vectors, k, plan.metric, plan.seed, normal_key(corpus, plan), *transformed(plan))


def normal_rows(corpus: Corpus, plan: Plan) -> Rows:
    """The rows of the corpus that count as normal. Raises ``OptionError`` where there are none, or nobody can say."""
    wish = plan.normal or ""
    if wish.startswith(LABELLED):
        return _labelled(corpus, wish.removeprefix(LABELLED))
    if wish == FINE:
        raise OptionError("Only a project knows what was decided by hand.", "Name the rows, or run with the project.")
    try:
        return row_numbers(wish.removeprefix(ROWS), corpus.rows)
    except ValueError as error:
        raise OptionError(f"{wish!r} names no rows of this corpus.", f"Its rows are 0-{corpus.rows - 1}.") from error


def _labelled(corpus: Corpus, label: str) -> Rows:
    column = corpus.roles.label
    if column is None:
        raise OptionError("The corpus has no label column.", "Say which column holds labels, with --label.")
    values = text_column(corpus.table.column(column)).to_pylist()
    rows = np.flatnonzero(np.fromiter((value == label for value in values), np.bool_, len(values)))
    if not len(rows):
        known = sorted(set(values))
        raise OptionError(f"No text is labelled {label!r}.", f"The labels in {column} are: {_some(known)}.")
    return rows


def _some(names: list[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def what_is_normal(plan: Plan, rows: int) -> str:
    """``1,120 texts labelled ham``: what was learnt from, for people."""
    if plan.reference is not None:
        return f"{counted(rows, 'text')} of {Path(plan.reference.path).name}"
    if (plan.normal or "").startswith(LABELLED):
        return f"{counted(rows, 'text')} labelled {(plan.normal or '').removeprefix(LABELLED)}"
    return f"{counted(rows, 'text')} named as normal"


# --- what is learnt from ------------------------------------------------------------------------


def space_of(work: Work) -> Space:
    """The space of a run, made once. Raises ``ProjectError`` for a reference that cannot be used."""
    if STAGE not in work.kept:
        work.kept[STAGE] = _of_reference(work, work.plan.reference) if work.plan.reference else _within(work)
    space: Space = work.kept[STAGE]
    return space


def _within(work: Work) -> Space:
    plan, vectors = work.plan, work.array("vectors", "vectors")
    rows = normal_rows(work.corpus, plan)
    rows = rows[vectors[rows].any(axis=1)]
    if not len(rows):
        raise OptionError("None of the normal texts has a vector: they are empty.", "Name others.")
    scored = prepare(vectors, plan.metric, plan.transform, like=np.asarray(vectors[rows]))
    places = np.full(len(vectors), MISSING, np.int32)
    places[rows] = np.arange(len(rows))
    fit = Prepared(scored.vectors[rows], np.ones(len(rows), np.bool_), plan.metric, plan.transform)
    return Space(scored, fit, places, rows)


def _of_reference(work: Work, reference: Reference) -> Space:
    plan, vectors = work.plan, work.array("vectors", "vectors")
    theirs = reference_vectors(reference, work)
    kept: NDArray[np.bool_] = np.asarray(theirs.any(axis=1))
    kept[row_numbers(reference.without, len(theirs))] = False
    rows = np.flatnonzero(kept)
    if not len(rows):
        raise ProjectError(f"Nothing in {reference.path} can be learnt from: no text is left.", "Choose another one.")
    like = theirs if kept.all() else np.asarray(theirs[rows])
    fit = prepare(like, plan.metric, plan.transform)
    scored = prepare(vectors, plan.metric, plan.transform, like=like)
    return Space(scored, fit, np.full(len(vectors), MISSING, np.int32), rows)


def reference_vectors(reference: Reference, work: Work) -> Vectors:
    """The vectors of a reference project, read where they lie: nothing is embedded. Raises ``ProjectError``."""
    folder = Path(reference.path)
    found = FolderStore(folder).load("vectors", vectors_key(reference.texts, work.card))
    if found is not None:
        theirs: Vectors = found.arrays["vectors"]
        return theirs
    made_by = _encoders_in(folder)
    if not folder.is_dir() or not made_by:
        raise ProjectError(f"The reference project {folder} has no vectors (any more).", "Open it and let it compute.")
    card = work.card
    raise ProjectError(
        f"The texts of the reference project {folder.name} were embedded with {' and with '.join(made_by)}, "
        f"these ones with {_encoder(card.name, card.precision)}: their vectors cannot be compared.",
        "Use the encoder and precision of the reference; lexical and vectors from files differ with every corpus.",
    )


def _encoders_in(folder: Path) -> list[str]:
    found = (FolderStore(folder).load("vectors", path.name, verify=False) for path in (folder / "vectors").glob("*"))
    cards = (result.meta["facts"]["card"] for result in found if result is not None)
    return sorted({_encoder(card["name"], card["precision"]) for card in cards})


def _encoder(name: str, precision: str) -> str:
    return f"{name} ({precision})" if precision else name


# --- neighbours among them ----------------------------------------------------------------------


def compute_normals(work: Work, key: str, progress: Progress, *, k: int) -> Output:
    """Neighbours of every text among the normal ones (n, k), and of those among themselves (m, k)."""
    space = space_of(work)
    among = neighbours_among(
        space.fit.vectors,
        space.scored.vectors,
        k=k,
        metric=work.plan.metric,
        valid=space.scored.valid,
        places=space.places,
        progress=progress.part(0.0, 0.7),
    )
    fit = _fit_graph(work, space, among, k, progress.part(0.7, 1.0))
    arrays: dict[str, NDArray[Any]] = {
        "ids": among.ids,
        "distances": among.distances,
        "fit_ids": fit.ids,
        "fit_distances": fit.distances,
        "rows": space.rows,
    }
    facts = {"metric": among.metric, "method": among.method, "recall": 1.0, "recall_rows": 0}
    return arrays, facts | {"learnt_from": what_is_normal(work.plan, len(space.rows)), "rows": len(space.rows)}


def _fit_graph(work: Work, space: Space, among: KnnGraph, k: int, progress: Progress) -> KnnGraph:
    """The graph of the normal texts: part of the answer, or the one that the reference has, or computed now."""
    reference = work.plan.reference
    if reference is None:
        own = np.flatnonzero(space.places != MISSING)
        return KnnGraph(among.ids[own], among.distances[own], among.metric, among.method, 1.0, 0)
    known = None if reference.without else _reference_graph(reference, work, k)
    if known is not None:
        return _renumbered(known, space.rows).prefix(k)
    return graph_of(space.fit, k=k, recall=RECALL, seed=work.plan.seed, progress=progress)


def _reference_graph(reference: Reference, work: Work, k: int) -> KnnGraph | None:
    """The graph that the reference project holds, at any k that is large enough."""
    store, vectors = FolderStore(Path(reference.path)), vectors_key(reference.texts, work.card)
    for larger in range(k, MAX_K + 1):
        key = graph_key(vectors, larger, work.plan)
        if (store.root / "graph" / key).is_dir() and (found := store.load("graph", key)) is not None:
            return knn_graph(found)
    return None


def _renumbered(graph: KnnGraph, rows: Rows) -> KnnGraph:
    """The graph over some of its rows, where all others (zero vectors) are nobody's neighbours."""
    if len(rows) == graph.rows:
        return graph
    new = np.full(graph.rows + 1, MISSING, np.int32)
    new[rows] = np.arange(len(rows))
    return KnnGraph(new[graph.ids[rows]], graph.distances[rows], graph.metric, graph.method, graph.recall, 0)


def fit_of(work: Work) -> Fit:
    """What a detector learns from, after ``compute_normals``."""
    space = space_of(work)
    graph = knn_graph(work.done[STAGE], "fit_ids", "fit_distances")
    return Fit(space.fit.vectors, graph, space.fit.valid, space.places)
