"""Filtering and sorting the workspace: which rows pass, and in what order. Answers at a million rows in an instant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.corpus.column_kinds import is_text
from explorer.core.corpus.columns import string_array, text_column
from explorer.core.corpus.corpus import Corpus
from explorer.core.progress import Progress
from explorer.core.query.keywords import KeywordIndex
from explorer.core.query.predicates import (
    Chip,
    Contains,
    Expression,
    Filters,
    Labelled,
    Moments,
    Pattern,
    Phrase,
    Predicate,
    Range,
    Rows,
    Values,
    Words,
)
from explorer.core.query.recent import Recent
from explorer.core.query.search import TextQuery, find
from explorer.core.query.workspace import ColumnInfo, Given, Workspace

if TYPE_CHECKING:
    from explorer.core.query.sql import Database

Mask = NDArray[np.bool_]
"""(n,) which rows; what the engine hands out is shared and read-only."""

KEPT_MASKS = 32
KEPT_ORDERS = 4


class Engine:
    """One corpus and what was computed and decided about it, asked from one thread at a time.

    Masks are kept by predicate and orders by column until a column that they read changes.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._workspace = Workspace(corpus)
        self._keywords: KeywordIndex | None = None
        self._database: Database | None = None
        self._masks: Recent[Predicate, Mask] = Recent(KEPT_MASKS)
        self._orders: Recent[tuple[str, bool], NDArray[np.int64]] = Recent(KEPT_ORDERS)
        self._stop = False
        self._progress = Progress(is_cancelled=lambda: self._stop)

    @property
    def corpus(self) -> Corpus:
        return self._workspace.corpus

    def set_columns(self, columns: Mapping[str, Given]) -> None:
        """Take the program's columns, one cell a row, in place of all given before. Nothing is copied.

        A column given again, or with the same cells as before, keeps what is known about it.
        """
        self._forget(self._workspace.set_columns(columns))

    def set_labels(self, names: Sequence[str], bits: NDArray[np.uint64]) -> None:
        """Take the labels: bit j of a row's number = it has label j; an empty array = nothing is labelled."""
        self._forget(self._workspace.set_labels(names, bits))

    def set_keywords(self, index: KeywordIndex | None) -> None:
        """The index that words and phrases are looked up in; None = they are found by reading the texts."""
        self._keywords = index

    def columns(self) -> tuple[ColumnInfo, ...]:
        """The columns that can be filtered and sorted, in the report's order, with their kinds."""
        return self._workspace.infos()

    def codes(self, column: str) -> tuple[NDArray[np.int64], list[str]]:
        """(n,) number of each cell's value, -1 for blank cells; and the values as ``Values`` wants them."""
        return self._workspace.codes(column)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """(n,) NaN where a cell holds no number. Raises ``OptionError`` for a column of another kind."""
        return self._workspace.numbers(column)

    def moments(self, column: str) -> NDArray[np.float64]:
        """(n,) seconds since 1970, NaN where a cell holds no date. Raises ``OptionError`` for another kind."""
        return self._workspace.moments(column)

    def interrupt(self) -> None:
        """From another thread: end the question under way, which raises ``Cancelled``. The next one is not touched."""
        self._stop = True
        if self._database is not None:
            self._database.interrupt()
        if self._keywords is not None:
            self._keywords.interrupt()

    # --- questions ------------------------------------------------------------------------------

    def filter(self, filters: Filters) -> Mask | None:
        """(n,) which rows pass; None when no chip is switched on.

        Raises ``OptionError`` (one sentence) for what cannot be asked, and ``Cancelled``.
        """
        self._stop = False
        masks = [self._chip(chip) for chip in filters.enabled]
        if not masks:
            return None
        combine = np.logical_and if filters.combine == "all" else np.logical_or
        return np.asarray(combine.reduce(masks), dtype=np.bool_)

    def mask(self, predicate: Predicate) -> Mask:
        """(n,) the rows for which the predicate holds. Raises as :meth:`filter` does."""
        self._stop = False
        return self._known(predicate)

    def order(self, column: str, descending: bool = False, rows: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """(m,) all rows, or those given, sorted by a column; blank cells last, equal ones in row order.

        Numbers by size, dates by time, false before true, text without case, accents and white space before it, by
        its first 128 characters. Raises ``OptionError`` for a column that is not there, and ``Cancelled``.
        """
        self._stop = False
        whole = self._orders.get((column, descending), lambda: self._order(column, descending))
        if rows is None:
            return whole
        wanted = np.zeros(len(whole), np.bool_)
        wanted[rows] = True
        return whole[wanted[whole]]

    def _chip(self, chip: Chip) -> Mask:
        found = self._known(chip.predicate)
        return ~found if chip.inverted else found

    def _known(self, predicate: Predicate) -> Mask:
        self._progress.check()
        return self._masks.get(predicate, lambda: self._computed(predicate))

    def _computed(self, predicate: Predicate) -> Mask:
        found = np.asarray(self._ways[type(predicate)](predicate), dtype=np.bool_)
        found.setflags(write=False)
        return found

    def _forget(self, changed: frozenset[str]) -> None:
        if changed:
            self._masks.forget(lambda known: known.reads is None or not changed.isdisjoint(known.reads))
            self._orders.forget(lambda known: known[0] in changed)

    # --- one way for each predicate -------------------------------------------------------------

    @property
    def _ways(self) -> Mapping[type[Predicate], Callable[[Any], Mask]]:
        return {
            Values: self._values,
            Contains: self._contains,
            Range: self._range,
            Moments: self._moments,
            Words: lambda asked: self._found(TextQuery(asked.query)),
            Phrase: lambda asked: self._found(TextQuery(asked.text, "phrase")),
            Pattern: lambda asked: self._found(TextQuery(asked.regex, "regex", asked.ignore_case)),
            Rows: lambda asked: asked.mask(self._workspace.rows),
            Expression: self._expression,
            Labelled: lambda asked: self._workspace.label_mask(asked.label),
        }

    def _values(self, asked: Values) -> Mask:
        cells = self._workspace.cells(asked.column)
        if not is_text(cells.type):
            return self._coded(asked)
        found = pc.is_in(cells, value_set=string_array(asked.values).cast(cells.type))
        if asked.missing:
            found = pc.or_(found, pc.equal(pc.utf8_trim_whitespace(pc.fill_null(cells, "")), ""))
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def _contains(self, asked: Contains) -> Mask:
        cells = self._workspace.cells(asked.column)
        if not is_text(cells.type):
            cells = text_column(pa.chunked_array([cells]) if isinstance(cells, pa.Array) else cells)
        text = asked.text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")  # half a character is in no cell
        found = pc.fill_null(pc.match_substring(cells, text, ignore_case=True), False)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def _coded(self, asked: Values) -> Mask:
        codes, names = self._workspace.codes(asked.column)
        wanted = set(asked.values)
        return np.array([name in wanted for name in names] + [asked.missing], np.bool_)[codes]

    def _range(self, asked: Range) -> Mask:
        values = self._workspace.numbers(asked.column)
        low = -np.inf if asked.low is None else asked.low
        high = np.inf if asked.high is None else asked.high
        return (values >= low) & (values <= high)

    def _moments(self, asked: Moments) -> Mask:
        values = self._workspace.moments(asked.column)
        start, end = asked.seconds()
        return (values >= start) & (values < end)

    def _found(self, query: TextQuery) -> Mask:
        return find(self.corpus, self._keywords, query, best=0, progress=self._progress).mask

    def _expression(self, asked: Expression) -> Mask:
        from explorer.core.query.sql import UnknownColumnError, mentioned

        workspace = self._workspace
        columns = {name: workspace.typed(name) for name in mentioned(asked.sql, workspace.names)}
        try:
            rows = self._connected().rows_where(asked.sql, columns, workspace.rows)
        except UnknownColumnError as error:
            raise workspace.absent(error.name) from error
        found = np.zeros(workspace.rows, np.bool_)
        found[rows] = True
        return found

    def _order(self, column: str, descending: bool) -> NDArray[np.int64]:
        key = self._workspace.cells(column)
        if self._workspace.kind(column) in ("number", "date", "boolean"):
            return self._sorted(self._workspace.typed(column), text=False, descending=descending)
        if not is_text(key.type):
            key = text_column(pa.chunked_array([key]) if isinstance(key, pa.Array) else key)
        return self._sorted(key, text=True, descending=descending)

    def _sorted(self, key: pa.Array | pa.ChunkedArray, *, text: bool, descending: bool) -> NDArray[np.int64]:
        rows = self._connected().order(key, text=text, descending=descending)
        rows.setflags(write=False)
        return rows

    def _connected(self) -> Database:
        """DuckDB is loaded when it is first needed."""
        if self._database is None:
            from explorer.core.query.sql import Database

            self._database = Database()
        return self._database
