"""What a filter asks of a row, as small frozen values that a project can keep (JSON) and a person can read.

Columns are named as in the report: ``row``, ``id``, ``text``, the corpus's own, and what was computed or decided.
"""

from __future__ import annotations

import base64
import binascii
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.core.query.terms import Term, terms_of
from explorer.errors import OptionError, ProjectError

SHOWN_VALUES = 3
SHOWN_CHARACTERS = 60
_SPOKEN = {"anomaly_score": "score", "anomaly_rank": "rank"}

Combine = Literal["all", "any"]


@dataclass(frozen=True)
class Predicate:
    """The base of all. ``kind`` tags the stored form; ``reads`` names the columns it depends on, None = any."""

    kind: ClassVar[str] = ""

    @property
    def reads(self) -> tuple[str, ...] | None:
        return None

    def words(self) -> str:
        """The predicate in plain words, short enough for a chip."""
        raise NotImplementedError

    def as_dict(self) -> dict[str, Any]:
        """The form that JSON can hold."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        return {"kind": self.kind, **plain}

    @staticmethod
    def from_dict(stored: object) -> Predicate:
        """What ``as_dict`` gave. Raises ``ProjectError`` for anything else."""
        kind = stored.get("kind") if isinstance(stored, Mapping) else None
        if not isinstance(stored, Mapping) or not isinstance(kind, str):
            raise _damaged("it has no kind")
        if kind not in KINDS:
            raise ProjectError(
                f"This version does not know filters of the kind {_short(kind)!r}.",
                "Update the program, or remove the filter.",
            )
        read: Predicate = _read(KINDS[kind], stored)
        return read


@dataclass(frozen=True)
class Values(Predicate):
    """Cells that hold one of ``values``, as they are written; with ``missing``, blank cells too."""

    column: str
    values: tuple[str, ...] = ()
    missing: bool = False
    kind: ClassVar[str] = "values"

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def words(self) -> str:
        if not self.missing and self.values in (("true",), ("false",)):
            return _spoken(self.column) if self.values == ("true",) else f"not {_spoken(self.column)}"
        shown = [_short(value) for value in self.values[:SHOWN_VALUES]]
        if len(self.values) > SHOWN_VALUES:
            shown.append(f"{len(self.values) - SHOWN_VALUES:,} more")
        shown += ["missing"] if self.missing else []
        return f"{_spoken(self.column)} is {_either(shown) or 'nothing'}"


@dataclass(frozen=True)
class Contains(Predicate):
    """Cells that contain ``text`` as it stands, whatever its case."""

    column: str
    text: str
    kind: ClassVar[str] = "contains"

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def words(self) -> str:
        return f'{_spoken(self.column)} contains "{_short(self.text)}"'


@dataclass(frozen=True)
class Range(Predicate):
    """Numbers from ``low`` to ``high``, both included; None = no limit. A cell without a number is outside."""

    column: str
    low: float | None = None
    high: float | None = None
    kind: ClassVar[str] = "range"

    def __post_init__(self) -> None:
        for limit in (self.low, self.high):
            if limit is not None and not math.isfinite(limit):
                raise OptionError(f"A filter on {self.column} cannot end at {limit}.", "Give a finite number.")

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def words(self) -> str:
        low, high = (None if limit is None else f"{limit:.6g}" for limit in (self.low, self.high))
        return f"{_spoken(self.column)} {_stretch(low, high, 'any number')}"


@dataclass(frozen=True)
class Moments(Predicate):
    """Dates from ``start`` up to, not including, ``end`` (ISO 8601, no zone); None = no limit."""

    column: str
    start: str | None = None
    end: str | None = None
    kind: ClassVar[str] = "moments"

    def __post_init__(self) -> None:
        for limit in (self.start, self.end):
            if limit is not None:
                _moment(limit)

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def seconds(self) -> tuple[float, float]:
        """Start and end in seconds since 1970; infinite where there is no limit."""
        return _seconds(self.start, -math.inf), _seconds(self.end, math.inf)

    def words(self) -> str:
        start = None if self.start is None else _shown_moment(_moment(self.start))
        end = None if self.end is None else _shown_moment(_last_within(_moment(self.end)))
        if start is not None and start == end:
            return start
        named = "" if start is not None and end is not None else f"{_spoken(self.column)} "
        return f"{named}{_stretch(start, end, 'any date')}"


@dataclass(frozen=True)
class _InText(Predicate):
    @property
    def reads(self) -> tuple[str, ...]:
        return ("text",)


@dataclass(frozen=True)
class Words(_InText):
    """Texts that hold all words of ``query``, as the search box finds them: phrases in quotes, minus words."""

    query: str
    kind: ClassVar[str] = "words"

    def __post_init__(self) -> None:
        terms_of(self.query)  # refuses too many

    def words(self) -> str:
        return f"{' and '.join(map(_quoted, terms_of(self.query))) or 'no word'} in the text"


@dataclass(frozen=True)
class Phrase(_InText):
    """Texts that hold these words in this order, next to each other."""

    text: str
    kind: ClassVar[str] = "phrase"

    def words(self) -> str:
        return f'"{_short(self.text)}" in the text'


@dataclass(frozen=True)
class Pattern(_InText):
    """Texts in which a regular expression (RE2) is found."""

    regex: str
    ignore_case: bool = True
    kind: ClassVar[str] = "pattern"

    def words(self) -> str:
        return f"text like /{_short(self.regex)}/"


@dataclass(frozen=True)
class Rows(Predicate):
    """A saved selection. ``packed``: one bit a row of the ``total`` there were, compressed, in base 64."""

    name: str
    packed: str
    total: int
    kind: ClassVar[str] = "rows"

    @staticmethod
    def of(name: str, rows: NDArray[np.int64], total: int) -> Rows:
        """The selection of ``rows`` out of ``total``."""
        mask = np.zeros(total, np.bool_)
        mask[rows] = True
        return Rows(name, base64.b64encode(zlib.compress(np.packbits(mask).tobytes(), 6)).decode(), total)

    @property
    def reads(self) -> tuple[str, ...]:
        return ()

    def mask(self, rows: int) -> NDArray[np.bool_]:
        """(rows,) what was selected; rows that came later are not. Raises ``ProjectError`` if it is damaged."""
        found = self._bits()[:rows]
        return np.concatenate([found, np.zeros(rows - len(found), np.bool_)])

    def _bits(self) -> NDArray[np.bool_]:
        try:
            packed = zlib.decompressobj().decompress(base64.b64decode(self.packed, validate=True), self.total // 8 + 1)
            if 8 * len(packed) < self.total:
                raise ValueError("cut off")
        except (binascii.Error, zlib.error, ValueError) as error:
            raise ProjectError(f"The selection {_short(self.name)} is damaged.", "Remove the filter.") from error
        return np.unpackbits(np.frombuffer(packed, np.uint8))[: self.total].astype(np.bool_)

    def words(self) -> str:
        return _short(self.name) or "saved selection"


@dataclass(frozen=True)
class Expression(Predicate):
    """Rows for which a boolean SQL expression (DuckDB's) over the columns is true."""

    sql: str
    kind: ClassVar[str] = "expression"

    def words(self) -> str:
        return _short(self.sql) or "no expression"


@dataclass(frozen=True)
class Labelled(Predicate):
    """Rows that a person gave this label."""

    label: str
    kind: ClassVar[str] = "labelled"

    @property
    def reads(self) -> tuple[str, ...]:
        return ("labels",)

    def words(self) -> str:
        return f"labelled {_short(self.label)}"


KINDS: Mapping[str, type[Predicate]] = {
    made.kind: made for made in (Values, Contains, Range, Moments, Words, Phrase, Pattern, Rows, Expression, Labelled)
}


@dataclass(frozen=True)
class Chip:
    """A predicate as a person handles it: switched on or off, inverted, with a name of its own or none."""

    predicate: Predicate
    enabled: bool = True
    inverted: bool = False
    name: str = ""

    def words(self) -> str:
        """The automatic name."""
        words = self.predicate.words()
        if not self.inverted:
            return words
        return words.removeprefix("not ") if words.startswith("not ") else f"not {words}"

    @property
    def title(self) -> str:
        """The person's name for it, or the automatic one."""
        return self.name or self.words()

    def as_dict(self) -> dict[str, Any]:
        stored = {"enabled": self.enabled, "inverted": self.inverted, "name": self.name}
        return {"predicate": self.predicate.as_dict(), **stored}

    @staticmethod
    def from_dict(stored: object) -> Chip:
        """What ``as_dict`` gave. Raises ``ProjectError`` for anything else."""
        if not isinstance(stored, Mapping):
            raise _damaged("it is no object")
        read: Chip = _read(Chip, stored)
        return read


@dataclass(frozen=True)
class Filters:
    """The chips in their order. A row passes if all (any) of the chips that are switched on let it through."""

    chips: tuple[Chip, ...] = ()
    combine: Combine = "all"

    @property
    def enabled(self) -> tuple[Chip, ...]:
        return tuple(chip for chip in self.chips if chip.enabled)

    def words(self) -> str:
        """What passes, in plain words; "" when nothing filters."""
        return f" {'and' if self.combine == 'all' else 'or'} ".join(chip.title for chip in self.enabled)

    def as_dict(self) -> dict[str, Any]:
        return {"combine": self.combine, "chips": [chip.as_dict() for chip in self.chips]}

    @staticmethod
    def from_dict(stored: object) -> Filters:
        """What ``as_dict`` gave. Raises ``ProjectError`` for anything else."""
        if not isinstance(stored, Mapping):
            raise _damaged("it is no object")
        read: Filters = _read(Filters, stored)
        return read


def _read(made: Callable[..., Any], stored: Mapping[str, Any]) -> Any:
    """A value of the class ``made`` from its stored fields, each checked by its declared type."""
    declared = {field.name: str(field.type) for field in fields(made)}  # type: ignore[arg-type]
    absent = [name for name in declared if name not in stored]
    if absent:
        raise _damaged(f"{', '.join(absent)} missing")
    try:
        return made(**{name: _READERS[kind](stored[name]) for name, kind in declared.items()})
    except (TypeError, ValueError, OverflowError, OptionError) as error:
        raise _damaged(str(error)) from error


def _damaged(why: str) -> ProjectError:
    return ProjectError(f"A stored filter is damaged: {why.rstrip('.')}.", "Remove it and make it again.")


def _exactly(*kinds: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) not in kinds:
            raise TypeError(f"{type(value).__name__} where {' or '.join(kind.__name__ for kind in kinds)} belongs")
        return value

    return read


def _read_number(value: Any) -> float | None:
    return None if value is None else float(_exactly(int, float)(value))


def _read_count(value: Any) -> int:
    if not 0 <= _exactly(int)(value) <= 2**40:
        raise ValueError("a count that cannot be")
    return int(value)


def _read_combine(value: Any) -> Combine:
    if value not in ("all", "any"):
        raise ValueError("it combines neither all nor any")
    return "all" if value == "all" else "any"


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "str": _exactly(str),
    "bool": _exactly(bool),
    "int": _read_count,
    "str | None": _exactly(str, type(None)),
    "float | None": _read_number,
    "tuple[str, ...]": lambda value: tuple(map(_exactly(str), _exactly(list, tuple)(value))),
    "tuple[Chip, ...]": lambda value: tuple(map(Chip.from_dict, _exactly(list, tuple)(value))),
    "Predicate": Predicate.from_dict,
    "Combine": _read_combine,
}


def _spoken(column: str) -> str:
    return _SPOKEN.get(column, _short(column))


def _short(text: str) -> str:
    line = " ".join(text[: 4 * SHOWN_CHARACTERS].split())
    return line if len(line) <= SHOWN_CHARACTERS else line[:SHOWN_CHARACTERS].rstrip() + "…"


def _quoted(term: Term) -> str:
    return f'{"not " if term.negated else ""}"{_short(term.typed)}"'


def _either(names: Sequence[str]) -> str:
    head = ", ".join(names[:-1])
    return f"{head} or {names[-1]}" if head else "".join(names)


def _stretch(low: str | None, high: str | None, anything: str) -> str:
    if low is None:
        return anything if high is None else f"up to {high}"
    return f"from {low}" if high is None else f"{low} to {high}"


def _moment(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written).replace(tzinfo=None)
    except ValueError as error:
        raise OptionError(f"{_short(written)!r} is no date.", "Write dates like 2026-10-31.") from error


def _seconds(written: str | None, absent: float) -> float:
    return absent if written is None else (_moment(written) - datetime(1970, 1, 1)).total_seconds()


def _last_within(end: datetime) -> datetime:
    """The last day (second) before an exclusive end."""
    whole_day = end.time() == datetime.min.time()
    return end if end == datetime.min else end - (timedelta(days=1) if whole_day else timedelta(seconds=1))


def _shown_moment(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(" ", "seconds")
