"""How many texts, and how many flagged ones, fall in each day, week, month or year; brush it to filter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QPushButton, QStackedLayout, QWidget

from explorer.gui.parts import UNIT, column, counted, line, named, number
from explorer.gui.widgets.elided import ElidedLine
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.timeline.bins import (
    MOST_BINS,
    UNITS,
    DayCounts,
    DayIndex,
    TimeBins,
    Unit,
    best_unit,
    bin_days,
    bin_name,
    count_days,
    day_number,
    index_days,
    iso_day,
    n_bins,
)
from explorer.gui.widgets.timeline.strip import Days, TimelineStrip

_UNIT_WORDS = ("Day", "Week", "Month", "Year")
_TIP = (
    "Drag, or click a bar, to choose a span of dates; a double click or Esc clears it.\n"
    "Heights grow with the square root of the counts. Hatched, with a mark below: flagged."
)
Mask = npt.NDArray[np.bool_]


class Timeline(QWidget):
    """A strip of bars over dates, with words about what is under the pointer, brushed or there at all.

    Signals
    -------
    brushed(object, object)
        The person has chosen a span: the first ISO day and the ISO day after the last; None, None for no span.
    brushing(object, object)
        The same while the brush moves, at most once in 40 ms.
    unit_chosen(object)
        The person has chosen "day", "week", "month" or "year", or None for what fits the width.
    """

    brushed = Signal(object, object)
    brushing = Signal(object, object)
    unit_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index: DayIndex | None = None
        self._counted: DayCounts | None = None
        self._flagged: Mask | None = None
        self._shown: Mask | None = None
        self._unit: Unit | None = None
        self._bins: TimeBins | None = None
        self._strip = TimelineStrip()
        self._words = ElidedLine()
        self._units = named(QComboBox(), "Unit of the timeline", "How long each bar is; automatic fits the width")
        self._clear = named(QPushButton("Clear span"), "Clear the span of dates", "Show all dates again (Esc)")
        self._empty = EmptyState()
        self._stack = QStackedLayout()
        self._build()
        self.set_times(None)

    def _build(self) -> None:
        self._units.addItems(["Automatic", *_UNIT_WORDS])
        self._units.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._units.activated.connect(self._choose_unit)
        self._clear.clicked.connect(self._strip.clear_brush)
        self._words.setIndent(UNIT)
        named(self._strip, "Timeline").setToolTip(_TIP)
        self._strip.hovered.connect(self._say)
        for told, signal in ((self._strip.brushing, self.brushing), (self._strip.brushed, self.brushed)):
            told.connect(lambda _: self._say())
            told.connect(lambda days, signal=signal: signal.emit(*_iso(days)))
        top = line()
        top.addWidget(self._words, 1)
        top.addWidget(self._clear)
        top.addWidget(self._units)
        full = QWidget()
        whole = column(full, margin=0)
        whole.setSpacing(UNIT // 2)
        whole.addLayout(top)
        whole.addWidget(self._strip, 1)
        self._stack.addWidget(full)
        self._stack.addWidget(self._empty)
        self.setLayout(self._stack)

    @property
    def strip(self) -> TimelineStrip:
        """The painted part, for tab order."""
        return self._strip

    @property
    def unit(self) -> Unit | None:
        """The unit of the bars that are shown now; None where nothing is."""
        return None if self._bins is None else self._bins.unit

    def words(self) -> str:
        """What the line above the bars says."""
        return self._words.words

    def set_times(
        self, seconds: npt.NDArray[np.floating] | None, flagged: Mask | None = None, shown: Mask | None = None
    ) -> None:
        """Show other dates.

        Parameters
        ----------
        seconds : (n,) float array or None
            Seconds since 1970-01-01 UTC, NaN where there is none; None where no column of dates is chosen.
        flagged, shown : (n,) bool arrays or None
            Which rows are flagged, and which the current filter shows; None for no and all rows.
        """
        self._index = None if seconds is None else index_days(seconds)
        self._show_empty()
        self.set_masks(flagged, shown)

    def set_masks(self, flagged: Mask | None, shown: Mask | None) -> None:
        """Count anew with other masks over the same dates."""
        self._flagged, self._shown = flagged, shown
        self._counted = None if self._index is None else count_days(self._index, flagged, shown)
        self._offer_units()
        self._bin()

    def set_unit(self, unit: Unit | None) -> None:
        """Bars of this unit; None for the finest that fits the width."""
        self._unit = unit
        self._units.setCurrentIndex(0 if unit is None else UNITS.index(unit) + 1)
        self._bin()

    def set_brush(self, start: str | None, end: str | None) -> None:
        """Place the brush without a signal: ISO days, the end exclusive; None, None for no brush."""
        self._strip.set_brush(None if start is None or end is None else (day_number(start), day_number(end)))
        self._say()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._unit is None and self._counted is not None and len(self._counted.days) and self._wanted() != self.unit:
            self._bin()

    def _ends(self) -> tuple[int, int]:
        assert self._counted is not None
        return int(self._counted.days[0]), int(self._counted.days[-1])

    def _wanted(self) -> Unit:
        """The chosen unit where it gives a number of bars that can be drawn, else the one that fits."""
        if self._unit is not None and n_bins(*self._ends(), self._unit) <= MOST_BINS:
            return self._unit
        return best_unit(*self._ends(), max(self.width() - 6 * UNIT, 1))

    def _bin(self) -> None:
        dated = self._counted is not None and len(self._counted.days) > 0
        self._bins = bin_days(self._counted, self._wanted()) if dated and self._counted is not None else None
        self._strip.set_bins(self._bins)
        self._stack.setCurrentIndex(0 if dated else 1)
        self._units.setItemText(0, f"Automatic ({self._bins.unit})" if self._bins and not self._unit else "Automatic")
        self._say()

    def _offer_units(self) -> None:
        model = self._units.model()
        if self._counted is None or not len(self._counted.days) or not isinstance(model, QStandardItemModel):
            return
        for place, unit in enumerate(UNITS):
            model.item(place + 1).setEnabled(n_bins(*self._ends(), unit) <= MOST_BINS)

    def _choose_unit(self, place: int) -> None:
        self.set_unit(None if place == 0 else UNITS[place - 1])
        self.unit_chosen.emit(self._unit)

    def _show_empty(self) -> None:
        if self._index is None:
            self._empty.set_texts("No dates", "Choose a column of dates to see when the texts were written.")
        elif not self._index.span:
            rows = counted(len(self._index.place), "text")
            self._empty.set_texts("No dates", f"None of {rows} has a date between the years 1 and 9998.")

    def _say(self, hovered: int = -1) -> None:
        """Words about the bin under the pointer, else about the brush, else about all."""
        self._clear.setVisible(self._strip.brush is not None)
        if self._bins is None or self._counted is None:
            return
        words = at_rest = self._brush_words(self._counted) or self._all_words(self._counted)
        if hovered >= 0:
            words = self._count_words(bin_name(self._bins, hovered), self._bins.counts.between(hovered, hovered + 1))
        self._words.set_words(words)
        self._strip.setAccessibleDescription(at_rest)

    def _brush_words(self, counted_days: DayCounts) -> str:
        brush = self._strip.brush
        if brush is None:
            return ""
        start, stop = np.searchsorted(counted_days.days, brush).tolist()
        return self._count_words(_span_words(brush[0], brush[1] - 1), counted_days.counts.between(start, stop))

    def _count_words(self, name: str, counts: tuple[int, int, int, int]) -> str:
        total, flagged, shown, both = counts
        if self._shown is None or shown == total:
            return f"{name}: {counted(total, 'text')}, {number(flagged)} flagged"
        return f"{name}: {number(shown)} of {counted(total, 'text')} shown, {number(both)} of {number(flagged)} flagged"

    def _all_words(self, days: DayCounts) -> str:
        words = self._count_words(_span_words(*self._ends()), days.counts.between(0, len(days.days)))
        return f"{words} · {counted(days.undated, 'text')} without a date" if days.undated else words


def _iso(days: Days | None) -> tuple[str | None, str | None]:
    return (None, None) if days is None else (iso_day(days[0]), iso_day(days[1]))


def _span_words(first: int, last: int) -> str:
    return iso_day(first) if first == last else f"{iso_day(first)} to {iso_day(last)}"
