from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from explorer.core.embedding.lexical import DIMENSION, LexicalEncoder, fit
from explorer.core.embedding.lexical_terms import lexical_card, terms
from explorer.core.embedding.registry import EncoderRequest, identify, open_encoder
from explorer.core.progress import SILENT, Progress, Report


def fitted(texts: list[str], seed: int = 0) -> LexicalEncoder:
    return LexicalEncoder(lexical_card("c", seed), fit(texts, seed, SILENT))


def test_terms_of_words_and_of_scripts_without_spaces() -> None:
    assert terms("Top-up my CARD") == ["top", "up", "top up", "my", "up my", "card", "my card"]
    assert terms("东京天") == ["东", "京", "天", "东京", "京天"]
    assert terms("hello 東京") == ["hello", "東", "京", "東京"]
    assert terms("हिन्दी भाषा") == ["हिन्दी", "भाषा", "हिन्दी भाषा"]
    assert "สวั"[:2] in terms("สวัสดี")
    assert terms(" \n…!") == []


def test_near_texts_are_near(questions: list[str]) -> None:
    encoder = fitted(questions)
    vectors = encoder.encode(questions, SILENT).vectors
    card = next(row for row, text in enumerate(questions) if "card" in text)
    query = encoder.encode_queries([questions[card].upper()])
    assert int((vectors @ query[0]).argmax()) == card
    assert vectors.shape == (len(questions), DIMENSION)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    "texts",
    [["one single text"], ["same words"] * 5, ["", "  "], ["!!!", "…"], [], ["word"], ["东京", "大阪", "东京都"]],
)
def test_small_corpora_work(texts: list[str]) -> None:
    found = fitted(texts).encode(texts, SILENT)
    assert found.vectors.shape == (len(texts), DIMENSION)
    assert np.isfinite(found.vectors).all()
    assert found.vectors.any(axis=1).tolist() == [bool(terms(text)) for text in texts]


def test_text_without_a_known_word_gets_a_zero_vector() -> None:
    encoder = fitted(["the cat sleeps", "the dog runs"])
    assert not encoder.encode_queries(["zebra"]).any()
    assert encoder.encode_queries(["zebra cat"]).any()


def test_same_bytes_again_whatever_the_batch_and_the_threads(questions: list[str]) -> None:
    first = fitted(questions, 3).encode(questions, SILENT).vectors
    with threadpool_limits(limits=1):
        encoder = fitted(questions, 3)
        again = encoder.encode(questions, SILENT).vectors
    assert first.tobytes() == again.tobytes()
    np.testing.assert_array_equal(encoder.encode(questions[7:9], SILENT).vectors, first[7:9])


def test_fitted_state_is_kept_without_pickle(questions: list[str], tmp_path: Path) -> None:
    request = EncoderRequest("lexical", corpus="c", seed=1, state=tmp_path)
    first = open_encoder(request, lambda: questions)
    assert identify(request) == first.card
    again = open_encoder(request)
    np.testing.assert_array_equal(again.encode_queries(questions), first.encode_queries(questions))
    files = [file for file in tmp_path.rglob("*") if file.is_file() and file.name != ".verified"]
    assert {file.suffix for file in files} == {".npy", ".json"}


def test_damaged_state_is_fitted_again(questions: list[str], tmp_path: Path) -> None:
    request = EncoderRequest("lexical", corpus="c", state=tmp_path)
    vectors = open_encoder(request, lambda: questions).encode_queries(questions)
    next(tmp_path.rglob("components.npy")).write_bytes(b"damaged")
    np.testing.assert_array_equal(open_encoder(request, lambda: questions).encode_queries(questions), vectors)


def test_card_follows_corpus_and_seed() -> None:
    assert len({lexical_card(corpus, seed).fingerprint for corpus in "ab" for seed in (0, 1)}) == 4


def test_progress_reaches_the_end(questions: list[str]) -> None:
    seen: list[Report] = []
    fitted(questions).encode(questions, Progress(seen.append))
    assert seen[-1].facts["done"] == len(questions)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=20), max_size=12))
def test_any_texts_give_unit_or_zero_vectors(texts: list[str]) -> None:
    norms = np.linalg.norm(fitted(texts).encode(texts, SILENT).vectors, axis=1)
    assert (np.isclose(norms, 1, atol=1e-4) | (norms == 0)).all()
