"""The strip below the map: when the texts were written. Brushing it is a filter on the column of dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from explorer.app import filtering
from explorer.app.changes import Changes
from explorer.app.queries import column_name
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.query.predicates import Chip, Moments
from explorer.gui.map.colours import same
from explorer.gui.parts import UNIT, column, line, named, snippet
from explorer.gui.widgets.timeline.timeline import Timeline

if TYPE_CHECKING:
    from explorer.core.query.engine import Engine

HEIGHT = 13 * UNIT
REST = 60
"""Milliseconds between two counts while flags or filters change, as they do while a line is dragged."""
NAME = 30
DAY = len("2026-10-31")
Mask: TypeAlias = NDArray[np.bool_]
Read: TypeAlias = tuple[str, NDArray[np.float64]]
"""What the engine calls the column, and its seconds since 1970."""


class MapTimeline(QWidget):
    """Counts by day of the corpus's first column of dates, or of the one chosen.

    Nothing is read or counted while it is not visible. ``column_chosen()``: the person chose another column.
    """

    column_chosen = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._timeline = Timeline()
        self._columns = named(QComboBox(), "Column of the timeline", "Which column of dates is shown")
        self._asked: tuple[object, ...] = ()
        self._name = ""
        self._seconds: NDArray[np.float64] | None = None
        self._shown: Mask | None = None
        self._counted: tuple[object, ...] = ()
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._build()

    def _build(self) -> None:
        self._rest.timeout.connect(self._count)
        self._timeline.brushed.connect(self._filter)
        self._columns.activated.connect(lambda _: self._choose())
        self._columns.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        top = line()
        top.setContentsMargins(UNIT, 0, UNIT, 0)
        top.addWidget(self._columns)
        top.addStretch(1)
        whole = column(self, margin=0)
        whole.setContentsMargins(0, 0, UNIT, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self._timeline)
        self._timeline.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    # --- showing --------------------------------------------------------------------------------

    def offer(self, columns: Sequence[str]) -> None:
        """The corpus's columns of dates; the first one is shown."""
        self._columns.clear()
        for name in columns:
            self._columns.addItem(snippet(name, NAME), name)
        self._columns.setVisible(len(columns) > 1)
        self._asked, self._counted, self._seconds, self._name = (), (), None, ""
        self._timeline.set_times(None)

    @property
    def has_dates(self) -> bool:
        return self._columns.count() > 0

    @property
    def date_column(self) -> str:
        """The corpus's column that is shown; "" for none."""
        return str(self._columns.currentData() or "")

    def choose(self, name: object) -> None:
        """Show another column; one that is not there changes nothing."""
        place = self._columns.findData(name) if isinstance(name, str) else -1
        if place >= 0:
            self._columns.setCurrentIndex(place)
            self.refresh()

    def follow(self, state: AppState, changes: Changes, shown: Mask | None) -> None:
        """shown : the rows that the map shows; None = all."""
        self._shown = shown
        if changes & (Changes.FILTERS | Changes.CORPUS):
            self._show_brush(state)
        self.refresh()

    def refresh(self) -> None:
        """Read what has changed, if anybody can see it."""
        if self.isVisible() and self.date_column:
            self._read()
            if self._seconds is not None and not self._rest.isActive():
                self._rest.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _read(self) -> None:
        state = self._session.state
        sources = (state.corpus, self.date_column)
        if state.corpus is None or same(sources, self._asked):
            return
        self._asked = sources
        source = self.date_column

        def read(engine: Engine) -> Read:
            name = column_name(state, source)
            return name, engine.moments(name)

        def take(found: Read) -> None:
            if self._asked is sources:
                self._name, self._seconds = found
                self._count()
                self._show_brush(self._session.state)

        self._session.queries.ask("map timeline", state, read, take, self._session.say_error)

    def _count(self) -> None:
        flagged, shown = self._session.state.flagged, self._shown
        before, self._counted = self._counted, (self._seconds, flagged, shown)
        if self._seconds is None or same(self._counted, before):
            return
        if before and before[0] is self._seconds:
            self._timeline.set_masks(flagged, shown)
        else:
            self._timeline.set_times(self._seconds, flagged, shown)

    def _show_brush(self, state: AppState) -> None:
        place = self._chip_place(state)
        chip = None if place is None else state.filters.chips[place]
        if chip is None or not chip.enabled or not isinstance(chip.predicate, Moments):
            self._timeline.set_brush(None, None)
        else:
            span = (chip.predicate.start, chip.predicate.end)
            self._timeline.set_brush(*(None if limit is None else limit[:DAY] for limit in span))

    # --- filtering ------------------------------------------------------------------------------

    def _choose(self) -> None:
        self.refresh()
        self._show_brush(self._session.state)
        self.column_chosen.emit()

    def _chip_place(self, state: AppState) -> int | None:
        """Where the chip is that brushing made: a span of this column."""
        for place, chip in enumerate(state.filters.chips):
            if isinstance(chip.predicate, Moments) and chip.predicate.column == self._name and not chip.inverted:
                return place
        return None

    def _filter(self, start: str | None, end: str | None) -> None:
        """A span brushed is one chip: it takes the place of the one before; no span, no chip."""
        state, dispatch = self._session.state, self._session.store.dispatch
        place = self._chip_place(state)
        if start is None and place is not None:
            dispatch(filtering.replace_filter(place=place, chip=None))
        elif start is not None:
            span = Moments(self._name, start, end)
            if place is None:
                dispatch(filtering.add_filter(predicate=span))
            else:
                dispatch(filtering.replace_filter(place=place, chip=Chip(span)))
