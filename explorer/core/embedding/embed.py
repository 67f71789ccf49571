"""The embedding stage: every text of a corpus gets its vector, each different text once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.corpus.keys import first_of_keys, text_key
from explorer.core.embedding.base import Encoder, refuse_non_finite
from explorer.core.embedding.estimate import Pace, text_tokens
from explorer.core.embedding.store import Keys, VectorStore
from explorer.core.progress import Cancelled, Progress, Report

Rows = NDArray[np.intp]
Texts: TypeAlias = Sequence[str] | pa.ChunkedArray

PART_TEXTS = 1024
PART_TOKENS = 65_536
"""A part ends at whichever comes first: seconds of work, which is what a killed process can lose."""


@dataclass(frozen=True)
class Embedded:
    """vectors : (n, d) float32, row-aligned with the corpus.
    cut : (n,) bool, rows whose text was cut at the encoder's token limit.
    computed : different texts that were embedded now; the others were stored or empty.
    """

    vectors: Vectors
    cut: NDArray[np.bool_]
    computed: int


def embed_corpus(texts: Texts, keys: Keys, encoder: Encoder, store: VectorStore, progress: Progress) -> Embedded:
    """Embed what ``store`` does not hold yet, then collect one vector a row.

    texts : n texts as embedded; "" = empty, gets a zero vector and never reaches the encoder.
    keys : (n, 16) their digests (``text_keys``).

    What was finished before ``Cancelled`` or a kill is in ``store`` and is not computed again.
    Raises ``EncoderError`` naming the row where a vector is not finite, ``OutputError`` where the disk fails.
    """
    rows = rows_to_embed(keys, store)
    _embed_rows(texts, keys, rows, encoder, store, progress.part(0.0, 0.98))
    vectors = np.zeros((len(keys), store.dimension), dtype=np.float32)
    cut = store.gather(keys, vectors)
    progress.report(1.0, "Embedding")
    return Embedded(vectors, cut, int(rows.size))


def rows_to_embed(keys: Keys, store: VectorStore) -> Rows:
    """The first row of each different text that is neither empty nor stored, ascending."""
    first = np.flatnonzero(first_of_keys(keys) == np.arange(len(keys)))
    empty = (keys[first] == np.frombuffer(text_key(""), dtype=np.uint8)).all(axis=1)
    wanted: Rows = first[~empty]
    still: Rows = wanted[store.missing(keys[wanted])]
    return still


def _embed_rows(texts: Texts, keys: Keys, rows: Rows, encoder: Encoder, store: VectorStore, progress: Progress) -> None:
    lengths = _lengths(texts, rows)
    limit = encoder.card.max_tokens
    work = np.fromiter((text_tokens(float(length), limit) for length in lengths), dtype=np.float64, count=rows.size)
    counter = _Counter(progress, total=int(rows.size), work=float(work.sum()))
    for part in _parts(work):
        some = rows[part]
        chosen = _take(texts, some)
        encoded = encoder.encode(chosen, counter.within(some.size, float(work[part].sum())))
        refuse_non_finite(encoded.vectors, chosen, some.tolist())
        store.append(keys[some], encoded.vectors, encoded.cut)
        counter.finish(some.size, float(work[part].sum()))


def _parts(work: NDArray[np.float64]) -> Iterator[slice]:
    """Consecutive slices of at most ``PART_TEXTS`` texts and about ``PART_TOKENS`` tokens, never empty."""
    ends = np.cumsum(work)
    start = 0
    while start < work.size:
        before = float(ends[start - 1]) if start else 0.0
        within = int(np.searchsorted(ends, before + PART_TOKENS, side="right"))
        end = min(max(within, start + 1), start + PART_TEXTS)
        yield slice(start, end)
        start = end


class _Counter:
    """Turns an encoder's progress within one part into texts done, texts a second and seconds left of the whole."""

    def __init__(self, progress: Progress, total: int, work: float) -> None:
        self._progress = progress
        self._total = total
        self._work = work
        self._done = 0
        self._worked = 0.0
        self._pace = Pace(work)

    def within(self, texts: int, work: float) -> Progress:
        """What the encoder reports to while it works on ``texts`` texts."""

        def relay(report: Report) -> None:
            done = report.facts.get("done", 0)
            count = done if isinstance(done, int) else int(report.fraction * texts)
            self._report(self._done + count, self._worked + report.fraction * work)

        return Progress(relay, self._is_cancelled)

    def finish(self, texts: int, work: float) -> None:
        self._done += texts
        self._worked += work
        self._report(self._done, self._worked)

    def _report(self, done: int, worked: float) -> None:
        fraction = worked / self._work if self._work else 1.0
        pace = self._pace.facts(done, worked)
        self._progress.report(fraction, "Embedding", done=done, total=self._total, unit="texts", **pace)

    def _is_cancelled(self) -> bool:
        try:
            self._progress.check()
        except Cancelled:
            return True
        return False


def _take(texts: Texts, rows: Rows) -> list[str]:
    if isinstance(texts, pa.ChunkedArray):
        taken: list[str] = texts.take(pa.array(rows)).to_pylist()
        return taken
    return [texts[row] for row in rows]


def _lengths(texts: Texts, rows: Rows) -> NDArray[np.int64]:
    """Characters of each text behind ``rows``."""
    if isinstance(texts, pa.ChunkedArray):
        lengths = pc.utf8_length(texts).to_numpy()
        return np.asarray(lengths, dtype=np.int64)[rows]
    return np.fromiter((len(texts[row]) for row in rows), dtype=np.int64, count=rows.size)
