"""What the help menu shows: a guide of a few minutes with the keys of the map, and what the program is."""

from __future__ import annotations

import html
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QWidget

import explorer
from explorer.gui.parts import UNIT, column, named

GUIDE = """<h3>What does not belong, in a minute</h3>
<p><b>Open a file.</b> The text column is guessed; look at the first rows and correct the guess. The corpus is kept
as a project from the start: whatever you do is saved at once, and {undo} takes it back, also tomorrow.</p>
<p><b>Look at the map.</b> Texts that mean similar things lie together; the words say what a region is about. A
first picture (PCA) appears as soon as the texts are embedded; the neighbour map then takes its place. <i>Trust</i>
says which share of each text's true neighbours the map kept: colour the map by it to see where to believe it, and
ask the neighbours panel, which measures in the original space.</p>
<p><b>Go through the flagged texts.</b> Press <b>{next}</b>. Read the text, the reason above it, and its neighbours.
Press <b>{flag}</b> if it does not belong, <b>{clear}</b> if it is fine, <b>{undecide}</b> to take the decision
back, a digit for a label of your own, <b>{note}</b> for a note; then <b>{next}</b> again. Keys act on the text, or on
all that are selected and shown: the line above the buttons says which.</p>
<p>With <b>{confirm_on}</b> and <b>{dismiss_on}</b> the decision also takes you to the next text that is not reviewed;
the line above the ranking says how far you are. <i>Which words?</i> leaves out each word in turn and marks those that
make the text strange.</p>
<p><b>Move the threshold.</b> Drag the line in the score histogram, or say which share to flag, how many deviations
above the median, or which precision you want: it is estimated from what you confirmed and dismissed and from the
<i>odd label</i>, once ten or more texts are judged. Your decisions by hand stay, wherever the line goes.
<i>Compare with</i> looks for what is odd within its own label or region; <i>Learn from decisions</i> moves
texts near those that you confirmed up, near those that are fine down.</p>
<p><b>Check the data.</b> The <i>Quality</i> tab lists what is wrong with the corpus itself: duplicates, labels
that are probably wrong, texts that are empty, cut, garbled, in another language, or that hold addresses,
phone or card numbers. A click selects the texts. Keep one of each group of duplicates; accept a suggested label with
<b>{accept_label}</b>, or keep it with <b>{reject_label}</b>. The column of labels is chosen in the <i>Corpus</i> panel,
at any time. <i>File > Export the corrected corpus</i> writes your own columns, corrected.</p>
<p><b>Compare encoders and detectors.</b> Where a label column tells odd texts from normal ones, the <i>Benchmark</i>
tab measures which encoder and which detector find them, one cell after the other while you go on working, predicts the
cells that were not measured, and says which one is worth measuring next.</p>
<p>Without labels, <i>Recommend…</i> compares them all the same and says which to take, why, what speaks against it and
how often that was right; <i>Use this encoder and detector</i> computes the open corpus so.</p>
<p><b>Search and filter.</b> {find} finds words, an exact phrase, a pattern, or a meaning; what is found lights up
on the map. Filters are chips: switch them off, invert, name and keep them. Brush the timeline to see a few days
only.</p>
<p><b>Export.</b> The report has one row a text, with scores, flags, labels and reasons, and a manifest from which
the same report can be made again. There is also a page for people, the map as a picture, and any rows as CSV, JSONL
or Parquet.</p>
<h3>On the map</h3>
"""

WIDTH, MOST_HEIGHT = 560, 520

ON_THE_MAP = (
    ("Drag, or hold Space", "Move the map; the middle button does it with every tool"),
    ("Wheel, + and −", "Zoom"),
    ("0, or double click", "Show the whole map"),
    ("V, B, L", "Tools: move, box, lasso"),
    ("M", "Next mode: replace, add, subtract, intersect; also while dragging"),
    ("Shift and drag", "Select with a box, whatever the tool; with Ctrl too, with a lasso"),
    ("Shift, Alt, both", "With the box and lasso tools: add, subtract, intersect"),
    ("Ctrl and click", "Add a text to the selection, or remove it"),
    ("Shift and arrows", "Go to the nearest text in that direction"),
    ("Ctrl and drag, Ctrl and arrows", "Turn a map in 3-D"),
    ("Esc", "Give up a drag, else clear the selection"),
)


def guide_page(keys: Mapping[str, str]) -> str:
    """The guide with the keys of actions, by name, and those of the map."""
    return GUIDE.format_map(keys) + _table(ON_THE_MAP)


class HelpDialog(QDialog):
    """A page to read beside the window; not modal."""

    def __init__(self, title: str, page: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        text = named(QTextBrowser(), title)
        text.setOpenExternalLinks(True)
        text.setHtml(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        whole = column(self, margin=2 * UNIT)
        whole.addWidget(text)
        whole.addWidget(buttons)
        text.document().setTextWidth(WIDTH - 8 * UNIT)
        self.resize(WIDTH, min(MOST_HEIGHT, round(text.document().size().height()) + 12 * UNIT))


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td><b>{key}</b></td><td>{words}</td></tr>" for key, words in rows)
    return f'<table cellspacing="0" cellpadding="4">{cells}</table>'


def about_page(places: Mapping[str, Path]) -> str:
    """What the program is, what it is made of, and where it keeps things."""
    kept = _table((f"{html.escape(name)}", html.escape(str(place))) for name, place in places.items())
    return (
        f"<h3>Text Anomaly Explorer {explorer.__version__}</h3>"
        "<p>See a corpus of texts as a map, ask what is near and what does not belong, on your own machine. "
        "Nothing leaves it.</p>"
        "<p>Licence: Apache-2.0. Inside are, among others, all-MiniLM-L6-v2 (Apache-2.0), Annoy (Apache-2.0), "
        "Qt and PySide6 (LGPL-3.0), NumPy, SciPy and scikit-learn (BSD-3-Clause), "
        "Apache Arrow (Apache-2.0), PyTorch (BSD-3-Clause).</p>"
        f"<p>Python {platform.python_version()}, Qt {qVersion()}, {html.escape(platform.platform())}</p>"
        f"<p>Where things are kept:</p>{kept}"
    )
