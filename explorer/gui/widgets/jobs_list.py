"""The work under way and the work that has ended, one card each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from explorer.gui.parts import column, named, scrolled
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.job_card import JobCard, JobRow


class JobsList(QWidget):
    """Cards in the order of the rows given. A job keeps its card for as long as it is listed.

    Signals
    -------
    cancel(object), pause(object), resume(object), dismiss(object)
        What the person wants of the job with this token.
    """

    cancel = Signal(object)
    pause = Signal(object)
    resume = Signal(object)
    dismiss = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[object, JobCard] = {}
        self._inside = QWidget()
        self._column = column(self._inside)
        self._column.addStretch(1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(EmptyState("No work under way", "What takes long shows here how far it is."))
        self._stack.addWidget(named(scrolled(self._inside), "Jobs"))

    def set_rows(self, rows: Sequence[JobRow]) -> None:
        """Show these jobs; their tokens are distinct and hashable."""
        wanted = [row.token for row in rows]
        for token in [token for token in self._cards if token not in set(wanted)]:
            self._drop(token)
        for place, row in enumerate(rows):
            if row.token in self._cards:
                self._cards[row.token].show_row(row)
            else:
                self._add(row)
            self._move(self._cards[row.token], place)
        self._stack.setCurrentIndex(1 if rows else 0)

    def card(self, token: object) -> JobCard:
        """The card of a job."""
        return self._cards[token]

    def _add(self, row: JobRow) -> None:
        card, token = JobCard(row), row.token
        card.cancelled.connect(lambda: self.cancel.emit(token))
        card.paused.connect(lambda: self.pause.emit(token))
        card.resumed.connect(lambda: self.resume.emit(token))
        card.dismissed.connect(lambda: self.dismiss.emit(token))
        self._cards[token] = card
        self._column.insertWidget(self._column.count() - 1, card)

    def _move(self, card: JobCard, place: int) -> None:
        if self._column.indexOf(card) != place:
            self._column.removeWidget(card)
            self._column.insertWidget(place, card)

    def _drop(self, token: object) -> None:
        """Take a card away; the focus, if it was there, goes to the next one."""
        card = self._cards.pop(token)
        if card.isAncestorOf(self.focusWidget() or self):
            card.focusNextChild()
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
