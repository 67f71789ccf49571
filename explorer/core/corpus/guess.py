"""Guesses which column plays which part, from names and from the first thousand rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from explorer.core.corpus.columns import is_number
from explorer.core.corpus.corpus import Roles

SAMPLE_ROWS = 1000

_TEXT = {
    *("text", "texts", "body", "message", "content", "contents", "review", "comment", "comments", "tweet", "post"),
    *("description", "sentence", "question", "query", "utterance", "document", "doc", "abstract", "feedback", "answer"),
    *("review_text", "full_text", "raw_text", "clean_text", "summary"),
}
_MAYBE_TEXT = {"title", "headline", "subject"}
_ID = {
    "id",
    "ids",
    "_id",
    "uid",
    "uuid",
    "guid",
    "key",
    "ticket",
    "number",
    "no",
    "nr",
    "index",
    "row",
    "file",
    "filename",
}
_LABEL = {
    *("label", "labels", "category", "categories", "class", "classes", "target", "sentiment", "topic", "intent"),
    *("tag", "genre", "group"),
}
_MAYBE_LABEL = {"rating", "stars", "type", "status", "language", "lang", "split", "source"}
_DATE = {"date", "datetime", "time", "timestamp", "created", "published", "created_at", "updated_at", "day", "year"}


@dataclass(frozen=True)
class _Column:
    """What the guesses look at: one column's non-empty cells of the sample."""

    name: str
    kind: pa.DataType
    cells: list[Any]
    rows: int

    @property
    def is_text(self) -> bool:
        return bool(pa.types.is_large_string(self.kind) or pa.types.is_string(self.kind))

    @property
    def distinct(self) -> int:
        return len(set(map(str, self.cells)))

    def named(self, names: set[str]) -> bool:
        """Whether the name, or its last or first word (``ticket_id``, ``createdAt``), is one of ``names``."""
        return self.name.strip().lower() in names or not names.isdisjoint(_ends(self.name))


def _ends(name: str) -> set[str]:
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    return {words[0], words[-1]} if words else set()


def guess_roles(table: pa.Table, text: Sequence[str] = ()) -> Roles:
    """The likeliest roles; ``text`` is empty where no column holds words. A ``text`` that is given stands."""
    columns = [_column(table, name) for name in table.column_names]
    dates = [column for column in columns if _is_date(column)]
    best = None if text else _text(columns, dates)
    chosen = tuple(text) or ((best.name,) if best else ())
    rest = [column for column in columns if column.name not in chosen]
    key = next((column for column in rest if _is_id(column)), None)
    date = next((column for column in dates if column in rest and column is not key), None)
    rest = [column for column in rest if column is not key and column is not date]
    label = _label(rest)
    return Roles(chosen, *(column.name if column else None for column in (key, label, date)))


def _column(table: pa.Table, name: str) -> _Column:
    sample = table.column(name).slice(0, SAMPLE_ROWS).to_pylist()
    cells = [cell for cell in sample if cell is not None and str(cell).strip()]
    return _Column(name, table.schema.field(name).type, cells, len(sample))


def holds_only_numbers(cells: Iterable[Any]) -> bool:
    """Whether every non-empty cell is a number, and there is at least one."""
    found = False
    for cell in cells:
        if cell is not None and str(cell).strip():
            if not is_number(cell):
                return False
            found = True
    return found


def _text(columns: list[_Column], dates: list[_Column]) -> _Column | None:
    best, highest = None, 0.0
    for column in columns:
        score = 0.0 if column in dates else _text_score(column)
        if score > highest:
            best, highest = column, score
    return best


def _text_score(column: _Column) -> float:
    """Long, varied, wordy cells score high; numbers, codes, addresses and repeated values low; 0 = never."""
    if not column.is_text or not column.cells or holds_only_numbers(column.cells):
        return 0.0
    single = sum(cell.isascii() and len(cell.split()) == 1 for cell in column.cells) / len(column.cells)
    named: float = 2.0 if column.named(_TEXT) else 1.2 if column.named(_MAYBE_TEXT) else 1.0
    if single > 0.9 and named == 1.0 and column.named(_ID | _LABEL | _MAYBE_LABEL):
        return 0.0
    length: float = math.log1p(sum(map(len, column.cells)) / len(column.cells))
    varied: float = 0.25 + 0.75 * column.distinct / len(column.cells)
    filled: float = 0.25 + 0.75 * len(column.cells) / column.rows
    return named * length * varied * filled * (1.0 - 0.7 * float(single))


def _is_date(column: _Column) -> bool:
    if pa.types.is_temporal(column.kind):
        return True
    if not column.is_text or not column.cells:
        return column.named(_DATE) and pa.types.is_integer(column.kind)
    dated = sum(_reads_as_date(cell) for cell in column.cells) / len(column.cells)
    return dated > 0.95 or (column.named(_DATE) and sum(map(len, column.cells)) / len(column.cells) < 40)


def _reads_as_date(cell: str) -> bool:
    if not 8 <= len(cell.strip()) <= 35 or is_number(cell):
        return False
    try:
        datetime.fromisoformat(cell.strip())
    except ValueError:
        return False
    return True


def _is_id(column: _Column) -> bool:
    return column.named(_ID) and bool(column.cells) and column.distinct == len(column.cells) == column.rows


def _label(columns: list[_Column]) -> _Column | None:
    """A column called like one, most label-like name first; else one with few, repeated, short values."""
    usable = [column for column in columns if column.cells and not _is_float(column)]
    for names in (_LABEL, _MAYBE_LABEL):
        for column in usable:
            if column.named(names) and (column.distinct < max(column.rows * 0.5, 2) or column.rows < 20):
                return column
    for column in usable:
        few = 2 <= column.distinct <= min(50, len(column.cells) // 3)
        if few and max(len(str(cell)) for cell in column.cells) <= 60:
            return column
    return None


def _is_float(column: _Column) -> bool:
    return bool(pa.types.is_floating(column.kind) or pa.types.is_nested(column.kind))
