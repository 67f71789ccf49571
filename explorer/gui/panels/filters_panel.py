"""The filters that narrow what every list and the map show: made, combined, switched, named and saved here."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QWidget

from explorer.app import filtering
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.state import AppState
from explorer.app.store import Operation
from explorer.core.query.predicates import Chip, Filters
from explorer.gui.filter_choices import choice_for
from explorer.gui.filter_dialog import FilterDialog
from explorer.gui.parts import UNIT, column, counted, line, named, number, prose, scrolled
from explorer.gui.row_menu import show_only
from explorer.gui.widgets.chip import ChipView
from explorer.gui.widgets.chips import ChipBar

PURPOSE = "Filters narrow what the map and every list show. Add one, or make one of what you have selected or found."


class FiltersPanel(QWidget):
    """Shows ``state.filters`` as chips and changes them; each change can be undone."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._bar = ChipBar()
        self._words = prose(quiet=True)
        self._error = prose()
        self._selection = named(QPushButton("Filter by &selection"), "Make the selection a filter")
        self._saved = named(QPushButton("Sa&ved"), "Saved filters", "Keep these filters under a name; use kept ones")
        self._menu = QMenu(self)
        self._name = named(QLineEdit(), "Name of the saved filter", "Enter saves, Esc does not")
        self._keeping: Filters | None = None
        self._dialog: FilterDialog | None = None
        self._build()
        self.show_state(session.state, Changes.ALL)

    def _build(self) -> None:
        self._connect_bar()
        self._selection.clicked.connect(lambda _: show_only(self._session, self._session.state.selected))
        self._saved.setMenu(self._menu)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._name.setPlaceholderText("Name, then Enter")
        self._name.installEventFilter(self)
        self._name.returnPressed.connect(self._save)
        self._name.editingFinished.connect(self._end_naming)
        inside = QWidget()
        whole = column(inside)
        for widget in (self._words, self._bar, self._error, self._name):
            whole.addWidget(widget)
        whole.addLayout(self._below())
        whole.addStretch(1)
        column(self, margin=0).addWidget(scrolled(inside))

    def _below(self) -> QHBoxLayout:
        row = line()
        row.addWidget(self._selection, 1)
        row.addWidget(self._saved)
        return row

    def _connect_bar(self) -> None:
        bar = self._bar
        bar.enabled_changed.connect(lambda place, on: self._change(place, enabled=on))
        bar.inverted_changed.connect(lambda place, on: self._change(place, inverted=on))
        bar.renamed.connect(lambda place, name: self._change(place, name=name))
        bar.removed.connect(lambda place: self._dispatch(filtering.replace_filter(place=place, chip=None)))
        bar.match_changed.connect(lambda match: self._set(replace(self._filters, combine=match)))
        bar.clear_requested.connect(lambda: self._set(replace(self._filters, chips=())))
        bar.add_requested.connect(lambda: self.add_filter())
        bar.edit_requested.connect(self._edit)
        bar.save_requested.connect(lambda place: self._ask_name(Filters((self._filters.chips[place],))))

    # --- showing --------------------------------------------------------------------------------

    def show_state(self, state: AppState, changes: Changes) -> None:
        if changes & (Changes.CORPUS | Changes.FILTERS):
            views = [ChipView(c.predicate.words(), c.enabled, c.inverted, c.name) for c in state.filters.chips]
            self._bar.set_chips(views, state.filters.combine)
            self._error.setText(state.filter_error)
            self._error.setVisible(bool(state.filter_error))
        if changes & (Changes.CORPUS | Changes.FILTERS | Changes.SHOWN):
            self._words.setText(passed_words(state))
        if changes & (Changes.CORPUS | Changes.SELECTION):
            self._show_selection(state)
        if changes & Changes.CORPUS:
            self._bar.setEnabled(state.corpus is not None)
            self._saved.setEnabled(state.corpus is not None)
            self._end_naming()
            if self._dialog is not None:
                self._dialog.reject()

    def _show_selection(self, state: AppState) -> None:
        chosen = state.selected.size
        self._selection.setEnabled(bool(chosen))
        tip = (
            f"Show only {counted(chosen, 'selected text')}" if chosen else "Select texts first, on the map or in a list"
        )
        named(self._selection, "Make the selection a filter", tip)

    # --- one filter -----------------------------------------------------------------------------

    @property
    def _filters(self) -> Filters:
        return self._session.state.filters

    def _dispatch(self, operation: Operation) -> None:
        self._session.store.dispatch(operation)

    def _set(self, filters: Filters) -> None:
        self._dispatch(filtering.set_filters(filters=filters))

    def _change(self, place: int, **values: object) -> None:
        chip = replace(self._filters.chips[place], **values)  # type: ignore[arg-type]
        self._dispatch(filtering.replace_filter(place=place, chip=chip))

    def add_filter(self, column: str = "") -> None:
        """Ask what to filter by; ``column``, as the engine names it, is offered first."""
        if self._session.state.corpus is not None:
            self._open(FilterDialog(self._session, self, column=column), None)

    def _edit(self, place: int) -> None:
        """Change what a chip asks; one that cannot be asked anew can have another name."""
        chip = self._filters.chips[place]
        if choice_for(chip.predicate) is None:
            self._bar.chips[place].rename()
        else:
            self._open(FilterDialog(self._session, self, chip=chip), place)

    def _open(self, dialog: FilterDialog, place: int | None) -> None:
        self._dialog = dialog
        dialog.accepted.connect(lambda: self._take(dialog.chip, place))
        dialog.finished.connect(self._forget_dialog)
        dialog.open()

    def _forget_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _take(self, chip: Chip | None, place: int | None) -> None:
        if chip is None:
            return
        if place is None:
            self._dispatch(filtering.add_filter(predicate=chip.predicate, name=chip.name))
            return
        before = self._filters.chips[place]
        name = before.name if before.predicate == chip.predicate else chip.name
        self._change(place, predicate=chip.predicate, name=name)

    # --- saved filters --------------------------------------------------------------------------

    def _fill_menu(self) -> None:
        menu, state = self._menu, self._session.state
        menu.clear()
        save = menu.addAction("&Save these filters…", lambda: self._ask_name(self._filters))
        save.setEnabled(bool(self._filters.chips))
        menu.addSeparator()
        for name, filters in state.saved_filters:
            action = menu.addAction(_shown(name), partial(self._set, filters))
            action.setToolTip(filters.words())
        if not state.saved_filters:
            menu.addAction("Nothing saved yet").setEnabled(False)
            return
        menu.addSeparator()
        forget = menu.addMenu("&Forget")
        for name, _ in state.saved_filters:
            forget.addAction(_shown(name), partial(self._forget, name))

    def _ask_name(self, filters: Filters) -> None:
        self._keeping = filters
        self._name.setText(filters.words()[: 5 * UNIT])
        self._name.show()
        self._name.selectAll()
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self) -> None:
        name = " ".join(self._name.text().split())
        if name and self._keeping is not None:
            self._dispatch(filtering.save_filter(name=name, filters=self._keeping))

    def _forget(self, name: str) -> None:
        self._dispatch(filtering.save_filter(name=name, filters=None))

    def _end_naming(self) -> None:
        self._keeping = None
        self._name.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc leaves the name, whatever it means in the window."""
        if watched is not self._name or not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.KeyPress:
            self._end_naming()
            self._saved.setFocus(Qt.FocusReason.OtherFocusReason)
        event.accept()
        return True


def _shown(name: str) -> str:
    return name.replace("&", "&&")


def passed_words(state: AppState) -> str:
    """How many texts pass, or what filters are for."""
    if state.corpus is None or not state.filters.chips:
        return PURPOSE
    if state.passed is None:
        return "Every text passes: all filters are off." if not state.filters.enabled else ""
    return f"{number(int(state.passed.sum()))} of {counted(state.rows, 'text')} pass."
