"""Where am I: the map, what colours it, and what is shown and selected."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedWidget, QWidget

from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.projection.base import Positions
from explorer.gui.map.axes_bar import AxesBar
from explorer.gui.map.colouring import Colouring, column_kinds, show_legend
from explorer.gui.map.colours import MapColours
from explorer.gui.map.hands import LegendHands, MapHands
from explorer.gui.map.header import MapHeader
from explorer.gui.map.layers import MapLayers
from explorer.gui.map.places import MapPlaces, axis_columns
from explorer.gui.map.snapshot import MapSnapshot, snapshot_of
from explorer.gui.map.timeline import MapTimeline
from explorer.gui.map.tools_bar import MapTools
from explorer.gui.map.words import current_words, status_words, waiting_words
from explorer.gui.parts import UNIT, column, line, scrolled
from explorer.gui.theme import current_theme
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.legend import Legend
from explorer.gui.widgets.map.axes import AxisScale
from explorer.gui.widgets.map.placed import is_placed
from explorer.gui.widgets.map.tools import SelectionMode, Tool
from explorer.gui.widgets.map.view import MapView

LEGEND = 22 * UNIT
MOVED = Changes.CORPUS | Changes.POSITIONS | Changes.PLAN
"""After these, points may be elsewhere."""
HIDING = Changes.CORPUS | Changes.SHOWN | Changes.COLOUR
"""After these, other points may be shown."""


class MapPanel(QWidget):
    """Follows positions while they are computed; a click makes a text current, a box or a lasso selects many.

    Signals
    -------
    moved()
        One looks from somewhere else, or at something else: ``view_state`` has changed.
    picture_requested()
        The map is to be exported as a picture.
    """

    moved = Signal()
    picture_requested = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._map = MapView()
        self._legend = Legend()
        self._header = MapHeader(session)
        self._axes_bar = AxesBar()
        self._timeline = MapTimeline(session)
        self._status = QLabel()
        self._waiting = EmptyState()
        self._pages = QStackedWidget()
        self._colours = MapColours(session, self._paint)
        self._places = MapPlaces(session, self._place)
        self._layers = MapLayers(session, self._map)
        self._hands = MapHands(session, self._map, self._layers, self)
        self._legend_hands = LegendHands(session, self._legend, self._map, self._colours)
        self._timeline_on = True
        self._shown: NDArray[np.bool_] | None = None
        self._placed: NDArray[np.bool_] = np.empty(0, np.bool_)
        self._build()
        self._connect()
        self.show_state(session.state, Changes.ALL)

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self._axes_bar.hide()
        self._waiting.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._pages.addWidget(self._waiting)
        self._pages.addWidget(self._map_page())
        self._status.setContentsMargins(UNIT, UNIT // 2, UNIT, UNIT // 2)
        self._status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        for name, on in self._options().items():
            self._header.set_option(name, on)
        whole = column(self, margin=0)
        whole.setSpacing(0)
        whole.addWidget(self._header)
        whole.addWidget(self._axes_bar)
        whole.addWidget(self._pages, 1)
        whole.addWidget(self._timeline)
        whole.addWidget(self._status)

    def _map_page(self) -> QWidget:
        page = QWidget()
        row = line(page)
        row.setSpacing(0)
        row.addWidget(MapTools(self._map))
        row.addWidget(self._map, 1)
        legend = scrolled(self._legend)
        legend.setFixedWidth(LEGEND)
        row.addWidget(legend)
        return page

    def _connect(self) -> None:
        self._map.camera_moved.connect(self.moved)
        self._hands.pointed.connect(self._say)
        self._hands.picture_requested.connect(self.picture_requested)
        self._waiting.action_requested.connect(self._session.compute)
        self._header.columns_wanted.connect(self._want_columns)
        self._header.option_changed.connect(self._switch)
        self._axes_bar.chosen.connect(self._place_by)
        self._timeline.column_chosen.connect(self.moved)

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        """Redraw what has changed."""
        if changes & Changes.CORPUS:
            self._start_over(state)
        self._header.show_state(state, changes)
        if changes & (Changes.CORPUS | Changes.JOB):
            self._waiting.set_texts("The map", *waiting_words(state))
        if changes & (MOVED | Changes.SCORES):
            self._pages.setCurrentIndex(0 if state.results.positions is None else 1)
            self._places.follow(state)
        if self._places.positions is None:
            return
        self._colours.follow(state)
        if changes & HIDING:
            self._show_rows(state)
        self._mark(state, changes)
        self._timeline.follow(state, changes, self._shown)
        self._follow_layers(state)
        self._say()

    def _start_over(self, state: AppState) -> None:
        """Another corpus: nothing of the last one is of use."""
        for part in (self._colours, self._places, self._hands):
            part.forget()
        self._shown, self._placed = None, np.empty(0, np.bool_)
        kinds = {} if state.corpus is None else column_kinds(state.corpus)
        role = None if state.corpus is None else state.corpus.roles.date
        dates = sorted((name for name, kind in kinds.items() if kind == "date"), key=lambda name: name != role)
        if state.corpus is not None:  # one without a single date is offered last
            table = state.corpus.table
            dates.sort(key=lambda name: table[name].null_count == table.num_rows)
        self._timeline.offer(dates)
        self._header.offer_option("timeline", bool(dates))
        self._show_options()
        self._header.show_columns(False)
        self._axes_bar.hide()
        self._map.set_axes()
        self._legend.clear()

    def _place(self, positions: Positions, x: AxisScale | None, y: AxisScale | None) -> None:
        """Other positions: of a layout, or of two columns with their axes."""
        state = self._session.state
        first = self._placed.size == 0
        other_kind = (x is None) != (self._map.axes is None)
        self._map.set_axes(x, y)
        self._map.set_positions(positions, morph=not first)
        self._placed = is_placed(positions)
        if first:
            self._dress(state)
        if first or other_kind:
            self._map.fit()
        self._follow_layers(state)
        self._say()

    def _dress(self, state: AppState) -> None:
        """The first positions of a corpus: give the points everything else that they have."""
        self._map.set_shown(self._shown)
        self._show_rows(state)
        self._mark(state, Changes.ALL)

    def _mark(self, state: AppState, changes: Changes) -> None:
        if changes & (Changes.FLAGS | Changes.SCORES):
            self._map.set_flagged(np.zeros(state.rows, bool) if state.flagged is None else state.flagged)
            self._legend.set_flagged_count(None if state.flagged is None else state.flag_count)
        if changes & Changes.SEARCH:
            self._map.set_matches(state.search.found)
        if changes & Changes.SELECTION:
            self._map.set_selection(state.selected)
        if changes & Changes.CURRENT:
            self._show_current(state)
        if changes & (Changes.NEIGHBOURS | Changes.CURRENT):
            self._map.set_highlight(state.neighbours.rows)

    def _show_current(self, state: AppState) -> None:
        self._map.set_current(state.current)
        self._map.set_accessible_text(current_words(state))
        if state.current is not None:
            self._map.reveal(state.current)

    def _paint(self, colours: Colouring) -> None:
        """Colours have arrived."""
        state, dark = self._session.state, current_theme().dark
        if self._placed.size != len(colours.rgba):
            return
        self._map.set_colours(colours.rgba)
        show_legend(self._legend, colours, dark=dark)
        self._show_rows(state)
        self._timeline.follow(state, Changes.NONE, self._shown)
        self._follow_layers(state)
        self._say()

    def _show_rows(self, state: AppState) -> None:
        """Show what passes the filters and is not hidden in the legend."""
        colours, shown = self._colours.shown, state.shown
        kept = None if colours is None else colours.kept(state.hidden)
        if colours is not None:
            self._legend.set_hidden(colours.hidden_places(state.hidden))
        if kept is not None:
            shown = kept if shown is None else kept & shown
        if shown is not self._shown:
            self._shown = shown
            self._map.set_shown(shown)

    def _follow_layers(self, state: AppState) -> None:
        self._layers.follow(state, self._places.positions, self._shown, by_axes=self._places.axes is not None)

    def _say(self) -> None:
        self._status.setText(status_words(self._session.state, self._seen(), self._hands.words))

    def _seen(self) -> int:
        """How many texts the map shows, wherever one looks."""
        return int(np.count_nonzero(self._placed if self._shown is None else self._placed & self._shown))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._placed.size:
            self._colours.follow(self._session.state)

    # --- what the window asks for -----------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole map."""
        self._map.fit()

    def show_row(self, row: int) -> None:
        """Bring a row into the part of the map that is seen, and take the keyboard there."""
        if self._session.state.results.positions is not None:
            self._map.reveal(row)
            self._map.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def options(self) -> list[QAction]:
        """What is drawn with the points, as actions to switch it."""
        return self._header.options

    def use(self, *, tool: Tool | None = None, mode: SelectionMode | None = None) -> None:
        """Take up a tool, or choose what it does with the selection."""
        if tool is not None:
            self._map.set_tool(tool)
        if mode is not None:
            self._map.set_mode(mode)

    def select_window(self) -> None:
        """Select the texts that can be seen in the part of the map that is shown."""
        self._hands.select_window()

    def snapshot(self) -> MapSnapshot:
        """What is on the map now, to be exported as a picture."""
        return snapshot_of(self._session.state, self._map, self._colours.shown, self._layers, self._seen())

    def view_state(self) -> dict[str, object]:
        """From where one looks, and at what, as something that JSON can hold."""
        axes = self._places.axes
        return {
            "camera": self._map.view_state(),
            "columns": None if axes is None else list(axes),
            "dates": self._timeline.date_column,
            **self._options(),
        }

    def restore_view(self, kept: object) -> None:
        """Go back to what ``view_state`` gave; what is not understood is left alone."""
        if not isinstance(kept, Mapping):
            return
        for name in self._options():
            if isinstance(kept.get(name), bool):
                self._set_option(name, kept[name])
        self._timeline.choose(kept.get("dates"))
        columns = kept.get("columns")
        if isinstance(columns, list) and len(columns) == 2 and all(isinstance(name, str) for name in columns):
            self._show_axes_bar((columns[0], columns[1]))
        self._map.restore_view(kept.get("camera"))

    # --- view options -----------------------------------------------------------------------------

    def _options(self) -> dict[str, bool]:
        return {
            "regions": self._layers.regions_on,
            "contours": self._layers.contours_on,
            "timeline": self._timeline_on,
        }

    def _switch(self, name: str, on: bool) -> None:
        self._set_option(name, on)
        self.moved.emit()

    def _set_option(self, name: str, on: bool) -> None:
        if name == "timeline":
            self._timeline_on = on
        elif name == "regions":
            self._layers.regions_on = on
        else:
            self._layers.contours_on = on
        self._header.set_option(name, on)
        self._show_options()
        self._follow_layers(self._session.state)

    def _show_options(self) -> None:
        self._timeline.setVisible(self._timeline_on and self._timeline.has_dates)

    def _want_columns(self, on: bool) -> None:
        if on:
            self._show_axes_bar(self._places.axes)
        else:
            self._place_by(None)

    def _show_axes_bar(self, columns: tuple[str, str] | None) -> None:
        """Ask which columns there are, then place the texts by those given or by the first two."""

        def offer(names: list[str]) -> None:
            self._axes_bar.offer(names, columns)
            self._axes_bar.show()
            self._header.show_columns(True)
            self._place_by(self._axes_bar.columns, keep_bar=True)

        state = self._session.state
        if state.corpus is not None:
            self._session.queries.ask("map columns", state, axis_columns, offer, self._session.say_error)

    def _place_by(self, axes: tuple[str, str] | None, *, keep_bar: bool = False) -> None:
        if axes is None and not keep_bar:
            self._axes_bar.hide()
            self._header.show_columns(False)
        self._places.set_axes(axes, self._session.state)
        self.moved.emit()
