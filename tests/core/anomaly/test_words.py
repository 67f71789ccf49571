from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from explorer.core.anomaly.words import MOST, strange_words, word_parts, words_said
from explorer.core.progress import Cancelled, Progress

KNOWN = {"card": 0, "bank": 1, "money": 2, "flour": 3}


def counted_words(texts: Sequence[str]) -> np.ndarray:
    """A bag of four words: simple enough to know what leaving one out must do."""
    vectors = np.zeros((len(texts), 4), np.float32)
    for row, text in enumerate(texts):
        for word in text.split():
            vectors[row, KNOWN[word]] += 1.0
    return vectors


NEIGHBOURS = counted_words(["card bank", "bank money card"])


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_word_that_no_neighbour_has_contributes_most(metric: str) -> None:
    text = "card  flour bank"
    found = strange_words(text, NEIGHBOURS, metric, counted_words)  # type: ignore[arg-type]
    assert [text[part.start : part.end] for part in found.parts] == ["card", "flour", "bank"]
    assert max(found.parts, key=lambda part: part.nearer).start == 6
    assert found.parts[0].nearer < 0, "without a word of its neighbours it lies farther off"
    assert words_said(text, found).startswith("Without “flour” it would lie nearer to its neighbours: ")


def test_a_text_of_one_word_is_not_left_empty() -> None:
    found = strange_words("card", NEIGHBOURS, "cosine", lambda texts: counted_words(["card"] * len(texts)))
    assert len(found.parts) == 4 and not any(part.nearer for part in found.parts)
    assert words_said("card", found).startswith("No single word")


def test_a_long_text_is_left_out_in_groups_of_words_that_cover_it() -> None:
    text = " ".join(f"word{number}" for number in range(1000))
    parts = word_parts(text)
    assert len(parts) <= MOST
    assert (parts[0][0], parts[-1][1]) == (0, len(text))
    assert all(text[end] == " " and end + 1 == start for (_, end), (start, _) in pairwise(parts))


def test_it_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        strange_words("card bank", NEIGHBOURS, "cosine", counted_words, Progress(lambda _: None, lambda: True))
