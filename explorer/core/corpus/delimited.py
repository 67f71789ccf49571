"""CSV and TSV: Arrow's reader for well-formed files, a careful reader for the rest.

Arrow reads a well-formed file at hundreds of megabytes a second and refuses the first irregular record.
Then the standard library's parser reads the file again, record by record, knows the physical line of each,
pads short records, refuses long ones by name, and does not let one stray quotation mark swallow the rest
of the file. On a well-formed file both give the same cells (a property test holds them to it).
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc

from explorer.core.corpus.columns import string_array
from explorer.core.corpus.corpus import Rejected
from explorer.core.corpus.dialects import Dialect, detect_dialect, unlimited_fields
from explorer.core.corpus.encodings import open_utf8
from explorer.core.corpus.raw import RawTable, ReadJob
from explorer.core.corpus.wording import counted, lines_said
from explorer.core.progress import Progress
from explorer.errors import CorpusError

BLOCK = 1 << 24
CHUNK_ROWS = 65_536
EXCERPT = 80


def read_delimited(job: ReadJob) -> RawTable:
    """Read a CSV or TSV file. Cells are strings exactly as written; a cell that a short record lacks is null.

    Raises
    ------
    CorpusError : empty, only a header, binary, or no usable record.
    """
    source = open_utf8(job.path, job.workspace, name=job.name, partial=job.partial, progress=job.progress.part(0, 0.3))
    dialect = detect_dialect(source.path)
    table = None if job.partial else _fast(source.path, dialect, job.progress.part(0.3, 1))
    careful = _Careful(job.name, dialect)
    if table is None:
        table = careful.read(source.path, job.partial, job.progress.part(0.3, 1))
    if table.num_columns == 0:
        raise CorpusError(f"{job.name} is empty.", "Choose a file with a header line and at least one text.")
    notices = (*source.notices, *careful.notices(), *_no_header_notice(dialect))
    return RawTable(table, f"{dialect.words}, {source.encoding}", tuple(careful.rejected), notices)


def _no_header_notice(dialect: Dialect) -> tuple[str, ...]:
    return () if dialect.header else ("The first line is data, not a header, so the columns are numbered.",)


def _numbered(width: int) -> list[str]:
    return [f"column_{place + 1}" for place in range(width)]


def _fast(path: Path, dialect: Dialect, progress: Progress) -> pa.Table | None:
    """The whole file by Arrow, or None where it is not perfectly regular."""
    if dialect.quote and not _quotes_pair_up(path):
        return None
    try:
        batches = list(_arrow_batches(path, dialect, progress))
    except pa.ArrowInvalid:
        return None
    table = pa.Table.from_batches(batches)
    if table.num_columns != dialect.width or any(map(_swallowed_quotes, table.columns)):
        return None
    if not dialect.header:
        return table.rename_columns(_numbered(dialect.width))
    names = [str(column[0]) for column in table.slice(0, 1).columns]
    if names == [""]:
        return None  # blank lines before the header
    return table.slice(1).rename_columns(names)


def _swallowed_quotes(column: pa.ChunkedArray) -> bool:
    """Whether a cell of several lines holds a quotation mark: rightly, or because stray marks made one cell of rows."""
    several = column.filter(pc.match_substring(column, "\n"))
    return bool(pc.any(pc.match_substring(several, '"')).as_py())


def _quotes_pair_up(path: Path) -> bool:
    """An odd number of quotation marks means that one is never closed; Arrow would take the rest as one cell."""
    total = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            total += block.count(b'"')
    return total % 2 == 0


def _arrow_batches(path: Path, dialect: Dialect, progress: Progress) -> Iterator[pa.RecordBatch]:
    from pyarrow import csv as arrow_csv

    names = [f"f{place}" for place in range(dialect.width)]
    parse = arrow_csv.ParseOptions(
        delimiter=dialect.delimiter,
        quote_char=dialect.quote or False,
        escape_char=dialect.escape or False,
        newlines_in_values=dialect.quote is not None,
        ignore_empty_lines=dialect.width > 1,
    )
    convert = arrow_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False, check_utf8=False
    )
    read = arrow_csv.ReadOptions(autogenerate_column_names=True, block_size=BLOCK)
    size, done = max(path.stat().st_size, 1), 0
    with arrow_csv.open_csv(path, read, parse, convert) as reader:
        for batch in reader:
            done += batch.nbytes
            progress.report(min(done / size, 1.0), "Reading")
            yield batch


class _Tape:
    """The physical lines of a file, counted; the lines of the current record can be handed back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._returned: deque[str] = deque()
        self.number = 0
        self.characters = 0
        self.taken: list[str] = []
        self.ran_out = False

    def __iter__(self) -> _Tape:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._file, None)
        if line is None:
            self.ran_out = True
            raise StopIteration
        self.number += 1
        self.characters += len(line)
        self.taken.append(line)
        return line

    def start_record(self) -> None:
        self.taken = []

    def hand_back_all_but_first(self) -> str:
        """Un-read the record except its first line, which is returned."""
        first, *rest = self.taken
        self._returned.extendleft(reversed(rest))
        self.number -= len(rest)
        self.taken = [first]
        self.ran_out = False
        return first


@dataclass
class _Careful:
    """Reads record by record and remembers what was irregular."""

    name: str
    dialect: Dialect
    rejected: list[Rejected] = field(default_factory=list)
    padded: list[int] = field(default_factory=list)
    misquoted: list[int] = field(default_factory=list)

    def notices(self) -> list[str]:
        """What was mended, in words."""
        said = []
        if self.padded:
            fewer = f"{counted(len(self.padded), 'line')} with fewer values than columns"
            said.append(f"{fewer}: the missing values are empty ({lines_said(self.padded)}).")
        if self.misquoted:
            where = f"{counted(len(self.misquoted), 'line')} with quotation marks out of place"
            said.append(f"{where}: read as ordinary text ({lines_said(self.misquoted)}).")
        return said

    def read(self, path: Path, partial: bool, progress: Progress) -> pa.Table:
        size = max(path.stat().st_size, 1)
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file, unlimited_fields():
            tape = _Tape(file)
            records = self._records(tape, partial)
            names = self._names(records)
            if not names:
                return pa.table({})
            chunks, rows = [], []
            for row in records:
                rows.append(row)
                if len(rows) == CHUNK_ROWS:
                    progress.report(tape.characters / size, "Reading")
                    chunks.append(self._chunk(rows))
                    rows = []
            chunks.append(self._chunk(rows))
        return pa.Table.from_batches(chunks).rename_columns(names)

    def _names(self, records: Iterator[list[str | None]]) -> list[str]:
        """The header, brought to full width; R leaves out the name of the first column, others those of the last."""
        if not self.dialect.header:
            return _numbered(self.dialect.width)
        first = next((record for record in records if record != [""]), None)
        if first is None:
            return []
        names = [name for name in first if name is not None]
        self.padded.clear()
        missing = self.dialect.width - len(names)
        return ["", *names] if missing == 1 else names + [""] * missing

    def _chunk(self, rows: list[list[str | None]]) -> pa.RecordBatch:
        columns = list(zip(*rows, strict=True)) if rows else [()] * self.dialect.width
        return pa.record_batch(
            [string_array(column) for column in columns], names=[f"f{i}" for i in range(len(columns))]
        )

    def _records(self, tape: _Tape, partial: bool) -> Iterator[list[str | None]]:
        reader = self._reader(tape)
        while True:
            tape.start_record()
            line = tape.number + 1
            try:
                values = next(reader, None)
                broken = False
            except csv.Error:
                values, broken = [], True
            if values is None or (partial and tape.ran_out):
                return
            if broken or (len(values) != self.dialect.width and len(tape.taken) > 1):
                values = self._mended(tape, line, values)
                reader = self._reader(tape)
            if not values and self.dialect.width == 1 and not broken:
                values = [""]  # a blank line of a single column is an empty text, as in a file of lines
            row = self._fitted(values, line) if values else None
            if row is not None:
                yield row

    def _reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Strict: an error where a closing quotation mark stands inside a value, or the file ends inside quotes."""
        return csv.reader(lines, strict=True, **self.dialect.options())

    def _mended(self, tape: _Tape, line: int, values: list[str]) -> list[str]:
        """A record whose quotation marks do not work out: read with them as ordinary text where that fits.

        Tried are the first line alone with the marks as text (the other lines are then read anew), then all lines
        with misplaced marks forgiven, then ``values``, which the strict reading gave (empty if it failed).
        """
        options = self.dialect.options()
        literal = next(csv.reader([tape.taken[0]], **{**options, "quoting": csv.QUOTE_NONE}), [])
        if len(literal) != self.dialect.width:
            forgiven = [] if tape.ran_out else list(csv.reader(tape.taken, **options))
            if len(forgiven) == 1 and len(forgiven[0]) == self.dialect.width:
                self.misquoted.append(line)
                return forgiven[0]
            if values:
                return values
        tape.hand_back_all_but_first()
        self.misquoted.append(line)
        return literal

    def _fitted(self, values: list[str], line: int) -> list[str | None] | None:
        """The record at full width, or None if it holds more than the columns can take."""
        width = self.dialect.width
        if len(values) == width:
            return list(values)
        if len(values) < width:
            self.padded.append(line)
            return [*values, *[None] * (width - len(values))]
        if not any(values[width:]):
            return list(values[:width])
        excerpt = self.dialect.delimiter.join(values)[:EXCERPT]
        columns = counted(width, "column")
        self.rejected.append(Rejected(self.name, line, f"{len(values)} values for {columns}: {excerpt}"))
        return None
