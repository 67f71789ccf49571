"""The one window: a map in the middle, facts on the left, the current text on the right, lists below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast, get_args

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QInputDialog,
    QMainWindow,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from explorer.app import marking
from explorer.app import operations as op
from explorer.app.changes import Changes
from explorer.app.session import Session
from explorer.app.settings import Settings, ThemeChoice, log_file, settings_file
from explorer.app.state import AppState
from explorer.errors import OptionError
from explorer.gui.actions import MENUS, SEPARATOR, Deeds, make_actions, session_deeds, show_enabled
from explorer.gui.commands import PANELS, Commands
from explorer.gui.docks import Docks
from explorer.gui.error_dialog import MessageBar
from explorer.gui.exporting import Exporter
from explorer.gui.help import HelpDialog, about_page, guide_page
from explorer.gui.key_words import keys_now, tell_keys
from explorer.gui.label_keys import LabelKeys
from explorer.gui.map.snapshot import MapSnapshot
from explorer.gui.opening import Opener, dropped_path
from explorer.gui.panels.anomalies_panel import AnomaliesPanel
from explorer.gui.panels.benchmark_panel import BenchmarkPanel
from explorer.gui.panels.corpus_panel import CorpusPanel
from explorer.gui.panels.documents_panel import DocumentsPanel
from explorer.gui.panels.filters_panel import FiltersPanel
from explorer.gui.panels.jobs_panel import JobsPanel
from explorer.gui.panels.labels_panel import LabelsPanel
from explorer.gui.panels.map_panel import MapPanel
from explorer.gui.panels.neighbours_panel import NeighboursPanel
from explorer.gui.panels.quality_panel import QualityPanel
from explorer.gui.panels.report_panel import ReportPanel
from explorer.gui.panels.search_panel import SearchPanel
from explorer.gui.panels.text_panel import TextPanel
from explorer.gui.parts import column
from explorer.gui.safely import Safely
from explorer.gui.sealed import sealed, unsealed
from explorer.gui.status_bar import JobBar
from explorer.gui.theme import apply_theme
from explorer.gui.turns import PaintTurns
from explorer.gui.welcome import Welcome
from explorer.gui.widgets.empty_state import EmptyState

PROGRAM = "Text Anomaly Explorer"
SIZE = (1280, 800)
THEME_WORDS: dict[ThemeChoice, str] = {"system": "As the &system", "light": "&Light", "dark": "&Dark"}
QUIET = 500
"""Milliseconds without a change after which the view is saved."""
VIEWED = Changes.CURRENT | Changes.COLOUR | Changes.NEIGHBOURS | Changes.SEARCH
STEPS_BACK = 200

SaveSettings = Callable[[Settings], None]


class MainWindow(QMainWindow):
    """Composes the panels; knows the session, and the settings that outlive it."""

    def __init__(self, session: Session, settings: Settings, save_settings: SaveSettings) -> None:
        super().__init__()
        self._session = session
        self._settings = settings
        self._save_settings = save_settings
        self._opener = Opener(session, self)
        self._welcome = Welcome(settings)
        self._loading = EmptyState()
        self._messages = MessageBar(session)
        self._job_bar = JobBar(session)
        self._search = SearchPanel(session)
        self._map = MapPanel(session)
        self._panels = _make_panels(session)
        self._actions = make_actions(self, settings.shortcuts)
        self._label_keys = LabelKeys(session, self)
        self._commands = Commands(self, session, self._actions, self._map)
        self._exporter = Exporter(session, self.map_snapshot, self)
        self._past: list[int] = []
        self._quiet = QTimer(self, singleShot=True, interval=QUIET)
        self._build()
        views = (*self._panels.values(), self._map, self._search, self._job_bar, self._messages, self._label_keys)
        self._views = Safely(session, views)
        PaintTurns(self, self.findChildren(QDockWidget))
        self._subscriptions = [session.store.subscribe(self._show_state)]
        self._show_state(session.state, Changes.ALL)

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.setStatusBar(self._job_bar)
        self._build_middle()
        toolbar = self.addToolBar("Search")
        toolbar.setObjectName("search_bar")
        toolbar.setMovable(False)
        toolbar.addWidget(self._search)
        self._docks = Docks(self, self._panels)
        self._build_menus()
        self._connect()
        self.resize(*SIZE)
        geometry = unsealed(self._settings.geometry)
        if geometry is not None:
            self.restoreGeometry(geometry)
        self._docks.restore(self._settings.layout)
        self._tell_keys()

    def _build_middle(self) -> None:
        middle = QWidget()
        whole = column(middle, margin=0)
        whole.setSpacing(0)
        self._pages = QStackedWidget()
        for page in (self._welcome, self._loading, self._map):
            self._pages.addWidget(page)
        for hidden_later in (self._welcome, self._loading):  # the map alone says how small the window may be
            hidden_later.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        whole.addWidget(self._pages, 1)
        self._messages.float_over(middle)
        self.setCentralWidget(middle)

    def _build_menus(self) -> None:
        menus = {title: self.menuBar().addMenu(title) for title in MENUS}
        for title, entries in MENUS.items():
            for entry in entries:
                menus[title].addSeparator() if entry is SEPARATOR else menus[title].addAction(self._actions[entry.name])
        self._file_menu, self._recent = menus["&File"], QMenu("Open &recent", self)
        self._recent.setToolTipsVisible(True)
        self._file_menu.insertMenu(self._actions["sample"], self._recent)
        menus["&View"].addMenu("&Map").addActions(self._map.options)
        menus["&View"].addMenu(f"&{PANELS}").addActions(self._docks.switches())
        self._commands.set_panels({title: partial(self._docks.show, title) for title in self._panels})
        menus["&View"].addMenu(self._theme_menu())
        menus["&Review"].addMenu(self._label_keys.menu)

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

    def _deeds(self) -> Deeds:
        opener, exporter, panels = self._opener, self._exporter, self._panels
        documents, report = cast(DocumentsPanel, panels["Documents"]), cast(ReportPanel, panels["Report"])
        return {
            **session_deeds(self._session),
            "open": opener.choose_file,
            "open_folder": opener.choose_folder,
            "open_project": opener.choose_project,
            "sample": opener.open_sample,
            "add_texts": opener.choose_addition,
            "export": report.export,
            "export_rows": exporter.export_rows,
            "export_corrected": exporter.export_corrected,
            "export_page": exporter.export_page,
            "export_picture": exporter.export_picture,
            "quit": self.close,
            "find": self._search.start,
            "find_next": self._search.next_match,
            "find_previous": self._search.previous_match,
            "select_window": self._map.select_window,
            "next_text": lambda: documents.step(1),
            "previous_text": lambda: documents.step(-1),
            "back": self.go_back,
            "note": self._write_note,
            "new_label": self.new_label,
            "palette": self._commands.show_palette,
            "fit": self._map.fit,
            "reset_panels": self._docks.reset,
            "full_screen": lambda: self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen),
            "guide": lambda: HelpDialog("Guide", guide_page(keys_now(self._actions)), self).show(),
            "shortcuts": lambda: self._commands.show_shortcuts(self._settings.shortcuts),
            "about": lambda: HelpDialog("About", about_page(self._places()), self).show(),
        }

    def _connect(self) -> None:
        for name, deed in self._deeds().items():
            self._actions[name].triggered.connect(lambda _=False, deed=deed: deed())
        self._file_menu.aboutToShow.connect(self._fill_recent)
        self._welcome.open_requested.connect(self._opener.choose_file)
        self._welcome.sample_requested.connect(self._opener.open_sample)
        self._welcome.project_requested.connect(self.open_path)
        self._welcome.tips_dismissed.connect(lambda: self._change_settings(tips=False))
        self._job_bar.jobs_requested.connect(lambda: self._docks.show("Jobs"))
        self._search.searched.connect(lambda text: self._change_settings(**vars(self._settings.searched(text))))
        self._search.set_history(self._settings.searches)
        self._search.set_mode(self._settings.search_mode)
        self._search.mode_chosen.connect(lambda mode: self._change_settings(search_mode=mode))
        self._commands.shortcuts_changed.connect(lambda keys: self._change_settings(shortcuts=keys))
        self._commands.shortcuts_changed.connect(lambda _: self._tell_keys())
        self._map.moved.connect(self._quiet.start)
        self._connect_panels()
        self._map.picture_requested.connect(self._exporter.export_picture)
        self._quiet.timeout.connect(self._save_view)

    def _tell_keys(self) -> None:
        keys = keys_now(self._actions)
        tell_keys(self, keys)
        self._welcome.tell_keys(keys)

    def _places(self) -> dict[str, Path]:
        """Where things are kept, for the page about the program."""
        project = self._session.state.project
        now = {} if project is None else {"This project": project}
        return {**now, "New projects": self._settings.projects, "Settings": settings_file(), "Log": log_file()}

    def _connect_panels(self) -> None:
        """What one panel asks of another goes through the window."""
        documents = cast(DocumentsPanel, self._panels["Documents"])
        documents.filter_requested.connect(cast(FiltersPanel, self._panels["Filters"]).add_filter)
        documents.neighbours_requested.connect(lambda _: self._docks.show("Neighbours"))
        documents.map_requested.connect(self._map.show_row)
        documents.rearranged.connect(self._quiet.start)

    # --- showing --------------------------------------------------------------------------------

    def _show_state(self, state: AppState, changes: Changes) -> None:
        self._views.show_state(state, changes)
        if changes & (Changes.CORPUS | Changes.JOB):
            self._show_page(state)
        if changes & ~(Changes.JOB | Changes.MESSAGES | Changes.NEIGHBOURS):
            show_enabled(self._actions, state, changes)
        if changes & Changes.CORPUS:
            self._show_project(state)
        elif changes & Changes.CURRENT and state.current is not None and self._past[-1:] != [state.current]:
            self._past = [*self._past, state.current][-STEPS_BACK:]
        if changes & VIEWED and not changes & Changes.CORPUS:
            self._quiet.start()

    def _show_page(self, state: AppState) -> None:
        if state.corpus is not None:
            self._pages.setCurrentWidget(self._map)
        elif (job := state.job) is not None and not job.lasting:
            self._loading.set_texts(f"{job.title}…", "The map appears here.")
            self._pages.setCurrentWidget(self._loading)
        else:
            self._welcome.show_settings(self._settings)
            self._pages.setCurrentWidget(self._welcome)

    def _show_project(self, state: AppState) -> None:
        self._past = [] if state.current is None else [state.current]
        if state.corpus is None or state.project is None:
            self.setWindowTitle(PROGRAM)
            return
        self.setWindowTitle(f"{Path(state.corpus.source.path).name} - {PROGRAM}")
        self.setWindowFilePath(str(state.project))
        self._change_settings(**vars(self._settings.opened(state.project)))
        QTimer.singleShot(0, self, self._restore_view)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for name in self._settings.recent:
            path = Path(name)
            there = path.is_dir()
            action = self._recent.addAction(path.stem.replace("&", "&&") + ("" if there else " (not found)"))
            action.setToolTip(name)
            action.setEnabled(there)
            action.triggered.connect(lambda _=False, path=path: self.open_path(path))
        self._recent.setEnabled(bool(self._settings.recent))

    # --- where the person is --------------------------------------------------------------------

    def _save_view(self) -> None:
        """Keep camera, panels and search with the project, so that the whole view comes back."""
        query = self._session.state.search.query
        search = None if query is None else [query.text, query.mode]
        documents = cast(DocumentsPanel, self._panels["Documents"]).view_state()
        self._session.keep_window(
            {"map": self._map.view_state(), "panels": self._docks.save(), "search": search, "documents": documents}
        )
        self._session.save_view()

    def _restore_view(self) -> None:
        """Go back to what ``_save_view`` kept in this project; what makes no sense is left out."""
        kept: Mapping[str, Any] = self._session.window
        self._docks.restore(kept.get("panels"))
        self._map.restore_view(kept.get("map"))
        cast(DocumentsPanel, self._panels["Documents"]).restore_view(kept.get("documents"))
        self._search.restore(kept.get("search"))

    def go_back(self) -> None:
        """Show the text that was shown before this one."""
        if len(self._past) > 1:
            self._past.pop()
            self._session.store.dispatch(op.set_current(row=self._past.pop(), alone=True))

    # --- the rest -------------------------------------------------------------------------------

    def open_path(self, path: Path) -> None:
        """Open a project, or ask how to read a file."""
        self._opener.open_path(path)

    def open_sample(self) -> None:
        """Open the bundled sample."""
        self._opener.open_sample()

    def new_label(self) -> None:
        """Ask for the name of a new label."""
        name, wanted = QInputDialog.getText(self, "New label", "Name of the label:")
        if wanted:
            try:
                self._session.store.dispatch(marking.add_label(name=name))
            except OptionError as error:
                self._session.say_error(error)
            self._docks.show("Labels")

    def _write_note(self) -> None:
        self._docks.show("Text")
        cast(TextPanel, self._panels["Text"]).write_note()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.open_path(path)

    def set_theme(self, choice: ThemeChoice) -> None:
        self._change_settings(theme=choice)
        apply_theme(cast(QApplication, QApplication.instance()), choice)

    def _change_settings(self, **values: Any) -> None:
        self._settings = replace(self._settings, **values)
        self._save_settings(self._settings)

    @property
    def panels(self) -> Docks:
        """Where the panels lie."""
        return self._docks

    def map_snapshot(self) -> MapSnapshot | None:
        """The map as it would be exported now; None while there is none."""
        return self._map.snapshot() if self._session.state.results.positions is not None else None

    @property
    def actions_by_name(self) -> Mapping[str, QAction]:
        """Every action of the menus."""
        return self._actions

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the window's place and the view, and end the workers."""
        self._quiet.stop()
        self._save_view()
        self._change_settings(geometry=sealed(self.saveGeometry()), layout=self._docks.save(), unfinished="")
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self._subscriptions = []
        self._session.close()
        event.accept()


def _make_panels(session: Session) -> dict[str, QWidget]:
    """Every panel that lies in a dock, by its title."""
    return {
        "Corpus": CorpusPanel(session),
        "Filters": FiltersPanel(session),
        "Labels": LabelsPanel(session),
        "Text": TextPanel(session),
        "Neighbours": NeighboursPanel(session),
        "Documents": DocumentsPanel(session),
        "Anomalies": AnomaliesPanel(session),
        "Quality": QualityPanel(session),
        "Benchmark": BenchmarkPanel(session),
        "Report": ReportPanel(session),
        "Jobs": JobsPanel(session),
    }
