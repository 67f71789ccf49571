"""What a person did on a corpus, field by field: how each is kept, and what a change of it is called.

These fields of ``AppState`` are what undo brings back and what must survive the end of the process. Each is kept
whole, as compressed bytes without anything executable; an action writes only the fields that it changed.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.app.labels import NO_BITS, Label
from explorer.app.state import ANOMALY, NO_MASK, NO_ROWS, AppState
from explorer.core.anomaly.overrides import NO_OVERRIDES, Overrides
from explorer.core.plan import LINE, Plan
from explorer.core.query.predicates import Filters
from explorer.core.report.marks import NO_CORRECTIONS, Corrections
from explorer.errors import ExplorerError

FLAGS = (("flag", True), ("clear", False))
"""Decisions by hand as they are kept."""
FEW = 1_000
"""Decisions up to which their rows are kept one by one."""
FAST = 1
"""zlib's level: rows are mostly zeros, which pack well at any level."""


@dataclass(frozen=True)
class WorkField:
    """One undoable field. ``decode`` takes the bytes and the number of rows; it raises ``ValueError`` on nonsense.

    describe : what going from the first value to the second did, in words after "Undo".
    """

    default: Any
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes, int], Any]
    describe: Callable[[Any, Any], str]


def _pack(values: object) -> bytes:
    return zlib.compress(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(), FAST)


def _unpack(stored: bytes) -> Any:
    try:
        return json.loads(_inflate(stored))
    except RecursionError as error:
        raise ValueError("damaged") from error


def _inflate(stored: bytes) -> bytes:
    try:
        return zlib.decompress(stored)
    except zlib.error as error:
        raise ValueError("damaged") from error


# --- rows ---------------------------------------------------------------------------------------


def _encode_bits(bits: np.ndarray[Any, Any]) -> bytes:
    return zlib.compress(bits.astype("<u8").tobytes(), FAST)


def _decode_bits(stored: bytes, rows: int) -> Any:
    return _grown(np.frombuffer(_inflate(stored), "<u8").astype(np.uint64), rows)


def _encode_mask(mask: np.ndarray[Any, Any]) -> bytes:
    return len(mask).to_bytes(8, "little") + zlib.compress(np.packbits(mask).tobytes(), FAST)


def _decode_mask(stored: bytes, rows: int) -> Any:
    size = int.from_bytes(stored[:8], "little")
    bits = np.frombuffer(_inflate(stored[8:]), np.uint8)
    if bits.size != -(-size // 8):
        raise ValueError("damaged")
    return _grown(np.unpackbits(bits, count=size).astype(np.bool_), rows)


def _encode_rows(rows: np.ndarray[Any, Any]) -> bytes:
    """Ascending rows as steps from one to the next, which pack well."""
    return zlib.compress(np.diff(rows, prepend=0).astype("<i8").tobytes(), FAST)


def _decode_rows(stored: bytes, rows: int) -> Any:
    found = np.cumsum(np.frombuffer(_inflate(stored), "<i8")).astype(np.int64)
    if found.size and not (found.min() >= 0 and found.max() < rows and (np.diff(found) > 0).all()):
        raise ValueError("rows of another corpus")
    return _frozen(found)


def _grown(values: np.ndarray[Any, Any], rows: int) -> np.ndarray[Any, Any]:
    """Values of every row, with nothing on texts that were added since they were kept; none at all stays none."""
    if values.size > rows:
        raise ValueError("rows of another corpus")
    added = np.zeros(rows - values.size if values.size else 0, values.dtype)
    return _frozen(np.concatenate([values, added]))


def _frozen(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    array.setflags(write=False)
    return array


def _encode_by_row(values: Mapping[int, Any]) -> bytes:
    return _pack(list(values.items()))


def _encode_flags(values: Mapping[int, bool]) -> bytes:
    """Rows by decision: a person may flag a hundred thousand, and every step of the history holds them."""
    made = Overrides.of(values)
    return _pack({word: _listed(made.rows_with(flag)) for word, flag in FLAGS})


def _encode_corrections(values: Mapping[int, str]) -> bytes:
    """Row by row; of many, rows by label."""
    made = Corrections.of(values)
    if len(made) <= FEW:
        return _encode_by_row(made)
    return _pack({label: _listed(rows) for label in made.values_known if (rows := made.rows_with(label)).size})


def _listed(rows: NDArray[np.int64]) -> list[int] | str:
    """Few rows as numbers; many as one bit a row."""
    if len(rows) <= FEW:
        return [int(row) for row in rows]
    held = np.zeros(int(rows.max()) + 1, np.bool_)
    held[rows] = True
    return base64.b64encode(np.packbits(held).tobytes()).decode("ascii")


def _rows_listed(kept: Any) -> NDArray[np.int64]:
    if not isinstance(kept, str):
        return np.unique(np.array([int(row) for row in kept], np.int64))
    return np.flatnonzero(np.unpackbits(np.frombuffer(base64.b64decode(kept), np.uint8)))


def _decode_flags(stored: bytes, rows: int) -> Any:
    kept, found = _unpack(stored), NO_OVERRIDES
    for word, flag in FLAGS:
        found = found.decided(_rows_listed(kept[word]), flag)
    return found.within(rows)


def _decode_corrections(stored: bytes, rows: int) -> Any:
    kept, found = _unpack(stored), NO_CORRECTIONS
    if not isinstance(kept, dict):
        return found.given_all({int(row): str(label) for row, label in kept}).within(rows)
    for label, listed in kept.items():
        held = _rows_listed(listed)
        found = found.given(held, np.zeros(len(held), np.int32), (str(label),))
    return found.within(rows)


def _encode_set_aside(values: Mapping[str, Corrections]) -> bytes:
    return _pack({name: base64.b64encode(_encode_corrections(made)).decode("ascii") for name, made in values.items()})


def _decode_set_aside(stored: bytes, rows: int) -> Any:
    kept = dict(_unpack(stored))
    found = {str(name): _decode_corrections(base64.b64decode(made), rows) for name, made in kept.items()}
    return MappingProxyType(found)


def _decode_notes(stored: bytes, rows: int) -> Any:
    return _by_row({int(row): str(text) for row, text in _unpack(stored)}, rows)


def _by_row(values: dict[int, Any], rows: int) -> Mapping[int, Any]:
    if not values or (min(values) >= 0 and max(values) < rows):
        return MappingProxyType(values)
    return MappingProxyType({row: value for row, value in values.items() if 0 <= row < rows})


# --- everything else ----------------------------------------------------------------------------


def _decode_labels(stored: bytes, rows: int) -> Any:
    return tuple(Label(str(entry["name"]), str(entry["key"])) for entry in _unpack(stored))


def _decode_saved(stored: bytes, rows: int) -> Any:
    return tuple((str(name), Filters.from_dict(filters)) for name, filters in _unpack(stored))


def _decode_words(stored: bytes, rows: int) -> Any:
    return tuple(map(str, _unpack(stored)))


# --- words --------------------------------------------------------------------------------------


def _texts(count: int) -> str:
    return "1 text" if count == 1 else f"{count:,} texts"


def _describe_flags(before: Overrides, after: Overrides) -> str:
    count = int(max(before.rows.max(initial=0), after.rows.max(initial=0))) + 1
    made = after.flags[after.differs(before, count)[after.rows]]
    if not len(made):
        return f"decision of {_texts(len(before) - len(after))} taken back"
    return f"{'flag' if made[0] else 'clear'} {_texts(len(made))}"


def _describe_corrections(before: Corrections, after: Corrections) -> str:
    count = int(max(before.rows.max(initial=0), after.rows.max(initial=0))) + 1
    made = int(np.count_nonzero(after.differs(before, count)[after.rows]))
    if not made:
        return f"correction of {_texts(len(before) - len(after))} taken back"
    return f"correct {_texts(made)}"


def _describe_labels(before: tuple[Label, ...], after: tuple[Label, ...]) -> str:
    new, gone = set(after) - set(before), set(before) - set(after)
    if new and gone:
        return "change of a label"
    return f'label "{next(iter(new or gone)).name}" {"added" if new else "removed"}'


def _describe_bits(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> str:
    return f"labels of {_texts(_different(before, after))}"


def _describe_trash(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> str:
    verb = "trash" if np.count_nonzero(after) > np.count_nonzero(before) else "restore"
    return f"{verb} {_texts(_different(before, after))}"


def _different(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> int:
    if before.size != after.size:
        return int(np.count_nonzero(after if before.size == 0 else before))
    return int(np.count_nonzero(before != after))


def _describe_selection(before: np.ndarray[Any, Any], after: np.ndarray[Any, Any]) -> str:
    return f"selection of {_texts(after.size)}" if after.size else "end of the selection"


def _describe_column(before: str, after: str) -> str:
    return f'choice of the label column "{after}"' if after else "choice of no label column"


def _describe_plan(before: Plan, after: Plan) -> str:
    same = replace(after, **{name: getattr(before, name) for name in LINE})
    if same == before:
        return "threshold"
    if replace(same, odd_value=before.odd_value) == before:
        return "choice of the label that means odd" if after.odd_value else "no label means odd any more"
    if replace(same, learn=before.learn) == before:
        return "learning from decisions" if after.learn else "end of learning from decisions"
    return "change of the parameters"


WORK: Mapping[str, WorkField] = {
    "plan": WorkField(
        Plan(), lambda plan: _pack(plan.as_dict()), lambda stored, _: Plan.from_dict(_unpack(stored)), _describe_plan
    ),
    "overrides": WorkField(NO_OVERRIDES, _encode_flags, _decode_flags, _describe_flags),
    "labels": WorkField(
        (), lambda labels: _pack([asdict(label) for label in labels]), _decode_labels, _describe_labels
    ),
    "label_bits": WorkField(NO_BITS, _encode_bits, _decode_bits, _describe_bits),
    "notes": WorkField(MappingProxyType({}), _encode_by_row, _decode_notes, lambda *_: "note"),
    "corrections": WorkField(NO_CORRECTIONS, _encode_corrections, _decode_corrections, _describe_corrections),
    "set_aside": WorkField(
        MappingProxyType({}), _encode_set_aside, _decode_set_aside, lambda *_: "corrections of another label column"
    ),
    "label_column": WorkField(None, _pack, lambda stored, _: str(_unpack(stored)), _describe_column),
    "trashed": WorkField(NO_MASK, _encode_mask, _decode_mask, _describe_trash),
    "filters": WorkField(
        Filters(),
        lambda filters: _pack(filters.as_dict()),
        lambda stored, _: Filters.from_dict(_unpack(stored)),
        lambda *_: "change of the filters",
    ),
    "saved_filters": WorkField(
        (), lambda saved: _pack([[name, f.as_dict()] for name, f in saved]), _decode_saved, lambda *_: "saved filters"
    ),
    "selection": WorkField(NO_ROWS, _encode_rows, _decode_rows, _describe_selection),
    "colour_by": WorkField(ANOMALY, _pack, lambda stored, _: str(_unpack(stored)), lambda *_: "colour of the map"),
    "hidden": WorkField((), _pack, _decode_words, lambda *_: "hiding in the legend"),
}
"""Decisions first: the first field that changed names the action."""

NAMED_FIRST = (
    "label_column",
    "overrides",
    "labels",
    "label_bits",
    "notes",
    "corrections",
    "trashed",
    "plan",
    "filters",
    "saved_filters",
)


def changed_fields(before: AppState, after: AppState) -> tuple[str, ...]:
    """Names of the fields that are not the same object any more."""
    return tuple(name for name in WORK if getattr(before, name) is not getattr(after, name))


def describe(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What an action did, in words: "flag 3 texts"."""
    order = sorted(after, key=lambda name: (*NAMED_FIRST, name).index(name))
    return WORK[order[0]].describe(before[order[0]], after[order[0]])


def encoded(values: Mapping[str, Any]) -> dict[str, bytes]:
    """Fields as the project keeps them."""
    return {name: WORK[name].encode(value) for name, value in values.items()}


def decoded(stored: Mapping[str, bytes], rows: int) -> tuple[dict[str, Any], list[str]]:
    """Every field's value, its default where nothing is stored, and the names of those that cannot be read."""
    values, damaged = {name: field.default for name, field in WORK.items()}, []
    for name, field in WORK.items():
        if name in stored:
            try:
                values[name] = field.decode(stored[name], rows)
            except (ValueError, TypeError, KeyError, ExplorerError):
                damaged.append(name)
    return values, damaged


DECISIONS = ("overrides", "label_bits", "notes", "corrections", "set_aside", "trashed")
"""Fields that belong to the texts of one corpus, row by row, and took work to make."""


def holds_decisions(stored: Mapping[str, bytes], rows: int) -> bool:
    """Whether anything was decided by hand on the corpus; what cannot be read counts as decided."""
    values, damaged = decoded({name: stored[name] for name in DECISIONS if name in stored}, rows)
    return (
        bool(damaged)
        or any(np.any(values[name]) for name in ("label_bits", "trashed"))
        or any(len(values[name]) for name in ("overrides", "notes", "corrections", "set_aside"))
    )
