"""Every action by its name: the command palette, and the list of keys, where they can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from explorer.app import operations as op
from explorer.app.session import Session
from explorer.core.projection.base import LAYOUTS
from explorer.gui.actions import MENUS, SEPARATOR, all_described, plain
from explorer.gui.map.colouring import colour_choices, colour_title
from explorer.gui.widgets.command_palette import CommandPalette, PaletteEntry
from explorer.gui.widgets.key_map import ShortcutEntry
from explorer.gui.widgets.shortcuts_editor import ShortcutsEditor


class Commands(QObject):
    """``shortcuts_changed(object)``: keys by name of action, where they are not the usual ones."""

    shortcuts_changed = Signal(object)

    def __init__(self, window: QMainWindow, session: Session, actions: Mapping[str, QAction]) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._actions = actions
        self._palette = CommandPalette(window)

    def show_palette(self) -> None:
        """Offer everything that can be done now; a second call closes the list."""
        self._palette.show_entries([*self._menu_entries(), *self._state_entries()])

    def _menu_entries(self) -> list[PaletteEntry]:
        return [
            self._entry(self._actions[entry.name], plain(menu))
            for menu, entries in MENUS.items()
            for entry in entries
            if entry is not SEPARATOR and entry.name != "palette"
        ]

    def _entry(self, action: QAction, where: str) -> PaletteEntry:
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        words = plain(action.text())
        return PaletteEntry(action.objectName(), words, action.trigger, keys, where, action.isEnabled())

    def _state_entries(self) -> list[PaletteEntry]:
        """What depends on the corpus: colours and layouts by name."""
        state, session = self._session.state, self._session
        if state.corpus is None:
            return []
        colours = (name for group in colour_choices(state.corpus) for name in group)
        found = [
            PaletteEntry(
                f"colour:{name}",
                f"Colour by: {colour_title(name)}",
                lambda name=name: session.store.dispatch(op.set_colour(colour_by=name)),
                where="Map",
            )
            for name in colours
        ]
        return found + [
            PaletteEntry(
                f"layout:{name}",
                f"Layout: {words}",
                lambda name=name: session.change_plan(replace(session.state.plan, layout=name)),
                where="Map",
            )
            for name, words in LAYOUTS.items()
        ]

    # --- keys -----------------------------------------------------------------------------------

    def show_shortcuts(self, chosen: Mapping[str, Sequence[str]]) -> None:
        """The list of keys, to be read, changed and printed."""
        editor = ShortcutsEditor([self._shortcut(name, chosen) for name in self._actions], self._window)
        editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        editor.changed.connect(self._rebind)
        editor.open()

    def _shortcut(self, name: str, chosen: Mapping[str, Sequence[str]]) -> ShortcutEntry:
        menu, entry = next(
            (plain(menu), entry) for menu, entries in MENUS.items() for entry in entries if entry.name == name
        )
        keys = tuple(chosen.get(name, entry.keys))
        return ShortcutEntry(name, plain(entry.words), menu, keys, entry.keys)

    def _rebind(self, keys: Mapping[str, Sequence[str]]) -> None:
        usual = {entry.name: entry.keys for entry in all_described()}
        for name, action in self._actions.items():
            action.setShortcuts([QKeySequence(key) for key in keys.get(name, usual[name])])
        self.shortcuts_changed.emit(
            {name: tuple(wanted) for name, wanted in keys.items() if tuple(wanted) != usual[name]}
        )
