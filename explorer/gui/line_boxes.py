"""One line, three readings of it, each of which moves it: share flagged, deviations above the median, precision.

Beside the precision stands the label that means odd, which it may be estimated from.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QWidget

from explorer.app import operations as op
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.anomaly.precision import precision_of_top
from explorer.core.report.decisions import evidence_for
from explorer.gui.odd_box import OddLabelBox
from explorer.gui.parts import UNIT, ShareBox, labelled, line, named
from explorer.gui.widgets.flow_layout import FlowLayout

UNKNOWN = "–"
DEVIATIONS = "Flag from so many upper deviations above the median: a robust z-score"
PRECISION = (
    "Wanted share of odd texts among the flagged, estimated from what you confirmed and dismissed and from the label "
    "that means odd. It shows the estimate for the present line, where enough texts are judged."
)


class LineBoxes(QWidget):
    """Shows the line of the state and moves it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.share = named(ShareBox(), "Share to flag", "Flag the strangest part of the scored texts")
        self.deviations = named(ShareBox(), "Deviations above the median", DEVIATIONS)
        self.precision = named(ShareBox(), "Target precision", PRECISION)
        self._odd = OddLabelBox(session)
        self._build()

    def _build(self) -> None:
        ways = (
            (self.share, "Fl&ag", " %", 100.0, 0.5, 2, "share"),
            (self.deviations, "de&viations", "", 1000.0, 0.25, 2, "deviations"),
            (self.precision, "precisi&on", " %", 100.0, 5.0, 0, "precision"),
        )
        flow = FlowLayout(self, spacing=UNIT)
        for box, words, suffix, most, step, decimals, way in ways:
            box.setRange(0.0, most)
            box.setDecimals(decimals)
            box.setSingleStep(step)
            box.setSuffix(suffix)
            box.setKeyboardTracking(False)
            box.valueChanged.connect(lambda value, way=way: self._move(way, value))
            flow.addWidget(_beside(words, box))
        self.precision.setSpecialValueText(UNKNOWN)
        flow.addWidget(_beside("odd la&bel", self._odd))

    def _move(self, way: str, value: float) -> None:
        if way == "share":
            self._session.store.dispatch(op.set_threshold(share=round(value / 100, 6)))
        elif way == "deviations":
            self._session.store.dispatch(op.set_threshold(deviations=round(value, 4)))
        elif value > 0:
            self._session.store.dispatch(op.set_threshold(precision=round(value / 100, 4)))
        else:
            self._session.store.dispatch(op.set_threshold())

    def show_state(self, state: AppState) -> None:
        """Follow the line; a box that has the keyboard and set the line keeps what was typed."""
        for box in (self.share, self.deviations, self.precision):
            box.setEnabled(state.threshold is not None)
        plan = state.plan
        self._show(self.share, share_flagged(state), mine=plan.flag_share is not None)
        self._show(self.deviations, _deviations(state), mine=plan.threshold_z is not None)
        self._show(self.precision, _precision(state), mine=plan.target_precision is not None)

    def show_labels(self, state: AppState) -> None:
        """Follow the labels that can mean odd."""
        self._odd.show_state(state)

    def _show(self, box: ShareBox, value: float, *, mine: bool) -> None:
        if not (box.hasFocus() and mine):
            with QSignalBlocker(box):
                box.setValue(value)


def _beside(words: str, box: ShareBox | QComboBox) -> QWidget:
    """A box with its words, which stay together."""
    pair = QWidget()
    row = line(pair)
    row.addWidget(labelled(words, box))
    row.addWidget(box)
    return pair


def share_flagged(state: AppState) -> float:
    """Percent of the scored texts that the threshold flags, decisions by hand left out."""
    if state.plan.flag_share is not None:
        return 100 * state.plan.flag_share
    if state.scores is None or state.threshold is None or state.ranks is None:
        return 0.0
    scored = int((state.ranks > 0).sum())
    return 100 * _top(state) / scored if scored else 0.0


def _top(state: AppState) -> int:
    """How many texts the line flags by itself."""
    assert state.scores is not None and state.threshold is not None
    above = int((state.scores >= state.threshold.value).sum())
    return above if state.threshold.most is None else min(above, state.threshold.most)


def _deviations(state: AppState) -> float:
    if state.ranking is None or state.threshold is None:
        return 0.0
    found = state.ranking.deviations(state.threshold.value)
    return 0.0 if math.isnan(found) else max(found, 0.0)


def _precision(state: AppState) -> float:
    """Percent; 0 = not known."""
    if state.plan.target_precision is not None:
        return 100 * state.plan.target_precision
    if state.ranking is None or state.threshold is None:
        return 0.0
    evidence = evidence_for(state.plan, state.overrides, state.judged)
    found = precision_of_top(state.ranking, evidence, _top(state)) if len(evidence.rows) else None
    return 0.0 if found is None else 100 * found.value
