"""The part of a text that a table cell shows while something is searched for: around the first match, on one line."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.core.query.search import TextQuery, spans
from explorer.gui.parts import snippet

LOOKED_AT = 20_000
"""Characters of a text in which a match is looked for; what lies beyond is for the text panel."""
AHEAD = 32
"""Characters before the first match that fit into a narrow cell with it."""
KEPT_AHEAD = 16


@dataclass(frozen=True)
class Excerpt:
    """One line, and the places [start, end) in it that match."""

    line: str
    matches: tuple[tuple[int, int], ...] = ()


def excerpt(text: str, query: TextQuery | None) -> Excerpt:
    """The beginning of a text, or what stands around its first match where that is further on."""
    if query is None:
        return Excerpt(snippet(text))
    start = _start(text[:LOOKED_AT], query)
    line = snippet(text[start:])
    line = f"…{line}" if start else line
    return Excerpt(line, tuple(spans(line, query)))


def _start(text: str, query: TextQuery) -> int:
    """Where the excerpt begins: at a word before the first match."""
    first = next(iter(spans(text, query)), (0, 0))[0]
    if first <= AHEAD:
        return 0
    blank = text.find(" ", first - KEPT_AHEAD, first)
    return blank + 1 if blank >= 0 else first - KEPT_AHEAD
