"""The one window: a map in the middle, facts on the left, the current text on the right, tables below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFileDialog,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QTabWidget,
    QWidget,
)

from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.project_folder import SUFFIX, holds_corpus, is_project
from explorer.app.session import OpenRequest, Session
from explorer.app.settings import Settings, ThemeChoice
from explorer.app.state import AppState
from explorer.core.corpus.corpus import Roles
from explorer.core.corpus.readers import READERS
from explorer.gui.actions import FILE, HELP, REVIEW, make_actions, review_deeds
from explorer.gui.error_dialog import MessageBar
from explorer.gui.help import GUIDE, HelpDialog, about_page, shortcuts_page
from explorer.gui.open_dialog import OpenDialog
from explorer.gui.panels.anomalies_panel import AnomaliesPanel
from explorer.gui.panels.corpus_panel import CorpusPanel
from explorer.gui.panels.documents_panel import DocumentsPanel
from explorer.gui.panels.map_panel import MapPanel
from explorer.gui.panels.neighbours_panel import NeighboursPanel
from explorer.gui.panels.report_panel import ReportPanel
from explorer.gui.panels.text_panel import TextPanel
from explorer.gui.parts import column
from explorer.gui.sample import sample_file
from explorer.gui.status_bar import JobBar
from explorer.gui.theme import apply_theme
from explorer.gui.welcome import Welcome
from explorer.gui.widgets.empty_state import EmptyState

PROGRAM = "Text Anomaly Explorer"
SIZE = (1280, 800)
LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
THEME_WORDS: dict[ThemeChoice, str] = {"system": "As the &system", "light": "&Light", "dark": "&Dark"}
PATTERNS = " ".join(f"*{suffix}" for reader in READERS.values() for suffix in reader.suffixes)
FILES = f"Texts ({PATTERNS} *.gz);;All files (*)"
QUIET = 1_500
"""Milliseconds without a change after which the view is saved."""
VIEWED = Changes.CURRENT | Changes.FLAGS | Changes.COLOUR | Changes.NEIGHBOURS | Changes.PLAN
STEPS_BACK = 200

SaveSettings = Callable[[Settings], None]


class MainWindow(QMainWindow):
    """Composes the panels; knows the session, and the settings that outlive it."""

    def __init__(self, session: Session, settings: Settings, save_settings: SaveSettings) -> None:
        super().__init__()
        self._session = session
        self._settings = settings
        self._save_settings = save_settings
        self._file = make_actions(self, FILE)
        self._review = make_actions(self, REVIEW)
        self._help = make_actions(self, HELP)
        self._welcome = Welcome()
        self._loading = EmptyState()
        self._messages = MessageBar(session)
        self._map = MapPanel(session)
        self._report = ReportPanel(session)
        self._job_bar = JobBar(session)
        self._docks: list[QDockWidget] = []
        self._past: list[int] = []
        self._quiet = QTimer(self)
        self._build()
        self._subscriptions = [session.store.subscribe(self._show_state)]
        self._show_state(session.state, Changes.ALL)

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        self.setTabPosition(BOTTOM, QTabWidget.TabPosition.North)
        self.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
        self.setCorner(Qt.Corner.BottomLeftCorner, BOTTOM)
        self.setStatusBar(self._job_bar)
        self._build_middle()
        self._build_docks()
        self._build_menus()
        self._connect()
        self._restore_place()

    def _build_middle(self) -> None:
        middle = QWidget()
        whole = column(middle, margin=0)
        whole.setSpacing(0)
        self._pages = QStackedWidget()
        for page in (self._welcome, self._loading, self._map):
            self._pages.addWidget(page)
        for hidden_later in (self._welcome, self._loading):  # the map alone says how small the window may be
            hidden_later.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        whole.addWidget(self._messages)
        whole.addWidget(self._pages, 1)
        self.setCentralWidget(middle)

    def _build_docks(self) -> None:
        session = self._session
        text, neighbours = TextPanel(session), NeighboursPanel(session)
        documents, anomalies = DocumentsPanel(session), AnomaliesPanel(session)
        self._panels = (CorpusPanel(session), text, neighbours, documents, anomalies, self._report, self._map)
        corpus_dock = self._dock("Corpus", self._panels[0], LEFT)
        text_dock = self._dock("Text", text, RIGHT)
        neighbours_dock = self._dock("Neighbours", neighbours, RIGHT)
        tables = [self._dock("Documents", documents, BOTTOM), self._dock("Anomalies", anomalies, BOTTOM)]
        tables.append(self._dock("Report", self._report, BOTTOM))
        self.splitDockWidget(text_dock, neighbours_dock, Qt.Orientation.Vertical)
        for dock in tables[1:]:
            self.tabifyDockWidget(tables[0], dock)
        for dock in tables:  # the tab says what it is already
            dock.setTitleBarWidget(QWidget())
        tables[1].raise_()
        self.resizeDocks([corpus_dock, text_dock], [216, 336], Qt.Orientation.Horizontal)
        self.resizeDocks([text_dock, neighbours_dock], [372, 348], Qt.Orientation.Vertical)
        self.resizeDocks([tables[0]], [280], Qt.Orientation.Vertical)

    def _dock(self, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock_{title.lower()}")
        dock.setWidget(panel)
        self.addDockWidget(area, dock)
        self._docks.append(dock)
        return dock

    def _build_menus(self) -> None:
        file = self.menuBar().addMenu("&File")
        self._recent = QMenu("Open &recent", self)
        for name in ("open", "open_folder", "open_project"):
            file.addAction(self._file[name])
        file.addMenu(self._recent)
        file.addAction(self._file["sample"])
        for name in ("export", "quit"):
            file.addSeparator()
            file.addAction(self._file[name])
        view = self.menuBar().addMenu("&View")
        for dock in self._docks:
            view.addAction(dock.toggleViewAction())
        view.addSeparator()
        view.addMenu(self._theme_menu())
        review = self.menuBar().addMenu("&Review")
        for action in self._review.values():
            review.addAction(action)
        help_menu = self.menuBar().addMenu("&Help")
        for action in self._help.values():
            help_menu.addAction(action)

    def _theme_menu(self) -> QMenu:
        menu = QMenu("&Theme", self)
        group = QActionGroup(menu)
        for choice in get_args(ThemeChoice):
            action = menu.addAction(THEME_WORDS[choice])
            action.setCheckable(True)
            action.setChecked(choice == self._settings.theme)
            action.triggered.connect(lambda _=False, choice=choice: self.set_theme(choice))
            group.addAction(action)
        return menu

    def _connect(self) -> None:
        deeds: dict[QAction, Callable[[], object]] = {
            self._file["open"]: self.choose_file,
            self._file["open_folder"]: self.choose_folder,
            self._file["open_project"]: self.choose_project,
            self._file["sample"]: self.open_sample,
            self._file["export"]: self._report.export,
            self._file["quit"]: self.close,
            self._review["back"]: self.go_back,
            self._help["guide"]: lambda: self._read("Guide", GUIDE),
            self._help["shortcuts"]: lambda: self._read("Shortcuts", shortcuts_page(self.actions())),
            self._help["about"]: lambda: self._read("About", about_page()),
        }
        deeds |= {self._review[name]: deed for name, deed in review_deeds(self._session).items()}
        for action, deed in deeds.items():
            action.triggered.connect(lambda _=False, deed=deed: deed())
        self._recent.aboutToShow.connect(self._fill_recent)
        self._welcome.open_requested.connect(self.choose_file)
        self._welcome.sample_requested.connect(self.open_sample)
        self._welcome.project_requested.connect(self.open_path)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET)
        self._quiet.timeout.connect(self._session.save_view)

    # --- showing --------------------------------------------------------------------------------

    def _show_state(self, state: AppState, changes: Changes) -> None:
        for panel in self._panels:
            panel.show_state(state, changes)
        self._job_bar.show_state(state, changes)
        self._messages.show_state(state, changes)
        if changes & (Changes.CORPUS | Changes.JOB):
            self._show_page(state)
        if changes & (Changes.CORPUS | Changes.SCORES | Changes.CURRENT | Changes.FLAGS):
            self._show_actions(state)
        if changes & Changes.CORPUS:
            self._show_project(state)
        elif changes & Changes.CURRENT and state.current is not None:
            self._past = [*self._past, state.current][-STEPS_BACK:]
        if changes & VIEWED and not changes & Changes.CORPUS:
            self._quiet.start()

    def _show_page(self, state: AppState) -> None:
        if state.corpus is not None:
            self._pages.setCurrentWidget(self._map)
        elif state.job is not None:
            self._loading.set_texts(f"{state.job.title}…", "The map appears here.")
            self._pages.setCurrentWidget(self._loading)
        else:
            self._welcome.show_recent(self._settings.recent)
            self._pages.setCurrentWidget(self._welcome)

    def _show_project(self, state: AppState) -> None:
        self._past = []
        if state.corpus is None or state.project is None:
            self.setWindowTitle(PROGRAM)
            return
        self.setWindowTitle(f"{Path(state.corpus.source.path).name} - {PROGRAM}")
        self.setWindowFilePath(str(state.project))
        self._settings = self._settings.opened(state.project)
        self._save_settings(self._settings)

    def _show_actions(self, state: AppState) -> None:
        scored, chosen = state.threshold is not None, state.current is not None
        decided = None if state.current is None else state.overrides.get(state.current)
        self._file["export"].setEnabled(scored)
        for name in ("next", "previous"):
            self._review[name].setEnabled(scored)
        self._review["flag"].setEnabled(chosen)
        self._review["clear"].setEnabled(chosen)
        self._review["undecide"].setEnabled(decided is not None)
        self._review["back"].setEnabled(chosen)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for name in self._settings.recent:
            path = Path(name)
            action = self._recent.addAction(path.stem.replace("&", "&&"))
            action.setToolTip(name)
            action.setEnabled(path.is_dir())
            action.triggered.connect(lambda _=False, path=path: self.open_path(path))
        if not self._settings.recent:
            self._recent.addAction("Nothing yet").setEnabled(False)

    def _read(self, title: str, page: str) -> None:
        HelpDialog(title, page, self).show()

    # --- opening --------------------------------------------------------------------------------

    def choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a file of texts", "", FILES)
        if name:
            self.open_path(Path(name))

    def choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a folder of .txt files")
        if name:
            self.open_path(Path(name))

    def choose_project(self) -> None:
        start = str(self._session.projects_folder)
        name = QFileDialog.getExistingDirectory(self, f"Open a project (a folder whose name ends in {SUFFIX})", start)
        if name:
            self._session.open_project(Path(name))

    def open_path(self, path: Path) -> None:
        """A project opens as it was left, the sample as it is; the open dialog asks how to read anything else."""
        if is_project(path) or path.suffix == SUFFIX:
            self._session.open_project(path)
            return
        if path.resolve() == sample_file().resolve():
            self.open_sample()
            return
        dialog = OpenDialog(self._session, path, self)
        dialog.accepted.connect(lambda: self._session.open_corpus(dialog.request()))
        dialog.open()

    def open_sample(self) -> None:
        """The sample, in its own project; a second time as it was left."""
        file = sample_file()
        project = self._session.projects_folder / f"{file.stem}{SUFFIX}"
        if holds_corpus(project):
            self._session.open_project(project)
        else:
            roles = Roles(("question",), id="ticket", label="intent")
            self._session.open_corpus(OpenRequest(file, roles, project=project))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.open_path(path)

    # --- the rest -------------------------------------------------------------------------------

    def go_back(self) -> None:
        """Show the text that was shown before this one."""
        if len(self._past) > 1:
            self._past.pop()
            self._session.store.dispatch(op.set_current(row=self._past.pop()))

    def set_theme(self, choice: ThemeChoice) -> None:
        self._settings = replace(self._settings, theme=choice)
        self._save_settings(self._settings)
        apply_theme(cast(QApplication, QApplication.instance()), choice)

    def _restore_place(self) -> None:
        self.resize(*SIZE)
        if self._settings.geometry:
            self.restoreGeometry(_decoded(self._settings.geometry))
        if self._settings.layout:
            self.restoreState(_decoded(self._settings.layout))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the window's place and the view, and end the worker."""
        geometry, layout = _encoded(self.saveGeometry()), _encoded(self.saveState())
        self._save_settings(replace(self._settings, geometry=geometry, layout=layout))
        self._quiet.stop()
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self._subscriptions = []
        self._session.close()
        event.accept()


def _dropped_path(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None


def _encoded(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")


def _decoded(state: str) -> QByteArray:
    return QByteArray.fromBase64(state.encode("ascii"))
