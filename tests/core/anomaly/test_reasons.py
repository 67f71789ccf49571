from __future__ import annotations

import numpy as np
import pytest

from explorer.core.anomaly.base import DetectorInput
from explorer.core.anomaly.detectors import detector
from explorer.core.anomaly.knn import Knn
from explorer.core.anomaly.reasons import CorpusFacts, corpus_facts, reason
from explorer.core.neighbors.graph import build_graph
from explorer.core.progress import SILENT


def facts_of(vectors: np.ndarray, lengths: np.ndarray, *names: str, k: int = 15) -> CorpusFacts:
    vectors = vectors.astype(np.float32)
    data = DetectorInput(vectors, build_graph(vectors, k=k, metric="euclidean"), vectors.any(axis=1), 0)
    detectors = [detector(name, k) for name in names]
    scores = {each.name: each.score(data, SILENT) for each in detectors}
    return corpus_facts(scores, detectors, data.graph, lengths)


@pytest.fixture(scope="module")
def facts() -> CorpusFacts:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(300, 5))
    vectors[9] = 9.0
    vectors[20] = 0.0
    lengths = random.integers(40, 80, 300)
    lengths[[9, 20, 30]] = 3, 0, 4812
    return facts_of(vectors, lengths, "knn", "lof", "iforest")


def test_a_strange_row_gets_every_fact(facts: CorpusFacts) -> None:
    first, second, factor, splits, usual, agree, length = reason(9, facts).split("; ")
    knn, lof, forest = (each.scores[9] for each in facts.detectors)
    assert first == f"mean distance to its 15 neighbours {knn:.1f}"
    assert second == f"the corpus median is {facts.detectors[0].median:.2f}"
    assert factor == f"{lof:.1f} times sparser than around its neighbours" or f"{lof:.2f} times" in factor
    assert splits.startswith("isolated after ")
    assert splits.endswith(" splits on average")
    assert float(splits.split()[2]) == pytest.approx(-np.log2(forest) * 10.2448, abs=0.06)
    assert usual.startswith("the corpus median is ")
    assert agree == "3 of 3 detectors agree"
    assert length == f"3 characters where the median is {facts.median_length:.0f}"


def test_an_ordinary_row_gets_the_score_alone(facts: CorpusFacts) -> None:
    row = int(np.nanargmin(facts.detectors[0].scores))
    assert reason(row, facts) == (
        f"mean distance to its 15 neighbours {facts.detectors[0].scores[row]:.2f}; "
        f"the corpus median is {facts.detectors[0].median:.2f}"
    )


def test_long_texts_and_empty_ones(facts: CorpusFacts) -> None:
    assert reason(30, facts).endswith(f"; 4,812 characters where the median is {facts.median_length:.0f}")
    assert reason(20, facts) == "empty text: not scored"
    assert reason(20, facts, True) == "flagged by hand; empty text: not scored"


def test_overrides_come_first_and_keep_the_facts(facts: CorpusFacts) -> None:
    assert reason(9, facts, False) == f"cleared by hand; {reason(9, facts)}"
    assert reason(10, facts, True) == f"flagged by hand; {reason(10, facts)}"


def test_lof_first() -> None:
    random = np.random.default_rng(0)
    vectors = np.concatenate([random.normal(size=(100, 3)), random.normal(size=(1, 3)) + 9.0])
    facts = facts_of(vectors, np.full(101, 50), "lof", "knn")
    assert " times sparser than around its neighbours; mean distance to its 15 neighbours" in reason(100, facts)
    near = int(np.abs(facts.detectors[0].scores - 1.0).argmin())
    assert reason(near, facts).startswith("about as dense as around its neighbours")


def test_who_lies_beside_a_pile_of_copies_is_called_sparser() -> None:
    vectors = np.concatenate([np.tile(np.eye(3), (100, 1)), 11.0 * np.eye(3)[:2]])
    facts = facts_of(vectors, np.full(302, 50), "lof")
    assert reason(300, facts) == "2.00 times sparser than around its neighbours"
    assert reason(0, facts) == "about as dense as around its neighbours"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (1, "no other text to compare with"),
        (2, "distance to its only neighbour 1.00; the corpus median is 1.00"),
        (3, "mean distance to its 2 neighbours 1.50; the corpus median is 1.50"),
    ],
)
def test_few_rows_say_how_many_neighbours_there_were(rows: int, expected: str) -> None:
    vectors = np.stack([np.ones(rows), np.arange(rows)], axis=1)
    assert reason(0, facts_of(vectors, np.full(rows, 5), "knn")) == expected


def test_a_detector_that_is_not_ours_gets_plain_words() -> None:
    scores = {"other": np.array([1.0, 2.0, 123.456])}
    graph = build_graph(np.ones((3, 2), np.float32), k=2)
    facts = corpus_facts(scores, [Knn(2, name="other")], graph, np.array([4, 5, 6]))
    assert reason(2, facts) == "other score 123; the corpus median is 2.00"
