"""Values that a person gave to some rows of a corpus, kept as arrays: one may give them to all of a million at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

V = TypeVar("V", bound=Hashable)
Self = TypeVar("Self", bound="RowMap[Any]")


class RowMap(Mapping[int, V], Generic[V]):
    """Row -> value; never changes. What is done with every row is done on the arrays.

    rows : (m,) int64, ascending. codes : (m,) int32, place of each row's value in ``values_known``.
    values_known : different ones; there may be some that no row has.
    """

    def __init__(self, rows: NDArray[np.int64], codes: NDArray[np.int32], values: tuple[V, ...]) -> None:
        self.rows: NDArray[np.int64] = rows
        self.codes: NDArray[np.int32] = codes
        self.values_known: tuple[V, ...] = values
        for array in (rows, codes):
            array.setflags(write=False)

    @classmethod
    def of(cls: type[Self], made: Mapping[int, Any]) -> Self:
        """Any mapping as one of this kind."""
        if isinstance(made, cls):
            return made
        return cls._empty().given_all(made)

    @classmethod
    def _empty(cls: type[Self]) -> Self:
        return cls(np.empty(0, np.int64), np.empty(0, np.int32), ())

    def given_all(self: Self, made: Mapping[int, V]) -> Self:
        """These, and a value for each row of ``made``."""
        values = tuple(dict.fromkeys(made.values()))
        place = {value: code for code, value in enumerate(values)}
        codes = np.fromiter((place[value] for value in made.values()), np.int32, len(made))
        return self.given(np.fromiter(made, np.int64, len(made)), codes, values)

    def given(self: Self, rows: NDArray[np.int64], codes: NDArray[np.int32], values: tuple[V, ...]) -> Self:
        """These, and ``values[codes]`` for ``rows``, which are different ones in any order."""
        merged = tuple(dict.fromkeys((*self.values_known, *values)))
        place = {value: code for code, value in enumerate(merged)}
        theirs = np.array([place[value] for value in values], np.int32)[codes]
        kept = self._without(rows)
        both = np.concatenate([self.rows[kept], rows])
        order = np.argsort(both, kind="stable")
        return self._like(both[order], np.concatenate([self.codes[kept], theirs])[order], merged)

    def without(self: Self, rows: NDArray[np.int64]) -> Self:
        """These but for ``rows``."""
        kept = self._without(rows)
        return self if kept.all() else self._like(self.rows[kept], self.codes[kept], self.values_known)

    def within(self: Self, count: int) -> Self:
        """Those of the first ``count`` rows."""
        inside = slice(*np.searchsorted(self.rows, (0, count)).tolist())
        if inside.stop - inside.start == len(self):
            return self
        return self._like(self.rows[inside], self.codes[inside], self.values_known)

    def _like(self: Self, rows: NDArray[np.int64], codes: NDArray[np.int32], values: tuple[V, ...]) -> Self:
        return type(self)(rows, codes.astype(np.int32, copy=False), values)

    def _without(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.isin(self.rows, rows, invert=True)

    def codes_of_all(self, count: int) -> NDArray[np.int32]:
        """(count,) place in ``values_known`` of each row's value, -1 = none."""
        codes = np.full(count, -1, np.int32)
        codes[self.rows] = self.codes
        return codes

    def differs(self, other: RowMap[V], count: int) -> NDArray[np.bool_]:
        """(count,) which rows have another value here than there, or have one in only one of them."""
        place = {value: code for code, value in enumerate(self.values_known)}
        # Their codes as ours; the last one is found by -1, which says that a row has no value.
        theirs = np.array([*(place.setdefault(value, len(place)) for value in other.values_known), -1], np.int32)
        different: NDArray[np.bool_] = self.codes_of_all(count) != theirs[other.codes_of_all(count)]
        return different

    def holds(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(r,) which of ``rows`` have a value."""
        if not self.rows.size:
            return np.zeros(len(rows), np.bool_)
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return np.asarray(self.rows[places] == rows)

    def rows_with(self, value: V) -> NDArray[np.int64]:
        """(r,) rows that have a value, ascending."""
        if value not in self.values_known:
            return np.empty(0, np.int64)
        return self.rows[np.flatnonzero(self.codes == self.values_known.index(value))]

    def as_dict(self) -> dict[int, V]:
        """For those who ask row by row."""
        return dict(zip(self.rows.tolist(), (self.values_known[code] for code in self.codes.tolist()), strict=True))

    def __getitem__(self, row: int) -> V:
        place = int(np.searchsorted(self.rows, row))
        if place == len(self.rows) or self.rows[place] != row:
            raise KeyError(row)
        return self.values_known[int(self.codes[place])]

    def __iter__(self) -> Iterator[int]:
        return iter(self.rows.tolist())

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RowMap):
            return isinstance(other, Mapping) and dict(self) == dict(other)
        if not np.array_equal(self.rows, other.rows):
            return False
        place = {value: code for code, value in enumerate(self.values_known)}
        theirs = np.array([place.get(value, -1) for value in other.values_known], np.int32)
        return bool((self.codes == theirs[other.codes]).all())

    def __hash__(self) -> int:
        return hash(self.rows.tobytes())
