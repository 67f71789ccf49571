"""The line above the map: what colours it, which layout it is, how far to trust it, and what else is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QMenu, QToolButton, QWidget

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.projection.base import LAYOUTS
from explorer.gui.map.colouring import TRUST, colour_choices, colour_title
from explorer.gui.map.words import drawing, is_stopped, run_words, trust_tip, trust_words
from explorer.gui.parts import UNIT, labelled, line, named, snippet
from explorer.gui.widgets.elided import ElidedLine
from explorer.gui.widgets.glyph_button import GlyphButton

BY_COLUMNS = "\0columns"
"""The choice of layout that places texts by two columns."""
OPTIONS: Mapping[str, tuple[str, str]] = {
    "regions": ("&Names of regions", "Words that tell each region from the others, more of them the closer you look"),
    "contours": ("&Density lines", "Lines around the places where most texts are"),
    "timeline": ("&Timeline", "How many texts fall in each day, week or month; drag over it to filter"),
}
COMBO = 20
"""Characters of the widest entry that a box shows in full."""
RUN = Changes.POSITIONS | Changes.JOB | Changes.PLAN | Changes.SCORES | Changes.GRAPH | Changes.CORPUS


class MapHeader(QWidget):
    """Colour, layout and run are dispatched to the session; what concerns this view alone is a signal.

    Signals
    -------
    columns_wanted(bool)
        The texts are to be placed by two columns, or by the layout again.
    option_changed(str, bool)
        One of ``OPTIONS`` was switched.
    """

    columns_wanted = Signal(bool)
    option_changed = Signal(str, bool)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._by_columns = False
        self._colour = named(QComboBox(), "Colour by", "What the colours of the points mean")
        self._layout = named(QComboBox(), "Layout", "How the map is drawn; another one is computed and glides in")
        self._run = ElidedLine()
        self._hold = GlyphButton("pause", "Pause the layout", "")
        self._stop = GlyphButton("stop", "Stop the layout", "Stop: the map stays as it is now; Go on continues it")
        self._go_on = GlyphButton("play", "Go on with the layout", "Go on: finish this map")
        self._trust = named(QToolButton(), "Trust of the map")
        self._menu_button = named(QToolButton(), "View of the map", "What is drawn with the points")
        self._options: dict[str, QAction] = {}
        self._build()

    def _build(self) -> None:
        for combo in (self._colour, self._layout):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            combo.setMinimumWidth(12 * UNIT)  # where there is little room, the words end with dots
            combo.setMaximumWidth(21 * UNIT)
        for name, words in LAYOUTS.items():
            self._layout.addItem(words, name)
        self._layout.insertSeparator(self._layout.count())
        self._layout.addItem("Two columns…", BY_COLUMNS)
        self._trust.setAutoRaise(True)
        self._build_menu()
        row = line(self, margin=UNIT // 2)
        row.setContentsMargins(UNIT, 1, UNIT, 1)  # the buttons are as high as the line
        for words, combo in (("&Colour by", self._colour), ("La&yout", self._layout)):
            row.addWidget(labelled(words, combo))
            row.addWidget(combo)
        row.addWidget(self._trust)
        row.addWidget(self._run_buttons())
        row.addWidget(self._run, 1)
        row.addWidget(self._menu_button)
        self._connect()

    def _run_buttons(self) -> QWidget:
        """Hold and stop, or go on: in a place of fixed size, no panel is laid out anew when they come and go."""
        place = QWidget()
        row = line(place)
        row.setSpacing(UNIT // 2)
        for button in (self._hold, self._stop, self._go_on):
            row.addWidget(button)
        row.addStretch(1)
        room = self._hold.sizeHint()
        place.setFixedSize(2 * room.width() + UNIT // 2, room.height())
        return place

    def _build_menu(self) -> None:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name, (words, tip) in OPTIONS.items():
            action = menu.addAction(words)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.toggled.connect(lambda on, name=name: self.option_changed.emit(name, on))
            self._options[name] = action
        menu.addSeparator()
        self._columns_action = menu.addAction("Two &columns as axes")
        self._columns_action.setCheckable(True)
        self._columns_action.triggered.connect(self.columns_wanted)
        self._menu_button.setText("View")
        self._menu_button.setAutoRaise(True)
        self._menu_button.setMenu(menu)
        self._menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _connect(self) -> None:
        session = self._session
        self._colour.activated.connect(
            lambda _: session.store.dispatch(op.set_colour(colour_by=self._colour.currentData()))
        )
        self._layout.activated.connect(lambda _: self._choose_layout(self._layout.currentData()))
        self._trust.clicked.connect(lambda _: session.store.dispatch(op.set_colour(colour_by=TRUST)))
        self._hold.clicked.connect(lambda _: self._pause())
        self._stop.clicked.connect(lambda _: self._cancel())
        self._go_on.clicked.connect(lambda _: session.compute())

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & (Changes.CORPUS | Changes.ROLES):
            self._offer_colours(state)
        if changes & (Changes.CORPUS | Changes.ROLES | Changes.COLOUR):
            self._colour.setCurrentIndex(self._colour.findData(state.colour_by))
        if changes & RUN:
            self._show_layout(state)

    def show_columns(self, on: bool) -> None:
        """Whether two columns place the texts."""
        self._by_columns = on
        self._columns_action.setChecked(on)
        self._show_layout(self._session.state)

    def set_option(self, name: str, on: bool) -> None:
        """Show whether one of ``OPTIONS`` is on, without a signal."""
        with QSignalBlocker(self._options[name]):
            self._options[name].setChecked(on)

    @property
    def options(self) -> list[QAction]:
        """What can be switched, as in the menu."""
        return self._menu_button.menu().actions()

    def offer_option(self, name: str, there: bool) -> None:
        """Whether one of ``OPTIONS`` can be had with this corpus."""
        self._options[name].setEnabled(there)

    def _offer_colours(self, state: AppState) -> None:
        self._colour.clear()
        for place, group in enumerate(colour_choices(state.corpus)):
            if place:
                self._colour.insertSeparator(self._colour.count())
            for value in group:
                self._colour.addItem(snippet(colour_title(value), 2 * COMBO), value)

    def _show_layout(self, state: AppState) -> None:
        wanted = BY_COLUMNS if self._by_columns else state.plan.layout
        self._layout.setCurrentIndex(self._layout.findData(wanted))
        job = drawing(state)
        self._run.set_words("" if self._by_columns else run_words(state))
        self._hold.setVisible(job is not None)
        self._stop.setVisible(job is not None)
        self._go_on.setVisible(is_stopped(state))
        held = job is not None and job.status == "paused"
        self._hold.set_glyph("play" if held else "pause")
        self._hold.setToolTip("Continue the layout" if held else "Pause: hold the layout where it is")
        self._hold.setAccessibleName("Continue the layout" if held else "Pause the layout")
        self._show_trust(state)

    def _show_trust(self, state: AppState) -> None:
        self._trust.setVisible(not self._by_columns and state.results.positions is not None)
        self._trust.setText(trust_words(state))
        self._trust.setToolTip(trust_tip(state.results.trust))
        self._trust.setAccessibleDescription(f"{trust_words(state)}. {trust_tip(state.results.trust)}")
        self._trust.setEnabled(state.results.trust is not None)

    # --- intents --------------------------------------------------------------------------------

    def _choose_layout(self, name: str) -> None:
        """Ask for another map; ``show_columns`` and the state say what comes of it."""
        if name == BY_COLUMNS:
            self.columns_wanted.emit(True)
            return
        self.columns_wanted.emit(False)
        session = self._session
        session.change_plan(replace(session.state.plan, layout=name))

    def _pause(self) -> None:
        job = drawing(self._session.state)
        if job is not None:
            self._session.pause_job(job.token, on=job.status != "paused")

    def _cancel(self) -> None:
        job = drawing(self._session.state)
        if job is not None:
            self._session.cancel_job(job.token)
