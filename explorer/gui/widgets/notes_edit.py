"""A note of one line or a few."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from explorer.gui.parts import named

_MOST_LINES = 5
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NotesEdit(QPlainTextEdit):
    """As high as its lines, up to five. Leaving it or Ctrl+Enter keeps what was written, Esc takes it back.

    Signals
    -------
    edited(str, object)
        The new note, without blanks at its ends, and what it is about (see :meth:`set_note`).
    """

    edited = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kept = ""
        self._about: object = None
        named(self, "Note", "Ctrl+Enter or leaving the field keeps the note, Esc takes the change back")
        self.setPlaceholderText("Note…")
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())

    def set_note(self, note: str, about: object = None) -> None:
        """Show the note on ``about``. A note that is being written is kept first, for what it was about.

        The same note on the same thing again changes nothing, not even what is being written.
        """
        if (note, about) == (self._kept, self._about):
            return
        if about != self._about:
            self.commit()
        elif self.is_being_written():
            return
        self._kept, self._about = note, about
        self.setPlainText(note)

    def note(self) -> str:
        """What stands in the field, without blanks at its ends."""
        return self.toPlainText().strip()

    def is_being_written(self) -> bool:
        """Whether what stands there has not been told yet."""
        return self.note() != self._kept

    def commit(self) -> None:
        """Tell what was written, if anything was."""
        if self.is_being_written():
            self._kept = self.note()
            self.edited.emit(self._kept, self._about)

    def sizeHint(self) -> QSize:
        edges = 2 * (ceil(self.document().documentMargin()) + self.frameWidth()) + 1  # less would scroll
        lines = min(self._lines(), _MOST_LINES)
        return QSize(super().sizeHint().width(), lines * self.fontMetrics().lineSpacing() + edges)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Ctrl+Enter and Esc are the field's own while something is being written."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and (_is_commit(event) or event.key() == Qt.Key.Key_Escape)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_commit(event):
            self.commit()
        elif event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._kept)
            self.clearFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own context menu
            self.commit()

    def _lines(self) -> int:
        """Lines on the screen, wrapped ones counted as they are wrapped."""
        return max(round(self.document().size().height()), 1)

    def _fit(self) -> None:
        """Grow or shrink; a bar to scroll with only where the note has more lines than the field may have."""
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self._lines() > _MOST_LINES:
            policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(policy)
        self.updateGeometry()


def _is_commit(event: QKeyEvent) -> bool:
    return event.key() in _ENTERS and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
