"""Folding, what was typed, and where it stands in a text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.query.terms import Term, fold_character, phrase_of, spaced, terms_of, word_spans, words_of
from explorer.errors import OptionError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Refund, PLEASE!", "refund please"),
        ("Straße STRASSE", "strasse strasse"),
        ("İstanbul istanbul", "istanbul istanbul"),
        ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
        ("café cafe\u0301 ＣＡＦＥ", "cafe cafe cafe"),
        ("ﬁne", "fine"),
        ("don't", "don t"),
        ("soft\u00adhyphen", "softhyphen"),
        ("مَرْحَبًا مرحبا", "مرحبا مرحبا"),
        ("שָׁלוֹם", "שלום"),
        ("申请退款。", "申 请 退 款"),
        ("ขอเงินคืน", " ".join("ขอเงินคืน")),
        ("thanks🙂👍🏽", "thanks 🙂 👍"),
        ("❤️", "❤"),
        ("3½ €", "31 2"),
        ("a\u200bb", "a b"),
        ("", ""),
    ],
)
def test_words(text: str, words: str) -> None:
    assert " ".join(words_of(text)) == words
    assert spaced([text]) == [f" {words} "]


def test_vowel_signs_of_indic_scripts_are_kept() -> None:
    assert words_of("हिन्दी भाषा") == ("हिन्दी", "भाषा")


@given(st.characters())
def test_a_character_folds_alike_in_both_normal_forms(char: str) -> None:
    apart = "".join(fold_character(ord(c)) for c in unicodedata.normalize("NFD", char))
    assert apart.split() == fold_character(ord(char)).split()


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("refund", [Term(("refund",), prefix=True, typed="refund")]),
        ("refund ", [Term(("refund",), typed="refund")]),
        ("r", [Term(("r",), typed="r")]),
        ("Card refund", [Term(("card",), typed="Card"), Term(("refund",), prefix=True, typed="refund")]),
        ('"my card"', [Term(("my", "card"), typed="my card")]),
        ('"my card', [Term(("my", "card"), typed="my card")]),
        ("well-known", [Term(("well", "known"), prefix=True, typed="well-known")]),
        ("a -refund", [Term(("a",), typed="a"), Term(("refund",), negated=True, typed="refund")]),
        ('-"my card" a ', [Term(("my", "card"), negated=True, typed="my card"), Term(("a",), typed="a")]),
        ('- " "" !? *', []),
        ("NOT", [Term(("not",), prefix=True, typed="NOT")]),
    ],
)
def test_what_was_typed(query: str, terms: list[Term]) -> None:
    assert list(terms_of(query)) == terms


def test_a_page_of_words_is_refused_in_words() -> None:
    with pytest.raises(OptionError, match="300 words"):
        terms_of("word " * 300)


def shown(text: str, query: str) -> list[str]:
    return [text[start:end] for start, end in word_spans(text, terms_of(query))]


@pytest.mark.parametrize(
    ("text", "query", "places"),
    [
        ("Refund my refunds, refundable", "refund ", ["Refund"]),
        ("Refund my refunds", "refund", ["Refund", "refund"]),
        ("Große Straße!", "strasse ", ["Straße"]),
        ("Große Straße!", "stras", ["Straß"]),
        ("İİİ İstanbul", "istanbul", ["İstanbul"]),
        ("ein cafe\u0301 da", "café ", ["cafe\u0301"]),
        ("我要申请退款，谢谢", "退款", ["退款"]),
        ("thanks 🙂🙂 ok", "🙂", ["🙂", "🙂"]),
        ("👍🏽 good", "👍", ["👍🏽"]),
        ("my  card, my\ncard", '"my card"', ["my  card", "my\ncard"]),
        ("a card", "-card", []),
        ("anything", "", []),
        ("", "card", []),
        ("card card", 'card "card card"', ["card card"]),
    ],
)
def test_places_in_the_text(text: str, query: str, places: list[str]) -> None:
    assert shown(text, query) == places


texts = st.text(st.sampled_from("aAbé ßİ退款🙂\u0301-\"'.\u00adก") | st.characters(), max_size=40)


@given(texts, texts)
def test_spans_lie_in_the_text_in_order(text: str, query: str) -> None:
    spans = word_spans(text, [*terms_of(query), *phrase_of(query)])
    ends = [0, *(end for _, end in spans)]
    assert all(before <= start < end <= len(text) for before, (start, end) in zip(ends, spans, strict=False))


@given(texts)
def test_a_text_holds_its_own_words(text: str) -> None:
    for term in phrase_of(text):
        assert "".join(text[start:end] for start, end in word_spans(text, [term]))
        assert words_of("".join(text[a:b] for a, b in word_spans(text, [term]))) == term.words
