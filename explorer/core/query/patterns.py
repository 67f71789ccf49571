"""Regular expressions by RE2, which takes time linear in the text whatever the pattern is: searching and highlighting.

Python's ``re`` is not used for what a person types, as it can take for ever, and would not match the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.core.corpus.columns import without_surrogates
from explorer.core.progress import SILENT, Progress
from explorer.errors import OptionError

BATCH = 65_536
_MARKS = 0xE000
"""First of the private characters, two of which (not in the text) are put around each match."""


def pattern_mask(
    texts: pa.ChunkedArray, regex: str, *, ignore_case: bool = True, progress: Progress = SILENT
) -> NDArray[np.bool_]:
    """(n,) whether the pattern is found in each text. Raises ``OptionError`` for an invalid pattern."""
    pattern = without_surrogates(regex)
    found = np.zeros(len(texts), np.bool_)
    with _invalid_said(regex):
        pc.match_substring_regex(pa.array([""]), pattern)  # an invalid one is told of no texts too
        for start in range(0, len(texts), BATCH):
            progress.check()
            part = pc.match_substring_regex(texts.slice(start, BATCH), pattern, ignore_case=ignore_case)
            found[start : start + BATCH] = part.to_numpy()
    return found


def pattern_spans(text: str, regex: str, *, ignore_case: bool = True) -> list[tuple[int, int]]:
    """The places [start, end) of all matches that are not empty, in Python's positions. Raises ``OptionError``."""
    shown = pa.array([without_surrogates(text)], pa.large_string())
    if not pattern_mask(pa.chunked_array([shown]), regex, ignore_case=ignore_case)[0]:
        return []
    start, end = _free_marks(text)
    pattern = f"(?i){without_surrogates(regex)}" if ignore_case else without_surrogates(regex)
    return _between(pc.replace_substring_regex(shown, pattern, f"{start}\\0{end}")[0].as_py(), start, end)


def _free_marks(text: str) -> tuple[str, str]:
    used = set(text)
    free = (chr(code) for code in range(_MARKS, _MARKS + len(used) + 2) if chr(code) not in used)
    return next(free), next(free)


def _between(marked: str, start: str, end: str) -> list[tuple[int, int]]:
    spans = []
    place = 0
    before, *matches = marked.split(start)
    place += len(before)
    for part in matches:
        inside, _, after = part.partition(end)
        if inside:
            spans.append((place, place + len(inside)))
        place += len(inside) + len(after)
    return spans


@contextmanager
def _invalid_said(regex: str) -> Iterator[None]:
    try:
        yield
    except pa.ArrowInvalid as error:
        reason = str(error).partition(": ")[2] or str(error)
        raise OptionError(f"The regular expression cannot be read{_where(regex, reason)}.", "Correct it.") from error


def _where(regex: str, reason: str) -> str:
    """`` at character 3: missing )``: RE2 says what it could not read, or the whole pattern."""
    what, _, part = reason.partition(": ")
    place = regex.find(part) if part and part != regex else -1
    shown = f" ({part})" if 0 < len(part) <= 20 and part != regex else ""
    return (f" at character {place + 1}" if place >= 0 else "") + f": {what}{shown}"
