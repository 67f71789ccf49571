"""What does not belong: the scores with a line to drag, and the ranking that follows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTableView,
    QWidget,
)

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.learning import set_learning
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.app.triage import progress
from explorer.core.anomaly.detectors import DETECTORS
from explorer.core.anomaly.flags import Threshold
from explorer.core.anomaly.within import WITHIN, Within, parted, score_title, within_name
from explorer.core.plan import LINE
from explorer.errors import OptionError
from explorer.gui.item_models.ranking_model import RankingModel
from explorer.gui.key_words import keyed
from explorer.gui.line_boxes import LineBoxes
from explorer.gui.parts import UNIT, column, labelled, line, named, number, prose, scrolled, threshold_words
from explorer.gui.row_menu import offer_row_menu
from explorer.gui.tables import dress_table, follow_current
from explorer.gui.widgets.elided import ElidedLine
from explorer.gui.widgets.histogram import ScoreHistogram

NO_SCORES = np.empty(0)
SHOW = {
    "all": "Whole ranking",
    "flagged": "Flagged texts",
    "new": "Not yet reviewed",
    "groups": "Groups far off",
    "by hand": "Decided by hand",
}
WITHIN_TIP = "Score texts against the whole corpus, or each against its own label or region only"
LEARN_TIP = (
    "Texts near those that you confirmed rise in the ranking, texts near those that you dismissed sink. "
    "Score, line and report say so; switch it off to see the scores as they were."
)
WIDTHS = {"rank": 56, "score": 64, "review": 120}
LABEL_WIDTH = 13 * UNIT
WITHIN_LENGTH, LIST_LENGTH = 5, 7
"""Characters of what is compared with and of the list's name that are always seen; all of them where there is room."""
SIZES = [500, 500]


class AnomaliesPanel(QWidget):
    """Everything in it follows the line while it is dragged."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = RankingModel()
        self._detector = named(QComboBox(), "Detector", "Whose score ranks, colours and flags")
        self._histogram = named(ScoreHistogram(), "Score histogram", "Drag the line to flag more or fewer texts")
        self._line = LineBoxes(session)
        self._within = named(QComboBox(), "Compare with", WITHIN_TIP)
        self._learn = named(QCheckBox("&Learn from decisions"), "Learn from decisions", LEARN_TIP)
        self._progress = keyed(
            ElidedLine(), "Reviewed", "Flagged texts that you have confirmed ({flag}) or dismissed ({clear})"
        )
        self._rule = named(QPushButton("&Use the rule"), "Use the rule's threshold")
        self._words = prose()
        self._show = named(QComboBox(), "Texts listed", "All ranked texts, or only some of them")
        self._table = named(QTableView(), "Ranking", "Strangest first. N and P go through the flagged ones")
        self._following = False
        self._listed_for: Threshold | None = None
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._left())
        split.addWidget(self._right())
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        split.setSizes(SIZES)
        split.setHandleWidth(UNIT)
        column(self).addWidget(split)

    def _left(self) -> QWidget:
        self._detector.activated.connect(
            lambda _: self._session.store.dispatch(op.show_detector(detector=self._detector.currentData()))
        )
        self._histogram.threshold_moved.connect(self._move)
        self._histogram.threshold_settled.connect(self._move)
        for within, words in WITHIN.items():
            self._within.addItem(words, within)
        self._within.activated.connect(lambda _: self._compare(self._within.currentData()))
        self._rule.clicked.connect(lambda _: self._session.store.dispatch(op.set_threshold()))
        area = QWidget()
        whole = column(area, margin=0)
        whole.addLayout(self._controls())
        whole.addWidget(self._line)
        whole.addWidget(self._histogram, 1)
        said = scrolled(self._words)  # the longest sentences must not take the histogram's place
        lines = self._words.fontMetrics().lineSpacing()
        said.setMinimumHeight(lines)
        said.setMaximumHeight(2 * lines + UNIT // 2)
        whole.addWidget(said)
        return area

    def _controls(self) -> QHBoxLayout:
        row = line()
        for words, control in (("&Detector", self._detector), ("Compare &with", self._within)):
            row.addWidget(labelled(words, control))
            row.addWidget(control)
        self._within.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._within.setMinimumContentsLength(WITHIN_LENGTH)
        row.setStretchFactor(self._within, 1)
        row.addWidget(self._rule)
        return row

    def _right(self) -> QWidget:
        for key, words in SHOW.items():
            self._show.addItem(words, key)
        self._show.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._show.setMinimumContentsLength(LIST_LENGTH)
        self._show.activated.connect(lambda _: self._list_anew())
        dress_table(self._table, self._model)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.selectionModel().currentRowChanged.connect(self._current_moved)
        offer_row_menu(self._session, self._table, self._model.row_at)
        area = QWidget()
        whole = column(area, margin=0)
        row = line()
        row.addWidget(labelled("L&ist", self._show))
        row.addWidget(self._show, 1)
        row.addWidget(self._progress, 1)
        row.addWidget(self._learn)
        self._learn.toggled.connect(lambda on: self._session.store.dispatch(set_learning(on=on)))
        whole.addLayout(row)
        whole.addWidget(self._table, 1)
        return area

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        self._following = True
        try:
            self._follow(state, changes)
        finally:
            self._following = False

    def _follow(self, state: AppState, changes: Changes) -> None:
        if changes & (Changes.CORPUS | Changes.SCORES | Changes.PLAN):
            self._show_detectors(state)
        if changes & (Changes.CORPUS | Changes.SCORES):
            self._histogram.set_scores(NO_SCORES if state.scores is None else state.scores)
            self._histogram.set_title(f"Anomaly score ({score_title(state.detector)})")
            self._model.show_ranking(state, self._show.currentData())
            self._widen()
        elif changes & (Changes.SHOWN | Changes.ROLES) or (changes & Changes.FLAGS and self._is_out_of_date(state)):
            self._model.show_ranking(state, self._show.currentData())
            if changes & Changes.ROLES:
                self._widen()
        elif changes & Changes.REASONS and self._show.currentData() == "groups":
            self._model.show_ranking(state, "groups")
        elif changes & (Changes.FLAGS | Changes.CURRENT | Changes.LABELS | Changes.REASONS):
            self._model.refresh(state)
        if changes & (Changes.CORPUS | Changes.ROLES | Changes.PLAN | Changes.SCORES | Changes.FLAGS):
            self._listed_for = state.threshold
            self._show_threshold(state)
            self._show_review(state)
        if changes & (Changes.CORPUS | Changes.ROLES | Changes.PLAN | Changes.LABELS):
            self._line.show_labels(state)
        if changes & (Changes.CORPUS | Changes.SCORES | Changes.CURRENT):
            follow_current(self._table, self._model.index_of(state.current))

    def _is_out_of_date(self, state: AppState) -> bool:
        """The list of flagged texts follows the line, but a text just cleared stays where the eye is."""
        shown = self._show.currentData()
        return shown == "by hand" or (shown in ("flagged", "new") and state.threshold != self._listed_for)

    def _show_detectors(self, state: AppState) -> None:
        name, by = parted(state.detector)
        with QSignalBlocker(self._detector):
            self._detector.clear()
            for each in (each for each in DETECTORS if within_name(each, by) in state.results.scores):
                self._detector.addItem(each, each)
                self._detector.setItemData(self._detector.count() - 1, _summary(each), Qt.ItemDataRole.ToolTipRole)
            self._detector.setCurrentIndex(self._detector.findData(name))
        self._detector.setToolTip(_summary(name))
        self._detector.setEnabled(self._detector.count() > 1)

    def _show_threshold(self, state: AppState) -> None:
        known = state.threshold is not None
        for control in (self._histogram, self._show):
            control.setEnabled(known)
        self._rule.setEnabled(known and any(getattr(state.plan, name) is not None for name in LINE))
        self._line.show_state(state)
        self._words.setText(threshold_words(state))
        self._histogram.set_threshold(None if state.threshold is None else state.threshold.value)
        if state.threshold is not None:
            self._histogram.set_count_text(f"{number(state.flag_count)} flagged")

    def _show_review(self, state: AppState) -> None:
        reviewed, total = progress(state)
        words = f"{number(reviewed)} of {number(total)} reviewed" if total else "Nothing flagged"
        self._progress.set_words(words, tip=False)
        labels = state.corpus is not None and state.corpus.roles.label is not None
        with QSignalBlocker(self._learn), QSignalBlocker(self._within):
            self._learn.setChecked(state.plan.learn)
            self._within.setCurrentIndex(self._within.findData(state.plan.within))
        self._within.model().item(1).setEnabled(labels)
        self._within.setEnabled(state.corpus is not None)

    def _widen(self) -> None:
        for section, shown in enumerate(self._model.columns):
            if shown.key in WIDTHS:
                self._table.setColumnWidth(section, WIDTHS[shown.key])
        header = self._table.horizontalHeader()
        keys = [shown.key for shown in self._model.columns]
        header.setSectionResizeMode(keys.index("text"), QHeaderView.ResizeMode.Stretch)
        if keys[-1] not in WIDTHS:
            self._table.setColumnWidth(len(keys) - 1, LABEL_WIDTH)

    # --- intents --------------------------------------------------------------------------------

    def _move(self, value: float) -> None:
        self._session.store.dispatch(op.set_threshold(value=value))

    def _compare(self, within: Within) -> None:
        try:
            self._session.change_plan(replace(self._session.state.plan, within=within, threshold=None))
        except OptionError as error:
            self._session.say_error(error)
            self._show_review(self._session.state)

    def _list_anew(self) -> None:
        self._following = True
        try:
            state = self._session.state
            self._model.show_ranking(state, self._show.currentData())
            follow_current(self._table, self._model.index_of(state.current))
        finally:
            self._following = False

    def _current_moved(self, index: QModelIndex, _: QModelIndex) -> None:
        row = self._model.row_at(index)
        if not self._following and row is not None:
            self._session.store.dispatch(op.set_current(row=row))


def _summary(name: str) -> str:
    return str(getattr(DETECTORS.get(name), "summary", ""))
