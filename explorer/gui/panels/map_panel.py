"""Where am I: the map, what colours it, and what is shown and selected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QSizePolicy, QStackedWidget, QWidget

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import ANOMALY, NO_COLOUR, AppState
from explorer.gui.colouring import Colouring, colour_columns, colour_title, colouring, show_legend
from explorer.gui.parts import UNIT, column, labelled, line, named, number, snippet
from explorer.gui.theme import current_theme
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.legend import Legend
from explorer.gui.widgets.map_view import MapView

LEGEND = 22 * UNIT
HOVER = 120
"""Characters of the text under the pointer."""


class MapPanel(QWidget):
    """Follows positions while they are computed; a click makes a text current, a box selects many."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._map = MapView()
        self._legend = Legend()
        self._colour = named(QComboBox(), "Colour by", "What the colours of the points mean")
        self._layout = QLabel()
        self._fit = named(QPushButton("&Fit"), "Show the whole map", "Show the whole map (0)")
        self._status = QLabel()
        self._waiting = EmptyState()
        self._pages = QStackedWidget()
        self._hovered = -1
        self._colours: Colouring | None = None
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        self._map.hovered.connect(self._hover)
        self._map.clicked.connect(self._click)
        self._map.selection_dragged.connect(self._select)
        self._legend.category_clicked.connect(self._select_category)
        self._waiting.action_requested.connect(self._session.compute)
        self._fit.clicked.connect(lambda _: self._map.fit())
        self._colour.activated.connect(
            lambda _: self._session.store.dispatch(op.set_colour(colour_by=self._colour.currentData()))
        )
        self._colour.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._colour.setMaximumWidth(28 * UNIT)
        label = labelled("&Colour by", self._colour)
        header = line(margin=UNIT)
        for widget in (label, self._colour):
            header.addWidget(widget)
        header.addStretch(1)
        header.addWidget(self._layout)
        header.addWidget(self._fit)
        self._waiting.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._pages.addWidget(self._waiting)
        self._pages.addWidget(self._map_page())
        whole = column(self, margin=0)
        whole.setSpacing(0)
        whole.addLayout(header)
        whole.addWidget(self._pages, 1)
        whole.addWidget(self._status_line())

    def _map_page(self) -> QWidget:
        page = QWidget()
        row = line(page)
        row.setSpacing(0)
        row.addWidget(self._map, 1)
        row.addWidget(self._legend, 0, Qt.AlignmentFlag.AlignTop)
        self._legend.setFixedWidth(LEGEND)
        return page

    def _status_line(self) -> QWidget:
        self._status.setContentsMargins(UNIT, UNIT // 2, UNIT, UNIT // 2)
        self._status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        return self._status

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.CORPUS:
            self._offer_columns(state)
        if changes & (Changes.CORPUS | Changes.JOB):
            self._waiting.set_texts("The map", *waiting_words(state))
        if changes & (Changes.CORPUS | Changes.POSITIONS):
            self._place(state, fresh=bool(changes & Changes.CORPUS))
        else:
            self._mark(state, changes)
            if changes & Changes.CURRENT and state.current is not None and state.results.positions is not None:
                self._map.reveal(state.current)
        if changes & (Changes.POSITIONS | Changes.JOB | Changes.CORPUS):
            self._layout.setText(layout_words(state))
        if changes & (Changes.POSITIONS | Changes.CORPUS | Changes.SELECTION):
            self._say()

    def _offer_columns(self, state: AppState) -> None:
        columns = [] if state.corpus is None else colour_columns(state.corpus)
        with QSignalBlocker(self._colour):
            self._colour.clear()
            for value in (ANOMALY, *columns, NO_COLOUR):
                self._colour.addItem(snippet(colour_title(value), 40), value)

    def _place(self, state: AppState, *, fresh: bool) -> None:
        positions = state.results.positions
        self._pages.setCurrentIndex(0 if positions is None else 1)
        if positions is not None:
            self._map.set_positions(positions, morph=not fresh)
            if fresh:
                self._map.fit()
            self._mark(state, Changes.ALL)

    def _mark(self, state: AppState, changes: Changes) -> None:
        if state.results.positions is None:
            return
        if changes & Changes.COLOUR or (changes & Changes.SCORES and state.colour_by == ANOMALY):
            self._paint(state)
        if changes & (Changes.FLAGS | Changes.SCORES):
            self._map.set_flagged(np.zeros(state.rows, bool) if state.flagged is None else state.flagged)
            self._legend.set_flagged_count(None if state.flagged is None else state.flag_count)
        if changes & Changes.SELECTION:
            self._map.set_selection(state.selection)
        if changes & Changes.CURRENT:
            self._map.set_current(state.current)
        if changes & (Changes.NEIGHBOURS | Changes.CURRENT):
            self._map.set_highlight(state.neighbours.rows)

    def _paint(self, state: AppState) -> None:
        dark = current_theme().dark
        colours = colouring(state, dark=dark)
        self._colours = colours
        self._map.set_colours(colours.rgba)
        show_legend(self._legend, colours, dark=dark)
        with QSignalBlocker(self._colour):
            self._colour.setCurrentIndex(self._colour.findData(state.colour_by))

    def _say(self) -> None:
        state = self._session.state
        positions = state.results.positions
        if positions is None:
            self._status.setText("")
            return
        parts = [f"{number(int(np.isfinite(positions[:, 0]).sum()))} shown"]
        if state.selection.size:
            parts.append(f"{number(state.selection.size)} selected")
        if self._hovered >= 0 and state.corpus is not None:
            parts.append(f"#{self._hovered} {snippet(state.corpus.text(self._hovered), HOVER)}")
        self._status.setText(" · ".join(parts))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._session.state.results.positions is not None:
            self._paint(self._session.state)

    # --- intents --------------------------------------------------------------------------------

    def _hover(self, row: int) -> None:
        self._hovered = row
        corpus = self._session.state.corpus
        self._map.set_hover_text(snippet(corpus.text(row), HOVER) if row >= 0 and corpus is not None else "")
        self._say()

    def _click(self, row: int, held: Qt.KeyboardModifier) -> None:
        store = self._session.store
        if held & Qt.KeyboardModifier.ControlModifier:
            store.dispatch(op.select(rows=np.setxor1d(store.state.selection, [row])))
        else:
            store.dispatch(op.set_current(row=row))

    def _select(self, rows: NDArray[np.int64], mode: str) -> None:
        before = self._session.state.selection
        if mode == "add":
            rows = np.union1d(before, rows)
        elif mode == "remove":
            rows = np.setdiff1d(before, rows)
        self._session.store.dispatch(op.select(rows=rows))

    def _select_category(self, place: int) -> None:
        """Select the texts of one entry of the legend; no two entries share a colour."""
        if self._colours is not None:
            entry = self._colours.categories[place]
            rows = np.flatnonzero((self._colours.rgba == np.array(entry.rgba, np.uint8)).all(axis=1))
            self._session.store.dispatch(op.select(rows=rows))


def waiting_words(state: AppState) -> tuple[str, str]:
    """What the map is waiting for, and the action that brings it; "" while it comes by itself."""
    if state.job is None and state.corpus is not None:
        return "The texts are not all embedded yet.", "Go on"
    return "It appears as soon as the texts are embedded.", ""


def layout_words(state: AppState) -> str:
    """Which map is shown, and whether it is still moving."""
    if state.results.layout is not None:
        done = any(record.stage == "layout" for record in state.results.records)
        return "Neighbour map" if done else f"Neighbour map, {'running' if state.job is not None else 'stopped'}"
    return "PCA" if state.results.pca is not None else ""
