"""Small things that every panel needs: numbers in the person's locale, plurals, names for controls, spacing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEvent, QLocale, Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QBoxLayout,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from explorer.app.state import AppState

W = TypeVar("W", bound=QWidget)

UNIT = 8
"""Pixels of the rhythm: margins and gaps are whole or half multiples of it."""

SNIPPET = 300
"""Characters of a text that a table cell or a status line shows."""


def number(value: int) -> str:
    """A count with the locale's digit groups."""
    return QLocale().toString(value)


def counted(value: int, noun: str, plural: str = "") -> str:
    """``1 text``, ``48,210 texts``; ``plural`` where an s is not enough."""
    return f"{number(value)} {noun if value == 1 else plural or noun + 's'}"


def significant(value: float, digits: int = 3) -> str:
    """A measured number with ``digits`` significant digits, trailing zeros kept so that columns line up; "" for NaN."""
    if math.isnan(value):
        return ""
    if value == 0:
        return QLocale().toString(0.0, "f", digits - 1)
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    exponent = math.floor(math.log10(abs(value)))
    if not -4 <= exponent < 6:
        return QLocale().toString(value, "e", digits - 1)
    return QLocale().toString(value, "f", max(digits - 1 - exponent, 0))


def duration(seconds: float) -> str:
    """``8 s``, ``1 min 12 s``, ``2 h 5 min``."""
    whole = max(math.ceil(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def data_size(amount: float) -> str:
    """Bytes in the locale's words, powers of ten."""
    return QLocale().formattedDataSize(int(amount), 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def snippet(text: str, length: int = SNIPPET) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text[: 2 * length].split())
    return line[:length].rstrip() + "…" if len(line) > length or len(text) > 2 * length else line


def sentence(words: str) -> str:
    """A phrase as a sentence: capital first, full stop last."""
    return words[:1].upper() + words[1:] + ("" if not words or words[-1] in ".!?" else ".")


def flag_words(state: AppState, row: int) -> str:
    """Whether a row is flagged and by whom, in words; "" when it is not."""
    decided = state.overrides.get(row)
    if decided is not None:
        return "flagged by hand" if decided else "cleared by hand"
    return "flagged" if state.flagged is not None and bool(state.flagged[row]) else ""


def selected_words(state: AppState) -> str:
    """``37 selected``, and how many more cannot be seen and are left alone: ``37 selected, 5 more hidden``."""
    seen, hidden = int(state.selected.size), state.unseen_count
    if not seen:
        return f"{number(hidden)} selected but hidden" if hidden else ""
    return f"{number(seen)} selected" + (f", {number(hidden)} more hidden" if hidden else "")


def target_words(state: AppState) -> str:
    """What a decision acts on: ``this text``, ``the 37 selected texts``; "" for nothing."""
    if state.selected.size:
        return f"the {counted(state.selected.size, 'selected text')}"
    return "" if state.current is None else "this text"


def threshold_words(state: AppState, *, by_hand: bool = True) -> str:
    """``212 of 48,210 texts flagged: score at least 0.4312 (median + 3 upper deviations (MAD)). 3 decided by hand.``"""
    if state.threshold is None:
        return "The scores appear here as soon as the neighbours are found." if state.corpus is not None else ""
    flagged = f"{number(state.flag_count)} of {counted(state.rows, 'text')} flagged"
    line_words = f"score at least {significant(state.threshold.value, 4)}, {state.threshold.rule}"
    decided = f" {counted(len(state.overrides), 'text')} decided by hand." if state.overrides and by_hand else ""
    return f"{flagged}: {line_words}.{decided}"


def named(widget: W, name: str, tip: str = "") -> W:
    """Give a control the name that a screen reader says, and what its tooltip explains."""
    widget.setAccessibleName(name)
    if tip:
        widget.setToolTip(tip)
        widget.setAccessibleDescription(tip)
    return widget


def keep_room(widget: QWidget) -> None:
    """Keep a widget's place while it is hidden, so that nothing moves when it comes and goes."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def heading(text: str) -> QLabel:
    """A section's title: the one weight of emphasis."""
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def prose(text: str = "", *, quiet: bool = False) -> QLabel:
    """A wrapping label whose words can be selected and copied. ``quiet``: secondary, in the muted colour."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if quiet:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def labelled(words: str, control: QWidget) -> QLabel:
    """A label whose mnemonic goes to ``control``."""
    label = QLabel(words)
    label.setBuddy(control)
    return label


def scrolled(inside: QWidget) -> QScrollArea:
    """``inside`` in an area that scrolls up and down where there is too little room."""
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def _is_shortcut(event: QEvent) -> bool:
    """Whether a key that a box for numbers has no use for may do what it does everywhere in the window."""
    asks = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
    return asks and event.text().isalpha()  # type: ignore[attr-defined]


class CountBox(QSpinBox):
    """A box for a whole number that leaves letters to the window's shortcuts."""

    def event(self, event: QEvent) -> bool:
        if _is_shortcut(event):
            event.ignore()
            return False
        return super().event(event)


class ShareBox(QDoubleSpinBox):
    """A box for a number that leaves letters to the window's shortcuts."""

    def event(self, event: QEvent) -> bool:
        if _is_shortcut(event):
            event.ignore()
            return False
        return super().event(event)


class Lines(QWidget):
    """Facts, one a line; a long one wraps without looking like two."""

    def __init__(self) -> None:
        super().__init__()
        self._column = column(self, margin=0)
        self._column.setSpacing(UNIT // 2)
        self._labels: list[QLabel] = []

    def show_lines(self, lines: Sequence[str]) -> None:
        while len(self._labels) < len(lines):
            self._labels.append(prose())
            self._column.addWidget(self._labels[-1])
        for place, label in enumerate(self._labels):
            label.setText(lines[place] if place < len(lines) else "")
            label.setVisible(place < len(lines))


def column(parent: QWidget | None = None, *, margin: int = UNIT) -> QVBoxLayout:
    """A vertical layout in the common rhythm."""
    return _spaced(QVBoxLayout(parent) if parent is not None else QVBoxLayout(), margin)


def line(parent: QWidget | None = None, *, margin: int = 0) -> QHBoxLayout:
    """A horizontal layout in the common rhythm."""
    return _spaced(QHBoxLayout(parent) if parent is not None else QHBoxLayout(), margin)


L = TypeVar("L", bound=QBoxLayout)


def _spaced(layout: L, margin: int) -> L:
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(UNIT)
    return layout
