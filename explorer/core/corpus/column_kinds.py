"""What the cells of a column are, and the column as numbers, as moments or as categories.

Columns of CSV files are strings. One whose cells read as numbers or as ISO 8601 dates is treated as what it reads as;
the map's colours, filters, sorting and expressions all read a column here, so that they agree.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.corpus.columns import cell_texts

Kind = Literal["text", "category", "number", "date", "boolean"]
Column: TypeAlias = pa.Array | pa.ChunkedArray

SAMPLE = 2_000
"""Rows, evenly spaced, that tell what a column is."""
MOST_CATEGORIES = 200
"""Different values in a sample; above, strings are text and no categories."""
MOSTLY = 0.95
"""Share of the cells with something in them that must read as numbers (dates) for a column of strings to be that."""

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_ISO_DATE = r"^(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?))?(?:\.\d+)?\s*(?:Z|[+-]\d\d:?\d\d)?$"
_CLOCK = "%Y-%m-%d %H:%M:%S"


def column_kind(column: Column) -> Kind:
    """What an evenly spaced sample of the cells is. An empty column of strings is text."""
    step = max(len(column) // SAMPLE, 1)
    sample = column.take(pa.array(np.arange(0, len(column), step))) if step > 1 else column
    if pa.types.is_boolean(sample.type):
        return "boolean"
    if moments(sample) is not None:
        return "date"
    if numbers(sample) is not None:
        return "number"
    return "category" if _has_categories(sample) else "text"


def _has_categories(sample: Column) -> bool:
    if not is_text(sample.type):
        return False
    distinct = pc.count_distinct(sample).as_py()
    return bool(0 < distinct <= min(MOST_CATEGORIES, max(len(sample) // 2, 2)))


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds strings, dictionaries of strings included."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def numbers(column: Column, mostly: float = MOSTLY) -> NDArray[np.float64] | None:
    """(n,) the column as numbers, NaN where a cell holds none; None if it does not hold numbers.

    mostly : share of the filled cells of a column of strings that must read as numbers; 0 = read what can be read.
    """
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _floats(column.cast(pa.float64(), safe=False))
    return _read_numbers(_trimmed(column), mostly) if is_text(kind) else None


def _read_numbers(trimmed: Column, mostly: float) -> NDArray[np.float64] | None:
    looks = pc.match_substring_regex(trimmed, _NUMBER)
    if not _enough(looks, trimmed, mostly):
        return None
    return _floats(pc.if_else(looks, trimmed, pa.scalar(None, trimmed.type)).cast(pa.float64()))


def moments(column: Column, mostly: float = MOSTLY) -> NDArray[np.float64] | None:
    """(n,) seconds since 1970, NaN where a cell holds no date; None if it does not hold dates. Zones are left out.

    A day that the calendar does not have is no date. ``mostly`` as for :func:`numbers`.
    """
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return _seconds(column.cast(pa.timestamp("s"), safe=False))
    return _read_moments(_trimmed(column), mostly) if is_text(column.type) else None


def _read_moments(trimmed: Column, mostly: float) -> NDArray[np.float64] | None:
    filled = pc.not_equal(trimmed, "")
    try:  # cells without zones and fractions, many times as fast
        read = pc.if_else(filled, trimmed, pa.scalar(None, trimmed.type)).cast(pa.timestamp("s"))
        return _seconds(read) if pc.any(filled).as_py() else None
    except pa.ArrowInvalid:
        return _matched_moments(trimmed, mostly)


def _matched_moments(trimmed: Column, mostly: float) -> NDArray[np.float64] | None:
    found = pc.extract_regex(trimmed, _ISO_DATE)
    if not _enough(pc.is_valid(found), trimmed, mostly):
        return None
    day, time = pc.struct_field(found, "day"), pc.struct_field(found, "time")
    time = pc.if_else(pc.equal(time, ""), "00:00", time)
    time = pc.if_else(pc.equal(pc.binary_length(time), 5), _joined(time, pa.scalar("00", time.type), ":"), time)
    clocks = _joined(day, time, " ")
    try:
        return _seconds(clocks.cast(pa.timestamp("s")))
    except pa.ArrowInvalid:  # no such day in the calendar
        read = _of_the_calendar(clocks)
    return _seconds(read) if _enough(pc.is_valid(read), trimmed, mostly) else None


def _joined(first: Column, second: Column | pa.Scalar, by: str) -> Column:
    return pc.binary_join_element_wise(first, second, pa.scalar(by, first.type))


def _of_the_calendar(clocks: Column) -> Column:
    """As time stamps; null where writing it again gives another day (February 30 is read as March 2)."""
    read = pc.strptime(clocks, format=_CLOCK, unit="s", error_is_null=True)
    again = pc.strftime(read, format=_CLOCK).cast(clocks.type)
    return pc.if_else(pc.equal(again, clocks), read, pa.scalar(None, read.type))


def _trimmed(column: Column) -> Column:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return pc.utf8_trim_whitespace(column)


def _enough(found: Column, trimmed: Column, mostly: float) -> bool:
    """Whether enough of the filled cells were found to be what they should be."""
    filled = pc.sum(pc.not_equal(trimmed, "")).as_py() or 0
    return bool(filled) and (pc.sum(found).as_py() or 0) >= mostly * filled


def _seconds(column: Column) -> NDArray[np.float64]:
    return _floats(column.cast(pa.int64()).cast(pa.float64()))


def _floats(column: Column) -> NDArray[np.float64]:
    return np.asarray(pc.fill_null(column, float("nan")).to_numpy(zero_copy_only=False), dtype=np.float64)


def codes(column: Column) -> tuple[NDArray[np.int64], list[str]]:
    """(n,) number of each cell's value, -1 where there is none or only white space, and the values as text."""
    encoded = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = encoded if pa.types.is_dictionary(encoded.type) else encoded.dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    found = pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    names = cell_texts(encoded.dictionary)
    blank = np.array([not name.strip() for name in names] + [True])
    return np.where(blank[found], -1, found), names
