"""Duplicate groups: tight, disjoint, complete, the same on every run, and growing with the threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.quality.duplicates import NO_GROUP, Duplicates, find_duplicates, numbered
from tests.core.quality.small_graph import at_angles, graph_over, own_rows, unit


def grouped(
    vectors: np.ndarray, share: float, first: np.ndarray | None = None, empty: np.ndarray | None = None, k: int = 5
) -> Duplicates:
    rows = len(vectors)
    return find_duplicates(
        own_rows(rows) if first is None else np.asarray(first, np.int32),
        np.zeros(rows, np.bool_) if empty is None else empty,
        unit(vectors),
        graph_over(vectors, k),
        share=share,
    )


def members(found: Duplicates) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(found.groups == group).tolist()) for group in range(len(found.sizes))}


@st.composite
def corpora(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of a few bunches, some of them equal, and which texts are identical."""
    seed, rows = draw(st.integers(0, 10_000)), draw(st.integers(3, 60))
    random = np.random.default_rng(seed)
    centres = random.normal(size=(draw(st.integers(1, 6)), 6))
    vectors = centres[random.integers(len(centres), size=rows)] + random.normal(size=(rows, 6)) * draw(
        st.sampled_from([0.0, 0.01, 0.1, 1.0])
    )
    copies = random.integers(rows, size=rows)
    twins = random.random(rows) < draw(st.sampled_from([0.0, 0.3, 0.9]))
    source = np.where(twins, np.minimum(copies, np.arange(rows)), np.arange(rows))
    while not np.array_equal(source, source[source]):
        source = source[source]
    return vectors[source].astype(np.float32), source.astype(np.int32)


@settings(deadline=None, max_examples=60)
@given(corpora(), st.sampled_from([0.0, 0.1, 0.3, 0.7, 1.0]))
def test_groups_are_tight_disjoint_and_complete(corpus: tuple[np.ndarray, np.ndarray], share: float) -> None:
    vectors, first = corpus
    found, graph, ready = grouped(vectors, share, first), graph_over(vectors), unit(vectors)
    assert np.array_equal(np.bincount(found.groups[found.rows], minlength=len(found.sizes)), found.sizes)
    assert (found.sizes >= 2).all()
    assert (found.groups[found.representatives] == np.arange(len(found.sizes))).all()
    leaders = found.representatives[found.groups[found.rows]]
    apart = 0.5 * np.square(ready[found.rows].astype(np.float64) - ready[leaders]).sum(axis=1)
    assert (apart <= found.threshold + 1e-6).all(), "nobody is farther from the representative than the threshold"
    assert np.allclose(found.distances[found.rows], apart, atol=1e-6)
    # Complete: whoever has a copy or a neighbour within the threshold is in a group, and nobody else.
    near = (graph.distances <= np.float32(found.threshold)) & (first[graph.ids] != first[:, None])
    linked = set(np.flatnonzero(near.any(axis=1)).tolist()) | set(graph.ids[near].tolist())
    linked = set(np.flatnonzero(np.isin(first, first[list(linked)])).tolist()) if linked else set()
    copied = set(np.flatnonzero(np.bincount(first, minlength=len(first))[first] > 1).tolist())
    assert set(found.rows.tolist()) >= linked | copied
    if np.bincount(first).max() <= graph.k:
        assert set(found.rows.tolist()) <= linked | copied


@settings(deadline=None, max_examples=40)
@given(corpora(), st.floats(0, 1), st.floats(0, 1))
def test_a_wider_threshold_takes_no_text_out(corpus: tuple[np.ndarray, np.ndarray], one: float, other: float) -> None:
    vectors, first = corpus
    narrow, wide = grouped(vectors, min(one, other), first), grouped(vectors, max(one, other), first)
    assert set(narrow.rows.tolist()) <= set(wide.rows.tolist())
    assert np.array_equal(narrow.exact, wide.exact)


@settings(deadline=None, max_examples=30)
@given(corpora(), st.sampled_from([0.0, 0.3, 1.0]))
def test_identical_texts_share_a_group_at_any_threshold(corpus: tuple[np.ndarray, np.ndarray], share: float) -> None:
    vectors, first = corpus
    found = grouped(vectors, share, first)
    for text in np.unique(first):
        rows = np.flatnonzero(first == text)
        assert len(set(found.groups[rows].tolist())) == 1
        if len(rows) > 1:
            assert found.groups[text] != NO_GROUP and len(set(found.exact[rows].tolist())) == 1


def test_a_chain_of_small_steps_does_not_join_its_ends() -> None:
    """Twelve texts, each near to the next: as one group its ends would differ by eleven steps."""
    chain = at_angles(*range(12), 60, 90, 130, 180)
    found = grouped(chain, 1.1)
    assert found.median == pytest.approx(1 - np.cos(np.deg2rad(1)), rel=1e-3)
    assert found.sizes.max() <= 3 and set(found.rows.tolist()) == set(range(12))


def test_a_group_larger_than_the_graph_has_neighbours_is_one_group() -> None:
    random = np.random.default_rng(0)
    bunch = np.array([1.0, 0, 0, 0]) + random.normal(size=(60, 4)) * 1e-3
    found = grouped(np.concatenate([bunch, random.normal(size=(140, 4))]), 0.5, k=5)
    assert max(members(found), key=len) == frozenset(range(60))


def test_more_copies_than_neighbours_and_two_such_texts_near_each_other() -> None:
    """Each text fills the other's neighbour list with its copies; they are near duplicates all the same."""
    angles = [0.0] * 20 + [0.5] * 20 + [30, 60, 95, 140, 200]
    first = np.array([0] * 20 + [20] * 20 + [40, 41, 42, 43, 44])
    found = grouped(at_angles(*angles), 0.2, first, k=5)
    assert members(found) == {frozenset(range(40))}
    assert sorted(np.bincount(found.exact[found.exact >= 0]).tolist()) == [20, 20]
    assert np.array_equal(found.near, np.arange(40))


def test_all_rows_identical_and_a_majority_of_duplicates() -> None:
    same = grouped(np.ones((30, 3)), 0.5, np.zeros(30))
    assert members(same) == {frozenset(range(30))} and same.median == 0 and len(same.near) == 0
    assert same.remark.startswith("All texts are the same")
    mixed = grouped(np.concatenate([np.ones((30, 3)), np.random.default_rng(1).normal(size=(8, 3))]), 0.1,
                    np.array([0] * 30 + list(range(30, 38))))  # fmt: skip
    assert members(mixed) == {frozenset(range(30))} and mixed.median > 0.01, "copies do not make the median 0"
    assert mixed.remark.startswith("29 of 38 texts are copies") and not grouped(at_angles(0, 0.4, 30), 0.5).remark


def test_empty_texts_are_no_duplicates_of_each_other() -> None:
    vectors = np.concatenate([np.zeros((3, 2)), at_angles(0, 40, 100)])
    found = grouped(vectors, 0.5, np.array([0, 0, 0, 3, 4, 5]), np.array([True] * 3 + [False] * 3))
    assert len(found.rows) == 0 and (found.exact == NO_GROUP).all()


def test_a_single_text_has_no_duplicate() -> None:
    found = grouped(np.ones((1, 2)), 0.5)
    assert len(found.rows) == len(found.sizes) == 0 and found.threshold == 0


def test_groups_are_numbered_by_their_first_rows() -> None:
    assert numbered(np.array([7, -1, 3, 7, 3])).tolist() == [0, -1, 1, 0, 1]


def test_arrays_and_facts_bring_the_same_back() -> None:
    found = grouped(at_angles(0, 0.4, 30, 60, 61), 0.5)
    again = Duplicates.of(found.arrays(), found.facts())
    assert members(again) == members(found) and again.threshold == found.threshold
