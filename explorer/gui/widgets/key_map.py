"""Which keys each action has, what they were at first, and how two actions are kept from answering the same key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Keys = tuple[str, ...]


@dataclass(frozen=True)
class ShortcutEntry:
    """An action: a name that stays the same, its words, its menu, its keys now and at first (portable names)."""

    name: str
    words: str
    where: str
    keys: Keys
    defaults: Keys


class KeyMap:
    """The keys of all actions. No change leaves two actions with the same key unless they had it before."""

    def __init__(self, entries: Sequence[ShortcutEntry]) -> None:
        self._defaults = {entry.name: entry.defaults for entry in entries}
        self._keys = {entry.name: entry.keys for entry in entries}

    def keys(self, name: str) -> Keys:
        return self._keys[name]

    def is_default(self, name: str) -> bool:
        return self._keys[name] == self._defaults[name]

    def mapping(self) -> dict[str, list[str]]:
        """Keys by name of action."""
        return {name: list(keys) for name, keys in self._keys.items()}

    def owner(self, key: str, *, but: str = "") -> str | None:
        """The action other than ``but`` that has ``key``, or has a chord that begins with it or that it begins."""
        for name, keys in self._keys.items():
            if name != but and any(_clash(key, other) for other in keys):
                return name
        return None

    def set_keys(self, name: str, keys: Keys) -> str | None:
        """Give an action these keys and no others; if another one has one of them, refuse and return its name."""
        for key in keys:
            other = self.owner(key, but=name)
            if other is not None:
                return other
        self._keys[name] = tuple(dict.fromkeys(keys))
        return None

    def swap(self, name: str, key: str) -> None:
        """Give ``key`` to an action as its only one; those that had it get this action's keys instead."""
        freed = tuple(old for old in self._keys[name] if not _clash(old, key))
        self._keys[name] = ()
        while (other := self.owner(key, but=name)) is not None:
            kept = tuple(old for old in self._keys[other] if not _clash(old, key))
            self._keys[other] = kept + freed
            freed = ()
        self._keys[name] = (key,)

    def reset(self, name: str) -> str | None:
        """Give an action its first keys again; if another one has one of them now, refuse and return its name."""
        return self.set_keys(name, self._defaults[name])

    def reset_all(self) -> None:
        """Give all actions their first keys again."""
        self._keys = dict(self._defaults)


def _clash(one: str, other: str) -> bool:
    """Whether the window could not tell the two apart: the same keys, or a chord that begins with the other."""
    a, b = (key.lower().split(", ") for key in (one, other))
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]
