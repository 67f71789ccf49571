"""A recommendation without labels as it is shown: its facts, which travel as JSON, and the words for them.

The command and the window say the same: both take their sentences and their table from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from explorer.core.anomaly.consensus import NAME as CONSENSUS
from explorer.core.anomaly.spec import DetectorSpec
from explorer.core.corpus.wording import quoted_list
from explorer.core.plan import Plan


@dataclass(frozen=True)
class Compared:
    """One encoder with one detector. rank : 1 = recommended. value : all measures together, 0..1.

    agreement, stability, separation, elsewhere, published : the measures, higher = better; None where unknown.
    agrees_with : how many of the ``others``. kept : how many of the ``top`` strangest texts stay so. why : in words.
    """

    rank: int
    value: float
    encoder: str
    detector: str
    agreement: float | None
    stability: float | None
    separation: float | None
    elsewhere: float | None
    published: float | None
    agrees_with: int
    others: int
    top: int
    kept: int | None
    why: str


Pair = tuple[str, str]
"""An encoder and a detector."""


@dataclass(frozen=True)
class Recommended:
    """What is recommended for one corpus.

    ranked : all that were compared, the recommended one first. by_measures : the one with the highest value.
    fixed : whether the first is the one that is recommended whatever the measures say. doubts : why it is to be taken
    with care; nothing_apart : whether its scores set no texts apart.
    reliability : how often such a recommendation was right on labelled corpora. weights : of the measures.
    remarks : who was left out and why. to_come : encoders that have not been compared yet. out : the file of the table.
    """

    ranked: tuple[Compared, ...]
    by_measures: Pair
    fixed: bool
    doubts: tuple[str, ...]
    nothing_apart: bool
    reliability: Mapping[str, Any]
    weights: Mapping[str, float]
    remarks: tuple[str, ...] = ()
    to_come: tuple[str, ...] = ()
    out: Path | None = None

    @property
    def best(self) -> Compared:
        return self.ranked[0]

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        best, (encoder, detector) = self.best, self.by_measures
        return {
            "encoder": best.encoder,
            "detector": best.detector,
            "why": best.why,
            "by_measures": {"encoder": encoder, "detector": detector},
            "fixed": self.fixed,
            "doubts": list(self.doubts),
            "nothing_apart": self.nothing_apart,
            "reliability": {"sentence": reliability_sentence(self), **self.reliability},
            "weights": dict(self.weights),
            "ranked": [asdict(each) for each in self.ranked],
            "remarks": list(self.remarks),
            "to_come": list(self.to_come),
            "out": None if self.out is None else str(self.out),
        }

    @staticmethod
    def from_dict(told: Mapping[str, Any]) -> Recommended:
        """What ``as_dict`` made."""
        return Recommended(
            ranked=tuple(Compared(**each) for each in told["ranked"]),
            by_measures=(told["by_measures"]["encoder"], told["by_measures"]["detector"]),
            fixed=told["fixed"],
            doubts=tuple(told["doubts"]),
            nothing_apart=told["nothing_apart"],
            reliability={name: value for name, value in told["reliability"].items() if name != "sentence"},
            weights=told["weights"],
            remarks=tuple(told["remarks"]),
            to_come=tuple(told["to_come"]),
            out=None if told["out"] is None else Path(told["out"]),
        )


@dataclass(frozen=True)
class RecommendView:
    """Everything that the panel shows of the recommendations that were asked for last.

    folder : where their tables and vectors lie. found : by corpus, perhaps of the first encoders only.
    jobs : tokens of the work under way. problems : why there is no recommendation. stopped : whether somebody has.
    """

    folder: Path
    corpora: tuple[Path, ...] = ()
    found: Mapping[Path, Recommended] = field(default_factory=lambda: MappingProxyType({}))
    jobs: Mapping[Path, int] = field(default_factory=lambda: MappingProxyType({}))
    problems: Mapping[Path, str] = field(default_factory=lambda: MappingProxyType({}))
    stopped: bool = False

    def with_found(self, corpus: Path, found: Recommended) -> RecommendView:
        return replace(self, found={**self.found, corpus: found})

    def ended(self, corpus: Path, problem: str = "", *, stopped: bool = False) -> RecommendView:
        """With no more work under way for ``corpus``."""
        jobs = {other: token for other, token in self.jobs.items() if other != corpus}
        problems = {**self.problems, corpus: problem} if problem else self.problems
        return replace(self, jobs=jobs, problems=problems, stopped=self.stopped or stopped)


# --- using it -----------------------------------------------------------------------------------


def used_plan(plan: Plan, found: Recommended, chosen: Compared) -> Plan:
    """``plan`` with one of those that were compared: its scores lead, detectors of before stay behind it.

    A consensus is that of the detectors that it was compared as. A threshold by hand was one of other scores.
    """
    spec = DetectorSpec.parse(chosen.detector)
    before = voters(found, chosen.encoder) if spec.name == CONSENSUS else plan.detectors
    others = [words for words in plan.options if DetectorSpec.parse(words).name != spec.name]
    after = replace(
        plan,
        encoder=chosen.encoder,
        allow_download=plan.allow_download and plan.encoder == chosen.encoder,
        vectors=None,
        detectors=(spec.name, *(name for name in before if name != spec.name)),
        options=tuple(sorted([*others, str(spec)] if spec.options else others)),
    )
    return after if after == plan else replace(after, threshold=None)


def voters(found: Recommended, encoder: str) -> tuple[str, ...]:
    """The detectors that were compared on an encoder's vectors, but for their consensus; by name."""
    names = (DetectorSpec.parse(each.detector).name for each in found.ranked if each.encoder == encoder)
    return tuple(sorted(name for name in names if name != CONSENSUS))


# --- in words -----------------------------------------------------------------------------------

Naming = Callable[[str], str]
"""What an encoder is called where the sentence stands."""


def pair_words(pair: Compared | Pair, called: Naming = str) -> str:
    """``knn on minilm``."""
    encoder, detector = (pair.encoder, pair.detector) if isinstance(pair, Compared) else pair
    return f"{detector} on {called(encoder)}"


def sentences(found: Recommended, called: Naming = str) -> list[str]:
    """Why the first is recommended, what speaks against it, and how far to trust it."""
    said = [f"Why: {found.best.why}."]
    if found.to_come:
        names = quoted_list([called(encoder) for encoder in found.to_come])
        said.insert(0, f"So far only: {names} {'is' if len(found.to_come) == 1 else 'are'} not compared yet.")
    if found.doubts:
        said.append(f"This is a weak recommendation. {' '.join(found.doubts)}")
    if found.nothing_apart:
        said.append("Its scores set no texts apart: there may be nothing odd, or the odd texts shade into the others.")
    if found.by_measures != (found.best.encoder, found.best.detector):
        other = pair_words(found.by_measures, called)
        said.append(f"By the measures of this corpus alone it would be {other}.")
    return [*said, reliability_sentence(found, called)]


def right_words(found: Recommended) -> str:
    """``right within 0.02 in 10 of 17 labelled tasks``."""
    told = found.reliability
    right = told["fixed_within"] if found.fixed else told["within"]
    return f"right within {told['margin']:g} in {right} of {told['corpora']} labelled tasks"


def reliability_sentence(found: Recommended, called: Naming = str) -> str:
    """How often such a recommendation was right where the labels are known, and what else was."""
    told = found.reliability
    tasks = f"{told['corpora']} labelled tasks of {told['families']} kinds of texts"
    right = "Such a recommendation was within {:g} AUROC of the best in {} of {}, on average {:.3f} behind it."
    blind = f"a blind choice lay {told['random_regret']:.3f} behind"
    if found.fixed:
        said = right.format(told["margin"], told["fixed_within"], tasks, told["fixed_regret"])
        other = f"Going by the measures was that good in {told['within']} ({told['regret']:.3f} behind)"
    else:
        said = right.format(told["margin"], told["within"], tasks, told["regret"])
        always = pair_words((told["fixed"]["encoder"], told["fixed"]["detector"]), called)
        other = f"Always taking {always} was that good in {told['fixed_within']} ({told['fixed_regret']:.3f} behind)"
    return f"{said} {other}, {blind}."


Digits = Callable[[float, int], str]
"""A number with so many decimals."""


def plain_digits(value: float, places: int) -> str:
    return f"{value:.{places}f}"


@dataclass(frozen=True)
class Column:
    """A measure in the table. of : out of how many; None = a number of its own with so many ``places``."""

    title: str
    tip: str
    value: Callable[[Compared], float | None]
    of: Callable[[Compared], int] | None = None
    places: int = 0

    def words(self, each: Compared, digits: Digits = plain_digits) -> str:
        """``0.63``, ``7 of 17``; "" where nothing is known."""
        value = self.value(each)
        if value is None:
            return ""
        return digits(float(value), self.places) + ("" if self.of is None else f" of {self.of(each)}")


COLUMNS = (
    Column("measures", "all together, 0 to 1", lambda each: each.value, places=2),
    Column("agrees", "with how many others", lambda each: each.agrees_with, lambda each: each.others),
    Column(
        "keeps",
        "of its strangest texts when half of the texts are taken",
        lambda each: each.kept,
        lambda each: each.top,
    ),
    Column("apart", "deviations of the strangest 5 % above the median", lambda each: each.separation, places=1),
    Column("elsewhere", "mean AUROC on labelled corpora", lambda each: each.elsewhere, places=2),
)
