"""What a person does with the window itself: panels, commands, undo, dialogs, exports, its size."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QDockWidget,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QTabBar,
)

from tests.soak.hands import CTRL, LEFT, NONE, SHIFT, Steps
from tests.soak.person import Person

HARMLESS = (
    "undo", "redo", "grow", "invert", "select_none", "select_shown", "filter_selection", "clear_filters", "next",
    "next_text", "previous_text", "back", "find_next", "trash", "restore", "fit", "select_window", "flag", "undecide",
)  # fmt: skip
COMMANDS = ("invert", "whole map", "colour by: lang", "colour by: day", "layout pca", "next flagged", "zzz", "undo")
SIZES = (QSize(1280, 800), QSize(1100, 720), QSize(1600, 1000), QSize(1920, 1080))
TITLE = QPoint(30, 8)


def command(p: Person) -> Steps:
    """Through the menus' own actions, by whatever way."""
    p.action(p.some(*HARMLESS)).trigger()
    yield


def palette(p: Person) -> Steps:
    p.hands.at_the_window()
    p.hands.key(Qt.Key.Key_P, CTRL | SHIFT)
    yield
    yield from p.hands.type(p.some(*COMMANDS))
    for _ in range(p.count(0, 3)):
        p.hands.key(Qt.Key.Key_Down)
        yield
    typed = QApplication.focusWidget()
    known = isinstance(typed, QLineEdit) and typed.accessibleName() == "Command"
    p.hands.key(Qt.Key.Key_Return if known and p.chance(0.6) else Qt.Key.Key_Escape)
    yield
    yield from p.hands.settle()


def undo_chain(p: Person) -> Steps:
    p.map.setFocus()
    back = p.count(1, 9)
    for _ in range(back):
        p.hands.key(Qt.Key.Key_Z, CTRL)
        yield
    for _ in range(p.count(0, back + 1)):
        p.hands.key(Qt.Key.Key_Z, CTRL | SHIFT)
        yield


def menu_bar(p: Person) -> Steps:
    """Open a menu, look along the others, leave."""
    bar = p.window.menuBar()
    p.hands.click(bar, bar.actionGeometry(bar.actions()[p.count(0, len(bar.actions()))]).center())
    yield
    for _ in range(p.count(0, 5)):
        p.hands.key(getattr(Qt.Key, f"Key_{p.some('Down', 'Right', 'Left')}"))
        yield
    yield from p.hands.close_popups()


# --- panels -------------------------------------------------------------------------------------


def tab(p: Person) -> Steps:
    bars = [bar for bar in p.hands.all(QTabBar) if bar.count() > 1]
    bar = p.one_of(bars)
    if isinstance(bar, QTabBar):
        p.hands.click(bar, bar.tabRect(p.count(0, bar.count())).center())
    yield


def _dock(p: Person) -> QDockWidget | None:
    docks = [dock for dock in p.window.findChildren(QDockWidget) if not dock.visibleRegion().isEmpty()]
    found = p.one_of(docks)
    return found if isinstance(found, QDockWidget) else None


def float_a_panel(p: Person) -> Steps:
    dock = _dock(p)
    if dock is not None:
        p.hands.click(_title_button(dock, "float"))
        yield
        if p.chance(0.5):
            p.hands.click(_title_button(dock, "float"))
    yield


def _title_button(dock: QDockWidget, which: str) -> QAbstractButton | None:
    return dock.findChild(QAbstractButton, f"qt_dockwidget_{which}button")


def close_a_panel(p: Person) -> Steps:
    """By its button; it comes back by the menu."""
    dock = _dock(p)
    if dock is None:
        return
    p.hands.click(_title_button(dock, "close"))
    yield
    if dock.isHidden() and p.chance(0.7):
        dock.toggleViewAction().trigger()
        yield


def drag_a_panel(p: Person) -> Steps:
    dock = _dock(p)
    if dock is not None and not dock.isFloating():
        goal = dock.mapFrom(p.window, p.spot(p.window, 20))
        yield from p.hands.drag(dock, [TITLE, TITLE + QPoint(15, 15), TITLE + (goal - TITLE) / 2, goal])


def reset_the_panels(p: Person) -> Steps:
    p.action("reset_panels").trigger()
    yield


def resize(p: Person) -> Steps:
    way = p.count(0, 6)
    if way == 0:
        p.window.showMaximized()
        yield
        p.window.showNormal()
    p.window.resize(SIZES[p.count(0, len(SIZES))])
    yield


def theme(p: Person) -> Steps:
    p.window.set_theme("dark" if p.chance(0.5) else "light")
    yield


# --- dialogs ------------------------------------------------------------------------------------


def export_rows(p: Person) -> Steps:
    if p.state.threshold is None:
        return
    p.hands.file = p.folder / f"rows{p.some('.csv', '.jsonl', '.parquet')}"
    p.action("export_rows").trigger()
    yield
    dialog = QApplication.activeModalWidget()
    if dialog is not None:
        enabled = [button for button in p.hands.all(QRadioButton, dialog) if button.isEnabled()]
        p.hands.click(p.one_of(enabled[:3]))
        yield
        p.hands.click(_saving(p))
        yield
    p.hands.file = None


def _saving(p: Person) -> QPushButton | None:
    dialog = QApplication.activeModalWidget()
    buttons = dialog.findChild(QDialogButtonBox) if dialog is not None else None
    return buttons.button(QDialogButtonBox.StandardButton.Save) if buttons is not None else None


def export_the_map(p: Person) -> Steps:
    p.hands.file = p.folder / p.some("map.png", "map.svg")
    p.action("export_picture").trigger()
    yield
    p.hands.click(_saving(p))
    yield
    p.hands.file = None


def export_a_page(p: Person) -> Steps:
    p.hands.file = p.folder / "page.html"
    p.action("export_page").trigger()
    yield
    p.hands.file = None


def export_the_report(p: Person) -> Steps:
    p.hands.file = p.folder / "report.csv"
    p.action("export").trigger()
    yield
    p.hands.file = None


def look_at_a_dialog(p: Person) -> Steps:
    """Open, look, close."""
    name = p.some("shortcuts", "guide", "about", "export_rows", "export_picture", "plan")
    if name == "plan":
        p.front("Corpus")
        yield
        p.hands.click(p.hands.find(QPushButton, "Change the parameters"))
    else:
        p.action(name).trigger()
    yield
    page = next(
        (top for top in QApplication.topLevelWidgets() if top.isVisible() and _is_page(top.windowTitle())), None
    )
    if page is not None:
        page.close()
        yield


def _is_page(title: str) -> bool:
    return title.startswith(("Guide", "About"))


def new_label(p: Person) -> Steps:
    p.hands.words = None if p.chance(0.5) else f"label {p.count(0, 10**6)}"
    if len(p.state.labels) < 12:
        p.action("new_label").trigger()
    p.hands.words = None
    yield


def jobs(p: Person) -> Steps:
    p.front("Jobs")
    yield
    names = ("Cancel the work under way", "Pause the work under way", "Go on with the computation")
    p.hands.click(p.hands.find(QPushButton, p.some(*names)))
    yield


def anything(p: Person) -> Steps:
    """A click somewhere in the window, as by an elbow."""
    for _ in range(3):
        at = p.spot(p.window, 40)
        under = p.window.childAt(at)
        if under is None or isinstance(under, QPushButton | QComboBox) or p.window.menuBar().geometry().contains(at):
            continue
        p.hands.click(p.window, at, LEFT, NONE)
        yield
        yield from p.hands.settle()


DEEDS = {
    command: 8, palette: 4, undo_chain: 5, menu_bar: 2, tab: 4, float_a_panel: 2, close_a_panel: 2, drag_a_panel: 1,
    reset_the_panels: 1.5, resize: 3, theme: 1.5, export_rows: 1, export_the_map: 0.6, export_a_page: 0.5,
    export_the_report: 0.5, look_at_a_dialog: 2, new_label: 0.7, jobs: 1, anything: 3,
}  # fmt: skip
