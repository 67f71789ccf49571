"""Labels that are probably wrong on real texts, and on corpora where labels cannot be judged."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core.neighbors.base import KnnGraph
from explorer.core.progress import Cancelled, Progress
from explorer.core.quality import label_errors
from explorer.core.quality.label_errors import (
    BY_NEIGHBOURS,
    BY_PROBE,
    FLAGGED,
    LabelErrors,
    Labels,
    conflicting,
    find_label_errors,
    neighbour_labels,
)
from explorer.core.quality.probe import _sample
from tests.core.quality.small_graph import graph_over, own_rows, unit

KINDS = 6


def bunches(rows: int = 600, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Vectors in six overlapping bunches and the bunch of each."""
    random = np.random.default_rng(seed)
    codes = random.integers(0, KINDS, rows).astype(np.int32)
    centres = random.normal(size=(KINDS, 16))
    return (centres[codes] + 0.7 * random.normal(size=(rows, 16))).astype(np.float32), codes


def judged(
    vectors: np.ndarray, codes: np.ndarray, first: np.ndarray | None = None, names: tuple[str, ...] | None = None,
    graph: KnnGraph | None = None, seed: int = 0,
) -> LabelErrors:  # fmt: skip
    rows = len(vectors)
    known = tuple(f"kind {code}" for code in range(int(codes.max(initial=-1)) + 1)) if names is None else names
    return find_label_errors(
        Labels(known, codes.astype(np.int32)),
        own_rows(rows) if first is None else first,
        unit(vectors),
        np.asarray(vectors).any(axis=1),
        graph_over(vectors, 15) if graph is None else graph,
        column="kind",
        seed=seed,
    )


def flipped(codes: np.ndarray, share: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(7)
    rows = np.sort(random.choice(len(codes), int(share * len(codes)), replace=False))
    wrong = codes.copy()
    wrong[rows] = (wrong[rows] + random.integers(1, KINDS, len(rows))) % KINDS
    return wrong, rows


def test_flipped_labels_are_found_first_and_their_own_label_is_suggested() -> None:
    vectors, codes = bunches()
    wrong, rows = flipped(codes)
    found = judged(vectors, wrong)
    hit = np.isin(rows, found.flagged)
    assert hit.mean() > 0.9 and len(found.flagged) < 2 * len(rows)
    assert (found.suggested[rows[hit]] == codes[rows[hit]]).mean() > 0.9
    assert np.isin(found.flagged[: len(rows) // 2], rows).mean() > 0.9, "the least credible first"
    assert (found.quality >= 0).all() and (found.quality <= 1).all()
    both = found.flags[rows] & (BY_NEIGHBOURS | BY_PROBE) == BY_NEIGHBOURS | BY_PROBE
    assert both.mean() > 0.7
    assert (found.suggested[found.flags & FLAGGED == 0] == -1).all(), "right labels get no suggestion"


def test_right_labels_are_left_alone() -> None:
    vectors, codes = bunches()
    assert len(judged(vectors, codes).flagged) < 0.03 * len(codes)


def test_the_same_seed_gives_the_same_bytes_and_survives_the_disk() -> None:
    vectors, codes = bunches(200)
    wrong, _ = flipped(codes)
    one, two = judged(vectors, wrong), judged(vectors, wrong)
    again = LabelErrors.of(two.arrays(), two.facts())
    for name, values in one.arrays().items():
        assert values.tobytes() == again.arrays()[name].tobytes(), name
    assert (again.names, again.column, again.notes) == (one.names, one.column, one.notes)


def test_missing_labels_are_not_judged_but_get_a_suggestion() -> None:
    vectors, codes = bunches()
    hidden = codes.copy()
    hidden[::10] = -1
    found = judged(vectors, hidden)
    assert np.array_equal(found.missing, np.arange(0, 600, 10))
    assert np.isnan(found.quality[::10]).all() and not found.flags[::10].any()
    assert (found.suggested[::10] == codes[::10]).mean() > 0.8
    assert "60 texts have no label in kind." in found.notes


def test_a_mistyped_label_is_rare_and_its_class_is_suggested() -> None:
    vectors, codes = bunches()
    typed = codes.copy()
    typed[[3, 50]] = KINDS  # "kidn 2"
    found = judged(vectors, typed)
    assert found.rare.tolist() == [3, 50] and np.isnan(found.quality[[3, 50]]).all()
    assert found.suggested[[3, 50]].tolist() == codes[[3, 50]].tolist()
    assert any("1 label stands on fewer than 5 different texts" in note for note in found.notes)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (np.zeros(60, np.int32), "All labels in kind are the same (kind 0)"),
        (np.full(60, -1, np.int32), "The column kind is empty"),
        (np.arange(60, dtype=np.int32), "fewer than two of its 60 values occur on 5 different texts"),
    ],
)
def test_what_cannot_be_judged_is_said(codes: np.ndarray, said: str) -> None:
    vectors, _ = bunches(60)
    found = judged(vectors, codes)
    assert said in found.notes[0] and not found.judged.any()
    assert not len(found.flagged) and not len(found.rare) and (found.suggested == -1).all()


def test_all_texts_identical_with_different_labels() -> None:
    codes = (np.arange(60) % 2).astype(np.int32)
    found = judged(np.ones((60, 4)), codes, np.zeros(60, np.int32))
    assert not found.judged.any() and "5 different texts" in found.notes[0]
    assert conflicting(codes, np.zeros(60, np.int32)).tolist() == list(range(60))


def test_a_majority_of_duplicates_and_zero_vectors() -> None:
    vectors, codes = bunches(200)
    vectors[100:] = vectors[0]
    codes[100:] = codes[0]
    first = np.minimum(np.arange(200), np.where(np.arange(200) >= 100, 0, 200)).astype(np.int32)
    vectors[5] = 0
    found = judged(vectors, codes, first)
    assert np.isnan(found.quality[5]) and found.flags[5] == 0, "a text without a direction is not judged"
    assert np.isfinite(found.quality[100:]).all() and not (found.flags[100:] & FLAGGED).any()


def test_constant_columns_of_vectors_and_large_numbers() -> None:
    vectors, codes = bunches(200)
    wrong, rows = flipped(codes, 0.04)
    wide = np.concatenate([1e4 * vectors, np.full((200, 3), 5e4, np.float32)], axis=1)
    plain, found = (
        find_label_errors(
            Labels(tuple("abcdef"), wrong), own_rows(200), given, np.ones(200, np.bool_), graph_over(vectors, 15),
            column="kind", seed=0,
        )
        for given in (vectors, wide)
    )  # fmt: skip
    assert set(found.flagged.tolist()) == set(plain.flagged.tolist())
    assert np.isin(found.flagged, rows).mean() > 0.8


def test_many_labels_are_left_to_the_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_errors, "MOST_PROBED", 3)
    vectors, codes = bunches()
    wrong, rows = flipped(codes)
    found = judged(vectors, wrong)
    assert "too many for the linear probe" in found.notes[0]
    assert not (found.flags & BY_PROBE).any() and np.isin(rows, found.flagged).mean() > 0.8


def test_ten_thousand_labels() -> None:
    """A label for every third text: 10,000 of them, none often enough, and one class that is."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(30_000, 4)).astype(np.float32)
    codes = (np.arange(30_000) // 3).astype(np.int32)
    graph = KnnGraph(
        ((np.arange(30_000)[:, None] + np.arange(1, 6)) % 30_000).astype(np.int32),
        np.full((30_000, 5), 0.1, np.float32), "cosine", "made", 1.0, 1,
    )  # fmt: skip
    found = judged(vectors, codes, graph=graph)
    assert not found.judged.any() and "fewer than two of its 10,000 values" in found.notes[0]
    ids = judged(vectors, np.arange(30_000, dtype=np.int32), graph=graph)
    assert ids.names == () and "it holds no labels" in ids.notes[0] and not len(ids.missing)


def test_the_probe_is_fitted_to_a_fair_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.core.quality.probe.MOST_FITTED", 300)
    classes = np.array([0] * 900 + [1] * 95 + [2] * 5, np.int32)
    counts = np.bincount(classes[_sample(np.arange(1000), classes, 0)])
    assert counts.sum() == 300 and counts[2] == 5 and counts[0] / counts[1] == pytest.approx(900 / 95, rel=0.2)


def test_same_text_other_label() -> None:
    given = np.array([0, 1, 0, 0, -1, 2], np.int32)
    assert conflicting(given, np.array([0, 0, 1, 1, 0, -1], np.int32)).tolist() == [0, 1]


def test_the_neighbours_labels_most_frequent_first() -> None:
    vectors, codes = bunches(100)
    graph, found = graph_over(vectors, 15), judged(vectors, codes)
    told = neighbour_labels(found, graph, 0)
    assert sum(count for _, count in told) == 15
    assert told == sorted(told, key=lambda entry: -entry[1])
    expected = {f"kind {code}": int((codes[graph.ids[0]] == code).sum()) for code in set(codes[graph.ids[0]].tolist())}
    assert dict(told) == expected


def test_it_stops_when_asked() -> None:
    vectors, codes = bunches(100)
    with pytest.raises(Cancelled):
        find_label_errors(
            Labels(tuple("abcdef"), codes), own_rows(100), vectors, np.ones(100, np.bool_), graph_over(vectors, 15),
            column="kind", seed=0, progress=Progress(is_cancelled=lambda: True),
        )  # fmt: skip
