"""What the help menu shows: a guide of one minute, the list of keys, and what the program is."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QWidget

import explorer
from explorer.gui.parts import UNIT, column, named

GUIDE = """<h3>What does not belong, in a minute</h3>
<p><b>Open a file.</b> The text column is guessed; look at the first rows and correct the guess. The corpus is kept
as a project from the start: whatever you do is saved at once.</p>
<p><b>Look at the map.</b> Texts that mean similar things lie together. A first picture (PCA) appears as soon as the
texts are embedded; the neighbour map then takes its place. Distances between far-apart groups mean little: ask
the neighbours panel, which measures in the original space.</p>
<p><b>Go through the flagged texts.</b> Press <b>N</b>. Read the text, the reason above it, and its neighbours. Press
<b>C</b> if it does not belong, <b>F</b> if it is fine, <b>U</b> to leave it to the threshold; then <b>N</b> again.</p>
<p><b>Move the threshold.</b> Drag the line in the score histogram. Your decisions by hand stay, wherever the line
goes.</p>
<p><b>Export the report.</b> One row a text, with scores, flags and reasons, and a manifest from which the same report
can be made again.</p>"""

ON_THE_MAP = (
    ("Drag", "Move the map"),
    ("Wheel, + and -", "Zoom"),
    ("0, or double click", "Show the whole map"),
    ("Shift and drag", "Select the texts in a box; with Ctrl add them, with Alt remove them"),
    ("Ctrl and click", "Add a text to the selection, or remove it"),
    ("Esc", "Clear the selection"),
)


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
        self.resize(560, 520)


def shortcuts_page(actions: Iterable[QAction]) -> str:
    """Every key in one table."""
    keys = [
        (action.shortcut().toString(QKeySequence.SequenceFormat.NativeText), action.text().replace("&", ""))
        for action in actions
        if not action.shortcut().isEmpty()
    ]
    return "<h3>Keys</h3>" + _table(keys) + "<h3>On the map</h3>" + _table(ON_THE_MAP)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td><b>{key}</b></td><td>{words}</td></tr>" for key, words in rows)
    return f'<table cellspacing="0" cellpadding="4">{cells}</table>'


def about_page() -> str:
    return (
        f"<h3>Text Anomaly Explorer {explorer.__version__}</h3>"
        "<p>See a corpus of texts as a map, ask what is near and what does not belong, on your own machine. "
        "Nothing leaves it.</p>"
        "<p>Licence: Apache-2.0. Inside are, among others, all-MiniLM-L6-v2 (Apache-2.0), Annoy (Apache-2.0), "
        "Qt and PySide6 (LGPL-3.0), NumPy, SciPy and scikit-learn (BSD-3-Clause), "
        "Apache Arrow (Apache-2.0), PyTorch (BSD-3-Clause).</p>"
        f"<p>Qt {qVersion()}</p>"
    )
