"""Which label means odd, chosen beside the precision that is estimated from it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox

from explorer.app.odd_label import set_odd_label
from explorer.app.queries import column_name
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.corpus.corpus import Corpus
from explorer.gui.column_facts import ValueFacts, value_facts
from explorer.gui.parts import counted, named, snippet

NONE = "none"
NONE_TIP = "A precision rests on what you confirmed and dismissed alone"
TIP = (
    "Texts with this label count as odd, and texts with other labels as fine, when a precision is estimated. "
    "What you confirmed or dismissed yourself wins over labels."
)
NO_LABELS = (
    "No label could mean odd: there are none yet. Give texts labels of your own, or choose the column of labels in "
    "the Corpus panel."
)
MOST = 1_000
"""Values of the label column that are listed, the most frequent ones."""
LENGTH, NAME = 9, 60
"""Characters of the label that are always seen, and those of its entry in the list."""


class OddLabelBox(QComboBox):
    """Lists the labels that there are: one's own, then the values of the label column, or none."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._corpus: Corpus | None = None
        self._values: Mapping[str, int] = {}
        self._choices: tuple[tuple[str, str], ...] = ()
        named(self, "Label that means odd", TIP)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LENGTH)
        self.activated.connect(lambda _: self._choose(self.currentData()))

    def show_state(self, state: AppState) -> None:
        """Follow the labels and the choice; the values of another column are asked for."""
        if state.corpus is not self._corpus:
            self._corpus, self._values = state.corpus, {}
            self._ask(state)
        self._show(state)

    def _ask(self, state: AppState) -> None:
        """The values of the label column, read beside the window's thread."""
        corpus = state.corpus
        if corpus is None or corpus.roles.label is None:
            return
        name = column_name(state, corpus.roles.label)

        def show(found: ValueFacts) -> None:
            if self._session.state.corpus is corpus:
                self._values = dict(zip(found.names[:MOST], found.counts[:MOST].tolist(), strict=True))
                self._show(self._session.state)

        self._session.queries.ask("odd label", state, lambda engine: value_facts(*engine.codes(name)), show)

    def _show(self, state: AppState) -> None:
        choices, odd = odd_choices(state, self._values), state.plan.odd_value or ""
        with QSignalBlocker(self):
            if choices != self._choices:
                self._choices = choices
                self.clear()
                for value, tip in choices:
                    self.addItem(snippet(value, NAME) or NONE, value)
                    self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
            self.setCurrentIndex(self.findData(odd))
        there = len(choices) > 1
        self.setEnabled(there)
        named(self, "Label that means odd", TIP if there else NO_LABELS)

    def _choose(self, value: str) -> None:
        self._session.store.dispatch(set_odd_label(value=value or None))


def odd_choices(state: AppState, values: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """Each label that can mean odd, and what is said of it; first "", which is none.

    values : those of the label column, and how many texts have each.
    """
    own = [label.name for label in state.labels]
    column = None if state.corpus is None else state.corpus.roles.label
    found = [("", NONE_TIP), *((name, "A label of your own") for name in own)]
    listed = sorted((name for name in values if name not in own), key=str.casefold)
    found += [(name, f"{counted(values[name], 'text')} in the column {column}") for name in listed]
    odd = state.plan.odd_value
    if odd is not None and odd not in (name for name, _ in found):
        found.append((odd, "Chosen before"))
    return tuple(found)
