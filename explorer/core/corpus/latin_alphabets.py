"""Which 8-bit encoding of the Latin script: the one in which the accented letters are those of one language.

Statistics over characters alone take French for Windows-1250 ("trčs fermé"): every byte is a letter there too, only
of no language in that mixture.
"""

from __future__ import annotations

import codecs
from collections import Counter

_LETTERS = (
    ("cp1252", "àâçéèêëîïôœùûü"),  # French
    ("cp1252", "áéíñóúüªº"),  # Spanish
    ("cp1252", "áâãàçéêíóôõúªº"),  # Portuguese
    ("cp1252", "äöüß"),  # German
    ("cp1252", "åäöé"),  # Swedish, Finnish
    ("cp1252", "åæøé"),  # Danish, Norwegian
    ("cp1252", "áæðéíóöúýþ"),  # Icelandic
    ("cp1252", "àèéìòù"),  # Italian
    ("cp1252", "àçèéíïòóúü"),  # Catalan
    ("cp1252", "éëïöü"),  # Dutch
    ("cp1250", "áčďéěíňóřšťúůýž"),  # Czech
    ("cp1250", "áäčďéíľňóôšťúýž"),  # Slovak
    ("cp1250", "ąćęłńóśźż"),  # Polish
    ("cp1250", "áéíóöőúüű"),  # Hungarian
    ("cp1250", "ăâîşţ"),  # Romanian
    ("cp1250", "čćđšž"),  # Croatian, Slovene
    ("cp1254", "çğıöşüâî"),  # Turkish
    ("cp1257", "ąčęėįšųūž"),  # Lithuanian
    ("cp1257", "āčēģīķļņšūž"),  # Latvian
    ("cp1257", "äõöüšž"),  # Estonian
    ("mac_roman", "àâçéèêëîïôœùûüáíñóúãõäößåæøìò"),
)
"""Codec and the letters beyond ASCII that its languages use often; the likelier codec first, which decides ties."""

LATIN = frozenset(codec for codec, _ in _LETTERS)
"""The codecs that :func:`latin_codec` can tell apart."""


def latin_codec(evidence: bytes) -> str:
    """The codec in which the largest share of the letters beyond ASCII belongs to one language."""
    return max(_LETTERS, key=lambda one: _share(evidence, *one))[0]


def _share(evidence: bytes, codec: str, letters: str) -> float:
    """Share of the high bytes' letters, and of what is no character at all, that are in ``letters``."""
    high = bytes(byte for byte in evidence if byte > 127)
    found = Counter(codecs.decode(high, codec, "replace").lower())
    judged = sum(count for letter, count in found.items() if letter.isalpha() or letter == "\ufffd")
    return sum(found[letter] for letter in letters) / judged if judged else 0.0
