from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from explorer.core.clusters import keywords as module
from explorer.core.clusters.keywords import keywords, sample_rows
from explorer.core.progress import Cancelled, Progress
from tests.conftest import sample_rows as bank_rows


def column(texts: list[str]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, pa.large_string())])


def numbers(names: list[str]) -> np.ndarray:
    return np.unique(names, return_inverse=True)[1].astype(np.int32)


@pytest.fixture(scope="module")
def bank() -> tuple[list[str], np.ndarray, list[str]]:
    """3,000 bank questions, two levels: money that comes or goes by cards and all else; and the person's intents."""
    rows = bank_rows(3000)
    intents = [row["intent"] for row in rows]
    levels = np.column_stack([numbers(["card" in intent for intent in intents]), numbers(intents)])
    return [row["question"] for row in rows], levels, sorted(set(intents))


def test_words_of_real_intents(bank: tuple[list[str], np.ndarray, list[str]]) -> None:
    texts, levels, intents = bank
    found = keywords(column(texts), levels)
    said = {
        intent: " ".join(words).replace("Apple", "apple") for intent, words in zip(intents, found.words[1], strict=True)
    }
    assert "PIN" in said["change_pin"]
    assert "passcode" in said["passcode_forgotten"]
    assert "apple" in said["apple_pay_or_google_pay"]
    assert "exchange rate" in said["card_payment_wrong_exchange_rate"]
    assert "virtual card" in said["getting_virtual_card"]
    assert found.texts_read == 3000
    for words, scores in zip(found.words[1], found.scores[1], strict=True):
        assert len(words) == len(scores) <= 4
        assert all(score > 0.0 for score in scores)
        assert not {"the", "my", "i"} & {word.lower() for word in words}


def test_children_do_not_repeat_what_all_of_them_share() -> None:
    texts = [f"card {word} {end}" for word in ("lost", "stolen", "blocked") for end in ("today", "again", "help")]
    texts += [f"refund {word} {end}" for word in ("late", "missing", "partial") for end in ("today", "again", "help")]
    levels = np.column_stack([np.repeat([0, 1], 9), np.repeat(np.arange(6), 3)]).astype(np.int32)
    found = keywords(column(texts), levels)
    assert found.words[0][0][0] == "card"
    assert found.words[0][1][0] == "refund"
    for word, words in zip(("lost", "stolen", "blocked", "late", "missing", "partial"), found.words[1], strict=True):
        assert word in words[0]
        assert not {"card", "refund"} & set(words)


def test_words_that_nearly_all_regions_share_are_left_out_in_any_language() -> None:
    topics = ["Karte", "Konto", "Kredit", "Zins", "Miete", "Steuer", "Rente", "Auto", "Haus", "Reise"]
    texts = [f"ich habe eine frage zu {topic} {end}" for topic in topics for end in ("bitte", "danke", "bitte sehr")]
    found = keywords(column(texts), np.repeat(np.arange(10), 3).astype(np.int32)[:, None])
    assert [words[0] for words in found.words[0]] == topics


@pytest.mark.parametrize("texts", [["", "  ", "!?"], ["😀", "👍👍", "😍"]])
def test_texts_without_words_give_none(texts: list[str]) -> None:
    assert keywords(column(texts), np.zeros((3, 1), np.int32)).words == (((),),)


def test_rows_of_no_region_do_not_count() -> None:
    levels = np.array([[0], [0], [-1], [-1]], np.int32)
    found = keywords(column(["green apple", "green pear", "red car", "red bus"]), levels)
    assert found.words == ((("green",),),)
    assert keywords(column(["a b"]), np.full((1, 2), -1, np.int32)).words == ((), ())


def test_right_to_left_and_spaceless_scripts() -> None:
    texts = ["كيف يمكنني تحويل الأموال", "فشل تحويل الأموال اليوم", "رسوم تحويل الأموال"]
    texts += ["クレジットカードを紛失", "クレジットカードの再発行", "クレジットカードが使えない"]
    found = keywords(column(texts), np.repeat([0, 1], 3).astype(np.int32)[:, None])
    assert found.words == ((("تحويل الأموال",), ("クレジットカード",)),)


def test_a_sample_takes_small_regions_whole_and_is_the_same_again() -> None:
    labels = np.repeat([0, 1, 2, -1], [1000, 30, 5, 50]).astype(np.int32)
    rows = sample_rows(labels, 100, 7)
    assert (np.diff(rows) > 0).all()
    assert np.bincount(labels[rows]).tolist() == [65, 30, 5]
    assert rows.tolist() == sample_rows(labels, 100, 7).tolist()
    assert rows.tolist() != sample_rows(labels, 100, 8).tolist()


def test_sampled_counts_stand_for_all_texts(
    bank: tuple[list[str], np.ndarray, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, levels, _ = bank
    whole = keywords(column(texts), levels)
    monkeypatch.setattr(module, "MOST_TEXTS", 1200)
    part = keywords(column(texts), levels)
    assert part.texts_read <= 1200
    same = [len(set(a[:2]) & set(b)) > 0 for a, b in zip(whole.words[1], part.words[1], strict=True)]
    assert np.mean(same) > 0.9


def test_words_can_be_cancelled(bank: tuple[list[str], np.ndarray, list[str]]) -> None:
    with pytest.raises(Cancelled):
        keywords(column(bank[0]), bank[1], progress=Progress(is_cancelled=lambda: True))
