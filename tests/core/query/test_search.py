"""One search for words, phrases and patterns; what is highlighted is what was found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from query_corpus import corpus_of

from explorer.core.progress import Cancelled, Progress
from explorer.core.query.keywords import KeywordIndex, build_keywords
from explorer.core.query.search import TextQuery, find, spans
from explorer.errors import OptionError

TEXTS = ["Refund my card", "my Straße", "refunds and a card", "我要退款", "", "card my"]
CORPUS = corpus_of(TEXTS)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (TextQuery("refund"), [0, 2]),
        (TextQuery("refund "), [0]),
        (TextQuery("my card", "phrase"), [0]),
        (TextQuery("my card"), [0, 5]),
        (TextQuery("退款", "phrase"), [3]),
        (TextQuery("^ref", "regex"), [0, 2]),
        (TextQuery("^ref", "regex", ignore_case=False), [2]),
        (TextQuery("", "regex"), []),
        (TextQuery("", "words"), []),
        (TextQuery("", "phrase"), []),
    ],
)
@pytest.mark.parametrize("indexed", [True, False])
def test_find(tmp_path: Path, query: TextQuery, rows: list[int], indexed: bool) -> None:
    build_keywords(CORPUS.texts, tmp_path / "k.sqlite")
    found = find(CORPUS, KeywordIndex.open(tmp_path / "k.sqlite") if indexed else None, query)
    assert sorted(found.rows.tolist()) == np.flatnonzero(found.mask).tolist() == rows
    assert found.count == len(rows)
    assert all(spans(TEXTS[row], query) for row in rows)


def test_an_index_of_another_corpus_is_not_used(tmp_path: Path) -> None:
    build_keywords(corpus_of(["other"]).texts, tmp_path / "k.sqlite")
    found = find(CORPUS, KeywordIndex.open(tmp_path / "k.sqlite"), TextQuery("refund"))
    assert found.rows.tolist() == [0, 2]


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(OptionError, match="meaning needs an encoder"):
        find(CORPUS, None, TextQuery("money", "meaning"))
    assert spans("money", TextQuery("money", "meaning")) == []
    with pytest.raises(OptionError, match="regular expression"):
        find(CORPUS, None, TextQuery("(", "regex"))
    with pytest.raises(OptionError, match="regular expression"):
        spans("text", TextQuery("(", "regex"))


@pytest.mark.parametrize("mode", ["words", "regex"])
def test_reading_all_texts_can_be_cancelled(mode: str) -> None:
    with pytest.raises(Cancelled):
        find(CORPUS, None, TextQuery("card", mode), progress=Progress(is_cancelled=lambda: True))  # type: ignore[arg-type]


words = st.text(
    st.sampled_from("aAbé ßİ退🙂\u0301-.") | st.characters(codec="utf-8", exclude_characters="\0"), max_size=20
)


@given(st.lists(words, max_size=4), words, st.sampled_from(["words", "phrase"]))
def test_a_highlight_wherever_a_word_was_found(texts: list[str], asked: str, mode: str) -> None:
    query = TextQuery(asked, mode)  # type: ignore[arg-type]
    found = find(corpus_of(texts), None, query)
    positive = "-" not in asked
    for text, hit in zip(texts, found.mask, strict=True):
        if positive and hit:
            assert spans(text, query)


def test_a_long_text_is_highlighted_whole() -> None:
    text = "é🙂 Refund " * 20_000
    assert len(spans(text, TextQuery("refund"))) == 20_000
    assert len(spans(text, TextQuery("ref.nd", "regex"))) == 20_000
