"""Groups far from the rest, local against global outliers, outliers within a group, unusual characters, learning."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from explorer.core.anomaly.base import DetectorInput, in_six_digits
from explorer.core.anomaly.feedback import learned, links, opinion
from explorer.core.anomaly.flags import ranking, reranked
from explorer.core.anomaly.groups import find_groups
from explorer.core.anomaly.kinds import GLOBAL, GROUP, LOCAL, outlier_kinds
from explorer.core.anomaly.knn import Knn
from explorer.core.anomaly.precision import Evidence
from explorer.core.anomaly.reasons import Surroundings, corpus_facts, reason
from explorer.core.anomaly.unusual import unusual, unusual_words
from explorer.core.anomaly.within import LEAST_GROUP, Peers, against_peers
from explorer.core.corpus.characters import KINDS, characters
from explorer.core.neighbors.exact import ExactIndex
from explorer.core.neighbors.graph import graph_of
from explorer.core.neighbors.prepare import Prepared, prepare
from explorer.core.neighbors.within import graph_within

FAR = slice(400, 406)
PILE = slice(406, 430)


@pytest.fixture(scope="module")
def space() -> Prepared:
    """400 texts, a group of 6 far away, a pile of 24 copies far away, one loner, one beside a dense spot."""
    random = np.random.default_rng(0)
    many = random.normal(size=(300, 4))
    dense = random.normal(size=(100, 4)) * 0.05 + 6.0
    group = random.normal(size=(6, 4)) * 0.05 - 9.0
    pile = np.tile([[12.0, -12.0, 0.0, 0.0]], (24, 1))
    loner, beside = np.array([[-12.0, 12.0, 0.0, 3.0]]), np.array([[6.6, 6.6, 6.0, 6.0]])
    return prepare(np.concatenate([many, dense, group, pile, loner, beside]).astype(np.float32), "euclidean")


def test_a_tight_group_far_away_is_one_group_and_nothing_else_is(space: Prepared) -> None:
    groups = find_groups(graph_of(space, k=15), space)
    found = {tuple(groups.rows(number).tolist()) for number in range(groups.count)}
    assert tuple(range(400, 406)) in found, "seen in the graph"
    assert tuple(range(406, 430)) not in found, "more than a twentieth of the corpus is a part of it"
    assert all(len(rows) >= 3 for rows in found)
    assert (groups.of[:300] >= 0).mean() < 0.05


def test_a_pile_whose_neighbours_are_all_its_own_is_asked_for(space: Prepared) -> None:
    part = Prepared(space.vectors[: 406 + 18], space.valid[: 406 + 18], "euclidean", "none")
    groups = find_groups(graph_of(part, k=5), part)
    rows = groups.rows(int(groups.of[410]))
    assert rows.tolist() == list(range(406, 424))
    assert groups.apart[groups.of[410]] == pytest.approx(
        np.sort(np.linalg.norm(part.vectors - part.vectors[410], axis=1))[18], rel=1e-3
    )


def test_global_local_and_group_are_told_apart(space: Prepared) -> None:
    graph = graph_of(space, k=15)
    groups = find_groups(graph, space)
    kinds = outlier_kinds(graph, 15, groups)
    assert kinds.of[430] == GLOBAL
    assert kinds.of[431] == LOCAL and kinds.farther[431] > 3
    assert (kinds.of[FAR] == GROUP).all()
    data = DetectorInput(space.vectors, graph, space.valid, 0)
    scores = {"knn": Knn(15).score(data)}
    more = Surroundings(graph, kinds, groups, excerpt=lambda row: f"“text {row}”")
    facts = corpus_facts(scores, [Knn(15)], graph, np.full(432, 50), more)
    assert reason(402, facts).startswith("one of a group of 6 alike texts far from the rest; mean distance")
    assert reason(430, facts).startswith("a global outlier: far from everything; ")
    assert reason(431, facts).startswith("a local outlier: not far for this corpus, but ")
    first, second = graph.ids[430, :2]
    assert f"nearest: row {first} “text {first}” (" in reason(430, facts)
    assert f"row {second} “text {second}”" in reason(430, facts)


@pytest.mark.parametrize("k", [5, 15])
def test_neighbours_within_groups_are_those_of_an_exact_search(space: Prepared, k: int) -> None:
    random = np.random.default_rng(3)
    of = np.where(random.random(432) < 0.9, 0, 1).astype(np.int32)
    of[:8], of[8:11] = -1, 2
    found = graph_within(graph_of(space, k=15), space, of, k)
    assert (found.ids[of < 0] == -1).all()
    for row in (8, 9, 20, 200, 401, 431):
        same = np.flatnonzero(of == of[row])
        index = ExactIndex(space.vectors[same], "euclidean")
        asked = np.searchsorted(same, [row]).astype(np.int32)
        _, distances = index.search(space.vectors[row][None], k, without=asked)
        np.testing.assert_array_equal(found.distances[row], distances[0])
        assert np.isin(found.ids[row][found.ids[row] >= 0], same).all()


def test_within_groups_the_strange_one_of_each_stands_out_whatever_their_width() -> None:
    random = np.random.default_rng(0)
    scores = np.concatenate([random.lognormal(0, 0.2, 200), random.lognormal(3, 0.2, 200), [1.0, 9.0, np.nan]])
    of = np.repeat([0, 1, 2], [200, 200, 3]).astype(np.int32)
    scores[[5, 205]] = 4.0, 80.0
    found = against_peers(scores, of)
    assert set(np.argsort(-np.nan_to_num(found))[:2].tolist()) == {5, 205}
    assert np.isnan(found[400:]).all(), f"a group of fewer than {LEAST_GROUP} is not compared"
    peers = Peers("label", of, ("a", "b", "c"))
    assert (peers.left_out, peers.small) == (3, 1)
    graph = graph_of(prepare(random.normal(size=(403, 3)).astype(np.float32)), k=2)
    both = {"knn_within_label": found, "knn": np.nan_to_num(scores)}
    facts = corpus_facts(both, [Knn(2)], graph, np.full(403, 9), Surroundings(peers=peers))
    assert " deviations above the median of its label “b” (200 texts)" in reason(205, facts)
    assert "its label “c” has fewer than 10 scored texts (3)" in reason(401, facts)


def test_other_scripts_languages_and_digits_are_unusual() -> None:
    words = ("alpha", "beta", "gamma", "money", "account", "payment", "cash", "machine", "transfer", "refund")
    english = [f"How do I top up my card number {word}, please tell me about the {word}?" for word in words] * 30
    odd = [
        "Где моя карта и где мои деньги?",
        "8273 9918 2773 1123 9981 2230",
        "Wo kann ich für zwölf Übermorgen kaufen?",
    ]
    parts = (english[:100], [*english[100:], *odd])
    texts = pa.chunked_array([pa.array(part, pa.large_string()) for part in parts])
    found = characters(texts)
    start = len(english)
    assert found.counts[start, KINDS.index("Cyrillic letters")] == 24
    assert found.counts[start + 1, KINDS.index("digits")] == 24
    facts = unusual(found)
    assert unusual_words(start, facts) == ["96% Cyrillic letters where the median is 0%"]
    assert "digits where the median is 0%" in unusual_words(start + 1, facts)[0]
    assert unusual_words(start + 2, facts)[-1].startswith("spelled unlike the rest")
    assert unusual_words(3, facts) == []


def test_what_was_decided_raises_and_lowers_what_is_near_and_order_does_not_matter(space: Prepared) -> None:
    graph = graph_of(space, k=15)
    base = ranking(Knn(15).score(DetectorInput(space.vectors, graph, space.valid, 0)))
    rows, odd = np.array([401, 410, 10, 20]), np.array([True, False, False, False])
    said = opinion(links(graph), Evidence(rows, odd))
    assert said[403] > 0.5 and said[415] < -0.5 and np.abs(said).max() <= 1
    assert said[310] == pytest.approx(0.0, abs=1e-6), "nothing is known there"
    after = reranked(base, learned(base, said))
    assert after.scores[403] > base.scores[403] and after.scores[415] < base.scores[415]
    assert after.own == base.own and after.spread == base.spread
    again = learned(base, opinion(links(graph), Evidence(rows[::-1], odd[::-1])))
    np.testing.assert_array_equal(again, after.scores)
    nothing = opinion(links(graph), Evidence(rows[:0], odd[:0]))
    np.testing.assert_allclose(learned(base, nothing), in_six_digits(base.scores), rtol=1e-12)
