from __future__ import annotations

import pytest

from explorer.core.clusters.wording import alike, best_terms, grown_in, is_content, without_fragments, written


def as_it_is(term: str) -> str:
    return term


@pytest.mark.parametrize("term", ["the", "my card", "how do", "x", "2019", "18 years", "信"])
def test_what_cannot_stand_as_a_label(term: str) -> None:
    assert not is_content(term, frozenset())


@pytest.mark.parametrize("term", ["card", "exchange rate", "covid 19", "信用", "تحويل الأموال"])
def test_what_can(term: str) -> None:
    assert is_content(term, frozenset())


def test_words_that_are_everywhere_cannot() -> None:
    assert not is_content("neue karte", frozenset({"karte"}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fee", "fees"),
        ("transfer", "transferring"),
        ("top up", "top"),
        ("verify", "verification"),
        ("currency", "currencies"),
        ("用卡", "信用卡"),
    ],
)
def test_forms_and_pieces_say_the_same(one: str, other: str) -> None:
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("card", "cash"),
        ("us", "user"),
        ("atm", "treatment"),
        ("transfer", "transaction"),
        ("verify", "identity"),
        ("汇率", "信用"),
    ],
)
def test_different_words_do_not(one: str, other: str) -> None:
    assert not alike(one, other)


def test_pieces_of_longer_phrases_go() -> None:
    texts = {"top": 100.0, "up": 110.0, "top up": 90.0, "up limit": 20.0, "auto top": 15.0, "limit": 60.0, "auto": 30.0}
    assert set(texts) - without_fragments(texts) == {"up limit", "auto top"}


def test_a_usual_phrase_is_said_instead_of_its_word_and_nothing_twice() -> None:
    shares = {"rate": 0.5, "rates": 0.2, "exchange": 0.45, "exchange rate": 0.4, "wrong": 0.3, "bad rate": 0.1}
    assert list(best_terms(shares, 3, as_it_is)) == ["exchange rate", "wrong"]


def test_an_unusual_phrase_is_not() -> None:
    assert list(best_terms({"card": 0.5, "lost card": 0.1, "atm": 0.2}, 3, as_it_is)) == ["card", "atm"]


def test_pairs_of_characters_grow_to_words_that_the_texts_have() -> None:
    texts = ["我的信用卡被盗了", "信用卡丢失后如何挂失", "申请新的信用卡", "我想取消信用卡吗"]
    assert grown_in(texts, "用卡") == "信用卡"
    assert grown_in(["บัตรเครดิตหาย", "ยกเลิกบัตรเครดิต", "บัตรเครดิตใหม่"], "ตร") == "บัตรเครดิต"
    assert grown_in(["信用卡", "信用社"], "信用") == "信用"


def test_written_as_most_texts_do() -> None:
    assert written("atm", ["The ATM ate it", "an ATM", "atm"]) == "ATM"
    assert written("transfer", ["Transfer failed", "my transfer"]) == "transfer"
    assert written("top up", ["my top-up", "a top-up", "top up"]) == "top-up"
    assert written("strasse", ["in der Straße", "Straße"]) == "Straße"
    assert written("missing", ["nothing here"]) == "missing"
