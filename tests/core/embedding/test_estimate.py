from __future__ import annotations

import pytest

from explorer.core.embedding.base import EncoderCard
from explorer.core.embedding.estimate import Pace, about_time, estimate

MINILM = EncoderCard("minilm", "d", 384, "fp32", 256)


def test_more_texts_longer_texts_and_wider_models_take_longer() -> None:
    base = estimate(MINILM, texts=20_000, characters=1_000_000).seconds
    assert estimate(MINILM, texts=40_000, characters=2_000_000).seconds > base
    assert estimate(MINILM, texts=20_000, characters=4_000_000).seconds > base
    assert estimate(EncoderCard("x", "d", 768, "fp32", 256), texts=20_000, characters=1_000_000).seconds > base
    assert estimate(EncoderCard("x", "d", 384, "bf16", 256), texts=20_000, characters=1_000_000).seconds < base
    assert estimate(EncoderCard("lexical", "d", 128), texts=20_000, characters=1_000_000).seconds < base


def test_texts_beyond_the_token_limit_cost_no_more() -> None:
    long = estimate(MINILM, texts=100, characters=100 * 10_000)
    assert long.seconds == estimate(MINILM, texts=100, characters=100 * 1_000_000).seconds


def test_disk_counts_the_store_and_the_rows() -> None:
    assert estimate(MINILM, texts=10, characters=100, rows=30).bytes_on_disk == 10 * (1536 + 16) + 30 * 1536
    assert estimate(MINILM, texts=0, characters=0, rows=30).seconds == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3, "a few seconds"), (34, "about 40 s"), (180, "about 3 min"), (5400, "about 1.5 h"), (72_000, "about 20 h")],
)
def test_time_is_said_no_more_exactly_than_it_is_known(seconds: float, words: str) -> None:
    assert about_time(seconds) == words


def test_sentence_names_time_and_disk() -> None:
    sentence = estimate(MINILM, texts=20_000, characters=1_000_000).sentence
    assert sentence.startswith("about")
    assert sentence.endswith("about 62 MB on disk")


def test_pace_follows_the_work_that_was_done() -> None:
    now = [0.0]
    pace = Pace(100.0, clock=lambda: now[0])
    assert pace.facts(0, 0.0) == {}
    now[0] = 30.0
    assert pace.facts(10, 5.0) == {}, "loading the model took these 30 seconds, not the texts"
    now[0] = 40.0
    assert pace.facts(50, 25.0) == {"per_second": 4.0, "seconds_left": 37.5}
