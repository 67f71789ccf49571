"""Recommending an encoder and a detector for a corpus: what ``text-explorer benchmark recommend`` does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from explorer.app.benchmarking import WORK
from explorer.core.benchmark.candidates import gather
from explorer.core.benchmark.recommend import MEASURES, Facts, Recommendation, learnt, recommend
from explorer.core.corpus.readers import read_corpus
from explorer.core.progress import SILENT, Progress
from explorer.core.report.csv_writer import harmless, write_csv
from explorer.core.storage import FolderStore, MemoryStore

ENCODERS: Final = ("minilm", "lexical")
DETECTORS: Final = ("knn", "lof", "iforest", "pca", "ecod", "hbos", "cluster", "kde", "consensus")
"""Asked where nobody names others: those that score 50,000 texts within a minute or so."""

HEADER: Final = ("rank", "encoder", "detector", "value", *MEASURES, "agrees_with", "others", "top", "kept", "why")
READING = 0.02
"""Share of the progress that reading the corpus takes."""


@dataclass(frozen=True)
class RecommendRequest:
    """What to choose from. text : the text columns; guessed if empty. No other column is read."""

    corpus: Path
    encoders: Sequence[str] = ENCODERS
    detectors: Sequence[str] = DETECTORS
    text: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class RecommendOutcome:
    """reliability : how often such a recommendation was right on labelled corpora, in a sentence."""

    recommendation: Recommendation
    reliability: str
    remarks: tuple[str, ...]
    out: Path | None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        best, by = self.recommendation.best, self.recommendation.by_measures
        return {
            "encoder": best.encoder,
            "detector": best.detector,
            "why": best.why,
            "by_measures": {"encoder": by.encoder, "detector": by.detector},
            "doubts": list(self.recommendation.doubts),
            "nothing_apart": self.recommendation.nothing_apart,
            "reliability": {"sentence": self.reliability, **learnt().reliability},
            "weights": dict(learnt().weights),
            "ranked": [
                {"rank": each.rank, "value": each.value, **_numbers(each.facts)} for each in self.recommendation.ranked
            ],
            "remarks": list(self.remarks),
            "out": self.out,
        }


def recommend_for(request: RecommendRequest, out: Path | None = None, progress: Progress = SILENT) -> RecommendOutcome:
    """Rank encoders with detectors for a corpus without labels; write the ranking to ``out`` (CSV) if it is given.

    Then what was computed is kept in ``work`` beside it, where ``benchmark run`` keeps and finds it, too, and a stopped
    call goes on. Raises ``ExplorerError`` where nothing can be recommended, and ``Cancelled``.
    """
    corpus = read_corpus(
        request.corpus.absolute(), text=request.text, label="", date="", progress=progress.part(0, READING)
    )
    store = MemoryStore() if out is None else FolderStore(out.parent / WORK / corpus.fingerprint)
    encoders, detectors = (tuple(dict.fromkeys(names)) for names in (request.encoders, request.detectors))
    gathered = gather(corpus, encoders, detectors, store, progress.part(READING, 1), seed=request.seed)
    found = recommend(gathered.candidates)
    if out is not None:
        rows = list(_rows(found))
        write_csv(out, HEADER, rows, len(rows))
    remarks = (*gathered.failed, *found.left_out)
    return RecommendOutcome(found, reliability_sentence(learnt().reliability), remarks, out)


def _rows(found: Recommendation) -> Iterator[list[str]]:
    for each in found.ranked:
        numbers = _numbers(each.facts)
        names = [harmless(each.facts.encoder), harmless(each.facts.detector)]
        rest = [_cell(numbers[name]) for name in HEADER[4:]]
        yield [str(each.rank), *names, _cell(each.value), *rest]


def _numbers(facts: Facts) -> dict[str, Any]:
    """Facts by the names of the columns; None where a number is not known."""
    values = {measure: facts.value(measure) for measure in MEASURES}
    return {
        "encoder": facts.encoder,
        "detector": facts.detector,
        **{measure: value if math.isfinite(value) else None for measure, value in values.items()},
        "agrees_with": facts.agreement.agrees,
        "others": facts.agreement.others,
        "top": facts.stability.top,
        "kept": facts.stability.kept if facts.stability.top else None,
        "why": facts.why,
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def reliability_sentence(measured: Mapping[str, Any]) -> str:
    """How often the measures and a fixed choice were right where the labels are known, and what follows."""
    corpora, fixed = measured["corpora"], measured["fixed"]
    always = f"{fixed['detector']} on {fixed['encoder']}"
    follows = f"so {always} comes first" if learnt().fixed else "so the measures decide"
    return (
        f"On {corpora} labelled corpora of {measured['families']} kinds of texts, taking what the measures say was "
        f"within {measured['margin']:g} AUROC of the best in {measured['within']} of {corpora} (on average "
        f"{measured['regret']:.3f} behind it), always taking {always} in {measured['fixed_within']} of {corpora} "
        f"({measured['fixed_regret']:.3f}), a blind choice {measured['random_regret']:.3f} behind: {follows}."
    )
