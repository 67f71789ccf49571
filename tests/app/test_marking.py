"""Labels, notes, trash: what they change, what they leave alone, what they refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.app import filtering, marking
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.labels import MOST, Label, counts, has, names_at
from explorer.app.state import AppState, HistoryView
from explorer.app.store import Store
from explorer.app.work import WORK, decoded, encoded
from explorer.core.corpus.checks import check_corpus
from explorer.core.corpus.readers import read_corpus
from explorer.errors import OptionError

ROWS = 20


@pytest.fixture
def store(tmp_path: Path) -> Store:
    path = tmp_path / "t.txt"
    path.write_text("\n".join(f"text number {i} here" for i in range(ROWS)), encoding="utf-8")
    corpus = read_corpus(path)
    store = Store()
    work = decoded({}, ROWS)[0]
    store.dispatch(
        op.show_corpus(project=tmp_path, corpus=corpus, check=check_corpus(corpus), work=work, history=HistoryView())
    )
    return store


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def labels_of(state: AppState, row: int) -> tuple[str, ...]:
    return names_at(state.label_bits, state.labels, row)


def test_labels_get_the_free_digits_and_a_key_goes_over(store: Store) -> None:
    for name in ("spam", "odd", " fine  one "):
        store.dispatch(marking.add_label(name=name))
    assert store.state.labels == (Label("spam", "1"), Label("odd", "2"), Label("fine one", "3"))
    store.dispatch(marking.change_label(old="fine one", name="fine", key="1"))
    assert store.state.labels == (Label("spam", ""), Label("odd", "2"), Label("fine", "1"))
    store.dispatch(marking.add_label(name="spam"))
    assert len(store.state.labels) == 3, "there is one already"


def test_a_label_is_given_to_many_and_toggled(store: Store) -> None:
    store.dispatch(marking.add_label(name="spam"))
    store.dispatch(marking.add_label(name="odd"))
    store.dispatch(marking.give_label(rows=rows(1, 2, 3), name="spam"))
    store.dispatch(marking.give_label(rows=rows(2), name="odd"))
    assert labels_of(store.state, 2) == ("spam", "odd") and labels_of(store.state, 5) == ()
    assert counts(store.state.label_bits, store.state.labels) == [3, 1]
    store.dispatch(marking.give_label(rows=rows(3, 4), name="spam"))
    assert counts(store.state.label_bits, store.state.labels)[0] == 4, "not all had it, so all get it"
    store.dispatch(marking.give_label(rows=rows(3, 4), name="spam"))
    assert counts(store.state.label_bits, store.state.labels)[0] == 2, "all had it, so it is taken"


def test_removing_a_label_keeps_the_others_on_their_texts(store: Store) -> None:
    for name in ("a", "b", "c"):
        store.dispatch(marking.add_label(name=name))
    store.dispatch(marking.give_label(rows=rows(1, 2), name="a"))
    store.dispatch(marking.give_label(rows=rows(2, 3), name="b"))
    store.dispatch(marking.give_label(rows=rows(3, 4), name="c"))
    store.dispatch(marking.remove_label(name="b"))
    state = store.state
    assert [labels_of(state, row) for row in (1, 2, 3, 4)] == [("a",), ("a",), ("c",), ("c",)]


def test_notes_are_trimmed_and_an_empty_one_goes_away(store: Store) -> None:
    store.dispatch(marking.write_note(row=3, text="  look again \n"))
    assert dict(store.state.notes) == {3: "look again"}
    before = store.state
    store.dispatch(marking.write_note(row=3, text="look again"))
    assert store.state is before
    store.dispatch(marking.write_note(row=3, text=" "))
    assert not store.state.notes


def test_the_trash_hides_and_restores(store: Store) -> None:
    store.dispatch(marking.put_in_trash(rows=rows(4, 7)))
    assert store.state.shown_count == ROWS - 2 and store.state.trash_count == 2
    store.dispatch(marking.show_trash(show=True))
    assert np.flatnonzero(store.state.shown).tolist() == [4, 7]
    store.dispatch(marking.put_in_trash(rows=rows(4), trash=False))
    assert np.flatnonzero(store.state.shown).tolist() == [7]
    store.dispatch(marking.show_trash(show=False))
    assert store.state.shown_count == ROWS - 1


def test_what_cannot_be_is_refused_in_words(store: Store) -> None:
    for name in ("", "  ", "a; b"):
        with pytest.raises(OptionError, match="needs a name"):
            marking.add_label(name=name)
    for number in range(MOST):
        store.dispatch(marking.add_label(name=f"label {number}"))
    with pytest.raises(OptionError, match="63 labels already"):
        store.dispatch(marking.add_label(name="one more"))
    store.dispatch(marking.give_label(rows=rows(0), name=f"label {MOST - 1}"))
    assert labels_of(store.state, 0) == (f"label {MOST - 1}",)


def test_nothing_is_changed_by_a_selection_of_nothing(store: Store) -> None:
    store.dispatch(marking.add_label(name="spam"))
    seen: list[Changes] = []
    store.subscribe(lambda _, changes: seen.append(changes))
    store.dispatch(marking.give_label(rows=rows(), name="spam"))
    store.dispatch(marking.put_in_trash(rows=rows()))
    store.dispatch(op.override_flags(rows=rows(), flag=True))
    assert seen == []


def test_a_decision_acts_on_the_selection_while_there_is_one(store: Store) -> None:
    assert store.state.targets.size == 0
    store.dispatch(op.set_current(row=4))
    assert store.state.targets.tolist() == [4]
    store.dispatch(op.select(rows=[1, 2, 3]))
    assert store.state.targets.tolist() == [1, 2, 3]
    store.dispatch(op.set_current(row=2))
    assert store.state.current == 2 and store.state.targets.tolist() == [1, 2, 3]
    store.dispatch(op.select(rows=[2], mode="subtract"))
    assert store.state.targets.tolist() == [1, 3]
    store.dispatch(op.set_current(row=4))
    assert store.state.targets.tolist() == [4] and store.state.selection.size == 0


def test_whoever_goes_from_text_to_text_decides_one_by_one(store: Store) -> None:
    everything = np.arange(ROWS)
    for go in (op.step_in(rows=rows(5, 6), direction=1), op.set_current(row=7, alone=True)):
        store.dispatch(op.select(rows=everything))
        store.dispatch(go)
        assert store.state.selection.size == 0
        assert store.state.targets.tolist() == [store.state.current]


def test_what_is_selected_but_not_shown_is_not_acted_on(store: Store) -> None:
    store.dispatch(op.select(rows=[1, 2, 3, 4]))
    store.dispatch(marking.put_in_trash(rows=rows(2, 3)))
    assert store.state.targets.tolist() == store.state.selected.tolist() == [1, 4]
    assert store.state.unseen_count == 2
    passed = np.arange(ROWS) != 4
    store.dispatch(filtering.show_passed(filters=store.state.filters, passed=passed))
    assert store.state.targets.tolist() == [1]
    store.dispatch(op.invert_selection())
    assert not {1, 2, 3, 4} & set(store.state.targets.tolist())


def test_what_becomes_seen_again_is_selected_again(store: Store) -> None:
    store.dispatch(op.select(rows=[1, 2, 3]))
    seen: list[Changes] = []
    store.subscribe(lambda _, changes: seen.append(changes))
    store.dispatch(marking.put_in_trash(rows=rows(1, 2, 3)))
    assert store.state.selected.size == 0 and store.state.targets.size == 0
    assert seen[-1] & Changes.SELECTION
    store.dispatch(marking.show_trash(show=True))
    assert store.state.targets.tolist() == [1, 2, 3]
    store.dispatch(marking.put_in_trash(rows=rows(1), trash=False))
    assert store.state.targets.tolist() == [2, 3]
    store.dispatch(marking.show_trash(show=False))
    assert store.state.targets.tolist() == [1] and seen[-1] & Changes.SELECTION


@given(st.sets(st.integers(0, ROWS - 1)), st.sets(st.integers(0, ROWS - 1)))
def test_selection_modes_are_those_of_sets(first: set[int], second: set[int]) -> None:
    for mode, wanted in (
        ("replace", second), ("add", first | second), ("subtract", first - second), ("intersect", first & second)
    ):  # fmt: skip
        state = AppState(selection=np.array(sorted(first), np.int64))
        state = _with_rows(state)
        after, _ = op.select(rows=sorted(second), mode=mode)(state)
        assert after.selection.tolist() == sorted(wanted)


class _Rows(AppState):
    @property
    def rows(self) -> int:
        return ROWS


def _with_rows(state: AppState) -> AppState:
    return _Rows(**{name: getattr(state, name) for name in ("selection",)})


@given(
    bits=st.lists(st.integers(0, 2**63 - 1), min_size=ROWS, max_size=ROWS),
    trash=st.lists(st.booleans(), min_size=ROWS, max_size=ROWS),
    notes=st.dictionaries(st.integers(0, ROWS - 1), st.text(st.characters(codec="utf-8"), min_size=1), max_size=5),
    flags=st.dictionaries(st.integers(0, ROWS - 1), st.booleans()),
    chosen=st.sets(st.integers(0, ROWS - 1)),
)
def test_work_comes_back_as_it_was_kept(bits, trash, notes, flags, chosen) -> None:
    values = {
        "label_bits": np.array(bits, np.uint64),
        "trashed": np.array(trash),
        "notes": notes,
        "overrides": flags,
        "selection": np.array(sorted(chosen), np.int64),
        "labels": (Label("spam", "1"),),
    }
    back, damaged = decoded(encoded(values), ROWS)
    assert damaged == [] and set(back) == set(WORK)
    for name, value in values.items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(back[name], value)
        else:
            assert back[name] == value
    assert has(back["label_bits"], 0, ROWS).tolist() == [bool(number & 1) for number in bits]


def test_work_of_another_corpus_is_not_taken(store: Store) -> None:
    stored = encoded({"label_bits": np.ones(30, np.uint64), "selection": np.array([25])})
    back, damaged = decoded(stored, ROWS)
    assert sorted(damaged) == ["label_bits", "selection"] and back["selection"].size == 0
