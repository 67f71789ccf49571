"""One boolean SQL expression, or one sort, over columns handed in, by a DuckDB that can reach nothing else.

The database is in memory and empty but for the columns, may not open files, load extensions or be told otherwise,
and an expression is parsed as exactly one expression before it becomes part of a query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.core.corpus.column_kinds import Column
from explorer.core.corpus.columns import without_surrogates
from explorer.core.progress import Cancelled
from explorer.errors import OptionError

THREADS = 2
MEMORY = "1GB"
SORTED_CHARACTERS = 128
LONGEST_REASON = 200

_HARDENED: Mapping[str, Any] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
    "memory_limit": MEMORY,
    "threads": THREADS,
    "lock_configuration": True,
}
_TABLE, _ROW, _KEY, _NOTHING = "_rows_", "_row_", "_key_", "_nothing_"
_UNKNOWN = re.compile(r'Referenced column "(.*?)" (?:was )?not found')
_TRIMMED = f"CASE WHEN {_KEY} < '!' THEN nullif(trim({_KEY}, E' \\t\\r\\n'), '') ELSE {_KEY} END"
"""Trimming is slow: only for strings that begin with a white space, or are empty. Blank ones become NULL."""
_TEXT_KEY = f"strip_accents(lower(left({_TRIMMED}, {SORTED_CHARACTERS})))"


class UnknownColumnError(Exception):
    """An expression names a column, ``name``, that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Database:
    """A hardened connection; used from one thread at a time, interrupted from any."""

    def __init__(self) -> None:
        self._base = duckdb.connect(":memory:", config=dict(_HARDENED))

    def interrupt(self) -> None:
        self._base.interrupt()

    def rows_where(self, expression: str, columns: Mapping[str, Column], rows: int) -> NDArray[np.int64]:
        """The rows for which the expression is true, in order.

        Parameters
        ----------
        columns : those that the expression mentions, (rows,) each.

        Raises
        ------
        OptionError : no single boolean expression, or it cannot be evaluated, with the reason in one sentence.
        UnknownColumnError : a column that is not among ``columns``. Cancelled : interrupted.
        """
        sql = without_surrogates(expression)
        if not sql.strip():
            raise OptionError("The expression is empty.", "Compare something: amount > 100.")
        always = {_ROW: pa.array(np.arange(rows)), _NOTHING: pa.nulls(rows)}  # two: COLUMNS(*) is never one condition
        with _errors_said(), self._table({**columns, **always}):
            duckdb.SQLExpression(sql)  # refuses a second expression or statement, and clauses after it
            duckdb.SQLExpression(f"({sql}\n)")  # refuses what would close the bracket of the query below
            told = self._base.execute(f"SELECT ({sql}\n) FROM {_TABLE} LIMIT 0").description or []
            if [str(column[1]) for column in told] not in (["BOOLEAN"], ['"NULL"']):
                raise OptionError("The expression is neither true nor false.", "Compare something: amount > 100.")
            return self._rows(f"SELECT {_ROW} FROM {_TABLE} WHERE ({sql}\n)")

    def order(self, key: Column, *, text: bool, descending: bool) -> NDArray[np.int64]:
        """(n,) all rows sorted by ``key``, missing ones last, equal ones in row order.

        Strings (``text``) are compared by their first ``SORTED_CHARACTERS`` characters without case and accents and
        without white space around them, code point by code point; blank ones are missing.
        """
        column, way = _TEXT_KEY if text else _KEY, "DESC" if descending else "ASC"
        with _errors_said(), self._table({_KEY: key, _ROW: pa.array(np.arange(len(key)))}):
            return self._rows(f"SELECT {_ROW} FROM {_TABLE} ORDER BY {column} {way} NULLS LAST, {_ROW}")

    def _rows(self, query: str) -> NDArray[np.int64]:
        return np.asarray(self._base.execute(query).fetchnumpy()[_ROW], dtype=np.int64)

    @contextmanager
    def _table(self, columns: Mapping[str, Column]) -> Iterator[None]:
        self._base.register(_TABLE, pa.table(dict(columns)))
        try:
            yield
        finally:
            self._base.unregister(_TABLE)


def mentioned(expression: str, names: Sequence[str]) -> list[str]:
    """The columns among ``names`` that an expression mentions, one of each spelling.

    SQL does not tell upper from lower case, a corpus may: of columns called alike, the one spelt as in the expression
    is meant, else the first. Raises ``OptionError`` where two are spelt out.
    """
    tokens = _tokens(without_surrogates(expression))
    folded = {token.casefold() for token in tokens}
    alike: dict[str, list[str]] = {}
    for name in names:
        if name.casefold() in folded:
            alike.setdefault(name.casefold(), []).append(name)
    return [_meant(same, tokens) for same in alike.values()]


def _meant(alike: list[str], tokens: set[str]) -> str:
    exact = [name for name in alike if name in tokens]
    if len(exact) > 1:
        raise OptionError(
            f"The columns {' and '.join(exact)} differ only by case, which SQL does not tell apart.",
            "Use one of them in an expression.",
        )
    return (exact or alike)[0]


def _tokens(sql: str) -> set[str]:
    """Identifiers and keywords (``text``, ``row`` are both), without their quotes."""
    with _errors_said():
        found = duckdb.tokenize(sql)
    data = sql.encode()
    places = [*(int(start) for start, _ in found), len(data)]
    parts = (data[start:end].decode("utf-8", "ignore").strip() for start, end in pairwise(places))
    return {part[1:-1].replace('""', '"') if part.startswith('"') else part for part in parts}


@contextmanager
def _errors_said() -> Iterator[None]:
    """DuckDB's errors as one sentence."""
    try:
        yield
    except duckdb.InterruptException as error:
        raise Cancelled from error
    except duckdb.Error as error:
        unknown = _UNKNOWN.search(str(error))
        if unknown:
            raise UnknownColumnError(unknown[1]) from error
        raise OptionError(f"The expression cannot be used: {_reason(str(error))}.", "Correct it.") from error


def _reason(said: str) -> str:
    """The first line of what DuckDB said, without the kind of error before it."""
    line = said.strip().split("\n")[0]
    line = line.partition(" Error: ")[2] or line
    line = line if len(line) <= LONGEST_REASON else f"{line[:LONGEST_REASON].rstrip()}…"
    return line.rstrip(".!")
