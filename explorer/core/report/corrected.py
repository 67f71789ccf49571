"""The corpus as it should have been: its own columns and format, labels corrected, without the trash on wish."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from explorer.core.corpus.columns import cell_texts
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.dialects import delimiter_in
from explorer.core.corpus.spreadsheets import write_xlsx
from explorer.core.progress import SILENT, Progress
from explorer.core.report.csv_writer import write_csv
from explorer.core.report.marks import Corrections, Marks
from explorer.core.report.rows_export import json_values, storable
from explorer.core.row_map import RowMap
from explorer.core.storage import atomic_file, output_errors
from explorer.errors import OptionError

_BATCH = 8_192

SUFFIXES: Mapping[str, str] = {
    "csv": ".csv",
    "json": ".json",
    "jsonl": ".jsonl",
    "parquet": ".parquet",
    "xlsx": ".xlsx",
    "lines": ".txt",
    "folder": ".csv",
}
"""The ending of a corpus's own format."""


def own_suffix(corpus: Corpus) -> str:
    """The ending that a corrected copy of the corpus should have."""
    return SUFFIXES.get(corpus.source.format, ".csv")


def write_corrected(
    corpus: Corpus, marks: Marks, path: Path, *, set_aside: Mapping[str, Corrections] | None = None,
    without_trash: bool = False, progress: Progress = SILENT,
) -> int:  # fmt: skip
    """Write the corpus with its labels corrected; returns the number of rows written.

    The columns are the corpus's, as they were read, in order; the format is that of the name's ending (a CSV keeps
    its delimiter). Cells are written as they are, formulas too: they were in the corpus. set_aside : corrections of
    other columns that held the labels before, by column. Raises ``OptionError`` for an
    ending that nothing writes, ``OutputError``, ``Cancelled``; the file is there whole or as it was.
    """
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        raise OptionError(
            f"A corpus cannot be written as {path.suffix or 'a file without an ending'}.",
            f"Give a name that ends in {', '.join(WRITERS)}.",
        )
    table = corrected_table(corpus, marks)
    for column, made in (set_aside or {}).items():
        table = corrected_column(table, column, made)
    if without_trash and marks.trash.size:
        table = table.filter(pa.array(~marks.trash))
    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write(table, corpus, path, progress)
    return int(table.num_rows)


def corrected_table(corpus: Corpus, marks: Marks) -> pa.Table:
    """The corpus's own columns with the labels that were accepted or given by hand."""
    label = corpus.roles.label
    return corpus.table if label is None else corrected_column(corpus.table, label, RowMap.of(marks.corrections))


def corrected_column(table: pa.Table, label: str, made: Corrections) -> pa.Table:
    """The table with these cells of one of its columns; a column that is not there is left out.

    A label keeps the column's type; where one does not fit it, the whole column becomes text.
    """
    if label not in table.column_names or not made:
        return table
    column, place = table[label], table.column_names.index(label)
    rows = made.rows
    words = pa.array(list(made.as_dict().values()), pa.large_string())
    try:
        values = words.cast(column.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        column, values = pa.chunked_array([cell_texts(column)], pa.large_string()), words
    mask = np.zeros(table.num_rows, np.bool_)
    mask[rows] = True
    whole = column.combine_chunks()
    whole = whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole
    return table.set_column(place, label, pa.chunked_array([pc.replace_with_mask(whole, pa.array(mask), values)]))


# --- formats ------------------------------------------------------------------------------------


def _batches(table: pa.Table, progress: Progress) -> Iterator[pa.Table]:
    for start in range(0, table.num_rows, _BATCH):
        progress.report(start / table.num_rows, "Writing the corpus", done=start, total=table.num_rows)
        yield table.slice(start, _BATCH)


def _write_csv(table: pa.Table, corpus: Corpus, path: Path, progress: Progress) -> None:
    named = delimiter_in(corpus.source.details) if corpus.source.format == "csv" else ","
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else named
    rows = (row for part in _batches(table, SILENT) for row in zip(*map(cell_texts, part.columns), strict=True))
    write_csv(path, table.column_names, rows, table.num_rows, progress, delimiter=delimiter)


def _write_jsonl(table: pa.Table, corpus: Corpus, path: Path, progress: Progress) -> None:
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.writelines(f"{record}\n" for record in _records(table, corpus, progress))


def _write_json(table: pa.Table, corpus: Corpus, path: Path, progress: Progress) -> None:
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        for number, record in enumerate(_records(table, corpus, progress)):
            file.write(f"{',' if number else '['}\n{record}")
        file.write("\n]\n" if table.num_rows else "[]\n")


def _records(table: pa.Table, corpus: Corpus, progress: Progress) -> Iterator[str]:
    """One JSON object a row; cells that were spelled as JSON are values again."""
    names = table.column_names
    for part in _batches(table, progress):
        columns = [
            map(_unspelled, part[name].to_pylist()) if name in corpus.spelled else json_values(part[name], own=True)
            for name in names
        ]
        for row in zip(*columns, strict=True):
            yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)


def _unspelled(cell: str | None) -> Any:
    """The value that a cell spells; what is no JSON (a date, NaN) stays a text."""
    try:
        return None if cell is None else json.loads(cell, parse_constant=_no_number)
    except ValueError:
        return cell


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _write_parquet(table: pa.Table, corpus: Corpus, path: Path, progress: Progress) -> None:
    import pyarrow.parquet as pq

    columns = [c if storable(c.type) else pa.chunked_array([cell_texts(c)], pa.large_string()) for c in table.columns]
    whole = pa.table(columns, names=table.column_names)
    with atomic_file(path) as temporary, pq.ParquetWriter(temporary, whole.schema, compression="zstd") as writer:
        for part in _batches(whole, progress):
            writer.write_table(part)


def _write_xlsx(table: pa.Table, corpus: Corpus, path: Path, progress: Progress) -> None:
    write_xlsx(path, table, progress)


def _write_lines(table: pa.Table, corpus: Corpus, path: Path, progress: Progress) -> None:
    if table.num_columns != 1 or corpus.source.format != "lines":
        raise OptionError("Only a corpus of one text a line can be written as .txt.", "Write .csv or .jsonl instead.")
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.writelines(f"{line}\n" for part in _batches(table, progress) for line in _cells(part))


def _cells(part: pa.Table) -> Iterable[str]:
    return cell_texts(part.column(0))


WRITERS: Mapping[str, Callable[[pa.Table, Corpus, Path, Progress], None]] = {
    ".csv": _write_csv,
    ".tsv": _write_csv,
    ".jsonl": _write_jsonl,
    ".ndjson": _write_jsonl,
    ".json": _write_json,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
    ".txt": _write_lines,
}
