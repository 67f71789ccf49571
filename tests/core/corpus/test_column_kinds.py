"""What a column is read as."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from explorer.core.corpus.column_kinds import codes, column_kind, moments, numbers

DAY = 86_400.0


def column(*values: object) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(list(values))])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", " 2.5 ", "-3e4", ""], "number"),
        ([1, None, 3], "number"),
        ([Decimal("1.5"), Decimal("2")], "number"),
        ([np.nan] * 5, "number"),
        ([True, False, None], "boolean"),
        (["2026-10-01", "2026-10-31T10:15:00Z"], "date"),
        ([datetime.date(2026, 1, 1)], "date"),
        (["spam", "ham", ""] * 3, "category"),
        (["same"] * 9, "category"),
        ([f"remark {i}" for i in range(50)], "text"),
        (["2026-13-01", "2026-02-30"] * 9, "category"),
        (["", "", ""], "category"),
    ],
)
def test_kinds(values: list[object], kind: str) -> None:
    assert column_kind(column(*values)) == kind


def test_an_empty_column_is_text() -> None:
    assert column_kind(pa.chunked_array([], pa.large_string())) == "text"


def test_the_sample_is_spread_over_the_whole_column() -> None:
    assert column_kind(column(*["7"] * 2_000, *[f"word {i}" for i in range(20_000)])) == "text"


def test_ten_thousand_categories_are_text_and_coded_all_the_same() -> None:
    values = [f"kind {i}" for i in range(10_000)] * 2
    assert column_kind(column(*values)) == "text"
    coded, names = codes(column(*values))
    assert len(names) == 10_000
    assert (coded[:10_000] == coded[10_000:]).all()


def test_cells_that_do_not_fit_are_missing() -> None:
    read = numbers(column(*["1"] * 30, "none"))
    assert read is not None and np.isnan(read[30]) and read[:30].sum() == 30
    assert numbers(column("1", "a", "b")) is None
    lenient = numbers(column("1", "a", "b"), 0.0)
    assert lenient is not None and lenient[0] == 1 and np.isnan(lenient[1:]).all()


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_dates_are_seconds_whatever_their_form(kind: pa.DataType) -> None:
    read = moments(column("1970-01-02", "1970-01-02 01:00", "1970-01-02T01:00:30.5+02:00", "").cast(kind))
    assert read is not None
    assert read[:3].tolist() == [DAY, DAY + 3600, DAY + 3630]
    assert np.isnan(read[3])


def test_dates_without_zones_are_read_alike() -> None:
    read = moments(column("1970-01-02", " 1970-01-02 01:00 ", None, "1970-01-02T01:00:30"))
    assert read is not None
    assert read[[0, 1, 3]].tolist() == [DAY, DAY + 3600, DAY + 3630] and np.isnan(read[2])


def test_one_day_that_the_calendar_lacks_does_not_spoil_the_column() -> None:
    read = moments(column(*["1970-01-02"] * 30, "2026-02-30", "2024-02-29"))
    assert read is not None
    assert np.isnan(read[30]) and read[0] == DAY and read[31] == 19_782 * DAY


def test_blank_cells_have_no_code() -> None:
    coded, names = codes(column("a", " ", None, "b", "a"))
    assert [names[code] if code >= 0 else None for code in coded] == ["a", None, None, "b", "a"]
    of_numbers, names = codes(column(1, None, 2, 1))
    assert [names[code] if code >= 0 else None for code in of_numbers] == ["1", None, "2", "1"]
    of_dictionary, names = codes(pa.chunked_array([pa.array(["x", None, "x"]).dictionary_encode()]))
    assert of_dictionary.tolist() == [0, -1, 0]


def test_nothing_has_no_codes() -> None:
    coded, names = codes(pa.chunked_array([], pa.large_string()))
    assert coded.size == 0 and names == []
