from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.core.clusters.regions import Regions, find_regions
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.readers import read_corpus
from explorer.core.embedding.registry import EncoderRequest, open_encoder
from explorer.core.neighbors.base import KnnGraph
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import SILENT


@pytest.fixture
def corpus(small_csv: Path) -> Corpus:
    return read_corpus(small_csv)


@pytest.fixture
def graph(corpus: Corpus) -> KnnGraph:
    texts = corpus.embedded.to_pylist()
    encoder = open_encoder(EncoderRequest("lexical", corpus=corpus.fingerprint), lambda: texts, SILENT)
    return build_graph(encoder.encode(texts, SILENT).vectors, k=15)


def test_regions_of_real_questions(corpus: Corpus, graph: KnnGraph) -> None:
    found = find_regions(corpus, graph)
    assert found.levels.shape == (corpus.rows, 1)
    assert [region.id for region in found.regions[0]] == list(range(found.levels.max() + 1))
    assert [region.size for region in found.regions[0]] == np.bincount(found.levels[:, 0]).tolist()
    assert any(region.words for region in found.regions[0])
    assert found.texts_read == corpus.rows


def test_regions_are_kept_as_json(corpus: Corpus, graph: KnnGraph) -> None:
    found = find_regions(corpus, graph, seed=3)
    again = Regions.of(found.levels, json.loads(json.dumps(found.facts())))
    assert again.regions == found.regions
    assert again.facts() == find_regions(corpus, graph, seed=3).facts()


def test_another_corpus_is_refused(corpus: Corpus, graph: KnnGraph) -> None:
    with pytest.raises(ValueError, match="rows"):
        find_regions(corpus, KnnGraph(graph.ids[:-1], graph.distances[:-1], "cosine", "", 1.0, 0))
