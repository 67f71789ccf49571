"""The full-text index: SQLite FTS5 over the folded words of every text, without a copy of the texts.

SQLite's own idea of a word plays no part: it is given folded words between spaces (``terms.py``) and its ``ascii``
tokenizer splits there and nowhere else. So scripts without spaces and pictograms are found too, and scanning,
highlighting and the index agree on every text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.progress import SILENT, Cancelled, Progress
from explorer.core.query.terms import Folding, Term, phrase_of, spaced, terms_of
from explorer.core.storage import atomic_file
from explorer.errors import OutputError, ProjectError

VERSION = 1
"""Of the folding and the file; another one's file is not read."""
BEST = 200
RANKED = 200_000
"""Of more hits than these, only the first are ranked: words so common tell little, and each hit's bm25 costs 1 us."""
BATCH = 16_384
MAPPED = 2**31 - 1

_SCHEMA = """
CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='ascii', detail=full);
CREATE TABLE about(version INTEGER NOT NULL, rows INTEGER NOT NULL);
"""
_FAST = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-65536;"


@dataclass(frozen=True)
class Matches:
    """The answer of a search.

    rows : (m,) int64, the first ``ranked`` of them best first (bm25), the others in row order.
    mask : (n,) bool, the same rows.
    """

    rows: NDArray[np.int64]
    mask: NDArray[np.bool_]
    ranked: int = 0

    @property
    def count(self) -> int:
        return len(self.rows)


def build_keywords(texts: pa.ChunkedArray, file: Path, progress: Progress = SILENT) -> None:
    """Index texts into ``file``, which is there whole or not at all.

    Parameters
    ----------
    texts : (n,) large_string without nulls.

    Raises
    ------
    OutputError : the disk is full or may not be written to. Cancelled : between two batches.
    """
    with atomic_file(file) as temporary, closing(sqlite3.connect(temporary, isolation_level=None)) as base:
        try:
            base.executescript(_FAST + _SCHEMA)
            base.execute("BEGIN")
            _insert(base, texts, progress)
            base.execute("INSERT INTO about VALUES (?, ?)", (VERSION, len(texts)))
            base.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise OutputError(f"Cannot write {file.name}: {error}.", "Free some space on the disk.") from error


def _insert(base: sqlite3.Connection, texts: pa.ChunkedArray, progress: Progress) -> None:
    table = Folding()
    for start in range(0, len(texts), BATCH):
        progress.report(start / len(texts), "Indexing the words", done=start, total=len(texts), unit="texts")
        cells = texts.slice(start, BATCH).to_pylist()
        folded = (text.translate(table) for text in cells)
        base.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", enumerate(folded, start))


class KeywordIndex:
    """An index that :func:`build_keywords` wrote, read-only. Used from one thread at a time."""

    def __init__(self, file: Path, base: sqlite3.Connection, rows: int) -> None:
        self.file = file
        self.rows = rows
        self._base = base

    @classmethod
    def open(cls, file: Path) -> KeywordIndex:
        """Raises ``ProjectError`` where the file is missing, damaged or of another version."""
        with _damage_said(file):
            uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
            base = sqlite3.connect(uri, uri=True, check_same_thread=False)
            base.execute(f"PRAGMA mmap_size={MAPPED}")
            version, rows = base.execute("SELECT version, rows FROM about").fetchone() or (0, 0)
        if version != VERSION:
            base.close()
            raise _unusable(file, "was written by another version of this program")
        return cls(file, base, int(rows))

    def close(self) -> None:
        self._base.close()

    def interrupt(self) -> None:
        """End a look-up under way, from another thread; it raises ``Cancelled``."""
        self._base.interrupt()

    def match(self, query: str, *, phrase: bool = False, best: int = BEST) -> Matches:
        """The rows that hold all that was typed (or, with ``phrase``, exactly these words in this order).

        Raises ``OptionError`` for too many words; nothing that a person can type is a syntax error.
        """
        return self.look_up(phrase_of(query) if phrase else terms_of(query), best=best)

    def look_up(self, terms: Sequence[Term], *, best: int = BEST) -> Matches:
        """The rows that hold the terms, the ``best`` of them ranked. No terms find nothing."""
        mask = np.zeros(self.rows, np.bool_)
        wanted = [term for term in terms if not term.negated]
        if not wanted:
            mask[self._rows(_query([], terms))] = True
            mask = ~mask if terms else mask
            return Matches(np.flatnonzero(mask), mask)
        query = _query(wanted, [term for term in terms if term.negated])
        rows = self._rows(query)
        mask[rows] = True
        top = self._best(query, rows, best)
        return Matches(_first(top, rows), mask, len(top))

    def _rows(self, query: str) -> NDArray[np.int64]:
        """In row order."""
        if not query:
            return np.empty(0, np.int64)
        with _damage_said(self.file):
            found = self._base.execute("SELECT rowid FROM words WHERE words MATCH ?", (query,))
            return np.fromiter((row for (row,) in found), np.int64)

    def _best(self, query: str, rows: NDArray[np.int64], best: int) -> NDArray[np.int64]:
        if not best or not len(rows):
            return np.empty(0, np.int64)
        last = int(rows[min(len(rows), RANKED) - 1])
        sql = "SELECT rowid FROM words WHERE words MATCH ? AND rowid <= ? ORDER BY rank LIMIT ?"
        with _damage_said(self.file):
            return np.array([row for (row,) in self._base.execute(sql, (query, last, best))], np.int64)


def _first(top: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """``rows`` with those of ``top`` before the others."""
    return np.concatenate([top, rows[~np.isin(rows, top)]]) if len(top) else rows


def _query(wanted: Sequence[Term], unwanted: Sequence[Term]) -> str:
    """In FTS5's language. Words are quoted, and hold neither quotes nor spaces after folding."""
    asked = " AND ".join(map(_quoted, wanted))
    refused = " OR ".join(map(_quoted, unwanted))
    return f"({asked}) NOT ({refused})" if asked and refused else asked or refused


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + ("*" if term.prefix else "")


@contextmanager
def _damage_said(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise Cancelled from error
        raise _unusable(file, "cannot be read") from error
    except sqlite3.DatabaseError as error:
        raise _unusable(file, "is damaged") from error


def _unusable(file: Path, why: str) -> ProjectError:
    return ProjectError(f"The keyword index {file.name} {why}.", "Compute again; the index is then rebuilt.")


def scan(texts: pa.ChunkedArray, terms: Sequence[Term], progress: Progress = SILENT) -> NDArray[np.bool_]:
    """(n,) which texts hold the terms, found without an index by reading all of them. No terms find nothing."""
    found = np.full(len(texts), bool(terms))
    for start in range(0, len(texts) if terms else 0, BATCH):
        progress.check()
        words = pa.array(spaced(texts.slice(start, BATCH).to_pylist()), pa.large_string())
        for term in terms:
            wanted = f" {' '.join(term.words)}{'' if term.prefix else ' '}"
            holds = pc.match_substring(words, wanted).to_numpy(zero_copy_only=False)
            found[start : start + len(words)] &= holds != term.negated
    return found
