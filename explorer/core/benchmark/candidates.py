"""Scoring a corpus, and samples of it, with every encoder and every detector that might be recommended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.core.anomaly.base import Scores
from explorer.core.anomaly.consensus import NAME as CONSENSUS
from explorer.core.anomaly.spec import DetectorSpec
from explorer.core.benchmark.internal import Candidate, Resample
from explorer.core.benchmark.protocols import OWN, preset_of
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.keys import texts_fingerprint
from explorer.core.fingerprint import fingerprint
from explorer.core.neighbors.recall import sample_rows
from explorer.core.pipeline import run
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.core.results import Results
from explorer.core.storage import ResultStore
from explorer.errors import DetectorError, EncoderError, ExplorerError, OptionError

SAMPLES = 4
SAMPLE_SHARE, MOST_SAMPLED = 0.5, 5_000
"""Samples of half of the texts; larger ones would cost more than they tell."""

FEWEST_TEXTS = 20
SCORING = 0.7
"""Share of the progress that scoring the whole corpus takes, embedding included."""

NOT_READ = ("index", "groups", "characters")
"""Stages of a run that no measure reads."""


@dataclass(frozen=True)
class Gathered:
    """candidates : encoder by encoder, in the order asked for. failed : who gave no scores and why, in sentences.
    to_come : encoders that have not been asked yet."""

    candidates: tuple[Candidate, ...]
    failed: tuple[str, ...]
    to_come: tuple[str, ...] = ()


def gather(
    corpus: Corpus,
    encoders: Sequence[str],
    detectors: Sequence[str],
    store: ResultStore,
    progress: Progress = SILENT,
    *,
    seed: int = 0,
    allow_download: bool = False,
    on_encoder: Callable[[Gathered], None] | None = None,
) -> Gathered:
    """Score the corpus and ``SAMPLES`` samples of it. No column but the texts is read.

    What ``store`` has is not computed again; a stopped call goes on. An encoder or a detector that fails is left out.
    allow_download : whether a model that is not on this machine may be fetched. on_encoder : told what there is
    whenever an encoder has given its scores and others are still to come.
    Raises ``OptionError`` for detectors that cannot be asked and for too few texts, the last error where no encoder
    gives scores, and ``Cancelled``.
    """
    if corpus.rows < FEWEST_TEXTS:
        what = f"{corpus.rows} texts are too few to tell detectors apart."
        raise OptionError(what, f"Use a corpus of at least {FEWEST_TEXTS} texts.")
    plans = [replace(_plan(encoder, detectors, seed), allow_download=allow_download) for encoder in encoders]
    found: list[Candidate] = []
    failed: list[str] = []
    last: ExplorerError | None = None
    for place, plan in enumerate(plans):
        part = progress.part(place / len(plans), (place + 1) / len(plans))
        try:
            results = run(corpus, plan, store, part.part(0, SCORING), without=NOT_READ)
        except (EncoderError, DetectorError) as error:
            last = error
            failed.append(f"{plan.encoder} could not be used. {error.what} {error.hint}".strip())
            continue
        failed += [f"{plan.encoder}: {why}" for why in results.failed.values()]
        found += _with_samples(corpus, plan, results, store, part.part(SCORING, 1))
        if on_encoder is not None and place + 1 < len(plans):
            on_encoder(Gathered(tuple(found), tuple(failed), tuple(encoders[place + 1 :])))
    if last is not None and not found:
        raise last
    return Gathered(tuple(found), tuple(failed))


def _plan(encoder: str, detectors: Sequence[str], seed: int) -> Plan:
    """All detectors on one encoder's vectors, with the parameters that the benchmark measures."""
    preset, _ = preset_of(OWN, "unsupervised")
    specs = [DetectorSpec.parse(words) for words in detectors]
    return Plan(
        encoder=encoder,
        precision=preset.precision,
        metric=preset.metric,
        detectors=tuple(spec.name for spec in specs),
        options=tuple(sorted(str(spec) for spec in specs if spec.options)),
        seed=seed,
        map=False,
        quality=False,
    )


def _with_samples(
    corpus: Corpus, plan: Plan, results: Results, store: ResultStore, progress: Progress
) -> list[Candidate]:
    names = [name for name in plan.detectors if name in results.scores]
    resamples: dict[str, list[Resample]] = {name: [] for name in names}
    for draw in range(SAMPLES):
        part = progress.part(draw / SAMPLES, (draw + 1) / SAMPLES)
        rows = _drawn(corpus.rows, plan.seed, draw)
        sampled = _plan_of_sample(plan, names, results, rows, store)
        for name, scores in _scores(_part_of(corpus, rows), sampled, store, part).items():
            resamples[name].append(Resample(rows, scores))
    said = {spec.name: str(spec) for spec in map(DetectorSpec.parse, plan.options)}
    return [
        Candidate(plan.encoder, said.get(name, name), results.scores[name], tuple(resamples[name]), name != CONSENSUS)
        for name in names
    ]


def _drawn(rows: int, seed: int, draw: int) -> NDArray[np.int64]:
    size = min(MOST_SAMPLED, round(SAMPLE_SHARE * rows))
    return sample_rows(rows, size, int(fingerprint("sample", seed, draw)[:8], 16)).astype(np.int64)


def _plan_of_sample(
    plan: Plan, names: Sequence[str], results: Results, rows: NDArray[np.int64], store: ResultStore
) -> Plan:
    """The detectors that gave scores, on some rows of the vectors that there are."""
    assert results.vectors is not None
    whole = next(record.key for record in results.records if record.stage == "vectors")
    key = fingerprint("sample", whole, rows.tolist())
    kept = store.load("sample", key) or store.save("sample", key, {"vectors": results.vectors[rows]}, {})
    assert kept.folder is not None
    options = tuple(words for words in plan.options if DetectorSpec.parse(words).name in names)
    return replace(plan, vectors=str(kept.folder / "vectors.npy"), detectors=tuple(names), options=options)


def _scores(part: Corpus, plan: Plan, store: ResultStore, progress: Progress) -> dict[str, Scores]:
    """The scores of a part by itself; none where no detector can score it."""
    try:
        return dict(run(part, plan, store, progress, without=NOT_READ).scores)
    except DetectorError:
        return {}


def _part_of(corpus: Corpus, rows: NDArray[np.int64]) -> Corpus:
    """Some texts as a corpus of their own."""
    taken = pa.array(rows)
    embedded = corpus.embedded.take(taken)
    return replace(
        corpus,
        table=corpus.table.take(taken),
        texts=corpus.texts.take(taken),
        embedded=embedded,
        ids=corpus.ids.take(taken),
        fingerprint=texts_fingerprint(embedded),
    )
