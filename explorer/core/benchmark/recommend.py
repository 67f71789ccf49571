"""Recommending an encoder and a detector for a corpus without any label.

READ FIRST: ``candidates`` scores the corpus and samples of it, ``internal`` measures what scores tell about themselves,
``elsewhere`` what is known from labelled corpora. Here these become one rank, with reasons and doubts. The weights are
not chosen here: ``tests/bench/bench_recommend.py`` learns them from labelled corpora, measures on others how often the
recommendation is right, and writes both to ``resources/benchmark/recommendation.json``. Where that says that a fixed
choice was right more often, the fixed choice is recommended, and the measures only say when to doubt it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.consensus import shares_of_ranks
from explorer.core.benchmark.elsewhere import Record
from explorer.core.benchmark.internal import (
    Agreement,
    Candidate,
    Separation,
    Stability,
    agreements,
    separation,
    stability,
)
from explorer.core.benchmark.prediction.tasks import measured, published
from explorer.core.corpus.wording import counted
from explorer.errors import DetectorError

Array = NDArray[np.float64]

INTERNAL: Final = ("agreement", "stability", "separation")
"""Measures of this corpus."""

MEASURES: Final = (*INTERNAL, "elsewhere", "published")
"""All measures, higher = better. elsewhere : mean AUROC on the labelled corpora of this program, unsupervised.
published : on those of Text-ADBench, where detectors learn from normal texts."""

UNSTABLE = 0.5
"""A recommendation whose strangest texts stay less often than this when the corpus is halved is a weak one."""

ORDINARY = 2.063
"""Deviations that the largest 5 % of a normal curve lie above its median: where nothing is odd."""

FEW_AGREE = 0.25
"""Where fewer of the others than this share agree with it, a recommendation is a weak one."""


@dataclass(frozen=True)
class Facts:
    """What is known of one encoder with one detector. elsewhere, published : mean AUROC, NaN where unknown."""

    encoder: str
    detector: str
    agreement: Agreement
    stability: Stability
    separation: Separation
    elsewhere: float
    published: float

    def value(self, measure: str) -> float:
        numbers = {
            "agreement": self.agreement.value,
            "stability": self.stability.share,
            "separation": self.separation.deviations,
            "elsewhere": self.elsewhere,
            "published": self.published,
        }
        return numbers[measure]

    @property
    def why(self) -> str:
        """The facts in one sentence."""
        parts = []
        if self.agreement.others:
            parts.append(f"agrees with {self.agreement.agrees} of {counted(self.agreement.others, 'other')}")
        if self.stability.top:
            parts.append(f"its top {self.stability.top} keeps {self.stability.kept} when half of the texts are taken")
        parts.append(f"its strangest 5 % lie {self.separation.deviations:.1f} deviations above the median")
        if np.isfinite(self.elsewhere):
            parts.append(f"mean AUROC {self.elsewhere:.2f} on labelled corpora")
        return "; ".join(parts)


@dataclass(frozen=True)
class Judged:
    """rank : 1 = recommended; equal where nothing tells two apart. value : weighted mean of the ranks, 0..1."""

    facts: Facts
    rank: int
    value: float


@dataclass(frozen=True)
class Recommendation:
    """Candidates, the recommended one first. by_measures : the one with the highest value, which it need not be.
    doubts : why the first is to be taken with care; left_out : who was not judged and why. Sentences."""

    ranked: tuple[Judged, ...]
    by_measures: Facts
    doubts: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def best(self) -> Facts:
        return self.ranked[0].facts

    @property
    def is_weak(self) -> bool:
        return bool(self.doubts)

    @property
    def nothing_apart(self) -> bool:
        """Whether the strangest texts are no stranger than some are in any corpus. No doubt: where odd and ordinary
        texts shade into each other, the order can be right all the same."""
        return self.best.separation.deviations < ORDINARY


@dataclass(frozen=True)
class Learnt:
    """weights : how much each measure counts, 1 in all. reliability : as it was measured on labelled corpora."""

    weights: Mapping[str, float]
    reliability: Mapping[str, Any]

    @property
    def fixed(self) -> tuple[str, str] | None:
        """The encoder and detector to take whatever the measures say; None where they were the better guide."""
        told = self.reliability
        if told["within"] > told["fixed_within"] and told["regret"] < told["fixed_regret"]:
            return None
        return told["fixed"]["encoder"], told["fixed"]["detector"]


@cache
def learnt() -> Learnt:
    """What ``resources/benchmark/recommendation.json`` says."""
    file = resources.files("explorer.resources") / "benchmark" / "recommendation.json"
    return Learnt(**json.loads(file.read_text(encoding="utf-8")))


def recommend(candidates: Sequence[Candidate], by: Learnt | None = None) -> Recommendation:
    """Rank the candidates of one corpus; the order in which they are given does not matter.

    by : what ships, if None. Candidates that give every text the same score are left out. Raises ``DetectorError``
    where all do.
    """
    by = learnt() if by is None else by
    able = [candidate for candidate in candidates if candidate.tells_apart]
    left_out = tuple(
        f"{candidate.encoder}, {candidate.detector}: it gives every text the same score."
        for candidate in candidates
        if not candidate.tells_apart
    )
    if not able:
        what = "Every detector gives every text the same score: nothing tells them apart."
        raise DetectorError(what, "The texts may all be the same; look at them, or use another encoder.")
    facts = facts_of(able)
    values = combined(facts, by.weights)
    first = np.array([(each.encoder, each.detector) == by.fixed for each in facts])
    keys = np.where(first, np.inf, values)
    ranks = [1 + int((keys > key).sum()) for key in keys]
    judged = [Judged(*each) for each in zip(facts, ranks, values.tolist(), strict=True)]
    judged.sort(key=lambda each: (each.rank, each.facts.encoder, each.facts.detector))
    highest = min(judged, key=lambda each: (-each.value, each.rank)).facts
    return Recommendation(tuple(judged), highest, tuple(doubts_of(judged[0].facts, facts)), left_out)


def facts_of(candidates: Sequence[Candidate], ours: Record | None = None, theirs: Record | None = None) -> list[Facts]:
    """All measures of each candidate. ours, theirs : what is known from elsewhere (default: what ships)."""
    ours = Record.of(measured()) if ours is None else ours
    theirs = Record.of(published()) if theirs is None else theirs
    return [
        Facts(
            candidate.encoder,
            candidate.detector,
            agreement,
            stability(candidate),
            separation(candidate.scores),
            ours.auroc_of(candidate.encoder, candidate.detector),
            theirs.auroc_of(candidate.encoder, candidate.detector),
        )
        for candidate, agreement in zip(candidates, agreements(candidates), strict=True)
    ]


def combined(facts: Sequence[Facts], weights: Mapping[str, float]) -> Array:
    """(m,) weighted mean over the measures of the rank among the candidates, 0..1, higher = better.

    A measure that is not known of a candidate counts as the middle rank. Rounded, so that ties are ties.
    """
    shares = [ranked([each.value(measure) for each in facts]) for measure in MEASURES]
    weighted = np.array([weights.get(measure, 0.0) for measure in MEASURES]) @ np.stack(shares)
    return np.asarray(np.round(weighted, 9), np.float64)


def ranked(values: Sequence[float]) -> Array:
    """Places among the known values, worst 0, best 1, equal ones in their middle; 0.5 where unknown."""
    rounded: Array = np.asarray(np.round(np.asarray(values, np.float64), 6), np.float64)
    known = int(np.isfinite(rounded).sum())
    if known < 2:
        return np.full(len(rounded), 0.5)
    places = (shares_of_ranks(rounded) * known - 1.0) / (known - 1.0)
    return np.where(np.isnan(places), 0.5, places)


def doubts_of(best: Facts, every: Sequence[Facts]) -> list[str]:
    """Why recommending ``best`` of ``every`` candidate is weak."""
    doubts = []
    if not best.agreement.others:
        doubts.append("There is nothing to compare it with: name more detectors.")
    elif best.agreement.agrees < FEW_AGREE * best.agreement.others:
        count = f"{best.agreement.agrees} of {counted(best.agreement.others, 'other')}"
        doubts.append(f"It agrees with {count} only: the detectors do not find the same texts odd.")
    if best.stability.share < UNSTABLE:
        share = f"{best.stability.kept} of its {best.stability.top}"
        doubts.append(f"Only {share} strangest texts stay so when half of the texts are left out.")
    if len(every) > 2 and (apart := _contradicting(every)):
        doubts.append(f"The measures contradict each other: {apart}.")
    return doubts


def _contradicting(facts: Sequence[Facts]) -> str:
    """The two measures of this corpus that rank the candidates most unlike each other, where that is the wrong way
    round; else nothing."""
    columns = {measure: ranked([each.value(measure) for each in facts]) for measure in INTERNAL}
    worst, words = -0.3, ""
    for place, one in enumerate(INTERNAL):
        for other in INTERNAL[place + 1 :]:
            if (found := _correlation(columns[one], columns[other])) < worst:
                worst, words = found, f"{one} and {other} rank the candidates the opposite way"
    return words


def _correlation(one: Array, other: Array) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
