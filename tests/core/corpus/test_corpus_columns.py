"""Cells as text, names, and guesses of roles."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from explorer.core.corpus.columns import cell_text, cell_texts, is_number, text_column, unique_names, value_array
from explorer.core.corpus.corpus import Roles
from explorer.core.corpus.guess import guess_roles
from explorer.core.corpus.wording import counted, lines_said, quoted_list


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("007", "007"),
        (7, "7"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (True, "true"),
        (Decimal("1.50"), "1.50"),
        (date(2024, 1, 2), "2024-01-02"),
        (datetime(2024, 1, 2, 3, 4), "2024-01-02 03:04:00"),
        (b"caf\xe9", "caf\ufffd"),
        ({"a": [1, "ü", None, date(2024, 1, 2)]}, '{"a": [1, "ü", null, "2024-01-02"]}'),
    ],
)
def test_a_value_is_written_as_it_was_read(value: object, expected: str) -> None:
    assert cell_text(value) == expected


def test_text_column_of_any_type() -> None:
    for values, expected in (([1, None], ["1", ""]), ([1.5, 2.0], ["1.5", "2.0"]), ([[1], None], ["[1]", ""])):
        assert text_column(pa.chunked_array([values])).to_pylist() == expected


def test_single_precision_has_its_own_digits() -> None:
    column = pa.chunked_array([pa.array([0.1, None, 2.0], pa.float32())])
    assert cell_texts(column) == ["0.1", "", "2.0"]
    assert text_column(column).to_pylist() == ["0.1", "", "2.0"]


def test_names() -> None:
    names, said = unique_names(["a", "a", "a_2", "", None, " b "])
    assert names == ["a", "a_3", "a_2", "column_4", "column_5", "b"]
    assert "column 4 (no name) is called column_4" in said[0]
    assert unique_names(["a", "b"]) == (["a", "b"], [])


def test_one_type_is_kept_and_mixtures_become_text() -> None:
    assert value_array([1, None, 2]).type == pa.int64()
    assert value_array([1, 2.5]).to_pylist() == ["1", "2.5"]
    assert value_array([True, 1]).to_pylist() == ["true", "1"]
    assert value_array([2**70]).to_pylist() == [str(2**70)]
    assert value_array([None, None]).type == pa.large_string()


def test_numbers() -> None:
    assert all(map(is_number, ["1", "-2.5", "1,5", "1 204,50", "1,204,500", "12%", 3, 1e5]))
    assert not any(map(is_number, ["", "a1", "2024-01-02", "one", None, True, "1 card", "nan"]))


def guess(**columns: list[object]) -> Roles:
    return guess_roles(pa.table(columns))


def test_roles_by_name_and_content() -> None:
    rows = 40
    texts = [f"some words about the matter {row}" for row in range(rows)]
    codes = [f"K{row}" for row in range(rows)]
    found = guess(
        ticket=codes,
        url=[f"https://example.org/{'x' * 60}{row}" for row in range(rows)],
        remark=texts,
        kind=["a", "b"] * 20,
        when=["2024-01-02T10:00"] * rows,
        split=["train"] * rows,
        intent=["x", "y"] * 20,
    )
    assert found == Roles(("remark",), "ticket", "intent", "when")


def test_a_label_without_a_telling_name() -> None:
    assert (
        guess(text=[f"words {row} here" for row in range(30)], outcome=["good", "bad", "ugly"] * 10).label == "outcome"
    )


def test_no_words_no_text_column() -> None:
    assert guess(id=["a1", "a2"], n=[1, 2], when=["2024-01-02", "2024-01-03"]) == Roles((), "id", None, "when")
    assert guess(n=["1", "2"]).text == ()


def test_texts_without_spaces_are_texts() -> None:
    assert guess(code=["A1", "B2"], 内容=["今天的天气很好", "我想换一张卡"]).text == ("内容",)


def test_a_given_text_column_stands() -> None:
    table = pa.table({"body": ["long words in here", "more words"], "title": ["x", "y"]})
    assert guess_roles(table, ["title"]).text == ("title",)


def test_wording() -> None:
    assert [counted(number, "line") for number in (0, 1, 1204)] == ["0 lines", "1 line", "1,204 lines"]
    assert lines_said([4]) == "line 4"
    assert lines_said([4, 9, 12]) == "lines 4, 9 and 12"
    assert lines_said(list(range(1, 1010)), 2) == "lines 1, 2 and 1,007 more"
    assert quoted_list(["a", "b", "c"], 2) == "a, b and 1 more"
