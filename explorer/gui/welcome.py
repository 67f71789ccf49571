"""The first minute: what the empty window is for and how to fill it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from explorer.app.settings import Settings
from explorer.gui.key_words import first_keys
from explorer.gui.parts import UNIT, column, line, named, prose, scrolled
from explorer.gui.widgets.card import Card
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.tips import Tips

SENTENCE = (
    "Drop a file of texts here: CSV, JSON, Parquet, Excel, or plain text. It is read, embedded and mapped on this "
    "machine; nothing leaves it. Then the map shows where you are, and the list below what does not belong."
)
SAMPLE = "13,123 real questions to a bank, and some texts that do not belong"
SHOWN_RECENT = 4
TIPS = (
    "Press {next} for the next flagged text, {flag} to confirm it, {clear} if it is fine. {undo} takes anything back, "
    "also tomorrow.",
    "{palette} finds every action by words of its name, or their beginnings.",
    "Hold Shift and drag on the map to select; the hint beside the pointer says what a release will do.",
    "Click an entry of the legend to hide it, double-click to see it alone.",
    "A label of your own has a key: {new_label} makes one, the digits give it to the text or to all that is selected.",
    "Search by meaning finds texts that say the same in other words; matches light up on the map.",
    "Any selection can become a filter, and a filter can be inverted, named and kept.",
)


class Welcome(QWidget):
    """``open_requested``, ``sample_requested``, ``project_requested(path)``, ``tips_dismissed``: what is wanted."""

    open_requested = Signal()
    sample_requested = Signal()
    project_requested = Signal(object)
    tips_dismissed = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._unfinished = Unfinished()
        self._unfinished.go_on_requested.connect(self.project_requested)
        self._tips = Tips()
        self._tips.dismissed.connect(self.tips_dismissed)
        self._empty = EmptyState("See what is in your texts, and what does not belong", SENTENCE)
        self._open = named(QPushButton("&Open a file…"), "Open a file", "CSV, JSON, Parquet, Excel, plain text")
        self._open.setDefault(True)
        self._open.clicked.connect(lambda _: self.open_requested.emit())
        self._sample = named(QPushButton("&Try the sample"), "Try the sample", SAMPLE)
        self._sample.clicked.connect(lambda _: self.sample_requested.emit())
        self._recent_title = prose("Go on with", quiet=True)
        self._recent = column(margin=0)
        self._build()
        self.tell_keys(first_keys())
        self.show_settings(settings)

    def _build(self) -> None:
        for button in (self._open, self._sample):
            button.setMinimumWidth(20 * UNIT)
        self._empty.setFixedWidth(60 * UNIT)
        self._empty.layout().setContentsMargins(0, 0, 0, 0)
        self._tips.setFixedWidth(56 * UNIT)
        self._tips.setMinimumHeight(10 * UNIT)
        self._recent.setSpacing(0)
        about = prose(SAMPLE, quiet=True)
        for label in (about, self._recent_title):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside = QWidget()
        whole = column(inside)
        whole.addLayout(_in_the_middle(self._unfinished))
        whole.addStretch(2)
        whole.addLayout(_in_the_middle(self._empty))
        whole.addLayout(_in_the_middle(self._open, self._sample))
        whole.addWidget(about)
        whole.addSpacing(UNIT)
        whole.addWidget(self._recent_title)
        whole.addLayout(self._recent)
        whole.addStretch(2)
        whole.addLayout(_in_the_middle(self._tips))
        whole.addStretch(1)
        column(self, margin=0).addWidget(scrolled(inside))

    def show_settings(self, settings: Settings) -> None:
        """Offer what was open when the program ended unexpectedly, the projects that are still there, and tips."""
        self._unfinished.show_project(Path(settings.unfinished) if settings.unfinished else None)
        self._show_recent(tuple(name for name in settings.recent if name != settings.unfinished))
        self._tips.setVisible(settings.tips)

    def tell_keys(self, keys: Mapping[str, str]) -> None:
        """Name the keys of actions as they are now."""
        hidden = self._tips.isHidden()  # somebody may have had enough of them
        self._tips.set_tips([words.format_map(keys) for words in TIPS], self._tips.place)
        self._tips.setHidden(hidden)

    def _show_recent(self, projects: tuple[str, ...]) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        there = [Path(name) for name in projects if Path(name).is_dir()][:SHOWN_RECENT]
        for path in there:
            button = named(QPushButton(path.stem), f"Open the project {path.stem}", str(path))
            button.setFlat(True)
            button.clicked.connect(lambda _=False, path=path: self.project_requested.emit(path))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._recent_title.setVisible(bool(there))


def _in_the_middle(*widgets: QWidget) -> QHBoxLayout:
    """As wide as they are, as high as their words need at that width."""
    row = line()
    row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


class Unfinished(Card):
    """What a crash left behind. ``go_on_requested(path)``: the person wants to go on there."""

    go_on_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._project: Path | None = None
        self._words = prose()
        self._go_on = named(QPushButton("&Go on"), "Go on with what was open", "Everything is as it was")
        self._go_on.clicked.connect(lambda _: self.go_on_requested.emit(self._project))
        self._no = named(QPushButton("&Not now"), "Not now", "The project stays among the recent ones")
        self._no.clicked.connect(lambda _: self.hide())
        whole = line(self, margin=2 * UNIT)
        whole.addWidget(self._words, 1)
        whole.addWidget(self._go_on)
        whole.addWidget(self._no)
        self.setFixedWidth(60 * UNIT)

    def show_project(self, project: Path | None) -> None:
        """Offer to go on with a project that is still there; nothing otherwise."""
        self._project = project if project is not None and project.is_dir() else None
        self.setVisible(self._project is not None)
        if self._project is not None:
            self._words.setText(f"The program ended while {self._project.stem} was open. Nothing that you did is lost.")
