"""Rows of the report as CSV, JSONL or Parquet: the same columns in each, typed where the format has types."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from explorer.core.corpus.columns import cell_text, cell_texts
from explorer.core.progress import SILENT, Progress
from explorer.core.report.table import Batch, Report, Rows, digits
from explorer.core.storage import atomic_file, output_errors
from explorer.errors import OptionError


def export_rows(report: Report, rows: Rows | None, path: Path, raw: bool = False, progress: Progress = SILENT) -> int:
    """Write ``rows`` (in the order given; None = all) in the format that the name's ending asks for.

    ``.csv``: as the whole report, ``raw`` included. ``.jsonl``: one object a line. ``.parquet``: one row group a batch.
    Returns how many rows were written. Raises ``OptionError`` for another ending, ``OutputError`` and ``Cancelled``;
    the file is there whole or as it was.
    """
    write = writer_for(path)
    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write(report, rows, path, raw, progress)
    return report.corpus.rows if rows is None else len(rows)


Writer = Callable[[Report, Rows | None, Path, bool, Progress], object]


def writer_for(path: Path) -> Writer:
    """What writes files with this ending. Raises ``OptionError`` if nothing does."""
    found = WRITERS.get(path.suffix.lower())
    if found is None:
        raise OptionError(
            f"Rows cannot be written as {path.suffix or 'a file without an ending'}.",
            f"Give a name that ends in {', '.join(tuple(WRITERS)[:-1])} or {tuple(WRITERS)[-1]}.",
        )
    return found


def _write_csv(report: Report, rows: Rows | None, path: Path, raw: bool, progress: Progress) -> None:
    report.write_rows(rows, path, raw=raw, progress=progress)


def _write_jsonl(report: Report, rows: Rows | None, path: Path, raw: bool, progress: Progress) -> None:
    with (
        atomic_file(path) as temporary,
        temporary.open("w", 1 << 20, encoding="utf-8", errors="replace", newline="\n") as file,
    ):
        for batch in _told(report, rows, progress):
            file.writelines(f"{line}\n" for line in json_lines(batch))


def _write_parquet(report: Report, rows: Rows | None, path: Path, raw: bool, progress: Progress) -> None:
    import pyarrow.parquet as pq

    schema = _storable(report.batch(np.empty(0, np.int64))).schema
    with atomic_file(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for batch in _told(report, rows, progress):
            writer.write_table(_storable(batch))


WRITERS: Mapping[str, Writer] = {".csv": _write_csv, ".jsonl": _write_jsonl, ".parquet": _write_parquet}


def _told(report: Report, rows: Rows | None, progress: Progress) -> Iterator[Batch]:
    """The batches, with a word on how far the writing is before each."""
    total = report.corpus.rows if rows is None else len(rows)
    done = 0
    for batch in report.batches(rows):
        progress.report(done / max(total, 1), "Writing the rows", done=done, total=total)
        yield batch
        done += len(batch)


# --- JSONL --------------------------------------------------------------------------------------


def json_lines(batch: Batch) -> Iterator[str]:
    """One JSON object a row. Valid JSON throughout: what is not finite is null, clocks and dates are ISO 8601."""
    names = tuple(batch.columns)
    columns = [json_values(batch.columns[name], own=name in batch.own) for name in names]
    for row in zip(*columns, strict=True):
        yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)


def json_values(column: pa.Array | pa.ChunkedArray, *, own: bool) -> Iterable[Any]:
    """The report's numbers with six digits, as in its CSV; the corpus's with the digits that they have."""
    kind, values = column.type, column.to_pylist()
    if own and (pa.types.is_float32(kind) or pa.types.is_float16(kind)):
        return (None if not cell else _json_value(float(cell)) for cell in cell_texts(column))
    if not own and pa.types.is_floating(kind):
        return (None if value is None else float(digits(value)) for value in values)
    if not own and pa.types.is_list(kind) and pa.types.is_floating(kind.value_type):
        return (None if line is None else [float(digits(value)) for value in line] for line in values)
    return map(_json_value, values)


def _json_value(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_json_value(inner) for inner in value]
    if isinstance(value, Mapping):
        return {cell_text(name): _json_value(inner) for name, inner in value.items()}
    return cell_text(value)


# --- Parquet ------------------------------------------------------------------------------------


def _storable(batch: Batch) -> pa.Table:
    """The batch as a table; columns of a type that Parquet does not know become text."""
    return pa.table({name: _storable_column(values) for name, values in batch.columns.items()})


def _storable_column(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    return column if storable(column.type) else pa.array(cell_texts(column), pa.large_string())


def storable(kind: pa.DataType) -> bool:
    """Whether Parquet can hold values of this type."""
    children = [kind.field(place).type for place in range(kind.num_fields)]
    if pa.types.is_union(kind) or pa.types.is_interval(kind) or pa.types.is_run_end_encoded(kind):
        return False
    return all(map(storable, children)) and not (pa.types.is_struct(kind) and not children)
