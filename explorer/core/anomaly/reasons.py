"""Why a row is strange, in one plain sentence made of facts. What the corpus looks like is computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import Detector, Scores
from explorer.core.anomaly.consensus import NAME as CONSENSUS
from explorer.core.anomaly.flags import NORMAL_FROM_MEDIAN, SPREADS, Threshold, derive_threshold
from explorer.core.anomaly.groups import Groups
from explorer.core.anomaly.iforest import mean_splits
from explorer.core.anomaly.kinds import GLOBAL, LOCAL, Kinds
from explorer.core.anomaly.unusual import Unusual, unusual_words
from explorer.core.anomaly.within import LEAST_GROUP, Peers, parted
from explorer.core.neighbors.base import MISSING, KnnGraph

ALIKE = 0.05
"""A factor this near to 1 is not worth a number."""
LEAST_LENGTH_SPREAD = 0.2
"""Deviation of the natural logarithm of the length assumed at least, so that even corpora do not call 10 % unusual."""

HEARD = 0.2
"""An opinion weaker than this is not worth a word."""
NAMED = 2
"""Nearest texts that a reason names."""


@dataclass(frozen=True)
class ScoreFacts:
    """One detector's scores and what is usual among them.

    scores : (n,). median : of the scored rows; NaN if there is none. scored : how many rows are.
    own : the threshold that the detector's scores give by themselves.
    neighbours : (n,) how many neighbours each row was scored by. novelty : whether those are normal texts only.
    """

    name: str
    parameters: Mapping[str, int | float | str]
    scores: Scores
    median: float
    scored: int
    own: Threshold
    neighbours: NDArray[np.int64]
    novelty: bool = False

    def would_flag(self, row: int) -> bool:
        """Whether the detector would flag the row by its own default rule."""
        return bool(self.scores[row] >= self.own.value)


@dataclass(frozen=True)
class Surroundings:
    """What is known about the texts beside their scores; what is None is not spoken of.

    graph : the shared one; its nearest texts are named if ``excerpt``, the beginning of a text in quotes by row, is
    given. kinds : global or local outliers. groups : of alike texts far from the rest. written : unusual characters.
    peers : who is compared with whom. opinion : (n,) -1 to 1, what decisions on texts near it say.
    """

    graph: KnnGraph | None = None
    kinds: Kinds | None = None
    groups: Groups | None = None
    written: Unusual | None = None
    peers: Peers | None = None
    opinion: NDArray[np.floating] | None = None
    excerpt: Callable[[int], str] | None = None


NOTHING_MORE = Surroundings()


@dataclass(frozen=True)
class CorpusFacts:
    """All that reasons are made of, computed once. ``detectors[0]`` gives the anomaly score.

    lengths : (n,) characters of each text. usual : shortest and longest length that goes without saying.
    """

    detectors: tuple[ScoreFacts, ...]
    lengths: NDArray[np.int64]
    median_length: float
    usual: tuple[float, float]
    more: Surroundings


def corpus_facts(
    scores: Mapping[str, Scores],
    detectors: Iterable[Detector],
    graph: KnnGraph,
    lengths: NDArray[np.int64],
    more: Surroundings = NOTHING_MORE,
    *,
    novelty: bool = False,
) -> CorpusFacts:
    """Facts over the scores of ``detectors``, those that are the anomaly score first.

    scores : by name, (n,) each. graph : that the scores were made with, among normal texts for ``novelty``.
    lengths : (n,) characters of each text, 0 for an empty one.
    """
    present = (graph.ids != MISSING).sum(axis=1)
    by_name = {each.name: each for each in detectors}
    every = tuple(
        _score_facts(name, by_name[parted(name)[0]], values, present, novelty=novelty)
        for name, values in scores.items()
    )
    filled = lengths[lengths > 0]
    median = float(np.median(filled)) if len(filled) else 0.0
    return CorpusFacts(every, lengths, median, _usual_lengths(filled), more)


def reason(row: int, facts: CorpusFacts, override: bool | None = None) -> str:
    """One sentence on one row; ``override`` is what a person decided about its flag."""
    return "; ".join([*_clauses(row, facts, override), *_nearest_texts(row, facts)])


def reason_beside_neighbours(row: int, facts: CorpusFacts, override: bool | None = None) -> str:
    """The same where the nearest texts are shown anyway."""
    return "; ".join(_clauses(row, facts, override))


def _score_facts(
    name: str, detector: Detector, scores: Scores, present: NDArray[np.int64], *, novelty: bool
) -> ScoreFacts:
    known = scores[np.isfinite(scores)]
    median = float(np.median(known)) if len(known) else float("nan")
    neighbours = np.minimum(present, detector.k_needed)
    own = derive_threshold(scores)
    return ScoreFacts(name, dict(detector.parameters), scores, median, len(known), own, neighbours, novelty)


def _usual_lengths(filled: NDArray[np.int64]) -> tuple[float, float]:
    """The lengths within ``SPREADS`` deviations of the median, on a logarithmic scale: lengths are skewed."""
    if not len(filled):
        return 0.0, float("inf")
    logarithms = np.log(filled)
    middle = float(np.median(logarithms))
    spread = NORMAL_FROM_MEDIAN * float(np.median(np.abs(logarithms - middle)))
    reach = SPREADS * max(spread, LEAST_LENGTH_SPREAD)
    return float(np.exp(middle - reach)), float(np.exp(middle + reach))


def _clauses(row: int, facts: CorpusFacts, override: bool | None) -> list[str]:
    clauses = [] if override is None else ["flagged by hand" if override else "cleared by hand"]
    if not any(np.isfinite(each.scores[row]) for each in facts.detectors):
        return [*clauses, _not_scored(row, facts)]
    first, *others = facts.detectors
    clauses += _kind(row, facts)
    clauses.append(_fact(row, first, facts.more))
    clauses += [_fact(row, other, facts.more) for other in others if other.name in _WORDS and other.would_flag(row)]
    written = [] if facts.more.written is None else unusual_words(row, facts.more.written)
    clauses += [*_agreement(row, facts), *_opinion(row, facts), *written]
    return clauses + _length(row, facts)


def _not_scored(row: int, facts: CorpusFacts) -> str:
    return "empty text: not scored" if facts.lengths[row] == 0 else "nothing in it that the encoder knows: not scored"


def _kind(row: int, facts: CorpusFacts) -> list[str]:
    groups, kinds = facts.more.groups, facts.more.kinds
    if groups is not None and groups.of[row] >= 0:
        size = int(groups.sizes[groups.of[row]])
        return [f"one of a group of {size} alike texts far from the rest"]
    if kinds is None or kinds.of[row] not in (GLOBAL, LOCAL):
        return []
    if kinds.of[row] == GLOBAL:
        return ["a global outlier: far from everything"]
    times = _number(float(kinds.farther[row]))
    return [f"a local outlier: not far for this corpus, but {times} times farther off than its neighbours are"]


def _agreement(row: int, facts: CorpusFacts) -> list[str]:
    asked = [each for each in facts.detectors if each.name != CONSENSUS and parted(each.name)[1] == "corpus"]
    agree = [each.name for each in asked if each.would_flag(row)]
    if len(asked) < 2 or not agree:
        return []
    verb = "agree" if len(agree) > 1 else "would flag it"
    names = "" if len(agree) == len(asked) else f" ({', '.join(agree)})"
    return [f"{len(agree)} of {len(asked)} detectors {verb}{names}"]


def _opinion(row: int, facts: CorpusFacts) -> list[str]:
    opinion = facts.more.opinion
    if opinion is None or abs(opinion[row]) < HEARD:
        return []
    raised = opinion[row] > 0
    return [f"{'raised' if raised else 'lowered'}: near texts that you called {'odd' if raised else 'fine'}"]


def _nearest_texts(row: int, facts: CorpusFacts) -> list[str]:
    excerpt, graph = facts.more.excerpt, facts.more.graph
    if excerpt is None or graph is None or not any(np.isfinite(each.scores[row]) for each in facts.detectors):
        return []
    ids, distances = graph.ids[row, :NAMED].tolist(), graph.distances[row, :NAMED].tolist()
    pairs = [(near, far) for near, far in zip(ids, distances, strict=True) if near != MISSING]
    named = [f"row {near} {excerpt(near)} ({_number(far)})" for near, far in pairs]
    return [f"nearest: {', '.join(named)}"] if named else []


def _length(row: int, facts: CorpusFacts) -> list[str]:
    length = int(facts.lengths[row])
    if length == 0 or facts.usual[0] <= length <= facts.usual[1]:
        return []
    unit = "character" if length == 1 else "characters"
    return [f"{length:,} {unit} where the median is {facts.median_length:,.0f}"]


def _fact(row: int, facts: ScoreFacts, more: Surroundings) -> str:
    if parted(facts.name)[1] != "corpus" and more.peers is not None:
        return _within(row, facts, more.peers)
    if not np.isfinite(facts.scores[row]):
        return f"not scored by {facts.name}"
    return _WORDS.get(facts.name, _plain)(row, facts)


def _within(row: int, facts: ScoreFacts, peers: Peers) -> str:
    group = int(peers.of[row])
    if group < 0:
        return f"without a {peers.by}: compared with nobody"
    whom, size = f"its {peers.by} “{peers.names[group]}”", int(peers.sizes[group])
    if not np.isfinite(facts.scores[row]):
        return f"{whom} has fewer than {LEAST_GROUP} scored texts ({size:,}): too few to compare it with"
    side = "above" if facts.scores[row] >= 0 else "below"
    return f"{_number(abs(facts.scores[row]))} deviations {side} the median of {whom} ({size:,} texts)"


def _knn(row: int, facts: ScoreFacts) -> str:
    count = int(facts.neighbours[row])
    if count == 0:
        return "no other text to compare with"
    if count == 1:
        what = "distance to the only normal text" if facts.novelty else "distance to its only neighbour"
    elif facts.parameters.get("aggregate") == "largest":
        what = f"distance to the farthest of {_nearest(facts, count)}"
    else:
        what = f"mean distance to {_nearest(facts, count)}"
    return f"{what} {_number(facts.scores[row])}; the corpus median is {_number(facts.median)}"


def _nearest(facts: ScoreFacts, count: int) -> str:
    return f"the {count} nearest normal texts" if facts.novelty else f"its {count} neighbours"


def _lof(row: int, facts: ScoreFacts) -> str:
    factor = float(facts.scores[row])
    around = "around the nearest normal texts" if facts.novelty else "around its neighbours"
    if abs(factor - 1.0) < ALIKE:
        return f"about as dense as {around}"
    if factor > 1.0:
        return f"{_number(factor)} times sparser than {around}"
    return f"{_number(1.0 / factor)} times denser than {around}"


def _cluster(row: int, facts: ScoreFacts) -> str:
    return f"{_number(facts.scores[row])} from the nearest large cluster; the corpus median is {_number(facts.median)}"


def _consensus(row: int, facts: ScoreFacts) -> str:
    return f"stranger than {100 * facts.scores[row]:.0f} % of the texts on average over the detectors"


def _iforest(row: int, facts: ScoreFacts) -> str:
    splits, median = mean_splits(np.array([facts.scores[row], facts.median]), facts.scored)
    return f"isolated after {splits:.1f} splits on average; the corpus median is {median:.1f}"


def _plain(row: int, facts: ScoreFacts) -> str:
    return f"{facts.name} score {_number(facts.scores[row])}; the corpus median is {_number(facts.median)}"


_WORDS: Mapping[str, Callable[[int, ScoreFacts], str]] = {
    "knn": _knn,
    "lof": _lof,
    "iforest": _iforest,
    "cluster": _cluster,
    CONSENSUS: _consensus,
}


def _number(value: float) -> str:
    """Two decimals where they say something, two digits below that, none where they would drown the number."""
    size = abs(float(value))
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.1 else f"{value:.2g}"
