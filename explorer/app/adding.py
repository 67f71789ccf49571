"""More texts in a project: read as the corpus was, put behind it, and placed on the map that is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from explorer.app.by_hand import read_by_hand
from explorer.app.project_folder import SNAPSHOT, ProjectFolder
from explorer.core.corpus.append import appended
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.readers import read_corpus
from explorer.core.corpus.snapshot import open_snapshot, save_snapshot
from explorer.core.plan import Plan
from explorer.core.progress import SILENT, Progress
from explorer.errors import ProjectError


def refuse_vectors(plan: Plan) -> None:
    """Raise ``ProjectError`` where the vectors come from a file, which has none for further texts."""
    if plan.vectors is not None:
        raise ProjectError(
            "The vectors of this project come from a file, which has none for further texts.",
            "Make a new project from all texts and all vectors.",
        )


def read_like(old: Corpus, path: Path, progress: Progress = SILENT) -> Corpus:
    """Texts read with the columns and the cleaning of ``old``; they need no labels. Raises ``CorpusError``."""
    return read_corpus(path, **vars(replace(old.roles, label=None).settled()), cleaning=old.cleaning, progress=progress)


def add_texts(project: Path, path: Path, progress: Progress = SILENT) -> int:
    """Put the texts of a file behind those of a project whose lock is held; how many there were."""
    old = open_snapshot(project / SNAPSHOT)
    new = read_like(old, path, progress.part(0, 0.8))
    progress.report(0.8, "Adding the texts")
    save_snapshot(appended(old, new), project / SNAPSHOT)
    return new.rows


def add_to_project(project: Path, path: Path, progress: Progress = SILENT) -> int:
    """The same for a project that nobody has open; what depends on the texts is computed at the next opening."""
    with ProjectFolder.open(project) as folder:
        plan, _ = read_by_hand(folder, folder.corpus().rows)
        refuse_vectors(plan)
        return add_texts(folder.path, path.absolute(), progress)
