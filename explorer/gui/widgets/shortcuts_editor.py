"""Every action with its keys: to look them up, to change them, and as a plain sheet to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType

from PySide6.QtCore import QEvent, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeySequence, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTableView,
    QTabWidget,
    QTextBrowser,
    QWidget,
)

from explorer.gui.parts import UNIT, column, labelled, line, named, prose
from explorer.gui.theme import current_theme
from explorer.gui.widgets.announce import announce
from explorer.gui.widgets.key_map import KeyMap, ShortcutEntry

_NAME = Qt.ItemDataRole.UserRole
_HEADERS = ("Action", "Menu", "Keys")
_CHORD = 1


class ShortcutsEditor(QDialog):
    """Choose an action, press its new keys. A key that another action has is refused; a button swaps the two.

    Signals
    -------
    changed(object)
        Keys (list of portable names) by name of action, all of them, after every change.
    """

    changed = Signal(object)

    def __init__(
        self,
        entries: Sequence[ShortcutEntry],
        parent: QWidget | None = None,
        *,
        reserved: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """reserved : keys that no action can have, and what they are for, in words after "belongs to"."""
        super().__init__(parent)
        self._reserved = reserved
        self._entries = {entry.name: entry for entry in entries}
        self._map = KeyMap(entries)
        self._refused = ""
        self._search = named(QLineEdit(), "Search the shortcuts", "Letters of an action, a menu or a key")
        self._model = QStandardItemModel(self)
        self._filter = QSortFilterProxyModel(self)
        self._table = named(QTableView(), "Shortcuts")
        self._edit = named(QKeySequenceEdit(), "New keys", "Click here, or come by Tab, then press the keys")
        self._set = named(QPushButton("&Set"), "Set as the only keys of the action")
        self._add = named(QPushButton("A&dd"), "Add as further keys of the action")
        self._none = named(QPushButton("&No keys"), "Take all keys from the action")
        self._reset = named(QPushButton("&Reset"), "Give the action its first keys again")
        self._reset_all = named(QPushButton("Reset &all"), "Give all actions their first keys again")
        self._said = prose()
        self._swap = named(QPushButton("S&wap the two"), "Swap the keys of the two actions")
        self._sheet = named(QTextBrowser(), "Sheet of shortcuts")
        self._build()
        self._fill()

    def _build(self) -> None:
        self.setWindowTitle("Shortcuts")
        self.resize(90 * UNIT, 75 * UNIT)
        tabs = named(QTabWidget(), "Shortcuts")
        tabs.addTab(self._editor_page(), "&Change")
        tabs.addTab(self._sheet_page(), "S&heet")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in the search must not press anything
        whole = column(self)
        whole.addWidget(tabs)
        whole.addWidget(buttons)

    def _editor_page(self) -> QWidget:
        self._search.setPlaceholderText("Search actions and keys")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter.setFilterFixedString)
        self._edit.setMaximumSequenceLength(_CHORD)
        self._edit.setClearButtonEnabled(True)
        self._edit.keySequenceChanged.connect(self._judge)
        for button, deed in (
            (self._set, self._set_keys),
            (self._add, self._add_keys),
            (self._none, lambda: self._try((), "")),
            (self._reset, self._reset_one),
            (self._reset_all, self._reset_every),
            (self._swap, self._swap_keys),
        ):
            button.clicked.connect(lambda _, deed=deed: deed())
        self._prepare_table()
        page = QWidget()
        whole = column(page)
        whole.addWidget(self._search)
        whole.addWidget(self._table, 1)
        for widgets in (
            (labelled("New &keys:", self._edit), self._edit, self._set, self._add),
            (self._said, self._swap),
        ):
            row = line()
            for widget in widgets:
                row.addWidget(widget, 1 if widget in (self._edit, self._said) else 0)
            whole.addLayout(row)
        below = line()
        for button in (self._none, self._reset, self._reset_all):
            below.addWidget(button)
        below.addStretch(1)
        whole.addLayout(below)
        return page

    def _prepare_table(self) -> None:
        self._model.setHorizontalHeaderLabels(list(_HEADERS))
        self._filter.setSourceModel(self._model)
        self._filter.setFilterKeyColumn(-1)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._table.setModel(self._filter)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setTabKeyNavigation(False)
        self._table.setShowGrid(False)
        self._table.setAlternatingRowColors(True)
        self._table.setSortingEnabled(True)
        self._table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._table.verticalHeader().hide()
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._table.selectionModel().currentRowChanged.connect(self._choose)
        self._table.activated.connect(lambda _: self._edit.setFocus(Qt.FocusReason.OtherFocusReason))

    def _sheet_page(self) -> QWidget:
        page = QWidget()
        whole = column(page)
        whole.addWidget(self._sheet, 1)
        row = line()
        row.addStretch(1)
        print_button = named(QPushButton("&Print…"), "Print the sheet")
        print_button.clicked.connect(lambda _: self._print())
        row.addWidget(print_button)
        whole.addLayout(row)
        return page

    # --- what is shown --------------------------------------------------------------------------------

    @property
    def current(self) -> str | None:
        """Name of the action that is chosen."""
        index = self._table.currentIndex()
        return index.siblingAtColumn(0).data(_NAME) if index.isValid() else None

    def choose(self, name: str) -> None:
        """Choose an action."""
        for row in range(self._model.rowCount()):
            if self._model.item(row).data(_NAME) == name:
                self._table.setCurrentIndex(self._filter.mapFromSource(self._model.index(row, 0)))

    def mapping(self) -> dict[str, list[str]]:
        """Keys by name of action, as they are now."""
        return self._map.mapping()

    def sheet(self) -> str:
        """All keys as a plain page, menu by menu, black on white wherever it is printed."""
        menus: dict[str, list[str]] = {}
        for entry in self._entries.values():
            keys = _native(self._map.keys(entry.name))
            if keys:
                row = f"<tr><td>{escape(entry.words)}</td><td align='right'><b>{escape(keys)}</b></td></tr>"
                menus.setdefault(entry.where, []).append(row)
        return "".join(
            f"<h3>{escape(menu)}</h3><table width='100%' cellpadding='2'>{''.join(rows)}</table>"
            for menu, rows in menus.items()
        )

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._say(self._said.text(), bad=bool(self._refused))
        super().changeEvent(event)

    def _fill(self) -> None:
        for entry in self._entries.values():
            first = QStandardItem(entry.words)
            first.setData(entry.name, _NAME)
            self._model.appendRow([first, QStandardItem(entry.where), QStandardItem()])
        self._show_keys()
        self._table.setCurrentIndex(self._filter.index(0, 0))
        self._choose()

    def _show_keys(self) -> None:
        """Keys that differ from the first ones are bold."""
        for row in range(self._model.rowCount()):
            name = self._model.item(row).data(_NAME)
            item = self._model.item(row, 2)
            item.setText(_native(self._map.keys(name)))
            font = QFont(self._table.font())
            font.setBold(not self._map.is_default(name))
            item.setFont(font)
            item.setToolTip(f"At first: {_native(self._entries[name].defaults) or 'no keys'}")
        self._sheet.setHtml(self.sheet())

    def _choose(self) -> None:
        self._edit.clear()
        self._say("")
        self._enable()

    def _enable(self) -> None:
        name = self.current
        free = not self._edit.keySequence().isEmpty() and self._pressed() not in self._reserved
        ready = name is not None and free and not self._refused
        self._edit.setEnabled(name is not None)
        self._set.setEnabled(ready)
        self._add.setEnabled(ready and name is not None and bool(self._map.keys(name)))
        self._none.setEnabled(name is not None and bool(self._map.keys(name)))
        self._reset.setEnabled(name is not None and not self._map.is_default(name))
        self._reset_all.setEnabled(not all(map(self._map.is_default, self._entries)))
        self._swap.setVisible(bool(self._refused))

    def _say(self, words: str, *, bad: bool = False) -> None:
        palette = QPalette(self._said.palette())
        theme = current_theme()
        palette.setColor(QPalette.ColorRole.WindowText, QColor(theme.flag if bad else theme.text))
        if palette != self._said.palette():
            self._said.setPalette(palette)
        self._refused = self._refused if bad else ""
        self._said.setText(words)
        announce(self._said, words)

    # --- what the person does -------------------------------------------------------------------------

    def _pressed(self) -> str:
        return self._edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def _judge(self) -> None:
        """Say at once whom the pressed keys belong to."""
        key, name = self._pressed(), self.current
        other = self._map.owner(key, but=name) if key and name is not None else None
        if other is not None:
            self._refuse(key, other)
        else:
            self._say(f"{_native((key,))} belongs to {self._reserved[key]}." if key in self._reserved else "")
        self._enable()

    def _refuse(self, key: str, other: str) -> None:
        self._refused = key
        self._say(f"{_native((key,))} belongs to “{self._entries[other].words}” already.", bad=True)

    def _set_keys(self) -> None:
        key = self._pressed()
        self._try((key,), key)

    def _add_keys(self) -> None:
        key = self._pressed()
        if self.current is not None:
            self._try((*self._map.keys(self.current), key), key)

    def _try(self, keys: tuple[str, ...], key: str) -> None:
        name = self.current
        if name is None:
            return
        other = self._map.set_keys(name, keys)
        if other is not None:
            self._refuse(key, other)
            self._enable()
        else:
            self._done(f"{self._entries[name].words}: {_native(keys) or 'no keys'}.")

    def _swap_keys(self) -> None:
        name = self.current
        other = self._map.owner(self._refused, but=name) if name is not None and self._refused else None
        if name is not None and other is not None:
            self._map.swap(name, self._refused)
            both = (f"{self._entries[one].words}: {_native(self._map.keys(one)) or 'no keys'}" for one in (name, other))
            self._edit.setFocus(Qt.FocusReason.OtherFocusReason)  # the button is about to go
            self._done(f"{'; '.join(both)}.")

    def _reset_one(self) -> None:
        name = self.current
        if name is None:
            return
        other = self._map.reset(name)
        if other is not None:
            self._say(f"Its first keys belong to “{self._entries[other].words}” now. Change those first.")
        else:
            self._done(f"{self._entries[name].words}: {_native(self._map.keys(name)) or 'no keys'}, as at first.")

    def _reset_every(self) -> None:
        self._map.reset_all()
        self._done("All actions have their first keys again.")

    def _done(self, words: str) -> None:
        self._edit.clear()
        self._show_keys()
        self._say(words)
        self._enable()
        self.changed.emit(self._map.mapping())

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # not needed before anybody prints

        printer = QPrinter()
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            self._sheet.document().print_(printer)


def _native(keys: Sequence[str]) -> str:
    """Keys as the platform writes them."""
    return "  ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)
