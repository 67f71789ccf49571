"""A small memory of what was used last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Keeps the ``most`` values used last, each under its key."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value kept under ``key``, made if there is none."""
        value = self._kept[key] if key in self._kept else make()
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return value

    def forget(self, stale: Callable[[Key], bool]) -> None:
        """Drop what is kept under keys that are stale."""
        for key in [key for key in self._kept if stale(key)]:
            del self._kept[key]
