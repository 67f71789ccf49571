"""Values of some rows: as a dictionary would hold them, whatever is done in whatever order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.anomaly.overrides import NO_OVERRIDES
from explorer.core.row_map import RowMap

ROWS = 40
deeds = st.lists(
    st.tuples(st.lists(st.integers(0, ROWS - 1), unique=True), st.sampled_from(["a", "b", "c", None])), max_size=12
)


def done(made: list[tuple[list[int], str | None]]) -> tuple[RowMap[str], dict[int, str]]:
    rows, plain = RowMap[str].of({}), {}
    for chosen, value in made:
        if value is None:
            rows = rows.without(np.array(chosen, np.int64))
            plain = {row: held for row, held in plain.items() if row not in chosen}
        else:
            rows = rows.given_all(dict.fromkeys(chosen, value))
            plain |= dict.fromkeys(chosen, value)
    return rows, plain


@given(deeds)
def test_it_holds_what_a_dictionary_would_hold_in_the_order_of_the_rows(made: list) -> None:
    rows, plain = done(made)
    assert dict(rows) == plain == rows.as_dict() and list(rows) == sorted(plain) and len(rows) == len(plain)
    assert rows == plain and rows == RowMap.of(plain) and hash(rows) == hash(RowMap.of(plain))
    assert all(rows.rows_with(value).tolist() == sorted(r for r in plain if plain[r] == value) for value in "abcd")
    assert rows.within(10) == {row: value for row, value in plain.items() if row < 10}
    assert [rows.get(row) for row in range(-1, ROWS + 1)] == [plain.get(row) for row in range(-1, ROWS + 1)]


@given(deeds, deeds)
def test_what_differs_is_what_would_differ_in_dictionaries(first: list, second: list) -> None:
    (one, plain), (two, other) = done(first), done(second)
    wanted = [plain.get(row) != other.get(row) for row in range(ROWS)]
    assert one.differs(two, ROWS).tolist() == wanted and (one == two) is (plain == other)


def test_decisions_are_made_changed_and_taken_back() -> None:
    made = NO_OVERRIDES.decided(np.array([5, 2, 5]), True).decided(np.array([2]), False)
    assert made == {5: True, 2: False} and made.flagged.tolist() == [5] and made.cleared.tolist() == [2]
    assert made.decided(np.array([5]), None) == {2: False} and made.flags.tolist() == [False, True]
