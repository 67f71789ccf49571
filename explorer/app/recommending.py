"""Recommending an encoder and a detector without labels: what ``benchmark recommend`` and the window do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from explorer.app.benchmarking import WORK
from explorer.app.recommend_view import Compared, Recommended
from explorer.core.benchmark.candidates import Gathered, gather
from explorer.core.benchmark.recommend import MEASURES, Judged, learnt, recommend
from explorer.core.corpus.readers import read_corpus
from explorer.core.progress import SILENT, Progress
from explorer.core.report.csv_writer import harmless, write_csv
from explorer.core.storage import FolderStore, MemoryStore
from explorer.errors import DetectorError

ENCODERS: Final = ("minilm", "lexical")
DETECTORS: Final = ("knn", "lof", "iforest", "pca", "ecod", "hbos", "cluster", "kde", "consensus")
"""Asked where nobody names others: those that score 50,000 texts within a minute or so."""

HEADER: Final = ("rank", "encoder", "detector", "value", *MEASURES, "agrees_with", "others", "top", "kept", "why")
READING = 0.02
"""Share of the progress that reading the corpus takes."""


@dataclass(frozen=True)
class RecommendRequest:
    """What to choose from. text : the text columns; guessed if empty. No other column is read.

    allow_download : whether models that are not on this machine may be fetched.
    """

    corpus: Path
    encoders: Sequence[str] = ENCODERS
    detectors: Sequence[str] = DETECTORS
    text: tuple[str, ...] = ()
    seed: int = 0
    allow_download: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; the corpus by its whole path."""
        return {**asdict(self), "corpus": str(self.corpus.absolute())}

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> RecommendRequest:
        """What ``as_dict`` made."""
        lists = {name: tuple(map(str, stored[name])) for name in ("encoders", "detectors", "text")}
        return RecommendRequest(**{**stored, **lists, "corpus": Path(stored["corpus"])})


def recommend_for(
    request: RecommendRequest,
    out: Path | None = None,
    progress: Progress = SILENT,
    *,
    on_part: Callable[[Recommended], None] | None = None,
) -> Recommended:
    """Rank encoders with detectors for a corpus without labels; write the ranking to ``out`` (CSV) if it is given.

    Then what was computed is kept in ``work`` beside it, where ``benchmark run`` keeps and finds it, too, and a stopped
    call goes on. on_part : told what would be recommended whenever another encoder has been compared.
    Raises ``ExplorerError`` where nothing can be recommended, and ``Cancelled``.
    """
    corpus = read_corpus(
        request.corpus.absolute(), text=request.text, label="", date="", progress=progress.part(0, READING)
    )
    store = MemoryStore() if out is None else FolderStore(out.parent / WORK / corpus.fingerprint)
    encoders, detectors = (tuple(dict.fromkeys(names)) for names in (request.encoders, request.detectors))

    def tell(gathered: Gathered) -> None:
        if on_part is not None:
            with suppress(DetectorError):  # nothing is told apart yet
                on_part(_recommended(gathered, None))

    gathered = gather(
        corpus, encoders, detectors, store, progress.part(READING, 1),
        seed=request.seed, allow_download=request.allow_download, on_encoder=tell,
    )  # fmt: skip
    found = _recommended(gathered, out)
    if out is not None:
        rows = list(_rows(found))
        write_csv(out, HEADER, rows, len(rows))
    return found


def _recommended(gathered: Gathered, out: Path | None) -> Recommended:
    found, by = recommend(gathered.candidates), learnt()
    return Recommended(
        ranked=tuple(map(_compared, found.ranked)),
        by_measures=(found.by_measures.encoder, found.by_measures.detector),
        fixed=(found.best.encoder, found.best.detector) == by.fixed,
        doubts=found.doubts,
        nothing_apart=found.nothing_apart,
        reliability=by.reliability,
        weights=by.weights,
        remarks=(*gathered.failed, *found.left_out),
        to_come=gathered.to_come,
        out=out,
    )


def _compared(judged: Judged) -> Compared:
    facts = judged.facts
    values = {measure: facts.value(measure) for measure in MEASURES}
    known = {measure: value if math.isfinite(value) else None for measure, value in values.items()}
    return Compared(
        rank=judged.rank,
        value=judged.value,
        encoder=facts.encoder,
        detector=facts.detector,
        **known,
        agrees_with=facts.agreement.agrees,
        others=facts.agreement.others,
        top=facts.stability.top,
        kept=facts.stability.kept if facts.stability.top else None,
        why=facts.why,
    )


def _rows(found: Recommended) -> Iterator[list[str]]:
    for each in found.ranked:
        row = {**asdict(each), "encoder": harmless(each.encoder), "detector": harmless(each.detector)}
        yield [_cell(row[name]) for name in HEADER]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
