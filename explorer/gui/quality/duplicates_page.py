"""Groups of texts that say the same: which of each stays, what goes, and what leaks across a split."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton, QTableView, QWidget

from explorer.app import marking
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.curating import KeepPreview, keep_preview, leaks, split_columns
from explorer.app.messages import Message
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.corpus.corpus import Corpus
from explorer.core.quality.keeping import POLICIES, Leakage
from explorer.gui.item_models.quality_models import DuplicatesModel
from explorer.gui.parts import UNIT, ShareBox, column, counted, labelled, line, named, number, prose, significant
from explorer.gui.quality.failed_page import dress_row_list, stretch_text
from explorer.gui.tables import follow_current

WIDTHS = {"group": 7 * UNIT, "fate": 12 * UNIT, "far": 9 * UNIT, "row": 7 * UNIT}
WAITING = "Groups of texts that say the same appear here as soon as the neighbours are found."
SHARE = "Texts nearer than this share of the median distance of a text to the nearest other one say nearly the same"


class DuplicatesPage(QWidget):
    """What is listed is what the button does; it is worked out beside the window's thread."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = DuplicatesModel()
        self._preview: KeepPreview | None = None
        self._looked: tuple[object, ...] = ()
        self._leakage: Leakage | None = None
        self._split_looked: tuple[object, ...] = ()
        self._policy = named(QComboBox(), "Which text stays", "Which text of each group is kept")
        self._exact = named(QCheckBox("&Identical only"), "Identical texts only", "Leave near-duplicates alone")
        self._share = named(ShareBox(), "Near-duplicate threshold", SHARE)
        self._remove = named(QPushButton("&Move the others to the trash"), "Move the others to the trash")
        self._words = prose()
        self._split = named(QComboBox(), "Split column", "The column that says which part (train, test) a text is in")
        self._across = prose()
        self._select = named(QPushButton("&Select them"), "Select the leaking texts", "Select what lies in two parts")
        self._table = named(QTableView(), "Duplicate groups", "What stays and what goes, a group at a time")
        self._build()

    def _build(self) -> None:
        for policy, words in POLICIES.items():
            self._policy.addItem(f"{words[:1].upper()}{words[1:]}", policy)
        self._policy.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._policy.setMinimumContentsLength(14)
        self._policy.currentIndexChanged.connect(lambda _: self._look(self._session.state))
        self._exact.toggled.connect(lambda _: self._look(self._session.state))
        self._share.setRange(0, 100)
        self._share.setDecimals(1)
        self._share.setSuffix(" %")
        self._share.setKeyboardTracking(False)
        self._share.valueChanged.connect(self._change_share)
        self._remove.clicked.connect(lambda _: self._throw_away())
        self._split.currentIndexChanged.connect(lambda _: self._look_across(self._session.state))
        self._select.clicked.connect(lambda _: self._select_leaks())
        dress_row_list(self._session, self._table, self._model)
        stretch_text(self._table, self._model, WIDTHS)
        whole = column(self, margin=0)
        for row in (self._keeping(), self._said(), self._splitting()):
            whole.addLayout(row)
        whole.addWidget(self._table, 1)

    def _keeping(self) -> QHBoxLayout:
        row = line()
        row.addWidget(labelled("&Keep", self._policy))
        row.addWidget(self._policy, 1)
        row.addWidget(self._exact)
        row.addWidget(labelled("Nea&r within", self._share))
        row.addWidget(self._share)
        return row

    def _said(self) -> QHBoxLayout:
        row = line()
        row.addWidget(self._words, 1)
        row.addWidget(self._remove, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _splitting(self) -> QHBoxLayout:
        row = line()
        row.addWidget(labelled("S&plit", self._split))
        row.addWidget(self._split)
        row.addWidget(self._across, 1)
        row.addWidget(self._select)
        return row

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.CORPUS:
            self._show_corpus(state)
        if changes & (Changes.CORPUS | Changes.PLAN) and not self._share.hasFocus():
            with QSignalBlocker(self._share):
                self._share.setValue(100 * state.plan.duplicate_share)
        if changes & (Changes.CORPUS | Changes.CHECKS | Changes.LABELS | Changes.FLAGS):
            self._look(state)
            self._look_across(state)
        if changes & Changes.CURRENT:
            self._model.refresh(state)
            follow_current(self._table, self._model.index_of(state.current))

    def _show_corpus(self, state: AppState) -> None:
        corpus = state.corpus
        items = self._policy.model()
        assert isinstance(items, QStandardItemModel)
        items.item(self._policy.findData("newest")).setEnabled(corpus is not None and corpus.roles.date is not None)
        with QSignalBlocker(self._policy):
            self._policy.setCurrentIndex(0)
        self._show_splits(())
        if corpus is not None:
            self._session.beside("splits", partial(split_columns, corpus), partial(self._found_splits, corpus))

    def _found_splits(self, corpus: Corpus, names: tuple[str, ...]) -> None:
        if corpus is self._session.state.corpus:
            self._show_splits(names)
            self._look_across(self._session.state)

    def _show_splits(self, names: tuple[str, ...]) -> None:
        with QSignalBlocker(self._split):
            self._split.clear()
            self._split.addItem("None", None)
            for name in names:
                self._split.addItem(name, name)
        self._split.setEnabled(bool(names))
        self._split_looked = ()

    def _look(self, state: AppState) -> None:
        """Ask what keeping one text a group comes to, unless nothing that it depends on has changed."""
        policy, exact = str(self._policy.currentData()), self._exact.isChecked()
        depends = {"unflagged": state.flagged, "labelled": state.label_bits}.get(policy)
        asked = (state.corpus, state.results.duplicates, state.trashed, depends, policy, exact)
        if _same(asked, self._looked):
            return
        self._looked = asked
        if state.results.duplicates is None:
            self._show_preview(None)
            return
        self._remove.setEnabled(False)

        def show(preview: KeepPreview) -> None:
            if self._looked is asked:  # else something else has been asked meanwhile
                self._show_preview(preview)

        self._session.beside("keep", partial(keep_preview, state, policy, exact=exact), show)

    def _show_preview(self, preview: KeepPreview | None) -> None:
        state = self._session.state
        self._preview = preview
        self._words.setText(keep_words(state, preview))
        self._model.show_preview(state, preview)
        self._remove.setEnabled(preview is not None and bool(preview.removal.removed.size))

    def _look_across(self, state: AppState) -> None:
        name, found, corpus = self._split.currentData(), state.results.duplicates, state.corpus
        asked = (corpus, found, state.trashed, name)
        if _same(asked, self._split_looked):
            return
        self._split_looked = asked
        if name is None or found is None or corpus is None:
            self._show_leaks(None)
            return

        def show(answer: Leakage) -> None:
            if self._split_looked is asked:
                self._show_leaks(answer)

        self._session.beside("leaks", partial(leaks, corpus, found, name, state.trashed), show)

    def _show_leaks(self, found: Leakage | None) -> None:
        self._leakage = found
        self._across.setText(leak_words(found) if found is not None else _no_split(self._split.count()))
        self._select.setEnabled(found is not None and bool(found.rows.size))

    # --- intents --------------------------------------------------------------------------------

    def _change_share(self, percent: float) -> None:
        plan = self._session.state.plan
        self._session.change_plan(replace(plan, duplicate_share=round(percent / 100, 4)))

    def _throw_away(self) -> None:
        if self._preview is not None and self._remove.isEnabled():
            gone = self._preview.removal.removed
            self._session.store.dispatch(marking.put_in_trash(rows=gone))
            said = f"{counted(gone.size, 'duplicate')} moved to the trash."
            self._session.say(Message("info", said, "Ctrl+Z takes it back."))

    def _select_leaks(self) -> None:
        if self._leakage is not None:
            self._session.store.dispatch(op.select(rows=self._leakage.rows))


def keep_words(state: AppState, preview: KeepPreview | None) -> str:
    """What is listed, and from where near-duplicates are near."""
    found = state.results.duplicates
    if preview is None or found is None:
        return WAITING if state.corpus is not None else ""
    first = f"{found.remark} " if found.remark else ""
    line_words = f"near: at most {significant(found.threshold)} apart"
    gone = preview.removal.removed.size
    if not gone:
        some = "one text of each group is left" if found.rows.size else "no text says the same as another"
        return f"{first}Nothing to remove: {some} ({line_words})."
    return (
        f"{counted(preview.removal.groups, 'group')}: one text of each stays, {number(gone)} would go ({line_words})."
    )


def leak_words(found: Leakage) -> str:
    """How many groups reach across the parts."""
    if not found.groups.size:
        return "No duplicate group reaches across."
    groups = counted(found.groups.size, "group reaches", "groups reach")
    return f"{groups} across it: {counted(found.rows.size, 'text')}."


def _same(asked: tuple[object, ...], before: tuple[object, ...]) -> bool:
    """Whether two questions are about the very same objects, or equal words."""
    pairs = zip(asked, before, strict=False)
    return len(asked) == len(before) and all(a == b if isinstance(a, str) else a is b for a, b in pairs)


def _no_split(choices: int) -> str:
    return "Name the column of train and test to see what leaks." if choices > 1 else "No column with a few values."
