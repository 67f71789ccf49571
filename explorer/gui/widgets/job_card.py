"""One job: what it is, how far it is, what can be done with it, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from explorer.gui.parts import UNIT, column, heading, line, named, number, prose
from explorer.gui.theme import current_theme
from explorer.gui.widgets.announce import announce
from explorer.gui.widgets.card import Card
from explorer.gui.widgets.painting import painted
from explorer.gui.widgets.progress_bar import ProgressBar

Status = Literal["running", "paused", "waiting", "done", "failed", "cancelled"]
_ALIVE = ("running", "paused", "waiting")
_WORDS = {
    "running": "Running",
    "paused": "Paused",
    "waiting": "Waiting",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
_STROKES = {
    "paused": (((6, 4), (6, 12)), ((10, 4), (10, 12))),
    "done": (((3, 8), (7, 12), (13, 4)),),
    "failed": (((4, 4), (12, 12)), ((4, 12), (12, 4))),
    "cancelled": (((4, 8), (12, 8)),),
}


@dataclass(frozen=True)
class JobRow:
    """What a list of jobs shows of one.

    Attributes
    ----------
    token
        What the signals say of which job they speak.
    title, message
        What the job is, and what it does now or how it ended.
    fraction
        How far it is, 0..1; None where that is not known.
    speed, left, took
        ``291 texts/s``, ``1 min 12 s left``, ``took 8 s``; "" for nothing.
    status
        Where it stands.
    can_pause
        Whether it can be paused and continued.
    hint, details
        What to do about a failure, and all that is known of it.
    """

    token: object
    title: str
    message: str = ""
    fraction: float | None = None
    speed: str = ""
    left: str = ""
    took: str = ""
    status: Status = "running"
    can_pause: bool = False
    hint: str = ""
    details: str = ""

    @property
    def is_alive(self) -> bool:
        return self.status in _ALIVE


class JobCard(Card):
    """One job. :meth:`show_row` changes words and bars in place, so that the focus stays.

    Signals
    -------
    cancelled(), paused(), resumed(), dismissed()
        The person wants this.
    """

    cancelled = Signal()
    paused = Signal()
    resumed = Signal()
    dismissed = Signal()

    def __init__(self, row: JobRow) -> None:
        super().__init__()
        self._row: JobRow | None = None
        self._mark = _Mark()
        self._title = heading("")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._status = QLabel()
        self._message, self._facts, self._hint = prose(), prose(quiet=True), prose()
        self._bar = ProgressBar()
        self._pause, self._cancel, self._dismiss = QPushButton(), QPushButton("Cancel"), QPushButton("Dismiss")
        self._expand, self._details = QToolButton(), prose()
        self._build()
        self.show_row(row)

    def _build(self) -> None:
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(UNIT + UNIT // 2)
        self._pause.clicked.connect(lambda: self._pause_or_resume())
        self._cancel.clicked.connect(lambda: self.cancelled.emit())
        self._dismiss.clicked.connect(lambda: self.dismissed.emit())
        self._expand.setText("Details")
        self._expand.setCheckable(True)
        self._expand.setAutoRaise(True)
        self._expand.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._expand.toggled.connect(self._show_details)
        self._show_details(False)
        self._lay_out()

    def _lay_out(self) -> None:
        top, bottom = line(), line()
        top.addWidget(self._mark)
        top.addWidget(self._title, 1)
        top.addWidget(self._status)
        bottom.addWidget(self._facts, 1)
        for button in (self._expand, self._pause, self._cancel, self._dismiss):
            bottom.addWidget(button)
        whole = column(self)
        whole.setSpacing(UNIT // 2)
        whole.addLayout(top)
        whole.addWidget(self._message)
        whole.addWidget(self._bar)
        whole.addWidget(self._hint)
        whole.addLayout(bottom)
        whole.addWidget(self._details)

    @property
    def row(self) -> JobRow:
        assert self._row is not None
        return self._row

    def show_row(self, row: JobRow) -> None:
        """Show this state of the job."""
        before, self._row = self._row, row
        if row == before:
            return
        self.setAccessibleName(f"{row.title}: {_WORDS[row.status].lower()}")
        self._mark.set_status(row.status)
        self._status.setText(_WORDS[row.status])
        for label, words in ((self._title, row.title), (self._facts, _facts(row))):
            label.setText(words)
        self._title.setToolTip(row.title)
        for label, words in ((self._message, row.message), (self._hint, row.hint), (self._details, row.details)):
            label.setText(words)
            label.setVisible(bool(words) and (label is not self._details or self._expand.isChecked()))
        self._expand.setVisible(bool(row.details))
        self._show_bar(row)
        self._show_buttons(row)
        if before is not None and before.status != row.status:
            announce(self, f"{self.accessibleName()}. {row.message}")

    def _show_bar(self, row: JobRow) -> None:
        self._bar.setVisible(row.is_alive)
        busy = row.fraction is None and row.status == "running"
        self._bar.show_share(None if busy else row.fraction or 0.0)
        named(self._bar, f"Progress of {row.title}")

    def _show_buttons(self, row: JobRow) -> None:
        had_focus = any(button.hasFocus() for button in (self._pause, self._cancel))
        self._pause.setText("Continue" if row.status == "paused" else "Pause")
        self._pause.setVisible(row.can_pause and row.status in ("running", "paused"))
        self._cancel.setVisible(row.is_alive)
        self._dismiss.setVisible(not row.is_alive)
        for button, deed in ((self._pause, self._pause.text()), (self._cancel, "Cancel"), (self._dismiss, "Dismiss")):
            button.setAccessibleName(f"{deed} {row.title}")
        named(self._expand, f"Details of {row.title}")
        if had_focus and not row.is_alive:  # the button that had it is gone
            self._dismiss.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pause_or_resume(self) -> None:
        (self.resumed if self.row.status == "paused" else self.paused).emit()

    def _show_details(self, wanted: bool) -> None:
        self._expand.setArrowType(Qt.ArrowType.DownArrow if wanted else Qt.ArrowType.RightArrow)
        self._details.setVisible(wanted and bool(self._details.text()))


class _Mark(QWidget):
    """The status as a shape as well as a colour: disc, two bars, ring, tick, cross, dash."""

    def __init__(self) -> None:
        super().__init__()
        self._status: Status = "waiting"
        self.setFixedSize(2 * UNIT, 2 * UNIT)

    def set_status(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self.update()

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        theme = current_theme()
        colour = {"failed": theme.flag, "running": theme.accent, "done": theme.accent}.get(
            self._status, theme.muted_text
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colour), 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if self._status == "running":
            painter.setBrush(QColor(colour))
        if self._status in ("running", "waiting"):
            painter.drawEllipse(QPointF(UNIT, UNIT), 4.0, 4.0)
        for stroke in _STROKES.get(self._status, ()):
            painter.drawPolyline([QPointF(x, y) for x, y in stroke])


def _facts(row: JobRow) -> str:
    """``291 texts/s · 1 min 12 s left`` while it lives, how long it took after."""
    parts = (row.speed, row.left) if row.is_alive else (row.took,)
    share = f"{number(int(100 * row.fraction))} %" if row.is_alive and row.fraction is not None else ""
    return " · ".join(part for part in (share, *parts) if part)
