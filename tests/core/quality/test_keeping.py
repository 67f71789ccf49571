"""Which text of a group stays, and groups that reach across a split."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.quality.keeping import POLICIES, KeepFacts, keep_one, leakage, preference
from explorer.errors import OptionError

GROUPS = np.array([0, 1, 0, -1, 1, 0], np.int32)


def facts(**changed: object) -> KeepFacts:
    values = {
        "lengths": np.array([5, 9, 7, 99, 9, 7]),
        "dates": np.array([1.0, np.nan, 3.0, 9.0, 2.0, np.nan]),
        "distances": np.array([0.2, 0.0, 0.0, np.nan, 0.1, 0.1], np.float32),
        "flagged": np.array([True, True, False, False, True, False]),
        "labelled": np.array([False, False, False, True, True, True]),
    }
    return KeepFacts(**{**values, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "kept"),
    [("first", [0, 1]), ("longest", [1, 2]), ("newest", [2, 4]), ("central", [1, 2]), ("unflagged", [1, 2]),
     ("labelled", [4, 5])],
)  # fmt: skip
def test_each_policy_keeps_one_text_a_group(policy: str, kept: list[int]) -> None:
    found = keep_one(GROUPS, preference(policy, facts()))
    assert found.kept.tolist() == kept
    assert found.removed.tolist() == sorted({0, 1, 2, 4, 5} - set(kept)) and found.groups == 2


def test_every_policy_is_described() -> None:
    for policy in POLICIES:
        assert preference(policy, facts()).shape == (6,)


def test_what_lies_in_the_trash_does_not_count() -> None:
    there = np.array([False, True, True, True, False, True])
    found = keep_one(GROUPS, preference("first", facts()), there)
    assert found.kept.tolist() == [2] and found.removed.tolist() == [5], "of group 1 only one text is left"


def test_refusals_say_what_to_do() -> None:
    with pytest.raises(OptionError, match="no column of dates"):
        preference("newest", facts(dates=None))
    with pytest.raises(OptionError, match="central"):
        preference("best", facts())


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=40), st.integers(0, 999))
def test_exactly_one_of_each_group_is_left(keys: list[int], seed: int) -> None:
    groups = np.array(keys, np.int32)
    found = keep_one(groups, np.random.default_rng(seed).normal(size=len(groups)))
    left = np.setdiff1d(np.arange(len(groups)), found.removed)
    assert sorted(groups[left][groups[left] >= 0].tolist()) == sorted(set(groups[groups >= 0].tolist()))
    assert (groups[found.removed] >= 0).all()
    assert set(left.tolist()) >= set(np.flatnonzero(groups < 0).tolist())


def test_leakage_names_the_groups_their_rows_and_the_pairs() -> None:
    parts = np.array([0, 1, 1, 1, 1, 2])
    found = leakage(GROUPS, parts, ("train", "test", "dev"), "split")
    assert found.groups.tolist() == [0] and found.rows.tolist() == [0, 2, 5]
    assert found.pairs.tolist() == [[1, 1, 1], [1, 2, 1], [1, 1, 1]]


def test_rows_without_a_part_leak_nothing() -> None:
    found = leakage(GROUPS, np.array([0, 1, -1, 0, 1, -1]), ("train", "test"), "split")
    assert not len(found.groups) and not len(found.rows)


@pytest.mark.parametrize("values", [("train",), tuple(map(str, range(60)))])
def test_a_column_that_is_no_split_is_refused(values: tuple[str, ...]) -> None:
    with pytest.raises(OptionError, match="is no split"):
        leakage(GROUPS, np.zeros(6, np.int64), values, "split")


def test_no_group_at_all() -> None:
    nothing = np.full(4, -1, np.int32)
    assert not len(keep_one(nothing, np.zeros(4)).removed)
    assert not len(leakage(nothing, np.array([0, 1, 0, 1]), ("a", "b"), "split").groups)
