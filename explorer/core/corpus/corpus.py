"""The corpus: an immutable Arrow table of what was loaded, the text of each row, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pyarrow as pa


@dataclass(frozen=True)
class Rejected:
    """A line or file that could not be read, and why. ``line`` counts from 1; 0 = the file as a whole."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class Source:
    """Where a corpus came from.

    ``digest`` is the SHA-256 of the file (of a folder: of its files' digests by sorted name).
    """

    path: str
    digest: str
    bytes: int
    format: str
    details: str = ""
    """What was detected, in words: "comma-separated, UTF-8"."""


@dataclass(frozen=True)
class Roles:
    """Which columns play which part. ``text`` columns are joined by a blank line in this order.

    Asked of a reader, None means "guess" and "" means "none"; of a corpus, None means that there is none.
    """

    text: tuple[str, ...]
    id: str | None = None
    label: str | None = None
    date: str | None = None

    def settled(self) -> Roles:
        """The same roles as a wish that leaves nothing to guess."""
        return Roles(self.text, self.id or "", self.label or "", self.date or "")


CLEANERS = ("html", "quotes", "signatures")
"""Optional cleaning before embedding: strip HTML, drop quoted replies, drop e-mail signatures."""


@dataclass(frozen=True)
class Corpus:
    """One row a document, in input order.

    table : the corpus's own columns as they were read (CSV cells stay strings), unique names.
    texts : (n,) large_string, the text of each row as the person sees it (columns joined, nothing cleaned; null -> "").
    embedded : (n,) large_string, the text as embedded: cleaned if asked, white space around it stripped; "" = empty.
    ids : (n,) large_string, the id column's values, or the row number.
    notices : things worth saying that lose nothing: renamed columns, lines read in another encoding.
    """

    table: pa.Table
    texts: pa.ChunkedArray
    embedded: pa.ChunkedArray
    ids: pa.ChunkedArray
    roles: Roles
    cleaning: tuple[str, ...]
    source: Source
    rejected: tuple[Rejected, ...] = ()
    notices: tuple[str, ...] = ()
    fingerprint: str = field(default="")
    """Of the texts as embedded, in order: what every computed stage depends on."""
    grown_from: tuple[str, ...] = ()
    """Fingerprints of the corpora that this one was before texts were added, oldest first."""
    added: tuple[Source, ...] = ()
    """Where the texts came from that were added, in the same order; ``source`` is where the first ones came from."""
    spelled: tuple[str, ...] = ()
    """Columns of text whose cells are no texts but other values (numbers, lists), spelled as JSON."""

    @property
    def rows(self) -> int:
        return len(self.texts)

    def with_label(self, column: str | None) -> Corpus:
        """The same texts and columns, with another column that holds the labels, or none."""
        return self if column == self.roles.label else replace(self, roles=replace(self.roles, label=column))

    def text(self, row: int) -> str:
        """The text of one row as the person sees it."""
        return str(self.texts[row].as_py())
