"""From shares of classes to labels that are probably wrong."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.core.quality.opinions import TOP, Opinion, blank_opinion, judge, write_opinion


def opinion_of(shares: list[list[float]], given: list[int]) -> Opinion:
    table = np.array(shares, np.float32)
    made = blank_opinion(len(table), table.shape[1])
    write_opinion(made, np.arange(len(table)), table, np.array(given, np.int32))
    return made


def test_the_likeliest_classes_are_kept_in_order_and_the_own_share_exactly() -> None:
    shares = np.random.default_rng(0).dirichlet(np.ones(12), 50).astype(np.float32)
    given = np.random.default_rng(1).integers(0, 12, 50).astype(np.int32)
    found = opinion_of(shares.tolist(), given.tolist())
    assert found.classes.shape == (50, TOP)
    assert np.array_equal(found.classes, np.argsort(-shares, axis=1, kind="stable")[:, :TOP])
    assert np.array_equal(found.own, shares[np.arange(50), given])


def test_equal_shares_are_ordered_by_class_and_nothing_is_no_class() -> None:
    found = opinion_of([[0.0, 0.5, 0.5], [0.0, 0.0, 0.0]], [0, -1])
    assert found.classes.tolist() == [[1, 2, -1], [-1, -1, -1]]
    assert found.own[0] == 0 and np.isnan(found.own[1])
    assert found.likeliest.tolist() == [1, -1]


def test_flipped_labels_are_found_and_right_ones_left_alone() -> None:
    """100 sure texts of two classes, of which five carry the other's label."""
    given = np.array([0] * 50 + [1] * 50, np.int32)
    shares = np.where(given[:, None] == np.arange(2), 0.9, 0.1).astype(np.float32)
    wrong = [3, 17, 40, 60, 99]
    given[wrong] = 1 - given[wrong]
    found = judge(opinion_of(shares.tolist(), given.tolist()), given, np.ones(100, np.bool_), 2)
    assert found.estimated == 5 and np.flatnonzero(found.flagged).tolist() == wrong


def test_the_least_credible_are_flagged_as_many_as_the_counts_say() -> None:
    given = np.array([0] * 10 + [1] * 10, np.int32)
    shares = np.where(given[:, None] == np.arange(2), 0.8, 0.2)
    shares[2], shares[15] = (0.05, 0.95), (0.9, 0.1)
    shares[7] = (0.45, 0.55)  # in doubt, but too weak to count for class 1
    found = judge(opinion_of(shares.tolist(), given.tolist()), given, np.ones(20, np.bool_), 2)
    assert np.flatnonzero(found.flagged).tolist() == [2, 15]


def test_rows_that_take_no_part_are_never_flagged_and_do_not_count() -> None:
    given = np.array([0] * 5 + [1] * 5, np.int32)
    shares = np.where(given[:, None] == np.arange(2), 0.9, 0.1)
    shares[4] = (0.0, 1.0)
    judged = np.ones(10, np.bool_)
    judged[4] = False
    assert not judge(opinion_of(shares.tolist(), given.tolist()), given, judged, 2).flagged.any()
    silent = blank_opinion(10, 2)
    assert not judge(silent, given, np.ones(10, np.bool_), 2).flagged.any()


@pytest.mark.parametrize("classes", [1, 3, 40])
def test_an_opinion_is_as_wide_as_there_are_classes(classes: int) -> None:
    assert blank_opinion(4, classes).classes.shape == (4, min(classes, TOP))
