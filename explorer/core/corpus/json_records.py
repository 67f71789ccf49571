"""JSON and JSON Lines as tables.

The columns are the union of all keys in order of first appearance. Values keep their types; nested values
become JSON text. JSON Lines lose only the lines that are broken, each named with its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from explorer.core.corpus.columns import column_of, without_surrogates
from explorer.core.corpus.corpus import Rejected
from explorer.core.corpus.encodings import Utf8File, open_utf8
from explorer.core.corpus.raw import RawTable, ReadJob
from explorer.core.progress import Progress
from explorer.errors import CorpusError

SPELLED = {b"spelled": b"json"}
"""Metadata of a column of text whose cells are no texts but other values, spelled as JSON."""

TEXT = "text"
"""The column of a file that holds bare strings."""

_KINDS = {dict: "an object", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    return "null" if value is None else _KINDS.get(type(value), "a value")


class Records:
    """Gathers records column by column; a key that a record lacks is null there."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {}
        self.rows = 0

    def add(self, record: Mapping[str, Any]) -> None:
        for key, value in record.items():
            column = self._columns.get(key)
            if column is None:
                column = self._columns[key] = []
            if len(column) < self.rows:
                column.extend([None] * (self.rows - len(column)))
            column.append(value)
        self.rows += 1

    def table(self) -> pa.Table:
        for column in self._columns.values():
            column.extend([None] * (self.rows - len(column)))
        arrays, fields = [], []
        for name, values in self._columns.items():
            column = column_of(values)
            spelled = pa.types.is_large_string(column.type) and not any(isinstance(value, str) for value in values)
            arrays.append(column)
            fields.append(pa.field(without_surrogates(name), column.type, metadata=SPELLED if spelled else None))
            values.clear()
        return pa.table(arrays, schema=pa.schema(fields))


def read_jsonl(job: ReadJob) -> RawTable:
    """One JSON object (or one string) a line. Blank lines are skipped; anything else is rejected by line number."""
    source = open_utf8(job.path, job.workspace, name=job.name, partial=job.partial, progress=job.progress.part(0, 0.2))
    records, rejected = Records(), []
    for number, line in _lines(source.path, job.progress.part(0.2, 1)):
        problem = _add_line(records, line)
        if problem:
            rejected.append(Rejected(job.name, number, problem))
    _refuse_nothing(records, rejected, job.name)
    return RawTable(records.table(), f"JSON Lines, {source.encoding}", tuple(rejected), source.notices)


def _refuse_nothing(records: Records, rejected: list[Rejected], name: str) -> None:
    if records.rows:
        return
    if rejected:
        first = rejected[0]
        where = f"line {first.line}: " if first.line else ""
        raise CorpusError(
            f"{name} holds no readable record ({where}{first.reason}).",
            "Check that it is JSON: one object a line, or a list of objects.",
        )
    raise CorpusError(f"{name} holds no records.", "Choose a file with at least one text.")


def _lines(path: Path, progress: Progress) -> Iterator[tuple[int, str]]:
    size, done = max(path.stat().st_size, 1), 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            done += len(raw)
            if number % 8192 == 0:
                progress.report(done / size, "Reading")
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8", "replace").strip()
            if line:
                yield number, line


def _add_line(records: Records, line: str) -> str:
    """Add one line; returns what is wrong with it, "" if nothing."""
    try:
        value = _loads(line)
    except json.JSONDecodeError as error:
        return f"broken JSON at character {error.pos + 1}: {error.msg}"
    except (ValueError, RecursionError):
        return "JSON that cannot be read: a number with too many digits or values nested too deeply"
    return _add_value(records, value)


def _add_value(records: Records, value: object) -> str:
    if isinstance(value, dict):
        records.add(value)
    elif isinstance(value, str):
        records.add({TEXT: value})
    else:
        return f"{kind_of(value)} instead of an object"
    return ""


def _loads(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_all_pairs)


def _all_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object with every value: a key that occurs twice becomes ``key`` and ``key_2``."""
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    result = {}
    for key, value in pairs:
        name, number = key, 2
        while name in result:
            name, number = f"{key}_{number}", number + 1
        result[name] = value
    return result


def read_json(job: ReadJob) -> RawTable:
    """A list of objects or strings, an object of columns, or an object around one such list.

    Raises
    ------
    CorpusError : broken JSON (with line and column), or JSON of another shape.
    """
    source = open_utf8(job.path, job.workspace, name=job.name, partial=job.partial, progress=job.progress.part(0, 0.2))
    if job.partial:
        return _read_head(job, source)
    text = source.path.read_text(encoding="utf-8-sig", errors="replace")
    job.progress.report(0.3, "Reading")
    try:
        value = _loads(text)
    except json.JSONDecodeError as error:
        return _broken(job, error, text)
    except (ValueError, RecursionError) as error:
        raise CorpusError(
            f"{job.name} cannot be read: a number with too many digits or values nested too deeply.",
            "Save the records as a flat list of objects.",
        ) from error
    return _from_value(job, value, source)


def _broken(job: ReadJob, error: json.JSONDecodeError, text: str) -> RawTable:
    """JSON Lines under the name .json are read as such; broken JSON is an error with its line."""
    if not text.strip():
        raise CorpusError(f"{job.name} is empty.", "Choose a file with at least one text.") from error
    if error.msg == "Extra data" and text.lstrip().startswith(("{", '"')):
        return read_jsonl(job)
    raise CorpusError(
        f"{job.name} is broken JSON at line {error.lineno}, column {error.colno}: {error.msg}.",
        "Repair that place, or export the file again.",
    ) from error


def _from_value(job: ReadJob, value: Any, source: Utf8File) -> RawTable:
    items, notice = _items(value, job.name)
    records = Records()
    rejected: list[Rejected] = []
    for place, item in enumerate(items):
        if place % 8192 == 0:
            job.progress.report(0.4, "Reading")
        problem = _add_value(records, item)
        if problem:
            rejected.append(Rejected(job.name, 0, f"item {place + 1} of the list is {problem}"))
    _refuse_nothing(records, rejected, job.name)
    return RawTable(
        records.table(), f"JSON, {source.encoding}", tuple(rejected), (*source.notices, *notice), total=records.rows
    )


def _items(value: Any, name: str) -> tuple[Iterable[Any], tuple[str, ...]]:
    """The records in a JSON value of any shape that is commonly used for tables."""
    if isinstance(value, list):
        return value, ()
    if isinstance(value, dict):
        columns = _columns(value)
        if columns is not None:
            return (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)), ()
        lists = [
            key for key, inner in value.items() if isinstance(inner, list) and inner and isinstance(inner[0], dict)
        ]
        if len(lists) == 1:
            return value[lists[0]], (f'The records were taken from the list "{lists[0]}".',)
        if value and not any(isinstance(inner, dict | list) for inner in value.values()):
            return [value], ()
    raise CorpusError(
        f"{name} is JSON, but not a table: it holds {kind_of(value)} of another shape.",
        "Save the records as a list of objects, one object a text.",
    )


def _columns(value: dict[str, Any]) -> dict[str, list[Any]] | None:
    """An object of equally long columns: lists, or objects by row label as pandas writes them."""
    if not value:
        return None
    if all(isinstance(column, list) for column in value.values()):
        columns = dict(value)
    elif all(isinstance(column, dict) for column in value.values()):
        labels = list(next(iter(value.values())))
        if any(list(column) != labels for column in value.values()):
            return None
        columns = {key: list(column.values()) for key, column in value.items()}
    else:
        return None
    return columns if len({len(column) for column in columns.values()}) == 1 else None


def _read_head(job: ReadJob, source: Utf8File) -> RawTable:
    """The first records of a long file: as many whole items of its list as the head holds."""
    text = source.path.read_text(encoding="utf-8-sig", errors="replace")
    records = Records()
    decoder = json.JSONDecoder(object_pairs_hook=_all_pairs)
    place = _skip(text, 0, "[")
    while records.rows < (job.limit or 1):
        try:
            item, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        _add_value(records, item)
        place = _skip(text, place, ",")
    _refuse_nothing(records, [], job.name)
    return RawTable(records.table(), f"JSON, {source.encoding}", (), source.notices)


def _skip(text: str, place: int, mark: str) -> int:
    """The position after white space, ``mark`` and white space."""
    rest = text[place : place + 4096]
    short = rest.lstrip().removeprefix(mark).lstrip()
    return place + len(rest) - len(short)
