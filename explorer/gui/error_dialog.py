"""The one presenter: what the session says appears in a bar above the map, what nobody foresaw in a dialog."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QFontDatabase, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStyle,
    QToolButton,
    QWidget,
)

from explorer.app.changes import Changes
from explorer.app.messages import Level, Message
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.gui.parts import UNIT, column, heading, line, named, number, prose
from explorer.gui.widgets.card import Card
from explorer.gui.widgets.painting import PaintError

AGAIN = 10.0
"""Seconds that a fault must have been away before a dialog tells of it again."""
READ = 10_000
"""Milliseconds after which a note goes by itself."""
WIDTH = 80 * UNIT
WORDS: dict[Level, str] = {"info": "Note", "warning": "Warning", "error": "Error"}
_ICONS = {
    "info": QStyle.StandardPixmap.SP_MessageBoxInformation,
    "warning": QStyle.StandardPixmap.SP_MessageBoxWarning,
    "error": QStyle.StandardPixmap.SP_MessageBoxCritical,
}


class MessageBar(Card):
    """Shows the newest message that was not dismissed; hidden when there is none. Takes neither focus nor room away.

    A note goes by itself after a while, unless the pointer is on it; what went wrong stays until it is dismissed.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("message_bar")
        self._waiting: list[Message] = []
        self._seen: tuple[Message, ...] = session.state.messages
        self._icon = QLabel()
        self._what = prose()
        self._hint = prose(quiet=True)
        self._more = QLabel()
        self._details = named(
            QPushButton("De&tails…"), "Details of the message", "The technical cause, to read and to copy"
        )
        self._dismiss = QToolButton()
        self._read = QTimer(self, singleShot=True, interval=READ)
        self._read.timeout.connect(self._put_away)
        self._build()
        self.hide()

    def _build(self) -> None:
        words = column(margin=0)
        words.setSpacing(UNIT // 4)
        words.addWidget(self._what)
        words.addWidget(self._hint)
        icon = self.style().standardIcon(QStyle.StandardPixmap.SP_TitleBarCloseButton)
        self._dismiss.setIcon(icon)
        self._dismiss.setAutoRaise(True)
        named(self._dismiss, "Dismiss the message", "Dismiss (Esc)")
        self._details.clicked.connect(self._show_details)
        self._dismiss.clicked.connect(self.dismiss)
        whole = line(self, margin=UNIT)
        whole.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(words, 1)
        for widget in (self._more, self._details, self._dismiss):
            whole.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, context=Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(self.dismiss)

    def float_over(self, ground: QWidget) -> None:
        """Lie over the lower end of ``ground`` from now on: nothing moves when a message comes or goes."""
        self.setParent(ground)
        ground.installEventFilter(self)
        self._redraw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self._place(watched)
        return super().eventFilter(watched, event)

    def _place(self, ground: QWidget) -> None:
        width = min(WIDTH, ground.width() - 2 * UNIT)
        height = self.layout().totalHeightForWidth(width)
        self.setGeometry((ground.width() - width) // 2, ground.height() - height - UNIT, width, height)
        self.raise_()

    @property
    def message(self) -> Message | None:
        """The message shown."""
        return self._waiting[-1] if self._waiting else None

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & Changes.CORPUS:  # what was said about another corpus is no news about this one
            self._waiting.clear()
            self._redraw()
        if not changes & Changes.MESSAGES:
            return
        fresh = _new_ones(self._seen, state.messages)
        self._seen = state.messages
        self._waiting += [message for message in fresh if message not in self._waiting]
        self._redraw()

    def dismiss(self) -> None:
        """Put away the message shown; an older one that is still waiting takes its place."""
        if self._waiting:
            self._waiting.pop()
        self._redraw()

    def _redraw(self) -> None:
        message = self.message
        self.setVisible(message is not None)
        if message is None:
            self._read.stop()
            return
        size = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        self._icon.setPixmap(self.style().standardIcon(_ICONS[message.level]).pixmap(QSize(size, size)))
        self._icon.setToolTip(WORDS[message.level])
        self._what.setText(f"{WORDS[message.level]}: {message.what}" if message.level != "info" else message.what)
        self._hint.setText(message.hint)
        self._hint.setVisible(bool(message.hint))
        self._details.setVisible(bool(message.details))
        older = len(self._waiting) - 1
        self._more.setText(f"{number(older)} more" if older else "")
        named(self, f"{WORDS[message.level]}: {message.what} {message.hint}".strip())
        if self.parentWidget() is not None:
            self._place(self.parentWidget())
        if message.level == "info":
            self._read.start()
        else:
            self._read.stop()

    def _put_away(self) -> None:
        """The note has been read by now."""
        if self.underMouse():
            self._read.start()
        elif self.message is not None and self.message.level == "info":
            self.dismiss()

    def _show_details(self) -> None:
        if self.message is not None:
            DetailsDialog(self.message, self.window()).open()


def _new_ones(seen: tuple[Message, ...], now: tuple[Message, ...]) -> tuple[Message, ...]:
    """What was said since ``seen``; the list is cut at its beginning when it grows long."""
    known = {id(message) for message in seen}
    return tuple(message for message in now if id(message) not in known)


class DetailsDialog(QDialog):
    """A message with its technical cause, which can be copied. Removes itself when closed."""

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(WORDS[message.level])
        self._message = message
        text = named(QPlainTextEdit(message.details), "Details")
        text.setReadOnly(True)
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("&Copy", QDialogButtonBox.ButtonRole.ActionRole)
        named(copy, "Copy the message and its details")
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        whole = column(self, margin=2 * UNIT)
        what = heading(message.what)
        what.setWordWrap(True)
        for widget in (what, prose(message.hint), text, buttons):
            whole.addWidget(widget)
        self.resize(640, 400)

    def _copy(self) -> None:
        message = self._message
        QGuiApplication.clipboard().setText(f"{message.what}\n{message.hint}\n\n{message.details}".strip())


def unexpected(error: BaseException) -> Message:
    """What is said about an exception that nobody foresaw."""
    details = "".join(traceback.format_exception(error))
    what = f"Something went wrong inside the program ({type(error).__name__})."
    return Message("error", what, "Your work is saved. You can go on; please report this with the details.", details)


def cannot_draw(error: PaintError) -> Message:
    """What is said about a part of the window whose painting raised."""
    details = "".join(traceback.format_exception(error))
    what = f"A part of the window cannot be drawn: {error.part}."
    return Message("error", what, "Everything else goes on; please report this with the details.", details)


def install_hooks(
    window: QWidget, post: Callable[[Callable[[], None]], None], say: Callable[[Message], None]
) -> Callable[[], None]:
    """Show unexpected exceptions, of any thread, in one dialog and keep the window alive.

    Of a part that cannot be drawn ``say`` tells, once: it will fail again whenever it is painted.
    Returns the function that puts the former hooks back.
    """
    before, before_thread = sys.excepthook, threading.excepthook
    open_dialogs: list[DetailsDialog] = []
    last: dict[str, float] = {}
    undrawn: set[tuple[str, str]] = set()

    def present(error: BaseException) -> None:
        message, now = unexpected(error), time.monotonic()
        goes_on = now - last.get(message.details, -AGAIN) < AGAIN
        last[message.details] = now
        if open_dialogs or goes_on:  # a fault in a paint event would open hundreds, or the next as one is closed
            return
        dialog = DetailsDialog(message, window)
        open_dialogs.append(dialog)
        dialog.finished.connect(lambda _: open_dialogs.clear())
        dialog.open()

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, PaintError):
            fault = (error.part, repr(error.__cause__))
            if fault not in undrawn:
                undrawn.add(fault)
                before(kind, error, trace)
                post(lambda: say(cannot_draw(error)))
            return
        before(kind, error, trace)
        if not issubclass(kind, KeyboardInterrupt):
            post(lambda: present(error))

    def thread_hook(args: threading.ExceptHookArgs) -> None:
        before_thread(args)
        error = args.exc_value
        if error is not None and not issubclass(args.exc_type, SystemExit):
            post(lambda: present(error))

    def restore() -> None:
        sys.excepthook, threading.excepthook = before, before_thread

    sys.excepthook, threading.excepthook = hook, thread_hook
    return restore
