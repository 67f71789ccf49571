"""From a wish to open something to a corpus or project on the table: dialogs, drops, the sample."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from explorer.app.opening import OpenRequest
from explorer.app.project_folder import SUFFIX, holds_corpus, is_project
from explorer.app.session import Session
from explorer.core.corpus.corpus import Roles
from explorer.core.corpus.readers import READERS
from explorer.gui.open_dialog import OpenDialog
from explorer.gui.sample import sample_file

PATTERNS = " ".join(f"*{suffix}" for reader in READERS.values() for suffix in reader.suffixes)
FILES = f"Texts ({PATTERNS} *.gz);;All files (*)"


class Opener:
    """Asks and opens. ``parent`` owns the dialogs."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session = session
        self._parent = parent

    def choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._parent, "Open a file of texts", "", FILES)
        if name:
            self.open_path(Path(name))

    def choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self._parent, "Open a folder of .txt files")
        if name:
            self.open_path(Path(name))

    def choose_project(self) -> None:
        start = str(self._session.projects_folder)
        title = f"Open a project (a folder whose name ends in {SUFFIX})"
        name = QFileDialog.getExistingDirectory(self._parent, title, start)
        if name:
            self._session.open_project(Path(name))

    def choose_addition(self) -> None:
        """More texts for the corpus on the table."""
        name, _ = QFileDialog.getOpenFileName(self._parent, "Add texts to this corpus", "", FILES)
        if name:
            self._session.add_texts(Path(name))

    def open_path(self, path: Path) -> None:
        """A project opens as it was left, the sample as it is; the open dialog asks how to read anything else."""
        if is_project(path) or path.suffix == SUFFIX:
            self._session.open_project(path)
            return
        if path.resolve() == sample_file().resolve():
            self.open_sample()
            return
        dialog = OpenDialog(self._session, path, self._parent)
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


def dropped_path(event: QDropEvent) -> Path | None:
    """The one local file or folder that is being dropped."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
