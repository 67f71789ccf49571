"""The results as colours, what they mean, and what is worth measuring next."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import median

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QSizePolicy, QWidget

from explorer.app.benchmark_view import Advice, BenchmarkView
from explorer.core.benchmark.grid import Place
from explorer.gui.benchmark.cells import (
    MEASURE_TIPS,
    MEASURE_WORDS,
    digits,
    heat_cell,
    named_place,
    row_words,
)
from explorer.gui.parts import UNIT, column, labelled, line, named, prose, scrolled
from explorer.gui.theme import current_theme
from explorer.gui.widgets.colour_scales import scale_colours
from explorer.gui.widgets.heat_map import HeatMap, Spot, heat_area
from explorer.gui.widgets.scale_bar import ScaleBar

SIDE = 28 * UNIT
KEY = "Bold: the best. Underlined: not really behind it. Dashed, slanted: predicted. Hatched: not measured."
PREDICT_TIP = "Estimate the AUROC of the cells that were not measured, from those that were and from published results"


class HeatPage(QWidget):
    """``place_chosen(place)``: a person went to a cell. ``predict_wanted``, ``measure_wanted(place)``: what to do."""

    place_chosen = Signal(object)
    predict_wanted = Signal()
    measure_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._view = BenchmarkView(Path())
        self._heat = named(HeatMap(), "Heat map of the results")
        self._measure = named(QComboBox(), "Measure shown", "Which measure colours the heat map")
        self._scale = ScaleBar()
        self._predict = named(QPushButton("&Predict the rest"), "Predict the rest", PREDICT_TIP)
        self._next = named(QPushButton("Measure the &next"), "Measure the next cell", "The one that tells most")
        self._here = named(QPushButton("Measure &this cell"), "Measure this cell", "The one that is selected")
        self._words = prose()
        self._place: Place | None = None
        self._build()

    def _build(self) -> None:
        for name, words in MEASURE_WORDS.items():
            self._measure.addItem(words, name)
        self._measure.currentIndexChanged.connect(lambda _: self._paint())
        self._heat.current_changed.connect(lambda row, place: self._gone((row, place)))
        self._heat.chosen.connect(lambda *_: self._here.click() if self._here.isEnabled() else None)
        self._predict.clicked.connect(lambda _: self.predict_wanted.emit())
        self._next.clicked.connect(lambda _: self._measure_next())
        self._here.clicked.connect(lambda _: self.measure_wanted.emit(self._place))
        for button in (self._predict, self._next, self._here):
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._scale.setMaximumWidth(SIDE)
        top = line()
        top.addWidget(labelled("S&how", self._measure))
        for shown in (self._measure, self._scale, self._predict, self._next, self._here):
            top.addWidget(shown)
        top.insertStretch(3)
        side = QWidget()
        told = column(side, margin=0)
        told.addWidget(self._words)
        told.addWidget(prose(KEY, quiet=True))
        told.addStretch(1)
        area = scrolled(side)
        area.setFixedWidth(SIDE)
        below = line()
        below.addWidget(heat_area(self._heat), 1)
        below.addWidget(area)
        whole = column(self)
        whole.addLayout(top)
        whole.addLayout(below, 1)

    # --- showing --------------------------------------------------------------------------------

    def show_view(self, view: BenchmarkView) -> None:
        """Another benchmark, or news of it."""
        self._view = view
        measure = self._measure.currentData()
        for place, name in enumerate(MEASURE_WORDS):
            self._measure.model().item(place).setEnabled(name == "auroc" or _has(view, name))
        if measure != "auroc" and not _has(view, measure):
            self._measure.setCurrentIndex(0)
        self._paint()

    def show_place(self, place: Place | None) -> None:
        """Go to a cell that was chosen elsewhere."""
        self._place = place
        self._heat.set_current(None if place is None else self._spot_of(place))
        self._show_buttons()

    def _paint(self) -> None:
        view, measure = self._view, str(self._measure.currentData())
        rows = [(corpus, encoder) for corpus in view.corpora for encoder in view.encoders]
        cells = [
            [heat_cell(view, (corpus, encoder, detector), measure) for detector in view.detectors]
            for corpus, encoder in rows
        ]
        title = f"Heat map of the results: {MEASURE_WORDS[measure]}"
        self._heat.set_cells(title, [row_words(view, *row) for row in rows], view.detectors, cells)
        self._heat.set_current(None if self._place is None else self._spot_of(self._place))
        values = [cell.value for row in cells for cell in row if math.isfinite(cell.value)]
        ends = (min(values), median(values), max(values)) if values else (math.nan,) * 3
        colours = scale_colours("viridis", dark=current_theme().dark)
        self._scale.set_scale(colours, ends, (False, False), digits)
        self._measure.setToolTip(MEASURE_TIPS[measure])
        self._words.setText(advice_words(view))
        self._words.setVisible(bool(self._words.text()))
        self._show_buttons()

    def _show_buttons(self) -> None:
        view, idle = self._view, self._view.job is None
        open_places = bool(view.open_places())
        self._predict.setEnabled(idle and open_places and view.measured_count() > 0)
        self._next.setEnabled(idle and view.request is not None and next_place(view) is not None)
        self._here.setEnabled(
            idle and view.request is not None and self._place is not None and self._place not in view.cells
        )

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()
        super().changeEvent(event)

    # --- intents --------------------------------------------------------------------------------

    def _gone(self, spot: Spot) -> None:
        view = self._view
        corpus, encoder = divmod(spot[0], len(view.encoders))
        self._place = (view.corpora[corpus], view.encoders[encoder], view.detectors[spot[1]])
        self._show_buttons()
        self.place_chosen.emit(self._place)

    def _spot_of(self, place: Place) -> Spot | None:
        view = self._view
        if place not in view.places():
            return None
        row = view.corpora.index(place[0]) * len(view.encoders) + view.encoders.index(place[1])
        return row, view.detectors.index(place[2])

    def _measure_next(self) -> None:
        place = next_place(self._view)
        if place is not None:
            self.measure_wanted.emit(place)


def _has(view: BenchmarkView, measure: str) -> bool:
    return any(measure in cell.measures for cell in view.cells.values())


def next_place(view: BenchmarkView) -> Place | None:
    """The cell whose measurement makes the expected errors fall most."""
    told = [advice for advice in view.advice if advice.next is not None and advice.next not in view.cells]
    return max(told, key=lambda advice: advice.gain).next if told else None


def advice_words(view: BenchmarkView) -> str:
    """What is worth measuring, and why a prediction is not to be trusted, corpus by corpus."""
    return "\n".join(filter(None, (_advice_words(view, advice) for advice in view.advice if view.guesses)))


def _advice_words(view: BenchmarkView, advice: Advice) -> str:
    where = f"{advice.corpus}: " if len(view.corpora) > 1 else ""
    said = [f"{where}The predicted cells are expected to be off by {digits(advice.error, 2)} on average."]
    if advice.doubts:
        said.append(f"Not to be trusted. {' '.join(advice.doubts)}")
    if advice.next is not None and advice.next not in view.cells:
        said.append(f"Worth measuring next: {named_place(view, advice.next)}.")
    return " ".join([*said, *advice.remarks])
