"""A consensus ranks by all, counts who agrees, and draws its line where half of them do."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core.anomaly.base import DetectorInput
from explorer.core.anomaly.consensus import Consensus, ranking_of_consensus
from explorer.core.anomaly.flags import flagged, ranking
from explorer.core.neighbors.base import KnnGraph


def data_of(**others: list[float]) -> DetectorInput:
    scores = {name: np.array(values) for name, values in others.items()}
    rows = len(next(iter(scores.values())))
    graph = KnnGraph(np.full((rows, 1), -1, np.int32), np.full((rows, 1), np.nan, np.float32), "cosine", "", 1.0, 0)
    valid = np.isfinite(np.stack(list(scores.values()))).any(axis=0)
    return DetectorInput(np.ones((rows, 2), np.float32), graph, valid, 0, others=scores)


def test_ranks_are_averaged_whatever_the_scale_and_ties_share() -> None:
    scores = Consensus().score(data_of(a=[1.0, 2.0, 3.0, 3.0], b=[100.0, 400.0, 200.0, 300.0]))
    np.testing.assert_allclose(scores, [0.25, (0.5 + 1.0) / 2, (0.875 + 0.5) / 2, (0.875 + 0.75) / 2])


def test_a_row_that_one_of_them_could_not_score_is_ranked_by_the_others() -> None:
    nan = float("nan")
    scores = Consensus().score(data_of(a=[1.0, nan, 3.0, nan], b=[1.0, 2.0, 3.0, nan]))
    assert np.isnan(scores[3]) and scores[1] == pytest.approx(2 / 3)


def test_the_line_follows_from_how_many_agree() -> None:
    random = np.random.default_rng(0)
    ordinary = random.normal(size=(3, 500))
    ordinary[:, :7] += 30.0
    ordinary[0, 10] += 30.0
    rankings = {name: ranking(scores) for name, scores in zip("abc", ordinary, strict=True)}
    scores = Consensus().score(data_of(**{name: list(each.scores) for name, each in rankings.items()}))
    found, agreed = ranking_of_consensus(scores, rankings)
    assert agreed[:7].tolist() == [3] * 7 and agreed[10] >= 1
    assert flagged(found, found.own).sum() == (agreed >= 2).sum()
    assert flagged(found, found.own)[:7].all()
    assert "2 or more of the 3 detectors" in found.own.rule


def test_nobody_agrees_flags_nothing_and_nobody_to_ask_is_an_error() -> None:
    same = {name: ranking(np.ones(20)) for name in "ab"}
    found, agreed = ranking_of_consensus(np.full(20, 0.5), same)
    assert not agreed.any() and not flagged(found, found.own).any()
    with pytest.raises(ValueError, match="scores of other detectors"):
        Consensus().score(DetectorInput(*(getattr(data_of(a=[1.0]), f) for f in ("vectors", "graph", "valid", "seed"))))
