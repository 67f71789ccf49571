"""What is this: the current text in full, why it is strange, its own columns, and the decision about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCursor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from explorer.app import marking
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.explain import explain
from explorer.app.labels import names_at
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.core.anomaly.within import score_title
from explorer.core.corpus.columns import cell_text
from explorer.core.corpus.corpus import Corpus
from explorer.core.query.search import TextQuery, spans
from explorer.errors import OptionError
from explorer.gui.actions import decide
from explorer.gui.key_words import keyed
from explorer.gui.parts import (
    UNIT,
    column,
    flag_words,
    heading,
    keep_room,
    line,
    named,
    number,
    prose,
    sentence,
    significant,
    snippet,
    target_words,
)
from explorer.gui.theme import current_theme
from explorer.gui.widgets.announce import announce
from explorer.gui.widgets.notes_edit import NotesEdit

FIRST_PART = 20_000
"""Characters shown at once; the rest of a longer text comes on demand."""
LONGEST_LINE = 5_000
"""Qt lays a paragraph out as a whole: a longer one is broken for display so that it does not stall the window."""
SPOKEN = 500
"""Characters of a text that a screen reader is given when it becomes current."""
MARKED_PART, MOST_MARKED = 20_000, 200
"""Characters in which the words of a search are marked, and how many times."""
JUDGED = Changes.CORPUS | Changes.CURRENT | Changes.SCORES | Changes.FLAGS | Changes.GRAPH | Changes.REASONS
"""After these, another judgement may be shown."""
FAINT = 0.25
"""Words that do less than this share of what the strongest does are not marked."""
WORDS_TIP = "Leave out each word in turn and see how much nearer to its neighbours the text would lie"
NOTHING = "Click a point on the map, or a row of a table, to read its text here."


class TextPanel(QWidget):
    """Follows the current row."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._all_of: int | None = None
        self._title = heading("")
        self._place = prose(quiet=True)
        self._reason = prose()
        self._ask = named(QPushButton("&Which words?"), "Which words make it strange", WORDS_TIP)
        self._words = prose()
        self._embedded = QCheckBox("&As embedded")
        self._text = named(QPlainTextEdit(), "Text")
        self._more = QPushButton()
        self._labels = prose(quiet=True)
        self._note = NotesEdit()
        self._own = named(QTreeWidget(), "Columns of this text")
        self._decide = {
            True: keyed(QPushButton("Flag"), "Flag by hand", "Whatever the score ({flag})"),
            False: keyed(QPushButton("Fine"), "Clear by hand", "Not flagged, whatever the score ({clear})"),
            None: keyed(QPushButton("Take back"), "Take back the decision", "The threshold decides again ({undecide})"),
        }
        self._acts_on = prose(quiet=True)
        self._only = named(QPushButton("This text only"), "End the selection", "Keys and buttons act on this text then")
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        self._title.setWordWrap(True)  # a long id must not widen the window
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setPlaceholderText(NOTHING)
        self._text.setMinimumHeight(6 * UNIT)
        named(self._embedded, "Show the text as it was embedded", "The text after cleaning, which the encoder has read")
        self._embedded.toggled.connect(lambda _: self._show_text(self._session.state))
        self._more.clicked.connect(self._show_all)
        self._note.edited.connect(self._keep_note)
        self._build_own()
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self._text_area())
        split.addWidget(self._own)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        self._ask.clicked.connect(lambda _: self._session.find_words())
        above = line()
        above.addWidget(self._title, 1)
        above.addWidget(self._ask, 0, Qt.AlignmentFlag.AlignTop)
        whole = column(self)
        whole.addLayout(above)
        for widget in (self._place, self._reason, self._words):
            whole.addWidget(widget)
        whole.addWidget(split, 1)
        whole.addWidget(self._labels)
        whole.addWidget(self._note)
        whole.addLayout(self._target())
        whole.addLayout(self._buttons())

    def _text_area(self) -> QWidget:
        area = QWidget()
        layout = column(area, margin=0)
        layout.addWidget(self._embedded)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._more)
        return area

    def _build_own(self) -> None:
        self._own.setColumnCount(2)
        self._own.setHeaderHidden(True)
        self._own.setRootIsDecorated(False)
        self._own.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._own.setUniformRowHeights(True)
        self._own.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self._own.setMinimumHeight(5 * UNIT)

    def _target(self) -> QHBoxLayout:
        """What the buttons act on, in a line that is always there: nothing moves when something is selected."""
        self._only.setFlat(True)
        keep_room(self._only)
        self._acts_on.setMinimumHeight(2 * self._acts_on.fontMetrics().lineSpacing())
        self._only.clicked.connect(lambda _: self._session.store.dispatch(op.select(rows=[])))
        row = line()
        row.addWidget(self._acts_on, 1)
        row.addWidget(self._only)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = line()
        for flag, button in self._decide.items():
            button.clicked.connect(lambda _=False, flag=flag: decide(self._session, flag))
            row.addWidget(button)
        return row

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & (Changes.CORPUS | Changes.CURRENT):
            self._all_of = None
            self._show_text(state)
            self._show_own(state)
        if changes & JUDGED:
            self._show_judgement(state)
        if changes & (Changes.CORPUS | Changes.CURRENT | Changes.LABELS):
            self._show_marks(state)
        if changes & (Changes.CORPUS | Changes.CURRENT | Changes.SELECTION | Changes.FLAGS):
            self._show_target(state)
        if changes & (Changes.CORPUS | Changes.CURRENT | Changes.WORDS | Changes.GRAPH):
            self._show_words(state)
        if changes & (Changes.SEARCH | Changes.CURRENT | Changes.WORDS):
            self._show_matches(state)
        if changes & Changes.CURRENT and state.current is not None:
            announce(self, f"{self._title.text()}: {snippet(self._text.toPlainText(), SPOKEN)}")

    def write_note(self) -> None:
        """Take the keyboard to the note."""
        self._note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _keep_note(self, text: str, row: object) -> None:
        if isinstance(row, int):
            self._session.store.dispatch(marking.write_note(row=row, text=text))

    def _show_marks(self, state: AppState) -> None:
        row = state.current
        self._note.setVisible(row is not None)
        names = () if row is None else names_at(state.label_bits, state.labels, row)
        in_trash = row is not None and bool(state.trashed.size) and bool(state.trashed[row])
        parts = [f"Labels: {', '.join(names)}" if names else "", "In the trash" if in_trash else ""]
        self._labels.setText(" · ".join(part for part in parts if part))
        self._labels.setVisible(bool(self._labels.text()))
        self._note.set_note("" if row is None else state.notes.get(row, ""), row)

    def _show_words(self, state: AppState) -> None:
        """What makes the text strange, in a sentence; the text as embedded is shown, which the words belong to."""
        words = state.words if state.words is not None and state.words.row == state.current else None
        self._ask.setEnabled(state.current is not None and state.results.graph is not None)
        self._words.setText("" if words is None else words.said or "Leaving out one word after the other…")
        self._words.setVisible(bool(self._words.text()))
        if words is not None and words.parts and self._embedded.isVisible():
            self._embedded.setChecked(True)

    def _strange_marks(self, state: AppState) -> list[QTextEdit.ExtraSelection]:
        """The words that make the text strange, the stronger the more they do."""
        words = state.words
        if words is None or words.row != state.current or not words.parts:
            return []
        shown, most = self._text.toPlainText(), max(nearer for _, _, nearer in words.parts)
        begins = shown.find(words.text[:FIRST_PART])
        marked = [part for part in words.parts if part[2] > max(most, 0.0) * FAINT]
        marks = []
        for start, end, nearer in marked if begins >= 0 and most > 0 else []:
            mark = self._mark(begins + start, begins + end)
            colour = QColor(current_theme().flag)
            colour.setAlphaF(0.15 + 0.4 * nearer / most)
            mark.format.setBackground(colour)
            marks.append(mark)
        return marks

    def _mark(self, start: int, end: int) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        mark.cursor = self._text.textCursor()
        mark.cursor.setPosition(_utf16(self._text, start))
        mark.cursor.setPosition(_utf16(self._text, end), QTextCursor.MoveMode.KeepAnchor)
        return mark

    def _show_matches(self, state: AppState) -> None:
        """Mark the words of the search, and those that make the text strange, in the part that is shown."""
        query = state.search.query
        found = self._strange_marks(state)
        if query is not None and not state.search.error:
            for start, end in text_spans(self._text.toPlainText()[:MARKED_PART], query)[:MOST_MARKED]:
                mark = self._mark(start, end)
                mark.format.setBackground(QColor(current_theme().found))
                mark.format.setForeground(QColor(current_theme().found_text))
                found.append(mark)
        self._text.setExtraSelections(found)

    def _show_judgement(self, state: AppState) -> None:
        row, corpus = state.current, state.corpus
        if row is None or corpus is None:
            self._title.setText("No text chosen")
            self._place.setText("")
            self._reason.setText("")
        else:
            words = flag_words(state, row)
            self._title.setText(_title(corpus, row) + (f" · {words}" if words else ""))
            self._place.setText(_place(state, row))
            self._reason.setText(sentence(explain(state, row)))
        self._place.setVisible(bool(self._place.text()))
        self._reason.setVisible(bool(self._reason.text()))

    def _show_target(self, state: AppState) -> None:
        """What keys and buttons act on, and which of them would change something."""
        words, several = target_words(state), bool(state.selected.size)
        self._acts_on.setText(f"Keys and buttons act on {words}." if words else "")
        self._only.setVisible(several and state.current is not None)
        decided = None if state.current is None else state.overrides.get(state.current)
        for flag, button in self._decide.items():
            button.setEnabled(bool(words) and (several or flag is not decided))
            button.setAccessibleDescription(f"{button.toolTip()}. Acts on {words or 'nothing now'}.")

    def _show_text(self, state: AppState) -> None:
        row, corpus = state.current, state.corpus
        if row is None or corpus is None:
            self._text.clear()
            self._more.hide()
            self._embedded.hide()
            return
        original, embedded = corpus.text(row), str(corpus.embedded[row].as_py())
        differs = embedded != original.strip()
        self._embedded.setVisible(differs)
        shown = embedded if differs and self._embedded.isChecked() else original
        cut = len(shown) > FIRST_PART and self._all_of != row
        self._text.setPlainText(broken_lines(shown[:FIRST_PART] if cut else shown) or "(empty)")
        self._more.setVisible(cut)
        self._more.setText(f"&Show all {number(len(shown))} characters")

    def _show_all(self) -> None:
        self._all_of = self._session.state.current
        self._show_text(self._session.state)

    def _show_own(self, state: AppState) -> None:
        self._own.clear()
        row, corpus = state.current, state.corpus
        if row is not None and corpus is not None:
            for name in corpus.table.column_names:
                if corpus.roles.text != (name,):
                    value = snippet(cell_text(corpus.table[name][row].as_py()))
                    item = QTreeWidgetItem([name, value])
                    item.setToolTip(1, value)
                    self._own.addTopLevelItem(item)
        self._own.setVisible(self._own.topLevelItemCount() > 0)


def text_spans(text: str, query: TextQuery) -> list[tuple[int, int]]:
    """Where ``text`` matches; nothing for a query that cannot be."""
    try:
        return spans(text, query)
    except OptionError:
        return []


def _utf16(edit: QPlainTextEdit, position: int) -> int:
    """Qt counts an emoji as two characters, Python as one."""
    return len(edit.toPlainText()[:position].encode("utf-16-le")) // 2


def _title(corpus: Corpus, row: int) -> str:
    """``#1042``, with the id where the corpus has one."""
    name = str(corpus.ids[row].as_py())
    return f"#{row}" if corpus.roles.id is None else f"#{row} · {snippet(name, 60)}"


def _place(state: AppState, row: int) -> str:
    """``Score 0.6142 (knn) · rank 3 of 48,210``."""
    if state.scores is None or state.ranks is None:
        return ""
    if not state.ranks[row]:
        return "Not scored: the text has nothing that the encoder knows."
    scored = number(int((state.ranks > 0).sum()))
    score = significant(float(state.scores[row]), 4)
    return f"Score {score} ({score_title(state.detector)}) · rank {number(int(state.ranks[row]))} of {scored}"


def broken_lines(text: str, longest: int = LONGEST_LINE) -> str:
    """``text`` with lines beyond ``longest`` characters broken; shorter ones stay as they are."""
    return "\n".join(
        piece[start : start + longest] for piece in text.split("\n") for start in range(0, max(len(piece), 1), longest)
    )
