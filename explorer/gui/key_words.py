"""Words that name the keys of actions as they are now, also after a person has changed them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from explorer.gui.actions import all_described
from explorer.gui.parts import named

W = TypeVar("W", bound=QWidget)
_WORDS = "words with keys"
NO_KEY = "no key"


def keyed(widget: W, name: str, words: str) -> W:
    """``parts.named`` with an explanation that holds ``{action}`` in the place of an action's key."""
    widget.setProperty(_WORDS, words)
    return named(widget, name, words.format_map(first_keys()))


def tell_keys(window: QWidget, keys: Mapping[str, str]) -> None:
    """Bring the explanations of all controls in a window up to date."""
    for widget in window.findChildren(QWidget):
        words = widget.property(_WORDS)
        if words:
            named(widget, widget.accessibleName(), str(words).format_map(keys))


def keys_now(actions: Mapping[str, QAction]) -> dict[str, str]:
    """The first key of every action, as this system writes it."""
    return {name: _native(action.shortcut()) for name, action in actions.items()}


def first_keys() -> dict[str, str]:
    """The keys that the actions have before anybody changes them."""
    return {entry.name: _native(QKeySequence(entry.keys[0] if entry.keys else "")) for entry in all_described()}


def _native(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText) or NO_KEY
