"""How a delimited file is written: delimiter, quoting, header. Decided on the first megabyte.

Every plausible dialect reads the sample with the standard library's CSV parser; the one under which most
records have the same number of values wins. A delimiter has to occur in the first record, so commas inside
texts are never taken for delimiters of a tab-separated file.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.core.corpus.columns import is_number

SAMPLE_BYTES = 1 << 20
SAMPLE_RECORDS = 500
NO_DELIMITER = "\x1f"
"""Stands for "one column": the unit separator, which texts do not contain."""

_DELIMITERS = {",": "comma-separated", "\t": "tab-separated", ";": "semicolon-separated", "|": "pipe-separated"}


def delimiter_in(words: str) -> str:
    """The delimiter that a dialect's words name; a comma where they name none."""
    return next((delimiter for delimiter, named in _DELIMITERS.items() if words.startswith(named)), ",")


_SENTENCE_WORDS = 5
_SENTENCE_CHARACTERS = 10


@dataclass(frozen=True)
class Dialect:
    """``width`` is the number of values of a full record; ``quote`` is None where quotation marks are ordinary text."""

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    header: bool = True
    width: int = 1

    @property
    def words(self) -> str:
        """For the person: "comma-separated"."""
        parts = [_DELIMITERS.get(self.delimiter, "one column")]
        parts += ["quotation marks are part of the text"] if self.quote is None else []
        parts += ["backslash escapes"] if self.escape else []
        parts += [] if self.header else ["no header line"]
        return ", ".join(parts)

    def options(self) -> dict[str, Any]:
        """Keyword arguments of ``csv.reader``."""
        quoting = csv.QUOTE_NONE if self.quote is None else csv.QUOTE_MINIMAL
        return {"delimiter": self.delimiter, "quotechar": '"', "quoting": quoting, "escapechar": self.escape}


@dataclass(frozen=True)
class _Trial:
    dialect: Dialect
    records: list[list[str]]
    agreement: float
    clean: bool

    @property
    def score(self) -> float:
        return self.agreement + 0.05 * self.clean


def detect_dialect(path: Path) -> Dialect:
    """The dialect of a UTF-8 file."""
    lines = sample_lines(path)
    best: _Trial | None = None
    with unlimited_fields():
        for trial in _trials(lines):
            if best is None or trial.score > best.score + 1e-9:
                best = trial
        chosen = best or _one_column(lines)
    header = not _first_record_is_data(chosen.records)
    return Dialect(chosen.dialect.delimiter, chosen.dialect.quote, chosen.dialect.escape, header, chosen.dialect.width)


def sample_lines(path: Path) -> list[str]:
    """The first megabyte as lines (ends kept), the last, cut one left out."""
    with path.open("rb") as file:
        data = file.read(SAMPLE_BYTES)
        whole = not file.read(1)
    text = data.decode("utf-8-sig", "ignore")
    lines = _physical_lines(text)
    return lines if whole or len(lines) < 2 else lines[:-1]


def _physical_lines(text: str) -> list[str]:
    """Split at line feeds and carriage returns only (``str.splitlines`` also splits at U+2028 and others)."""
    return list(io.StringIO(text, newline=""))


def _trials(lines: list[str]) -> Iterator[_Trial]:
    quoted = any('"' in line for line in lines)
    for delimiter in _DELIMITERS:
        for quote, escape in (('"', None), ('"', "\\"), (None, None)):
            if (quote is None and not quoted) or (escape and not any('\\"' in line for line in lines)):
                continue
            trial = _trial(Dialect(delimiter, quote, escape), lines)
            if trial.dialect.width > 1 and len(trial.records[0]) > 1:
                yield trial


def _trial(dialect: Dialect, lines: list[str]) -> _Trial:
    records = _records(dialect, lines, strict=False)
    widths = Counter(len(record) for record in records[1:]) or Counter(len(record) for record in records)
    header = len(records[0]) if records else 0
    usual, times = widths.most_common(1)[0] if widths else (0, 0)
    wider = usual > header and times > widths.total() / 2
    width = usual if wider or usual < 2 else header
    agreement = widths[width] / max(widths.total(), 1)
    found = Dialect(dialect.delimiter, dialect.quote, dialect.escape, True, width)
    return _Trial(found, records, agreement, _parses_strictly(dialect, lines))


def _records(dialect: Dialect, lines: list[str], strict: bool) -> list[list[str]]:
    records = []
    for record in csv.reader(lines, strict=strict, **dialect.options()):
        if record:
            records.append(record)
        if len(records) > SAMPLE_RECORDS:
            break
    return records


def _parses_strictly(dialect: Dialect, lines: list[str]) -> bool:
    """Whether no closing quotation mark stands inside a value. The sample's cut end does not count."""
    if dialect.quote is None:
        return True
    try:
        _records(dialect, lines, strict=True)
    except csv.Error as error:
        return "end of data" in str(error)
    return True


def _one_column(lines: list[str]) -> _Trial:
    """No delimiter fits. Commas are obeyed where they are quoted, else they are ordinary text."""
    comma = _trial(Dialect(), lines)
    if all(len(record) == 1 for record in comma.records):
        return _Trial(Dialect(width=1), comma.records, 1.0, comma.clean)
    quoted, plain = (_trial(Dialect(NO_DELIMITER, quote), lines) for quote in ('"', None))
    return quoted if quoted.clean else plain


def _first_record_is_data(records: list[list[str]]) -> bool:
    """Whether the file has no header: a number where the column holds numbers, next to a whole sentence.

    Names of columns can be sentences (surveys) or numbers (years), hardly both in one table.
    """
    if len(records) < 2 or not any(map(_is_sentence, records[0])):
        return False
    for place, cell in enumerate(records[0]):
        below = [record[place] for record in records[1:] if place < len(record) and record[place].strip()]
        if is_number(cell) and below and all(map(is_number, below)):
            return True
    return False


def _is_sentence(cell: str) -> bool:
    """Five words, or, in scripts that put no spaces between words, ten characters."""
    return len(cell.split()) >= _SENTENCE_WORDS or (not cell.isascii() and len(cell) >= _SENTENCE_CHARACTERS)


@contextmanager
def unlimited_fields() -> Iterator[None]:
    """The parser refuses cells over 128 KiB unless told otherwise, for the whole process: restored afterwards."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)
