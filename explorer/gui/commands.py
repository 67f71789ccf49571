"""Every action by its name: the command palette, and the list of keys, where they can be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from explorer.app import filtering
from explorer.app import operations as op
from explorer.app.labels import DIGITS
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.projection.base import LAYOUTS
from explorer.gui.actions import MENUS, all_described, plain
from explorer.gui.map.colouring import colour_choices, colour_title
from explorer.gui.map.tools_bar import MODE_TIPS, TOOL_TIPS
from explorer.gui.panels.map_panel import MapPanel
from explorer.gui.widgets.command_palette import CommandPalette, PaletteEntry
from explorer.gui.widgets.key_map import ShortcutEntry
from explorer.gui.widgets.shortcuts_editor import ShortcutsEditor

PALETTE = "palette"
PANELS = "Panels"
"""The menu of panels shows and hides them; the palette brings the one that is named."""


class Commands(QObject):
    """``shortcuts_changed(object)``: keys by name of action, where they are not the usual ones.

    panels : what shows each panel, by its title.
    """

    shortcuts_changed = Signal(object)

    def __init__(
        self, window: QMainWindow, session: Session, actions: Mapping[str, QAction], map_panel: MapPanel
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._actions = actions
        self._map = map_panel
        self._panels: Mapping[str, Callable[[], None]] = {}
        self._palette = CommandPalette(window)

    def set_panels(self, panels: Mapping[str, Callable[[], None]]) -> None:
        """What brings each panel, by its title."""
        self._panels = panels

    def show_palette(self) -> None:
        """Offer everything that can be done now; a second call closes the list."""
        entries = [entry for menu in self._menus() for entry in _menu_entries(menu, plain(menu.title()))]
        panels = [
            PaletteEntry(f"panel:{title}", f"Show {title}", show, where=PANELS) for title, show in self._panels.items()
        ]
        self._palette.show_entries([*entries, *panels, *self._map_entries(), *self._state_entries(self._session.state)])

    def _menus(self) -> list[QMenu]:
        found = (action.menu() for action in self._window.menuBar().actions())
        return [menu for menu in found if isinstance(menu, QMenu)]

    def _map_entries(self) -> Iterator[PaletteEntry]:
        """Tools, and what they do with the selection."""
        has_map = self._session.state.results.positions is not None
        for tool, (words, _) in TOOL_TIPS.items():
            use = lambda tool=tool: self._map.use(tool=tool)  # noqa: E731
            yield PaletteEntry(f"tool:{tool}", f"Tool: {words}", use, where="Map", enabled=has_map)
        for mode, (words, _) in MODE_TIPS.items():
            use = lambda mode=mode: self._map.use(mode=mode)  # noqa: E731
            yield PaletteEntry(f"mode:{mode}", f"Draw: {words}", use, where="Map", enabled=has_map)

    def _state_entries(self, state: AppState) -> Iterator[PaletteEntry]:
        """What depends on the corpus: colours, layouts, detectors and saved filters by name."""
        if state.corpus is None:
            return
        session, dispatch = self._session, self._session.store.dispatch
        for name in (name for group in colour_choices(state.corpus) for name in group):
            colour = lambda name=name: dispatch(op.set_colour(colour_by=name))  # noqa: E731
            yield PaletteEntry(f"colour:{name}", f"Colour by: {colour_title(name)}", colour, where="Map")
        for name, words in LAYOUTS.items():
            lay_out = lambda name=name: session.change_plan(replace(session.state.plan, layout=name))  # noqa: E731
            yield PaletteEntry(f"layout:{name}", f"Layout: {words}", lay_out, where="Map")
        for name in state.results.scores:
            detect = lambda name=name: dispatch(op.show_detector(detector=name))  # noqa: E731
            yield PaletteEntry(f"detector:{name}", f"Detector: {name}", detect, where="Anomalies")
        for name, filters in state.saved_filters:
            use = lambda filters=filters: dispatch(filtering.set_filters(filters=filters))  # noqa: E731
            yield PaletteEntry(f"filters:{name}", f"Saved filters: {name}", use, where="Filters")

    # --- keys -----------------------------------------------------------------------------------

    def show_shortcuts(self, chosen: Mapping[str, Sequence[str]]) -> None:
        """The list of keys, to be read, changed and printed."""
        entries = [self._shortcut(name, chosen) for name in self._actions]
        editor = ShortcutsEditor(entries, self._window, reserved=dict.fromkeys(DIGITS, "labels: it gives one of them"))
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


def _menu_entries(menu: QMenu, where: str) -> Iterator[PaletteEntry]:
    """What a menu and those in it offer; what can be switched says whether it is on."""
    menu.aboutToShow.emit()  # some are filled only when they are looked at
    for action in menu.actions():
        inner, words = action.menu(), plain(action.text())
        if isinstance(inner, QMenu):
            if words != PANELS and inner.isEnabled():
                yield from _menu_entries(inner, f"{where} · {words}")
        elif words and action.objectName() != PALETTE:
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            name = action.objectName() or f"{where}:{words}"
            state = "on" if action.isCheckable() and action.isChecked() else ""
            if name in ("undo", "redo"):  # what that would be is no name to be found by
                words, _, state = words.partition(": ")
            told = " · ".join(filter(None, (where, state)))
            yield PaletteEntry(name, words, action.trigger, keys, told, action.isEnabled())
