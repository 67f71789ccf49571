from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QMainWindow, QTextEdit
from pytestqt.qtbot import QtBot

from explorer.gui.widgets.command_palette import CommandPalette, PaletteEntry, find


def _entries(ran: list[str]) -> list[PaletteEntry]:
    described = (
        ("open", "Open…", "Ctrl+O", "File", True),
        ("export", "Export report…", "Ctrl+E", "File", True),
        ("png", "Export map as PNG…", "", "File", False),
        ("next", "Next flagged", "N", "Review", True),
        ("flag", "Confirm: flag it", "C", "Review", True),
    )
    return [
        PaletteEntry(name, words, lambda name=name: ran.append(name), keys, where, enabled)
        for name, words, keys, where, enabled in described
    ]


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(QTextEdit())
    window.resize(1000, 600)
    window.show()
    qtbot.waitActive(window)
    window.centralWidget().setFocus()
    return window


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def palette(window: QMainWindow, ran: list[str]) -> CommandPalette:
    palette = CommandPalette(window)
    palette.show_entries(_entries(ran))
    return palette


def _field(palette: CommandPalette) -> QLineEdit:
    return palette.findChild(QLineEdit)


def _shown(palette: CommandPalette) -> list[str]:
    model = palette.findChild(QListView).model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_without_letters_all_are_listed_recent_ones_first() -> None:
    names = [found.entry.name for found in find("", _entries([]), ["flag", "gone", "export"])]
    assert names == ["flag", "export", "open", "next", "png"]


def test_letters_narrow_the_list_and_a_better_fit_beats_a_recent_one() -> None:
    entries = _entries([])
    assert [found.entry.name for found in find("fl", entries, [])] == ["next", "flag"]
    assert [found.entry.name for found in find("fl", entries, ["flag"])] == ["flag", "next"]
    assert next(found.entry.name for found in find("exre", entries, ["png"])) == "export"
    assert find("qqq", entries, []) == []


def test_the_menu_fits_too_and_only_letters_of_the_words_are_marked() -> None:
    found = find("review next", _entries([]), [])
    assert [(one.entry.name, one.places) for one in found] == [("next", (0, 1, 2, 3))]
    assert [one.entry.name for one in find("file", _entries([]), ["export"])] == ["export", "open", "png"]


def test_typing_and_enter_run_the_best_one(
    qtbot: QtBot, window: QMainWindow, palette: CommandPalette, ran: list[str]
) -> None:
    assert _field(palette).hasFocus()
    qtbot.keyClicks(_field(palette), "exp")
    assert _shown(palette) == ["Export report…", "Export map as PNG…"]
    with qtbot.waitSignal(palette.ran) as caught:
        qtbot.keyClick(_field(palette), Qt.Key.Key_Return)
    assert caught.args == ["export"]
    assert ran == ["export"]
    assert not palette.isVisible()
    assert window.centralWidget().hasFocus()
    palette.show_entries(_entries(ran))
    assert _shown(palette)[0] == "Export report…"
    assert palette.recent == ("export",)


def test_arrows_choose_and_go_around(qtbot: QtBot, palette: CommandPalette, ran: list[str]) -> None:
    field = _field(palette)
    for key, said in (
        (Qt.Key.Key_Up, "Export map as PNG…, File, not available now"),
        (Qt.Key.Key_Up, "Confirm: flag it, Review, C"),
        (Qt.Key.Key_PageDown, "Export map as PNG…, File, not available now"),
        (Qt.Key.Key_Down, "Open…, File, Ctrl+O"),
        (Qt.Key.Key_Down, "Export report…, File, Ctrl+E"),
    ):
        qtbot.keyClick(field, key)
        assert field.accessibleDescription() == said
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert ran == ["export"]


def test_what_cannot_run_now_says_so_and_stays_open(qtbot: QtBot, palette: CommandPalette, ran: list[str]) -> None:
    qtbot.keyClicks(_field(palette), "png")
    assert "not available now" in _field(palette).accessibleDescription()
    qtbot.keyClick(_field(palette), Qt.Key.Key_Return)
    assert ran == []
    assert palette.isVisible()
    palette.grab()


def test_nothing_that_fits_is_said(qtbot: QtBot, palette: CommandPalette, ran: list[str]) -> None:
    qtbot.keyClicks(_field(palette), "qqq")
    words = [label.text() for label in palette.findChildren(QLabel) if label.isVisible()]
    assert words == ["No command has these words."]
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down):
        qtbot.keyClick(_field(palette), key)
    assert ran == []


def test_escape_closes_and_gives_the_focus_back(qtbot: QtBot, window: QMainWindow, palette: CommandPalette) -> None:
    qtbot.keyClick(_field(palette), Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.centralWidget().hasFocus()


def test_the_same_key_again_and_a_click_beside_close_it(window: QMainWindow, palette: CommandPalette) -> None:
    palette.show_entries(_entries([]))
    assert not palette.isVisible()
    palette.show_entries(_entries([]))
    window.centralWidget().setFocus()
    assert not palette.isVisible()
    assert window.centralWidget().hasFocus()


def test_a_click_runs(qtbot: QtBot, palette: CommandPalette, ran: list[str]) -> None:
    view = palette.findChild(QListView)
    place = view.visualRect(view.model().index(2, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert ran == ["next"]


def test_it_lies_inside_its_window_and_follows_it(window: QMainWindow, palette: CommandPalette) -> None:
    for width, height in ((1000, 600), (300, 200), (1800, 900)):
        window.resize(width, height)
        assert window.rect().contains(palette.geometry())
        assert abs(palette.geometry().center().x() - width // 2) <= 1


def test_recent_ones_are_kept_once_and_not_without_end(palette: CommandPalette) -> None:
    palette.set_recent(["a", "b", "a", *map(str, range(99))])
    assert palette.recent[:3] == ("a", "b", "0")
    assert len(palette.recent) == 20
