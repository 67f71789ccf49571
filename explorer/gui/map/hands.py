"""What hands do on the map and on its legend, as operations on the session."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from explorer.app import operations as op
from explorer.app.session import Session
from explorer.gui.map.colours import MapColours
from explorer.gui.map.layers import MapLayers, region_rows
from explorer.gui.map.menu import map_menu, text_menu
from explorer.gui.map.words import HOVER, region_words, text_words
from explorer.gui.parts import snippet
from explorer.gui.widgets.legend import Legend
from explorer.gui.widgets.map.label_places import RegionPlace
from explorer.gui.widgets.map.tools import SelectionMode
from explorer.gui.widgets.map.view import MapView

Rows = NDArray[np.int64]


class MapHands(QObject):
    """A click makes a text current, a drag or the name of a region selects, the right button opens a menu.

    words : what the pointer is on and what a click would do. ``pointed()``: it is another thing now.
    ``picture_requested()``: the map is to be exported as a picture.
    """

    pointed = Signal()
    picture_requested = Signal()

    def __init__(self, session: Session, view: MapView, layers: MapLayers, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._view = view
        self._layers = layers
        self._parent = parent
        self._hovered = -1
        self._name: RegionPlace | None = None
        view.hovered.connect(self._hover)
        view.layer_hovered.connect(self._hover_layer)
        view.mode_changed.connect(self.pointed)
        view.clicked.connect(self._click)
        view.layer_clicked.connect(self._click_layer)
        view.selection_dragged.connect(self.select)
        view.menu_requested.connect(self._show_menu)

    @property
    def words(self) -> str:
        if self._name is not None:
            return region_words(self._name, self._view.mode)
        return text_words(self._session.state, self._hovered)

    def forget(self) -> None:
        """Another corpus: the pointer is on nothing of it yet."""
        self._hovered, self._name = -1, None

    def select(self, rows: Rows, mode: SelectionMode) -> None:
        self._session.store.dispatch(op.select(rows=rows, mode=mode))

    def select_window(self) -> None:
        """Select the texts that can be seen in the part of the map that is shown."""
        self.select(self._view.visible_rows(), "replace")

    def _hover(self, row: int) -> None:
        self._hovered = row
        corpus = self._session.state.corpus
        self._view.set_hover_text(snippet(corpus.text(row), HOVER) if row >= 0 and corpus is not None else "")
        self.pointed.emit()

    def _hover_layer(self, _: object, hit: object) -> None:
        self._name = hit if isinstance(hit, RegionPlace) else None
        if self._layers.regions.set_active(self._name):
            self._view.update()
        self.pointed.emit()

    def _click(self, row: int, held: Qt.KeyboardModifier) -> None:
        store = self._session.store
        if held & Qt.KeyboardModifier.ControlModifier:
            selected = op.is_selected(store.state, row)
            store.dispatch(op.select(rows=[row], mode="subtract" if selected else "add"))
        else:
            store.dispatch(op.set_current(row=row))

    def _click_layer(self, _: object, hit: object) -> None:
        """The name of a region: select its texts, in the mode that is chosen."""
        regions = self._session.state.results.regions
        if isinstance(hit, RegionPlace) and regions is not None:
            self.select(region_rows(regions, hit, self._view.shown), self._view.mode)

    def _show_menu(self, where: QPoint, row: int) -> None:
        if row >= 0:
            text_menu(self._parent, self._session, row).popup(where)
            return
        menu = map_menu(
            self._parent,
            self._session,
            select_window=self.select_window,
            fit=self._view.fit,
            export=self.picture_requested.emit,
        )
        menu.popup(where)


class LegendHands:
    """A click on an entry hides it or shows it again, a double-click isolates it, Ctrl-click selects its texts."""

    def __init__(self, session: Session, legend: Legend, view: MapView, colours: MapColours) -> None:
        self._session = session
        self._view = view
        self._colours = colours
        legend.category_clicked.connect(self._select)
        legend.category_toggled.connect(self._toggle)
        legend.category_isolated.connect(self._isolate)
        legend.all_requested.connect(lambda: self._hide(()))

    def _hide(self, names: tuple[str, ...]) -> None:
        self._session.store.dispatch(op.hide_entries(names=names))

    def _names(self) -> list[str]:
        return [] if self._colours.shown is None else [entry.name for entry in self._colours.shown.categories]

    def _toggle(self, place: int) -> None:
        names, hidden = self._names(), self._session.state.hidden
        if place >= len(names):  # another legend has come between press and release
            return
        name = names[place]
        self._hide(tuple(other for other in hidden if other != name) if name in hidden else (*hidden, name))

    def _isolate(self, place: int) -> None:
        names = self._names()
        if place < len(names):
            self._hide(tuple(name for name in names if name != names[place]))

    def _select(self, place: int) -> None:
        """Select the texts of one entry, of those that the filters let through."""
        state, colours = self._session.state, self._colours.shown
        if colours is not None and place < len(colours.categories):
            rows = colours.rows_of(place)
            kept = rows if state.shown is None else rows[state.shown[rows]]
            self._session.store.dispatch(op.select(rows=kept, mode=self._view.mode))
