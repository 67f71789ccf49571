"""From "colour by" to a colour for every point, and what the legend says about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.app.state import ANOMALY, NO_COLOUR, AppState
from explorer.core.corpus.columns import cell_text
from explorer.core.corpus.corpus import Corpus
from explorer.gui.parts import counted, snippet
from explorer.gui.widgets.colour_scales import (
    ValueRange,
    category_colours,
    colours_for_categories,
    colours_for_values,
    other_colour,
    scale_colours,
    top_categories,
)
from explorer.gui.widgets.legend import Legend, LegendEntry

SAMPLE = 2_000
"""Rows that tell whether a column can colour the map."""
MOST_CATEGORIES = 200
MOSTLY = 0.95
_ISO_DATE = r"^(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?))?(?:\.\d+)?\s*(?:Z|[+-]\d\d:?\d\d)?$"


@dataclass(frozen=True)
class Colouring:
    """rgba : (n, 4) uint8. Either ``values`` (a continuous scale) or ``categories`` or neither is there."""

    rgba: NDArray[np.uint8]
    title: str = ""
    values: ValueRange | None = None
    categories: tuple[LegendEntry, ...] = ()
    note: str = ""
    dates: bool = False
    """Whether ``values`` are seconds since 1970, to be shown as days."""


def colour_columns(corpus: Corpus) -> list[str]:
    """Columns that can colour the map: numbers, dates, or few enough different values. The label comes first."""
    taken = {*corpus.roles.text, corpus.roles.id}
    names = [name for name in corpus.table.column_names if name not in taken and _can_colour(corpus.table[name])]
    return sorted(names, key=lambda name: name != corpus.roles.label)


def _can_colour(column: pa.ChunkedArray) -> bool:
    sample = column.slice(0, SAMPLE)
    if _numbers(sample) is not None or _moments(sample) is not None:
        return True
    if not _is_text(sample.type):
        return bool(pa.types.is_boolean(sample.type))
    distinct = pc.count_distinct(sample).as_py()
    return bool(1 < distinct <= min(MOST_CATEGORIES, max(len(sample) // 2, 2)))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64] | None:
    """(n,) the column as numbers, NaN where a cell holds none; None if it does not hold numbers."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _floats(column.cast(pa.float64(), safe=False))
    return _read_numbers(column) if _is_text(kind) else None


def _read_numbers(column: pa.ChunkedArray) -> NDArray[np.float64] | None:
    trimmed = pc.utf8_trim_whitespace(column)
    looks = pc.match_substring_regex(trimmed, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    filled = pc.sum(pc.not_equal(trimmed, "")).as_py() or 0
    if not filled or (pc.sum(looks).as_py() or 0) < MOSTLY * filled:
        return None
    return _floats(pc.if_else(looks, trimmed, pa.scalar(None, trimmed.type)).cast(pa.float64()))


def _moments(column: pa.ChunkedArray) -> NDArray[np.float64] | None:
    """(n,) seconds since 1970, NaN where a cell holds no date; None if it does not hold dates. Zones are left out."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return _seconds(column)
    if not _is_text(column.type):
        return None
    trimmed = pc.utf8_trim_whitespace(column)
    found = pc.extract_regex(trimmed, _ISO_DATE)
    filled = pc.sum(pc.not_equal(trimmed, "")).as_py() or 0
    if not filled or len(found) - found.null_count < MOSTLY * filled:
        return None
    day, time = pc.struct_field(found, "day"), pc.struct_field(found, "time")
    try:
        return _seconds(pc.binary_join_element_wise(day, pc.if_else(pc.equal(time, ""), "00:00", time), " "))
    except pa.ArrowInvalid:  # no such day in the calendar
        return None


def _seconds(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return _floats(column.cast(pa.timestamp("s"), safe=False).cast(pa.int64()).cast(pa.float64()))


def _day(seconds: float) -> str:
    return str(np.datetime64(round(seconds), "s").astype("datetime64[D]")) if np.isfinite(seconds) else ""


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return np.asarray(pc.fill_null(column, float("nan")).to_numpy(), dtype=np.float64)


def colour_title(colour_by: str) -> str:
    """What a choice of ``colour_by`` is called."""
    return {ANOMALY: "Anomaly score", NO_COLOUR: "Nothing"}.get(colour_by, colour_by)


def colouring(state: AppState, *, dark: bool) -> Colouring:
    """The colours that ``state.colour_by`` asks for; one grey while they cannot be told."""
    title = colour_title(state.colour_by)
    corpus = state.corpus
    if state.colour_by == ANOMALY and state.scores is not None:
        rgba, values = colours_for_values(state.scores, dark=dark)
        return Colouring(rgba, f"{title} ({state.detector})", values, note="Higher is stranger")
    if corpus is not None and state.colour_by in corpus.table.column_names:
        return _by_column(corpus.table[state.colour_by], title, dark=dark)
    return Colouring(np.tile(other_colour(dark=dark), (state.rows, 1)))


def _by_column(column: pa.ChunkedArray, title: str, *, dark: bool) -> Colouring:
    moments = _moments(column)
    numbers = _numbers(column) if moments is None else moments
    if numbers is not None and np.unique(numbers[:SAMPLE]).size > 10:
        rgba, values = colours_for_values(numbers, dark=dark)
        return Colouring(rgba, title, values, dates=moments is not None)
    codes, names = _codes(column)
    ranked, kept, counts = top_categories(codes)
    colours = category_colours(dark=dark)
    entries = [
        LegendEntry(names[code], int(count), _rgba(colours[place]))
        for place, (code, count) in enumerate(zip(kept.tolist(), counts.tolist(), strict=True))
    ]
    rest = len(codes) - int(counts.sum())
    if rest:
        entries.append(LegendEntry(_rest_name(codes, kept.size), rest, _rgba(other_colour(dark=dark))))
    return Colouring(colours_for_categories(ranked, dark=dark), title, None, tuple(entries))


def _rgba(colour: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    red, green, blue, alpha = colour.tolist()
    return red, green, blue, alpha


def show_legend(legend: Legend, shown: Colouring, *, dark: bool) -> None:
    """Say in the legend what the colours mean."""
    if shown.values is not None:
        values = shown.values
        missing = f" · grey: {counted(values.n_missing, 'text')} without" if values.n_missing else ""
        note = f"{shown.note}{missing}".removeprefix(" · ")
        legend.set_scale(
            shown.title,
            scale_colours(dark=dark),
            values.low,
            values.median,
            values.high,
            beyond=(values.below, values.above),
            words=_day if shown.dates else None,
            note=note,
        )
    else:
        legend.set_categories(shown.title, shown.categories)


def _rest_name(codes: NDArray[np.int64], kept: int) -> str:
    others = int(codes.max(initial=-1)) + 1 - kept
    return f"{others} others" if others > 0 else "No value"


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    """(n,) number of each cell's value, -1 where there is none, and the values in words."""
    encoded = column.combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    names = [snippet(cell_text(value), 40) for value in encoded.dictionary.to_pylist()]
    blank = [code for code, name in enumerate(names) if not name]
    if blank:
        codes[np.isin(codes, blank)] = -1
    return codes, names
