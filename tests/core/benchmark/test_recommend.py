"""Recommending without labels: what the measures say, and what must hold whatever they say."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer.core.benchmark.candidates import Gathered, gather
from explorer.core.benchmark.elsewhere import Record
from explorer.core.benchmark.internal import Candidate, Resample, agreements, separation, stability
from explorer.core.benchmark.prediction.tasks import Tasks, measured
from explorer.core.benchmark.recommend import MEASURES, ORDINARY, Learnt, learnt, recommend
from explorer.core.corpus.readers import read_corpus
from explorer.core.progress import Cancelled, Progress
from explorer.core.storage import FolderStore
from explorer.errors import DetectorError, OptionError

MEASURED = {"within": 9, "fixed_within": 5, "regret": 0.1, "fixed_regret": 0.2}
FIXED = {"fixed": {"encoder": "strange", "detector": "blind"}}
EQUAL = Learnt(dict.fromkeys(MEASURES, 1 / len(MEASURES)), MEASURED | FIXED)
DETECTORS = ("knn", "lof", "ecod", "hbos", "consensus")


@pytest.fixture(scope="module")
def odd() -> np.ndarray:
    """Which 30 of 600 texts are odd."""
    return np.arange(600) % 20 == 0


def seen(odd: np.ndarray, noise: float, seed: int) -> np.ndarray:
    """Scores of a detector that sees the odd texts through so much noise."""
    return 4.0 * odd + noise * np.random.default_rng(seed).normal(size=len(odd))


def candidate(detector: str, scores: np.ndarray, encoder: str = "strange") -> Candidate:
    halves = [np.arange(len(scores))[start::2] for start in range(2)]
    return Candidate(encoder, detector, scores, [Resample(rows, scores[rows]) for rows in halves])


@pytest.fixture
def several(odd: np.ndarray) -> list[Candidate]:
    found = [candidate(f"d{seed}", seen(odd, noise, seed)) for seed, noise in enumerate((0.5, 1.0, 2.0, 4.0))]
    return [*found, candidate("blind", np.random.default_rng(9).normal(size=600))]


def test_who_sees_what_the_others_see_agrees_most_and_noise_least(several: list[Candidate]) -> None:
    values = [each.value for each in agreements(several)]
    assert max(values) in values[:2]
    assert min(values) == values[-1] < 0.1
    assert all(each.others == 4 for each in agreements(several))


def test_a_consensus_has_no_vote(several: list[Candidate]) -> None:
    summed = candidate("consensus", np.mean([each.scores for each in several], axis=0))
    without = [each.value for each in agreements(several)]
    assert [each.value for each in agreements([*several, replace(summed, votes=False)])][:-1] == without
    assert [each.value for each in agreements([*several, summed])][:-1] != without


def test_stability_counts_who_stays_at_the_top() -> None:
    scores = np.arange(200.0)
    rows = np.arange(0, 200, 2)
    same, turned = Resample(rows, scores[rows] ** 2), Resample(rows, -scores[rows])
    assert stability(Candidate("e", "d", scores, [same])).kept == 5
    assert stability(Candidate("e", "d", scores, [same, turned])).share == 0.5
    assert np.isnan(stability(Candidate("e", "d", scores)).share)


def test_separation_finds_the_texts_that_stand_apart(odd: np.ndarray) -> None:
    clear = separation(seen(odd, 0.3, 0))
    assert clear.deviations > 10 > separation(seen(odd, 3.0, 0)).deviations
    assert separation(-7.0 + 1000 * seen(odd, 0.3, 0)).deviations == pytest.approx(clear.deviations)
    assert separation(np.random.default_rng(0).normal(size=100_000)).deviations == pytest.approx(ORDINARY, abs=0.05)


def test_the_order_in_which_detectors_are_given_does_not_matter(several: list[Candidate]) -> None:
    first = recommend(several, EQUAL)
    for seed in range(5):
        mixed = random.Random(seed).sample(several, len(several))
        assert [each.facts.detector for each in recommend(mixed, EQUAL).ranked] == [
            each.facts.detector for each in first.ranked
        ]


def test_identical_scores_tie(several: list[Candidate]) -> None:
    found = recommend([*several, replace(several[0], detector="d0 again")], EQUAL)
    ranks = {each.facts.detector: each.rank for each in found.ranked}
    assert ranks["d0"] == ranks["d0 again"]
    assert len(set(ranks.values())) == len(ranks) - 1


def test_a_fixed_choice_that_was_right_more_often_comes_first_and_the_measures_are_told(
    several: list[Candidate],
) -> None:
    fixed = replace(EQUAL, reliability=EQUAL.reliability | {"fixed_within": 9})
    found, by_measures = recommend(several, fixed), recommend(several, EQUAL)
    assert (EQUAL.fixed, fixed.fixed) == (None, ("strange", "blind"))
    assert (found.best.detector, found.by_measures.detector) == ("blind", by_measures.best.detector)
    assert [each.facts.detector for each in found.ranked[1:]] == [
        each.facts.detector for each in by_measures.ranked if each.facts.detector != "blind"
    ]
    assert recommend(several[:-1], fixed).best.detector != "blind"


def test_constant_scores_are_never_recommended_and_said(several: list[Candidate]) -> None:
    flat = candidate("flat", np.full(600, 3.0))
    found = recommend([flat, *several], EQUAL)
    assert "flat" not in {each.facts.detector for each in found.ranked}
    assert found.left_out == ("strange, flat: it gives every text the same score.",)
    with pytest.raises(DetectorError, match="same score"):
        recommend([flat], EQUAL)
    with pytest.raises(DetectorError, match="same score"):
        recommend([candidate("none", np.full(600, np.nan))], EQUAL)


def test_one_detector_is_recommended_weakly(several: list[Candidate]) -> None:
    found = recommend(several[:1], EQUAL)
    assert (found.best.detector, found.ranked[0].rank) == ("d0", 1)
    assert found.is_weak
    assert "nothing to compare it with" in found.doubts[0]


def test_doubts_are_said_where_nobody_agrees_and_nothing_stays() -> None:
    noise = np.random.default_rng(0)
    rows = np.arange(0, 600, 2)
    blind = [
        Candidate("e", f"d{place}", noise.normal(size=600), [Resample(rows, noise.normal(size=300))])
        for place in range(5)
    ]
    found = recommend(blind, EQUAL)
    assert found.best.separation.deviations < 1.1 * ORDINARY
    doubts = " ".join(found.doubts)
    assert "agrees with 0 of 4 others only" in doubts
    assert "stay so" in doubts


def test_clear_cases_are_not_doubted(odd: np.ndarray) -> None:
    found = recommend([candidate(f"d{seed}", seen(odd, 0.3 + seed / 10, seed)) for seed in range(5)], EQUAL)
    assert not [doubt for doubt in found.doubts if "contradict" not in doubt]
    assert "its top 15 keeps 15" in found.best.why
    assert not found.nothing_apart


def test_what_was_measured_elsewhere_is_the_mean_over_families() -> None:
    auroc = np.array([[[0.9, 0.5]], [[0.7, 0.5]], [[0.4, 0.8]]])
    tasks = Tasks(("bank_a", "bank_b", "mail"), (("minilm", ""),), ("KNN", "LOF"), auroc)
    record = Record.of(tasks)
    assert record.auroc_of("minilm", "knn:k=4") == pytest.approx(0.6)
    assert record.auroc_of("of my own", "lof") == pytest.approx(0.65)
    assert np.isnan(record.auroc_of("minilm", "pca"))
    assert Record.of(tasks, without={"mail"}).auroc_of("minilm", "knn") == pytest.approx(0.8)


def test_what_ships_is_whole() -> None:
    assert sum(learnt().weights.values()) == pytest.approx(1.0)
    assert set(learnt().weights) == set(MEASURES)
    told = learnt().reliability
    assert told["corpora"] == len(measured().datasets)
    assert 0 <= told["within"] <= told["corpora"]
    assert told["regret"] <= told["random_regret"]


def test_the_shipped_reliability_of_the_fixed_choice_follows_from_the_shipped_matrix() -> None:
    tasks, told = measured(), learnt().reliability
    encoders = [encoder for encoder, _ in tasks.encoders]
    fixed = tasks.auroc[:, encoders.index(told["fixed"]["encoder"]), tasks.detectors.index(told["fixed"]["detector"])]
    behind = np.nanmax(tasks.auroc, axis=(1, 2)) - fixed
    assert behind.mean() == pytest.approx(told["fixed_regret"], abs=1e-3)
    assert abs(int((behind <= told["margin"]).sum()) - told["fixed_within"]) <= 1  # the matrix is in two digits


# --- on real texts ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    """300 bank questions and 4 real sentences that do not belong."""
    from tests.conftest import write_sample

    folder = tmp_path_factory.mktemp("recommend")
    corpus = read_corpus(write_sample(folder / "questions.csv", 304), text=("question",), label="")
    return gather(corpus, ("lexical",), DETECTORS, FolderStore(folder / "work"))


def test_every_detector_is_scored_whole_and_in_samples(gathered: Gathered) -> None:
    assert [each.detector for each in gathered.candidates] == list(DETECTORS)
    assert not gathered.failed
    for each in gathered.candidates:
        assert [len(resample.rows) for resample in each.resamples] == [152] * 4
        assert len({resample.rows.tobytes() for resample in each.resamples}) == 4
        assert all(np.isfinite(resample.scores).any() for resample in each.resamples)
    assert [each.votes for each in gathered.candidates] == [True] * 4 + [False]


def test_real_texts_get_a_recommendation_with_reasons(gathered: Gathered) -> None:
    found = recommend(gathered.candidates)
    assert sorted(each.facts.detector for each in found.ranked) == sorted(DETECTORS)
    assert found.best.detector in DETECTORS
    assert "others; its top 8 keeps" in found.best.why


def test_a_failing_encoder_leaves_the_others(small_csv: Path, tmp_path: Path) -> None:
    corpus = read_corpus(small_csv, text=("question",), label="")
    found = gather(corpus, ("no such model", "lexical"), ("knn", "ecod"), FolderStore(tmp_path / "work"))
    assert {each.encoder for each in found.candidates} == {"lexical"}
    assert "no such model" in found.failed[0]


def test_a_stopped_call_goes_on(small_csv: Path, tmp_path: Path) -> None:
    corpus, store = read_corpus(small_csv, text=("question",), label=""), FolderStore(tmp_path / "work")
    said: list[float] = []
    stopping = Progress(lambda report: said.append(report.fraction), lambda: bool(said) and said[-1] > 0.75)
    with pytest.raises(Cancelled):
        gather(corpus, ("lexical",), ("knn", "ecod"), store, stopping)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "work" / "scores.knn").rglob("*.npy")}
    assert before
    again = gather(corpus, ("lexical",), ("knn", "ecod"), store)
    whole = gather(corpus, ("lexical",), ("knn", "ecod"), FolderStore(tmp_path / "other"))
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    for one, other in zip(again.candidates, whole.candidates, strict=True):
        np.testing.assert_array_equal(one.scores, other.scores)
        np.testing.assert_array_equal(one.resamples[-1].scores, other.resamples[-1].scores)


def test_too_few_texts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("text\n" + "\n".join(f"card fee {row}" for row in range(19)), encoding="utf-8")
    with pytest.raises(OptionError, match="19 texts are too few"):
        gather(read_corpus(path), ("lexical",), ("knn", "lof"), FolderStore(tmp_path / "work"))
