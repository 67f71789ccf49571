from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer.core.embedding import embed
from explorer.core.embedding.base import Encoded, EncoderCard
from explorer.core.embedding.embed import embed_corpus
from explorer.core.embedding.sentence import SentenceEncoder
from explorer.core.embedding.store import VectorStore
from explorer.core.progress import SILENT, Cancelled, Progress, Report
from explorer.errors import EncoderError
from tests.text_keys import keys_of


class Watched:
    """Passes texts on to a real encoder and remembers them."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self.seen: list[str] = []

    @property
    def card(self) -> EncoderCard:
        return self._encoder.card

    def encode(self, texts: Sequence[str], progress: Progress) -> Encoded:
        self.seen.extend(texts)
        return self._encoder.encode(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return self._encoder.encode_queries(texts)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "PART_TEXTS", 16)


@pytest.fixture
def encoder(tiny: SentenceEncoder) -> Watched:
    return Watched(tiny)


@pytest.fixture
def corpus(questions: list[str]) -> list[str]:
    return [*questions, "", questions[3], *questions[10:15], ""]


def test_rows_get_their_own_vectors(tmp_path: Path, encoder: Watched, corpus: list[str], tiny: SentenceEncoder) -> None:
    found = embed_corpus(corpus, keys_of(corpus), encoder, VectorStore(tmp_path, 32), SILENT)
    full = [row for row, text in enumerate(corpus) if text]
    np.testing.assert_array_equal(found.vectors[full], tiny.encode([corpus[row] for row in full], SILENT).vectors)
    assert np.flatnonzero(~found.vectors.any(axis=1)).tolist() == [row for row, text in enumerate(corpus) if not text]
    assert found.cut.tolist() == tiny.encode(corpus, SILENT).cut.tolist() and found.cut.any()


def test_each_different_text_is_embedded_once_in_order(tmp_path: Path, encoder: Watched, corpus: list[str]) -> None:
    store = VectorStore(tmp_path, 32)
    found = embed_corpus(corpus, keys_of(corpus), encoder, store, SILENT)
    assert encoder.seen == [text for text in dict.fromkeys(corpus) if text]
    assert found.computed == len(encoder.seen) == len(store)
    more = [*reversed(corpus), "a new one"]
    encoder.seen.clear()
    embed_corpus(more, keys_of(more), encoder, VectorStore(tmp_path, 32), SILENT)
    assert encoder.seen == ["a new one"]


def test_arrow_columns_give_the_same(tmp_path: Path, encoder: Watched, corpus: list[str]) -> None:
    column = pa.chunked_array([corpus[:50], corpus[50:]], type=pa.large_string())
    keys = keys_of(corpus)
    one = embed_corpus(column, keys, encoder, VectorStore(tmp_path / "a", 32), SILENT)
    two = embed_corpus(corpus, keys, encoder, VectorStore(tmp_path / "b", 32), SILENT)
    assert one.vectors.tobytes() == two.vectors.tobytes()
    assert one.computed == two.computed == len({*corpus} - {""})


@pytest.mark.parametrize("after", [1, 4, 9, 17])
def test_cancelled_run_goes_on_and_ends_in_the_same_bytes(
    tmp_path: Path, encoder: Watched, corpus: list[str], after: int
) -> None:
    keys = keys_of(corpus)
    undisturbed = embed_corpus(corpus, keys, encoder, VectorStore(tmp_path / "a", 32), SILENT)
    reports: list[Report] = []
    progress = Progress(reports.append, lambda: len(reports) >= after)
    with pytest.raises(Cancelled):
        embed_corpus(corpus, keys, encoder, VectorStore(tmp_path / "b", 32), progress)
    stored = len(VectorStore(tmp_path / "b", 32))
    encoder.seen.clear()
    resumed = embed_corpus(corpus, keys, encoder, VectorStore(tmp_path / "b", 32), SILENT)
    assert len(encoder.seen) == undisturbed.computed - stored
    assert resumed.vectors.tobytes() == undisturbed.vectors.tobytes()
    assert resumed.cut.tolist() == undisturbed.cut.tolist()


@pytest.mark.parametrize("name", ["part-00002.npy", "part-00000.json", "part-00004.keys.npy"])
def test_damaged_part_is_computed_again(tmp_path: Path, encoder: Watched, corpus: list[str], name: str) -> None:
    keys = keys_of(corpus)
    undisturbed = embed_corpus(corpus, keys, encoder, VectorStore(tmp_path, 32), SILENT)
    (tmp_path / name).write_bytes(b"damaged")
    again = embed_corpus(corpus, keys, encoder, VectorStore(tmp_path, 32), SILENT)
    assert again.computed == 16
    assert again.vectors.tobytes() == undisturbed.vectors.tobytes()


def test_progress_says_texts_pace_and_time_left(tmp_path: Path, encoder: Watched, corpus: list[str]) -> None:
    reports: list[Report] = []
    found = embed_corpus(corpus, keys_of(corpus), encoder, VectorStore(tmp_path, 32), Progress(reports.append))
    fractions = [report.fraction for report in reports]
    assert fractions == sorted(fractions)
    last = reports[-2].facts
    assert (last["done"], last["total"], last["unit"]) == (found.computed, found.computed, "texts")
    assert {"per_second", "seconds_left"} <= set(last)


def test_vector_that_is_not_finite_names_its_row(tmp_path: Path, tiny: SentenceEncoder, corpus: list[str]) -> None:
    class Broken(Watched):
        def encode(self, texts: Sequence[str], progress: Progress) -> Encoded:
            found = super().encode(texts, progress)
            found.vectors[[corpus[40] == text for text in texts]] = np.nan
            return found

    with pytest.raises(EncoderError, match="row 40"):
        embed_corpus(corpus, keys_of(corpus), Broken(tiny), VectorStore(tmp_path, 32), SILENT)
    assert len(VectorStore(tmp_path, 32)) == 32


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["one"]])
def test_tiny_corpora(tmp_path: Path, encoder: Watched, texts: list[str]) -> None:
    found = embed_corpus(texts, keys_of(texts), encoder, VectorStore(tmp_path, 32), SILENT)
    assert found.vectors.shape == (len(texts), 32)
    assert (~found.vectors.any(axis=1)).sum() == texts.count("")


def test_parts_end_by_work_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "PART_TOKENS", 100)
    work = np.array([30.0, 80.0, 20.0, 500.0, *[1.0] * 40])
    parts = [(part.start, part.stop) for part in embed._parts(work)]
    assert parts == [(0, 1), (1, 3), (3, 4), (4, 20), (20, 36), (36, 44)]
