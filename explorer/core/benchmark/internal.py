"""What scores tell about themselves: measures of an encoder with a detector that need no label.

Agreement with the others (weighted as in HITS), stability of the strangest under resampling, and separation of the
scores: kinds of measures that Ma, Zhao, Zhang & Akoglu compare (arXiv 2104.01422), and of which they found few to be
better than a fixed choice. None of them knows what a person calls odd; how far they can be trusted is measured in
``tests/bench/bench_recommend.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.consensus import shares_of_ranks
from explorer.core.anomaly.flags import upper_deviation

Array = NDArray[np.float64]

AGREES = 0.5
"""Two rankings whose top-weighted correlation is at least this are said to agree."""

TOP, TOP_SHARE, LEAST_TOP = 100, 0.05, 5
"""The strangest texts whose staying is asked for: this many, but no larger share of a sample, and not fewer."""

ROUNDS = 100


@dataclass(frozen=True)
class Resample:
    """Scores of some rows, computed as if there were no others.

    rows : (m,) ascending. scores : (m,) of these.
    """

    rows: NDArray[np.int64]
    scores: Scores


@dataclass(frozen=True)
class Candidate:
    """An encoder with a detector, its scores (n,) of one corpus, and those of samples of it.

    votes : whether others are compared with it; a consensus has said nothing that the others have not.
    """

    encoder: str
    detector: str
    scores: Scores
    resamples: Sequence[Resample] = ()
    votes: bool = True

    @property
    def tells_apart(self) -> bool:
        """Whether any two texts have different scores."""
        known = self.scores[np.isfinite(self.scores)]
        return bool(len(known)) and float(known.max()) > float(known.min())


@dataclass(frozen=True)
class Agreement:
    """value : top-weighted correlation with the others together, each counting as much as it agrees with the rest;
    NaN without others. agrees : with how many of them; others : how many there are."""

    value: float
    agrees: int
    others: int


@dataclass(frozen=True)
class Stability:
    """share : of the ``top`` strangest texts of a sample that are so again when the sample is scored alone, averaged
    over samples; NaN without samples."""

    share: float
    top: int

    @property
    def kept(self) -> int:
        return round(self.share * self.top)


@dataclass(frozen=True)
class Separation:
    """deviations : how many deviations of the upper half the strangest 5 % lie above the median, on average."""

    deviations: float


def agreements(candidates: Sequence[Candidate]) -> list[Agreement]:
    """How far each candidate says what the others say, mostly about the strangest texts.

    The correlation is that of Savage scores (Iman & Conover 1987), in which the first ranks weigh most. The others are
    weighted by the leading eigenvector of the correlations: who agrees with many who agree with many counts more.
    """
    if not candidates:
        return []
    alike = _correlations(candidates)
    voters = np.array([candidate.votes for candidate in candidates])
    weights = _weights(np.where(voters[:, None] & voters[None], alike, 0.0)) * voters
    return [_agreement(place, alike, voters, weights) for place in range(len(candidates))]


def _agreement(place: int, alike: Array, voters: NDArray[np.bool_], weights: Array) -> Agreement:
    others = voters.copy()
    others[place] = False
    count = int(others.sum())
    if not count:
        return Agreement(float("nan"), 0, 0)
    weight = np.where(others, weights, 0.0)
    if not weight.any():
        weight = others / count
    # The correlation with a weighted sum of standardised columns follows from the correlations of the columns.
    together = float(alike[place] @ weight) / float(np.sqrt(weight @ alike @ weight))
    return Agreement(round(together, 6), int((alike[place][others] >= AGREES).sum()), count)


def _correlations(candidates: Sequence[Candidate]) -> Array:
    """(m, m) correlations of Savage scores."""
    columns = np.stack([_savage(candidate.scores) for candidate in candidates])
    columns -= columns.mean(axis=1, keepdims=True)
    length = np.sqrt((columns**2).sum(axis=1, keepdims=True))
    columns /= np.where(length > 0, length, 1.0)
    found = columns @ columns.T
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def _savage(scores: Scores) -> Array:
    """(n,) large for the strangest texts, small and alike for the others; texts that were not scored rank below all."""
    rows, scored = len(scores), int(np.isfinite(scores).sum())
    unscored = rows - scored
    places = shares_of_ranks(scores) * scored + unscored
    shares = np.where(np.isnan(places), (unscored + 1) / 2, places) / rows
    return np.asarray(-np.log1p(0.5 / rows - shares))


def _weights(alike: Array) -> Array:
    """(m,) the leading eigenvector of the correlations above 0, each one's with itself left out."""
    links = np.maximum(alike, 0.0)
    np.fill_diagonal(links, 0.0)
    weights = np.ones(len(links))
    for _ in range(ROUNDS):
        # One step to the side keeps two groups that only agree with each other from taking turns.
        moved = links @ weights + weights
        weights = moved / moved.sum()
    return np.asarray(weights if links.any() else np.zeros(len(links)))


def stability(candidate: Candidate) -> Stability:
    """How many of the strangest texts of a sample stay so when the sample is scored by itself."""
    kept, top = [], 0
    for resample in candidate.resamples:
        top = top_of(len(resample.rows))
        before, after = candidate.scores[resample.rows], resample.scores
        kept.append(len(np.intersect1d(_strangest(before, top), _strangest(after, top))) / top)
    return Stability(float(np.mean(kept)) if kept else float("nan"), top)


def top_of(rows: int) -> int:
    """How many of so many rows count as the strangest."""
    return min(TOP, rows, max(LEAST_TOP, round(TOP_SHARE * rows)))


def _strangest(scores: Scores, count: int) -> NDArray[np.int64]:
    """The rows with the highest scores, ties by row; those that were not scored last."""
    return np.argsort(-np.where(np.isnan(scores), -np.inf, scores), kind="stable")[:count]


def separation(scores: Scores) -> Separation:
    """How far the strangest texts lie from the ordinary ones. Deviations are those that the threshold counts in."""
    known = np.sort(scores[np.isfinite(scores)])
    if not len(known) or known[0] == known[-1]:
        return Separation(0.0)
    middle = float(np.median(known))
    far = float(known[-max(1, round(TOP_SHARE * len(known))) :].mean()) - middle
    return Separation(far / upper_deviation(known, middle))
