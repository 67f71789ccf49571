from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.embedding.batching import (
    BATCH_TOKENS,
    batch_rows,
    batches,
    character_slices,
    pad_rows,
    padded_lengths,
)

counts = st.lists(st.integers(1, 512), min_size=1, max_size=300).map(np.array)


@given(counts)
def test_padding_covers_the_text_and_depends_on_it_alone(tokens: np.ndarray) -> None:
    padded = padded_lengths(tokens, 512)
    assert (padded >= tokens).all()
    assert (padded <= 512).all()
    assert padded.tolist() == [int(padded_lengths(np.array([one]), 512)[0]) for one in tokens]


@given(counts)
def test_batches_hold_every_text_once_within_the_budget(tokens: np.ndarray) -> None:
    lengths = padded_lengths(tokens, 512)
    found = list(batches(lengths))
    assert sorted(np.concatenate([rows for _, rows in found]).tolist()) == list(range(len(tokens)))
    for length, rows in found:
        assert (lengths[rows] == length).all()
        assert rows.size <= batch_rows(length)
        assert batch_rows(length) * length <= max(BATCH_TOKENS, length)


def test_limit_that_is_no_multiple_is_kept() -> None:
    assert padded_lengths(np.array([49, 50]), 50).tolist() == [50, 50]


def test_rows_are_padded_on_either_side_and_completed_by_the_first() -> None:
    assert pad_rows([[1, 2], [3]], 3, 3, 9).tolist() == [[1, 2, 9], [3, 9, 9], [1, 2, 9]]
    assert pad_rows([[1, 2]], 1, 3, 9, left=True).tolist() == [[9, 1, 2]]


@given(st.lists(st.text(max_size=30), max_size=40))
def test_slices_of_characters_join_to_the_whole(texts: list[str]) -> None:
    parts = [texts[part] for part in character_slices(texts, 50)]
    assert [text for part in parts for text in part] == texts
    assert all(part and (len(part) == 1 or sum(map(len, part)) <= 50) for part in parts)
