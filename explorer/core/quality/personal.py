"""Personal data in texts: e-mail addresses, phone numbers, numbers of payment cards. Patterns, not certainty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

EMAIL = (
    r"(?i)\b[a-z0-9](?:[a-z0-9._%+\-]{0,62}[a-z0-9_+\-])?"
    r"@(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}\b"
)

_MAY_BE_CARD = r"\d(?:[ \-]?\d){12}"
_CARDS = re.compile(
    r"""(?<![\d.,+\-])(?:
        \d{4}(?P<by>[ \-]?)\d{4}(?P=by)\d{4}(?P=by)\d{1,7}     # four by four, or all at once
      | 3\d{3}[ \-]\d{6}[ \-]\d{4,5}                           # American Express and Diners as they print theirs
    )(?![\d\-])(?![.,]\d)""",
    re.VERBOSE,
)
_BRANDS = re.compile(
    r"""(?:
        4(?:\d{12}|\d{15}|\d{18})                                                    # Visa
      | (?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}              # Mastercard
      | 3[47]\d{13}                                                                  # American Express
      | 3(?:0[0-5]|[68]\d)\d{11}                                                     # Diners Club
      | (?:6011|64[4-9]\d|65\d\d)\d{12,15}                                            # Discover
      | 35(?:2[89]|[3-8]\d)\d{12,15}                                                 # JCB
      | 62\d{14,17}                                                                  # UnionPay
    )""",
    re.VERBOSE,
)

_MAY_BE_PHONE = r"\d(?:[ .\-/()]{0,3}\d){6}"
_PHONES = (
    # International: a plus, or two zeros (not amid a number's groups) and a mark after the country's number.
    re.compile(r"(?<![\w+])(?:\+\s?|(?<!\d[ \-])00(?=[1-9]\d{0,2}[ .\-/(]))[1-9](?:[ .\-/()]{0,3}\d){7,14}(?!\d)"),
    # North America: (212) 555-0123, 212-555-0123, 212/555-0123, 1.212.555.0123.
    re.compile(
        r"(?<![\w.\-/])(?:1[ .\-]{1,3})?(?:[(\[][2-9]\d\d[)\]][ .\-/]{0,3}|[2-9]\d\d[ .\-/])"
        r"[2-9]\d\d[ .\-]\d{4}(?![\-/]?\d)"
    ),
    # A leading zero and groups: 030 1234567, (0171) 1234567, 01 23 45 67 89, 020 7946 0958.
    re.compile(
        r"(?<![\w.,\-/])(?<!\d[ \-])(?=(?:\D?\d){9,12}(?!\D?\d))"
        r"\(?0[1-9]\d{0,4}\)?[ /\-]\d{2,8}(?:[ \-]\d{2,5}){0,4}(?![\w\-/]?\d)"
    ),
    # Whatever follows a word that announces a phone number.
    re.compile(
        r"(?i)\b(?:tel|phone|telephone|mobile|cell|fax|ph|call|text|txt|ring|whatsapp|telefon|handy|t[eé]l[eé]phone)\b"
        r"[^\w\n]{0,4}(?:(?:no|nr|number|us|me|at|on|now|is)\b[^\w\n]{0,3}){0,2}"
        r"[+(]?\d(?:[ .\-/()]{0,2}\d){6,14}(?!\d)"
    ),
)
_DATE = re.compile(r"(?:\d{4}[.\-/]\d{1,2}[.\-/]\d{1,2}|\d{1,2}[.\-/]\d{1,2}[.\-/]\d{4})\b")


def with_email(texts: pa.ChunkedArray) -> NDArray[np.int64]:
    """Rows that hold an e-mail address."""
    return _true_rows(pc.match_substring_regex(texts, EMAIL))


def with_phone(texts: pa.ChunkedArray) -> NDArray[np.int64]:
    """Rows that hold what is written like a phone number."""
    return _confirmed(texts, _MAY_BE_PHONE, holds_phone)


def with_card(texts: pa.ChunkedArray) -> NDArray[np.int64]:
    """Rows that hold the number of a payment card."""
    return _confirmed(texts, _MAY_BE_CARD, holds_card)


def holds_card(text: str) -> bool:
    """Whether a text holds digits of a card brand's length and beginning whose check digit is right."""
    return any(is_card(re.sub(r"\D", "", found.group())) for found in _CARDS.finditer(text))


def is_card(digits: str) -> bool:
    return bool(_BRANDS.fullmatch(digits)) and luhn(digits)


def luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812: every second digit from the right doubled, digits summed, a multiple of ten."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def holds_phone(text: str) -> bool:
    """Whether a text holds a number written like a phone number; dates and numbers of cards are none."""
    for found in _candidates(text):
        digits = re.sub(r"\D", "", found)
        if 7 <= len(digits) <= 15 and not _DATE.search(found) and not is_card(digits) and len(set(digits)) > 2:
            return True
    return False


def _candidates(text: str) -> Iterable[str]:
    return (found.group() for pattern in _PHONES for found in pattern.finditer(text))


def _confirmed(texts: pa.ChunkedArray, may_be: str, holds: Callable[[str], bool]) -> NDArray[np.int64]:
    """Rows that a quick pattern finds possible and a careful look confirms."""
    rows = _true_rows(pc.match_substring_regex(texts, may_be))
    possible: list[Any] = texts.take(pa.array(rows)).to_pylist()
    return rows[np.fromiter((holds(text) for text in possible), np.bool_, len(rows))]


def _true_rows(found: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.flatnonzero(found.to_numpy())
