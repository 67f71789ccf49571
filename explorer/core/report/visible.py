"""A stranger's text where it stands among other words: short, on one line, and unable to do anything to them."""

from __future__ import annotations

import unicodedata

from explorer.core.corpus.columns import without_surrogates

SNIPPET = 300
"""Characters of a text or a note that are shown."""


def visible(text: str, length: int = SNIPPET) -> str:
    """The beginning of a text on one line, safe to show among others.

    Characters that would reorder what follows them (bidirectional overrides, Trojan Source, Boucher & Anderson 2021)
    or that no page may hold are written as their number: ``[U+202E]``.
    """
    line = " ".join(without_surrogates(text[: 2 * length]).split())
    cut = len(line) > length or len(text) > 2 * length
    return "".join(map(_harmless, line[:length].rstrip())) + ("…" if cut else "")


def _harmless(character: str) -> str:
    control = unicodedata.category(character) == "Cc"
    reorders = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return f"[U+{ord(character):04X}]" if control or reorders or character in "\ufffe\uffff" else character
