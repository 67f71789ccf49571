"""Columns as Arrow arrays: unique names, values with their types, cells as text, text that is safe to hand on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from explorer.core.corpus.wording import counted

NUL_SHOWN = "\u2400"
"""The visible stand-in for a NUL character, which no window, database or CSV reader handles."""


def cell_text(value: object) -> str:
    """A value written as it was read.

    None is "", numbers keep every digit (``repr``), truth values are true/false, dates ISO 8601, nested values JSON.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=cell_text)
    return repr(value) if isinstance(value, int | float) else str(value)


def unique_names(names: Sequence[object]) -> tuple[list[str], list[str]]:
    """Column names made unique (``_2``, ``_3`` ...) and never empty (``column_N``), and what was changed, in words."""
    taken = {str(name).strip() for name in names if name is not None}
    result: list[str] = []
    renamed: list[str] = []
    for number, raw in enumerate(names, 1):
        name = "" if raw is None else cell_text(raw).strip().replace("\x00", NUL_SHOWN)
        wanted = name or f"column_{number}"
        final = wanted if wanted not in result and (name or wanted not in taken) else _free(wanted, taken.union(result))
        if final != name:
            renamed.append(f"column {number} ({name!r})" if name else f"column {number} (no name)")
            renamed[-1] += f" is called {final}"
        result.append(final)
    return result, [f"Renamed: {'; '.join(renamed)}."] if renamed else []


def _free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def unclashing(names: Sequence[str], taken: set[str]) -> list[str]:
    """The corpus's own column names, prefixed by ``corpus_`` (as often as needed) where they clash."""
    used = set(taken) | {name for name in names if name not in taken}
    found = []
    for name in names:
        chosen = name
        while name in taken and chosen in used:
            chosen = f"corpus_{chosen}"
        used.add(chosen)
        found.append(chosen)
    return found


def without_surrogates(text: str) -> str:
    """Lone surrogates, which no encoding can hold, become the replacement character; pairs become what they mean."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def string_array(values: Sequence[str | None]) -> pa.Array:
    """Strings as large_string; a lone surrogate (JSON can hold one) becomes the replacement character."""
    try:
        return pa.array(values, pa.large_string())
    except UnicodeEncodeError:
        return pa.array([None if v is None else without_surrogates(v) for v in values], pa.large_string())


def value_array(values: Sequence[object]) -> pa.Array:
    """Values of one column (JSON, XLSX) with their type where all share one; anything mixed or nested as text.

    Whole numbers beyond 64 bits, and columns of whole and broken numbers together, become text too: as
    floating point they would be written differently from how they were read.
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str}:
        return string_array([value if isinstance(value, str) else None for value in values])
    if len(kinds) == 1 and kinds <= {int, float, bool, datetime, date, time}:
        try:
            return pa.array(values)
        except (pa.ArrowInvalid, OverflowError):
            pass
    return string_array([None if value is None else cell_text(value) for value in values])


def text_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as large_string without nulls, every value by :func:`cell_text`."""
    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string(kind):
        return (
            column.cast(pa.large_string())
            if not column.null_count
            else pc.fill_null(column.cast(pa.large_string()), "")
        )
    if pa.types.is_integer(kind):
        return pc.fill_null(column.cast(pa.large_string()), "")
    return pa.chunked_array([string_array(cell_texts(chunk)) for chunk in column.chunks], pa.large_string())


def cell_texts(column: pa.ChunkedArray | pa.Array) -> list[str]:
    """The cells of a column, each by :func:`cell_text`; single precision with the digits that it has, no more."""
    values = column.to_pylist()
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        precise = column.type.to_pandas_dtype()
        return ["" if value is None else str(precise(value)) for value in values]
    return [cell_text(value) for value in values]


def is_number(value: object) -> bool:
    """Whether a cell holds a number: a numeric type, or a string that reads as one (``1 204,50`` included)."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float | Decimal):
        return True
    text = str(value).strip().replace("\u00a0", "").replace(" ", "").rstrip("%")
    try:
        return (
            math.isfinite(float(text.replace(",", ".")))
            if text.count(",") <= 1
            else bool(text.replace(",", "").isdigit())
        )
    except ValueError:
        return text.replace(",", "").replace(".", "").isdigit()


def normalized(table: pa.Table) -> tuple[pa.Table, list[str]]:
    """A table as the corpus keeps it: plain types, valid UTF-8, no NUL, no schema metadata; and what was changed."""
    names, notices = unique_names(table.column_names)
    arrays = []
    nuls = broken = 0
    for column in table.columns:
        plain, bad = _plain_type(column)
        safe, zeros = _without_nul(plain)
        nuls, broken = nuls + zeros, broken + bad
        arrays.append(safe)
    if broken:
        notices.append(f"{counted(broken, 'cell')} not in UTF-8: the unreadable bytes became \ufffd.")
    if nuls:
        notices.append(f"{counted(nuls, 'cell')} with NUL characters: each is shown as {NUL_SHOWN}.")
    return pa.table(arrays, names=names), notices


def _plain_type(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, int]:
    """Decode dictionaries, widen strings, and read clocks to the microsecond; with the number of cells not in UTF-8."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
        kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if _is_text(kind):
        return _valid_text(column)
    if pa.types.is_null(kind):
        return column.cast(pa.large_string()), 0
    return _microseconds(column), 0


def _is_text(kind: pa.DataType) -> bool:
    views = pa.types.is_string_view(kind) or pa.types.is_binary_view(kind)
    plain = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind)
    return bool(views or plain or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _valid_text(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, int]:
    try:
        text = column.cast(pa.large_binary()).cast(pa.large_string())
        return text, 0
    except pa.ArrowInvalid:
        cells = column.cast(pa.large_binary()).to_pylist()
        decoded = [None if cell is None else cell.decode("utf-8", "replace") for cell in cells]
        bad = sum((text or "").encode() != (cell or b"") for cell, text in zip(cells, decoded, strict=True))
        return pa.chunked_array([string_array(decoded)]), bad


def _microseconds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Clocks in nanoseconds as microseconds where that loses nothing, else as text: Python has no nanoseconds."""
    kind = column.type
    if not (pa.types.is_temporal(kind) and getattr(kind, "unit", "") == "ns"):
        return column
    target = {
        pa.types.is_timestamp(kind): lambda: pa.timestamp("us", getattr(kind, "tz", None)),
        pa.types.is_time64(kind): lambda: pa.time64("us"),
        pa.types.is_duration(kind): lambda: pa.duration("us"),
    }[True]()
    try:
        return column.cast(target)
    except pa.ArrowInvalid:
        return column.cast(pa.large_string())


def _without_nul(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, int]:
    if not pa.types.is_large_string(column.type):
        return column, 0
    found = pc.sum(pc.match_substring(column, "\x00")).as_py() or 0
    return (pc.replace_substring(column, "\x00", NUL_SHOWN), int(found)) if found else (column, 0)


def column_of(values: Sequence[Any]) -> pa.ChunkedArray:
    """:func:`value_array` as a chunked column."""
    return pa.chunked_array([value_array(values)])
