"""What a person does in the lists, with texts, labels, filters and the search."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QTabWidget,
    QToolButton,
    QTreeWidget,
)
from shiboken6 import isValid

from explorer.gui.filter_dialog import FilterDialog
from explorer.gui.widgets.chip import Chip
from explorer.gui.widgets.histogram import ScoreHistogram
from explorer.gui.widgets.notes_edit import NotesEdit
from explorer.gui.widgets.search_box import SearchBox
from tests.soak.corpus import LANGUAGES, WORDS
from tests.soak.hands import CTRL, NONE, RIGHT, SHIFT, Steps
from tests.soak.person import LABELLED, Person

ANSWERS = 60
"""Turns of the loop for which an answer of the engine is awaited before the hands go on."""

# --- lists --------------------------------------------------------------------------------------


def _table(p: Person, panel: str, name: str) -> QTableView | None:
    p.front(panel)
    return p.hands.find(QTableView, name)


def _row(p: Person, table: QAbstractItemView) -> QPoint:
    return p.spot(table.viewport())


def sort_by_a_header(p: Person) -> Steps:
    table = _table(p, "Documents", "Documents")
    yield
    if table is None:
        return
    header = table.horizontalHeader()
    for _ in range(p.count(1, 3)):
        p.hands.click(header.viewport(), p.spot(header.viewport()))
        for _ in range(p.count(1, 12)):
            yield


def rows_of_the_documents(p: Person) -> Steps:
    table = _table(p, "Documents", "Documents")
    yield
    if table is None:
        return
    for keys in (NONE, SHIFT, CTRL)[: p.count(1, 4)]:
        p.hands.click(table.viewport(), _row(p, table), keys=keys)
        yield
    for _ in range(p.count(0, 4)):
        p.hands.key(getattr(Qt.Key, f"Key_{p.some('Down', 'Up', 'PageDown', 'PageUp', 'End', 'Home')}"))
        yield
    if p.chance(0.1):
        p.hands.key(Qt.Key.Key_A, CTRL)
        yield
    p.hands.wheel(table.viewport(), _row(p, table), p.count(-9, 9))
    yield


def menu_of_a_document(p: Person) -> Steps:
    table = _table(p, "Documents", "Documents")
    yield
    if table is not None:
        p.hands.click(table.viewport(), _row(p, table), RIGHT)
        yield
        yield from p.take_entry(p.hands.open_menu())


def menu_of_a_header(p: Person) -> Steps:
    table = _table(p, "Documents", "Documents")
    yield
    if table is not None:
        header = table.horizontalHeader().viewport()
        p.hands.click(header, p.spot(header), RIGHT)
        yield
        yield from p.take_entry(p.hands.open_menu())


def neighbours(p: Person) -> Steps:
    table = _table(p, "Neighbours", "Neighbours")
    yield
    if table is None:
        return
    if p.chance(0.7):
        p.hands.click(table.viewport(), _row(p, table))
    else:
        name = p.some("Metric", "Search method")
        yield from p.hands.pick(p.hands.find(QComboBox, name), p.count(0, 3))
        yield from _spin(p, p.hands.find(QAbstractSpinBox, "Number of neighbours"))
    yield


def _spin(p: Person, box: QAbstractSpinBox | None) -> Steps:
    if box is not None and box.isEnabled():
        box.setFocus()
        for _ in range(p.count(1, 4)):
            p.hands.key(Qt.Key.Key_Up if p.chance(0.5) else Qt.Key.Key_Down)
            yield


def ranking(p: Person) -> Steps:
    table = _table(p, "Anomalies", "Ranking")
    yield
    if table is None:
        return
    p.hands.click(table.viewport(), _row(p, table))
    yield
    for _ in range(p.count(0, 4)):
        p.hands.key(Qt.Key.Key_Down)
        yield
    if p.chance(0.3):
        yield from p.hands.pick(p.hands.find(QComboBox, "Texts listed"), p.count(0, 3))


def threshold(p: Person) -> Steps:
    p.front("Anomalies")
    yield
    histogram = p.hands.find(ScoreHistogram)
    way = p.count(0, 4)
    if histogram is not None and way < 2 and histogram.threshold is not None:
        line = QPoint(round(histogram.x_of(histogram.threshold)), histogram.height() // 2)
        yield from p.hands.drag(histogram, [line, *(p.spot(histogram) for _ in range(5))])
    elif way == 2:
        yield from _spin(p, p.hands.find(QAbstractSpinBox, "Share to flag"))
    else:
        p.hands.click(p.hands.find(QPushButton, "Use the rule's threshold"))
        yield
        yield from p.hands.pick(p.hands.find(QComboBox, "Detector"), p.count(0, 2))


# --- texts and labels ---------------------------------------------------------------------------


def note(p: Person) -> Steps:
    p.front("Text")
    yield
    field = p.hands.find(NotesEdit)
    if p.hands.click(field):
        yield from p.hands.type(p.some("look", "ask the bank", "\u00e9\u4e2d"))
        p.hands.key(*((Qt.Key.Key_Return, CTRL) if p.chance(0.7) else (Qt.Key.Key_Escape, NONE)))
        yield
    p.map.setFocus()


def decide(p: Person) -> Steps:
    p.front("Text")
    yield
    p.hands.click(p.hands.find(QPushButton, p.some("Flag this text", "Clear this text", "Back to the threshold")))
    yield


def label(p: Person) -> Steps:
    p.front("Labels")
    yield
    there = {entry.name for entry in p.state.labels}
    field, tree = p.hands.find(QLineEdit, "Name of a new label"), p.hands.find(QTreeWidget, "Labels")
    name = p.some(*LABELLED)
    if name not in there:
        p.hands.click(field)
        yield from p.hands.type(name)
        p.hands.key(Qt.Key.Key_Return)
    elif tree is not None and tree.topLevelItemCount():
        place = tree.visualItemRect(tree.topLevelItem(p.count(0, tree.topLevelItemCount()))).center()
        if p.chance(0.6):
            p.hands.double_click(tree.viewport(), place)
        else:
            p.hands.click(tree.viewport(), place, RIGHT)
            yield
            yield from p.take_entry(p.hands.open_menu(), dialogs=True)
    yield


def trash(p: Person) -> Steps:
    p.front("Documents")
    yield
    for name in ("Show the trash", "Restore", "Show the texts"):
        for button in p.hands.all(QAbstractButton):
            if isValid(button) and button.accessibleName().startswith(name) and button.isEnabled() and p.chance(0.7):
                p.hands.click(button)
                yield


# --- filters ------------------------------------------------------------------------------------


def add_a_filter(p: Person) -> Steps:
    p.front("Filters")
    yield
    if len(p.state.filters.chips) > 3:
        p.hands.click(p.hands.find(QPushButton, "Clear all filters"))
        yield
    p.hands.click(p.hands.find(QPushButton, "Add a filter"))
    yield
    yield from _fill_filter_dialog(p)


def _fill_filter_dialog(p: Person) -> Steps:
    dialog = p.window.findChild(FilterDialog)
    if dialog is None or not dialog.isVisible():
        return
    box = p.hands.find(QComboBox, "Filter by", dialog)
    for _ in range(ANSWERS):
        if box is not None and box.count():
            break
        yield
    yield from p.hands.pick(box, p.count(0, max(box.count() if box is not None else 1, 1)))
    for _ in range(10):
        yield
    for view in [*p.hands.all(QTableView, dialog), *p.hands.all(QListWidget, dialog)]:
        if view.model().rowCount() and p.hands.click(view.viewport(), QPoint(12, 10)):
            yield
            p.hands.key(Qt.Key.Key_Space)
    for field in p.hands.all(QLineEdit, dialog)[:1]:
        if p.hands.click(field):
            yield from p.hands.type(p.some("card", "3", "2026-03-01"))
    for field in p.hands.all(QPlainTextEdit, dialog):
        if p.hands.click(field):
            yield from p.hands.type(p.some("amount > 6", "amount >", "flagged"))
    for _ in range(ANSWERS):
        yield
    if not isValid(dialog):  # answered meanwhile
        return
    buttons = dialog.findChild(QDialogButtonBox)
    if buttons is not None and p.chance(0.8):
        p.hands.click(buttons.button(QDialogButtonBox.StandardButton.Ok))
    yield


def chip(p: Person) -> Steps:
    p.front("Filters")
    yield
    chosen = p.one_of(p.hands.all(Chip))
    if not isinstance(chosen, Chip):
        yield from brush_or_select(p)
        return
    way = p.count(0, 5)
    if way == 0:
        p.hands.click(chosen, QPoint(12, chosen.height() // 2))
    elif way == 1:
        p.hands.click(chosen, QPoint(12, chosen.height() // 2), RIGHT)
        yield
        yield from p.take_entry(p.hands.open_menu())
    elif way == 2:
        p.hands.click(p.one_of(chosen.findChildren(QToolButton)[:2]))
        yield
        yield from p.take_entry(p.hands.open_menu(), dialogs=True)
        yield from _fill_filter_dialog(p)
    else:
        chosen.setFocus()
        p.hands.key(getattr(Qt.Key, f"Key_{p.some('I', 'Space', 'Delete', 'F2')}"))
        yield
        if isinstance(p.window.focusWidget(), QLineEdit):
            yield from p.hands.type("mine")
            p.hands.key(Qt.Key.Key_Return if p.chance(0.7) else Qt.Key.Key_Escape)
    yield


def brush_or_select(p: Person) -> Steps:
    """Makes a chip of a selection drawn on the map."""
    place = p.spot(p.map, 60)
    yield from p.hands.drag(p.map, [place, place + QPoint(30, 20), place + QPoint(50, 50)], SHIFT)
    p.hands.click(p.hands.find(QPushButton, "Make the selection a filter"))
    yield


def combine_filters(p: Person) -> Steps:
    p.front("Filters")
    yield
    yield from p.hands.pick(p.hands.find(QComboBox, "How filters combine"), p.count(0, 2))
    if p.chance(0.3):
        p.hands.click(p.hands.find(QPushButton, "Clear all filters"))
        yield


def saved_filters(p: Person) -> Steps:
    p.front("Filters")
    yield
    button, saved = p.hands.find(QPushButton, "Saved filters"), p.state.saved_filters
    if p.chance(0.4) and p.state.filters.chips and len(saved) < 5:
        yield from p.hands.menu_of(button, lambda menu: p.hands.choose(menu, "Save these filters"))
        if isinstance(QApplication.focusWidget(), QLineEdit):
            yield from p.hands.type(p.some("mine", "odd ones", "card"))
            p.hands.key(Qt.Key.Key_Return if p.chance(0.8) else Qt.Key.Key_Escape)
    elif p.chance(0.3) and saved:
        yield from p.hands.menu_of(button, lambda menu: p.hands.choose(menu, "Forget", saved[0][0]))
    else:
        yield from p.hands.menu_of(button, p.take_entry)
    yield


# --- search -------------------------------------------------------------------------------------


def search(p: Person) -> Steps:
    p.hands.at_the_window()
    p.hands.key(Qt.Key.Key_F, CTRL)
    yield
    yield from p.hands.type(p.some(*WORDS, "lost card", "[", "card.*fee", *LANGUAGES))
    for _ in range(p.count(0, ANSWERS)):
        yield
    for key in (Qt.Key.Key_Return, Qt.Key.Key_F3, Qt.Key.Key_Escape):
        if p.chance(0.6):
            p.hands.key(key)
            yield


def way_to_search(p: Person) -> Steps:
    box = p.hands.find(SearchBox)
    if box is not None:
        yield from p.hands.pick(p.hands.find(QComboBox, "How to search", box), p.count(0, 3))
        for name in ("Next match", "Previous match"):
            p.hands.click(p.hands.find(QToolButton, name, box))
            yield


def search_as_filter(p: Person) -> Steps:
    yield from search(p)
    if len(p.state.filters.chips) < 4:
        p.hands.click(p.hands.find(QPushButton, "Make the search a filter"))
    yield


def choices_of_a_list(p: Person) -> Steps:
    """Any list that is seen: a click and a key."""
    view = p.one_of(p.hands.all(QListWidget) + p.hands.all(QTreeWidget))
    if isinstance(view, QAbstractItemView) and p.hands.click(view.viewport(), p.spot(view.viewport())):
        yield
        p.hands.key(Qt.Key.Key_Down)
    yield


def quality(p: Person) -> Steps:
    """Duplicates, doubtful labels, checks of the texts: look at one, decide about a row of it."""
    p.front("Quality")
    yield
    checks = p.hands.find(QTreeWidget, "Checks")
    if checks is not None and checks.topLevelItemCount():
        entry = checks.topLevelItem(p.count(0, checks.topLevelItemCount()))
        p.hands.click(checks.viewport(), checks.visualItemRect(entry).center())
        yield
    for name in ("Doubtful labels", "Texts that fail the check", "Duplicate groups"):
        table = p.hands.find(QTableView, name)
        if table is not None and table.model().rowCount():
            p.hands.click(table.viewport(), _row(p, table))
            yield
            p.hands.key(getattr(Qt.Key, f"Key_{p.some('A', 'R', 'Down')}"))
            yield
    if p.chance(0.1):
        p.hands.click(p.hands.find(QPushButton, "Move the others to the trash"))
        yield


def benchmark(p: Person) -> Steps:
    """Look at its pages, tick something, begin to measure and stop."""
    p.front("Benchmark")
    yield
    pages = p.hands.find(QTabWidget, "Benchmark")
    if pages is None:
        return
    bar = pages.tabBar()
    p.hands.click(bar, bar.tabRect(p.count(0, bar.count())).center())
    yield
    for name in ("Encoders", "Detectors"):
        ticks = p.hands.find(QListWidget, name)
        if ticks is not None and p.chance(0.5) and p.hands.click(ticks.viewport(), p.spot(ticks.viewport())):
            yield
            p.hands.key(Qt.Key.Key_Space)
    if p.chance(0.3):
        p.hands.click(p.hands.find(QPushButton, p.some("Measure", "Recommend")))
        for _ in range(p.count(1, ANSWERS)):
            yield
        p.hands.click(p.hands.find(QPushButton, "Stop measuring"))
    yield


DEEDS = {
    sort_by_a_header: 4, rows_of_the_documents: 5, menu_of_a_document: 3, menu_of_a_header: 2, neighbours: 4,
    ranking: 4, threshold: 4, note: 4, decide: 3, label: 4, trash: 2, add_a_filter: 2, chip: 5, combine_filters: 1.5,
    quality: 4, benchmark: 2, saved_filters: 2, search: 4, way_to_search: 1.5, search_as_filter: 1.5,
    choices_of_a_list: 1,
}  # fmt: skip
