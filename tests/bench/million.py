"""A project of 1,000,000 texts with every result there, for the window's rows: texts, columns and vectors are made up.

    python -m tests.bench.million FOLDER

Vectors lie in topics, of parts, of cells of ``CELL`` texts; one in 200 is nobody's. Planted, because computing them
would take hours or prove nothing here: the neighbour graph (exact inside each cell, its recall measured as ever), the
map (topics, parts and cells as discs in discs), the regions' borders. Computed by the program itself: the first
picture, scores, ranks, trust, the regions' words, the keyword index, the corpus check, and the Annoy index, of fewer
trees. All lie under their real keys, so that the window opens the project and has nothing to compute.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa

from explorer.app.check_store import stored_check
from explorer.app.project_folder import ProjectFolder
from explorer.app.work import encoded
from explorer.core.clusters.keywords import keywords
from explorer.core.clusters.regions import MOST_WORDS, Regions, region_level
from explorer.core.corpus.corpus import Corpus, Roles, Source
from explorer.core.corpus.keys import texts_fingerprint
from explorer.core.embedding.precomputed import vectors_card
from explorer.core.neighbors import annoy_index
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.recall import measured_recall
from explorer.core.pipeline import run
from explorer.core.plan import Plan
from explorer.core.stages import stages
from explorer.core.storage import FolderStore
from tests.bench.bench_query import VOCABULARY, vocabulary

ROWS = 1_000_000
DIMENSION = 64
TOPICS, PARTS, CELL = 12, 20, 100
"""Topics, parts of each, texts in a cell."""
K = 15
WORDS = (6, 16)
OWN_WORDS = 80
"""Words that a part's texts prefer."""
OUTLIERS = 0.005
TREES = 4
SAMPLE = 500
NAME = "million.textmap"


@dataclass(frozen=True)
class Planted:
    """(n,) the cell of each text; its part and topic follow from that. strays : (n,) bool, texts that fit nowhere."""

    cells: np.ndarray
    strays: np.ndarray

    @property
    def parts(self) -> np.ndarray:
        return self.cells % (TOPICS * PARTS)

    @property
    def topics(self) -> np.ndarray:
        return self.parts // PARTS


def project(scratch: Path) -> Path:
    """The project in ``scratch``, built in a process of its own if it is not there yet."""
    path = scratch / NAME
    if not path.exists():
        subprocess.run([sys.executable, "-W", "ignore", "-m", "tests.bench.million", str(scratch)], check=True)
    return path


def build(folder: Path, rows: int = ROWS) -> Path:
    """Make the project ``NAME`` in ``folder``."""
    random = np.random.default_rng(0)
    planted = Planted(random.permutation(rows) // CELL, random.random(rows) < OUTLIERS)
    vectors = _vectors(random, planted)
    np.save(folder / "million.npy", vectors)
    plan = Plan(vectors=str(folder / "million.npy"))
    with ProjectFolder.create(folder / NAME) as home:
        corpus = home.set_corpus(_corpus(random, planted))
        home.database.save_work(encoded({"plan": plan}))
        card = vectors_card(Path(str(plan.vectors)))
        keys = {stage.name: stage.key for stage in stages(corpus, plan, card)}
        _plant(home.store, keys, corpus, planted, vectors, random)
        with mock.patch.object(annoy_index, "TREES", TREES):
            run(corpus, plan, home.store)
        stored_check(corpus, card.languages, home.store)
    return folder / NAME


# --- texts and columns --------------------------------------------------------------------------


def _corpus(random: np.random.Generator, planted: Planted) -> Corpus:
    rows = len(planted.cells)
    day = np.datetime64("2026-01-01") + (random.beta(2, 1.5, rows) * 300).astype(int)
    columns = {
        "question": _texts(random, planted.parts),
        "team": np.char.add("team ", (planted.parts % 40).astype(str)).tolist(),
        "amount": [f"{value:.2f}" for value in random.lognormal(3, 1, rows)],
        "day": day.astype(str).tolist(),
    }
    table = pa.table({name: pa.array(values, pa.large_string()) for name, values in columns.items()})
    texts, ids = table["question"], pa.chunked_array([pa.array(np.arange(rows)).cast(pa.large_string())])
    roles = Roles(("question",), label="team", date="day")
    source = Source("million.csv", "0" * 64, table.nbytes, "csv")
    return Corpus(table, texts, texts, ids, roles, (), source, fingerprint=texts_fingerprint(texts))


def _texts(random: np.random.Generator, parts: np.ndarray) -> list[str]:
    """Words whose frequencies fall as in a language (Zipf); every third is one that the text's part prefers."""
    share = 1 / np.arange(1, VOCABULARY + 1) ** 0.9
    lengths = random.integers(*WORDS, len(parts))
    codes = random.choice(VOCABULARY, int(lengths.sum()), p=share / share.sum())
    own = random.integers(300, VOCABULARY, (TOPICS * PARTS, OWN_WORDS))
    preferred = own[np.repeat(parts, lengths), (OWN_WORDS * random.random(len(codes)) ** 2).astype(int)]
    words = vocabulary()[np.where(random.random(len(codes)) < 1 / 3, preferred, codes)].tolist()
    ends = np.cumsum(lengths).tolist()
    return [" ".join(words[start:end]).capitalize() for start, end in zip([0, *ends], ends, strict=False)]


# --- vectors, graph, map ------------------------------------------------------------------------


def _vectors(random: np.random.Generator, planted: Planted) -> np.ndarray:
    """(n, d) float32 of length 1: a topic's direction, a part's, a cell's, and one's own."""
    found = 0.25 * random.standard_normal((len(planted.cells), DIMENSION), np.float32)
    for groups, weight in ((planted.topics, 0.8), (planted.parts, 0.6), (planted.cells, 0.6)):
        found += weight * random.standard_normal((int(groups.max()) + 1, DIMENSION), np.float32)[groups]
    strays = np.flatnonzero(planted.strays)
    found[strays] = random.standard_normal((len(strays), DIMENSION), np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found


def _graph(planted: Planted, vectors: np.ndarray) -> dict[str, np.ndarray]:
    """Each text's nearest within its cell, ties by row, with true cosine distances."""
    members = np.argsort(planted.cells, kind="stable").reshape(-1, CELL)
    ids = np.empty((len(vectors), K), np.int32)
    distances = np.empty((len(vectors), K), np.float32)
    for block in np.array_split(members, max(1, len(members) // 200)):
        near = 1.0 - np.einsum("cid,cjd->cij", vectors[block], vectors[block], optimize=True)
        near[:, np.arange(CELL), np.arange(CELL)] = np.inf
        order = np.argsort(near, axis=2, kind="stable")[:, :, :K]
        ids[block] = np.take_along_axis(np.broadcast_to(block[:, None, :], near.shape), order, axis=2)
        distances[block] = np.maximum(np.take_along_axis(near, order, axis=2), 0.0)
    return {"ids": ids, "distances": distances}


def _positions(random: np.random.Generator, planted: Planted) -> np.ndarray:
    """(n, 2) float32: discs in discs; strays lie anywhere."""
    placed = 0.06 * random.standard_normal((len(planted.cells), 2), np.float32)
    for groups, spread in ((planted.topics, 4.0), (planted.parts, 1.2), (planted.cells, 0.45)):
        placed += spread * random.standard_normal((int(groups.max()) + 1, 2), np.float32)[groups]
    strays = np.flatnonzero(planted.strays)
    placed[strays] = 5.0 * random.standard_normal((len(strays), 2), np.float32)
    return placed


def _regions(corpus: Corpus, planted: Planted) -> Regions:
    """Topics and parts as regions, numbered by falling size, with the words of their texts."""
    topics, parts = _by_size(planted.topics), _by_size(planted.parts)
    levels = np.stack([topics, parts], axis=1).astype(np.int32)
    found = keywords(corpus.embedded, levels, most=MOST_WORDS)
    named = tuple(region_level(levels, level, words) for level, words in enumerate(found.words))
    return Regions(levels, named, found.texts_read, found.characters_read)


def _by_size(groups: np.ndarray) -> np.ndarray:
    place = np.empty(int(groups.max()) + 1, np.int64)
    place[np.argsort(-np.bincount(groups), kind="stable")] = np.arange(len(place))
    return place[groups]


def _plant(
    store: FolderStore,
    keys: Mapping[str, str],
    corpus: Corpus,
    planted: Planted,
    vectors: np.ndarray,
    random: np.random.Generator,
) -> None:
    graph = _graph(planted, vectors)
    facts = {"metric": "cosine", "method": "planted", **_recall(graph, vectors, random)}
    regions = _regions(corpus, planted)
    results: dict[str, tuple[Mapping[str, np.ndarray], Mapping[str, Any]]] = {
        "graph": (graph, facts),
        "layout": ({"positions": _positions(random, planted)}, {}),
        "regions": ({"levels": regions.levels}, regions.facts()),
    }
    for name, (arrays, said) in results.items():
        store.save(name, keys[name], arrays, {"seconds": 0.0, "peak_mb": 0.0, "facts": dict(said)})


def _recall(graph: Mapping[str, np.ndarray], vectors: np.ndarray, random: np.random.Generator) -> dict[str, Any]:
    sampled = random.choice(len(vectors), SAMPLE, replace=False).astype(np.int32)
    ids, distances = ExactIndex(vectors, "cosine").search(vectors[sampled], K, without=sampled)
    found = measured_recall(graph["ids"][sampled], ids, graph["distances"][sampled], distances)
    return {"recall": found, "recall_rows": SAMPLE}


if __name__ == "__main__":
    build(Path(sys.argv[1]))
