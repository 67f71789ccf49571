"""The first minute: what the empty window is for and how to fill it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from explorer.gui.parts import UNIT, column, line, named, prose
from explorer.gui.widgets.empty_state import EmptyState

SENTENCE = (
    "Drop a file of texts here: CSV, JSON, Parquet, Excel, or plain text. It is read, embedded and mapped on this "
    "machine; nothing leaves it. Then the map shows where you are, and the list below what does not belong."
)
SAMPLE = "13,123 real questions to a bank, and some texts that do not belong"
SHOWN_RECENT = 4


class Welcome(QWidget):
    """``open_requested``, ``sample_requested``, ``project_requested(path)``: what the person wants."""

    open_requested = Signal()
    sample_requested = Signal()
    project_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._empty = EmptyState("See what is in your texts, and what does not belong", SENTENCE, "&Open a file…")
        self._empty.setMaximumWidth(60 * UNIT)
        self._empty.button.setDefault(True)
        self._empty.action_requested.connect(self.open_requested)
        self._sample = named(QPushButton("&Try the sample"), "Try the sample", SAMPLE)
        self._sample.clicked.connect(lambda _: self.sample_requested.emit())
        self._about_sample = prose(SAMPLE, quiet=True)
        self._recent_title = prose("Go on with", quiet=True)
        self._recent = column(margin=0)
        self._build()

    def _build(self) -> None:
        for button in (self._empty.button, self._sample):
            button.setMinimumWidth(20 * UNIT)
        buttons = line()
        buttons.addStretch(1)
        buttons.addWidget(self._sample)
        buttons.addStretch(1)
        self._empty.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        middle = line()
        middle.addStretch(1)
        middle.addWidget(self._empty, 8)
        middle.addStretch(1)
        self._about_sample.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._recent_title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        whole = column(self, margin=2 * UNIT)
        whole.addStretch(2)
        whole.addLayout(middle)
        whole.addLayout(buttons)
        whole.addWidget(self._about_sample)
        whole.addSpacing(2 * UNIT)
        whole.addWidget(self._recent_title)
        whole.addLayout(self._recent)
        whole.addStretch(3)

    def show_recent(self, projects: tuple[str, ...]) -> None:
        """Offer the projects that are still there."""
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
