"""What a target precision rests on: the label that means odd, in the label column or given by hand, and decisions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from explorer.core.anomaly.precision import LEAST
from explorer.core.plan import Plan
from explorer.core.report.decisions import decide
from explorer.core.report.evidence import known, labelled
from explorer.core.report.marks import Marks
from explorer.core.results import Results
from explorer.errors import OptionError

KINDS = ["spam", "ham", "spam", "", "  ", "ham", "ham", "ham", "ham", "ham"]


@pytest.fixture
def made(make: Any) -> Any:
    found = make({"kind": KINDS, "part": ["a"] * 10})
    found.corpus = found.corpus.with_label("kind")
    return found


def by_hand(*names: str, **given: list[int]) -> Marks:
    """Labels of one's own, and the rows that have each."""
    bits = np.zeros(10, np.uint64)
    for name, rows in given.items():
        bits[rows] |= np.uint64(1 << names.index(name))
    return Marks(names, bits if given else np.empty(0, np.uint64))


def test_the_column_tells_odd_from_fine_and_a_blank_cell_says_nothing(made: Any) -> None:
    assert labelled(made.corpus, "spam").tolist() == [1, 0, 1, -1, -1, 0, 0, 0, 0, 0]
    assert labelled(made.corpus, None) is None


def test_labels_of_other_names_say_nothing_about_the_columns_odd_label(made: Any) -> None:
    found = labelled(made.corpus, "spam", by_hand("later", later=[0, 5]))
    assert found.tolist() == [1, 0, 1, -1, -1, 0, 0, 0, 0, 0]


def test_a_label_of_ones_own_is_compared_with_labels_of_ones_own_alone(made: Any) -> None:
    marks = by_hand("odd", "fine", odd=[4, 6], fine=[6, 8])
    assert labelled(made.corpus, "odd", marks).tolist() == [-1, -1, -1, -1, 1, -1, 1, -1, 0, -1]
    assert labelled(made.corpus.with_label(None), "odd", marks).tolist() == [-1, -1, -1, -1, 1, -1, 1, -1, 0, -1]


def test_where_both_are_called_so_ones_own_labels_tell_first(made: Any) -> None:
    marks = by_hand("spam", "fine", spam=[5, 3], fine=[0])
    assert labelled(made.corpus, "spam", marks).tolist() == [0, 0, 1, 1, -1, 1, 0, 0, 0, 0]


def test_a_label_that_no_text_has_yet_says_nothing_and_one_that_is_not_there_is_refused(made: Any) -> None:
    assert (labelled(made.corpus, "odd", by_hand("odd")) == -1).all()
    with pytest.raises(OptionError, match="No text has the label 'snow'"):
        labelled(made.corpus, "snow", by_hand("odd"))
    with pytest.raises(OptionError, match="no column with labels"):
        labelled(made.corpus.with_label(None), "spam")


def test_decisions_win_over_labels(made: Any) -> None:
    evidence = known({0: False, 4: True}, labelled(made.corpus, "spam"))
    assert evidence.rows.tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert evidence.rows[evidence.odd].tolist() == [2, 4]


def test_the_rule_of_the_line_names_the_label_that_means_odd(made: Any) -> None:
    scores = np.linspace(1.0, 0.0, 10)
    results = Results(scores={"knn": scores})
    plan = Plan(encoder="lexical", detectors=("knn",), target_precision=0.2, odd_value="odd")
    marks = by_hand("odd", "fine", odd=[0, 1], fine=list(range(2, 10)))
    found = decide(results, plan, {}, marks, made.corpus)
    assert LEAST == 10 and not found.threshold.refused and found.flagged.all()
    assert found.threshold.rule.startswith("precision about 20%")
    assert found.threshold.rule.endswith("wanted: 20%; odd means labelled odd")
    without = decide(results, replace(plan, odd_value=None), {}, marks, made.corpus)
    assert without.threshold.refused and "odd means" not in without.threshold.rule
