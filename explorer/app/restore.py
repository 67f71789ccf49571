"""Reading a project back: everything as it was, nothing computed. Meant for a thread beside the session's."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.app.check_store import stored_check
from explorer.app.project_database import View
from explorer.app.project_folder import ProjectFolder
from explorer.app.work import decoded
from explorer.core.corpus.checks import CorpusCheck
from explorer.core.corpus.corpus import Corpus
from explorer.core.pipeline import add_result, load_results
from explorer.core.plan import Plan
from explorer.core.results import Results, StageRecord


@dataclass(frozen=True)
class Opened:
    """A project's files, as they were left. plan : the parameters that ``results`` are for."""

    path: Path
    corpus: Corpus
    check: CorpusCheck
    plan: Plan
    view: View
    results: Results


def read_project(project: ProjectFolder) -> Opened:
    """Everything that a project holds, checksums verified. Raises ``ProjectError``, ``EncoderError``."""
    _wake_arrow()
    corpus = project.corpus()
    plan = decoded(project.database.work(), corpus.rows)[0]["plan"]
    results = load_results(corpus, plan, project.store)
    languages = () if results.card is None else results.card.languages
    check = stored_check(corpus, languages, project.store)
    return Opened(project.path, corpus, check, plan, project.database.view(), results)


LOOK_AGAIN = 7 * 24 * 3600.0
"""Seconds for which a result that was found whole, and has not been touched since, is believed to be so."""


def left_whole(project: ProjectFolder, opened: Opened, wanted: Callable[[], bool]) -> Results | None:
    """What is left where the disk has spoilt results without a trace; None where all are whole, as nearly always.

    Reads through whatever was not for ``LOOK_AGAIN``, one result after the other while that is ``wanted``.
    """
    since = time.time() - LOOK_AGAIN
    records = (record for record in opened.results.records if wanted())
    damaged = [record for record in records if project.store.is_damaged(record.stage, record.key, since=since)]
    return load_results(opened.corpus, opened.plan, project.store) if damaged else None


def _wake_arrow() -> None:
    """Arrow looks for pandas at its first comparison with a string, and loading pandas would stall the window."""
    pc.equal(pa.array([""]), "")


def load_stage(project: ProjectFolder, payload: Mapping[str, Any]) -> Callable[[Results], Results]:
    """The function that adds a stage, which the worker has just finished, to the results shown.

    One that is shown already, which a run names too, changes nothing: else all that follows from it would be made anew.
    """
    record = StageRecord(**payload["record"])
    found = project.store.load(record.stage, record.key, verify=False)
    if found is None:
        return lambda results: results

    def add(results: Results) -> Results:
        there = any((old.stage, old.key) == (record.stage, record.key) for old in results.records)
        return results if there else add_result(results, record, found)

    return add


def load_partial(payload: Mapping[str, Any]) -> NDArray[np.float32]:
    """(n, 2) positions of a layout that is still running."""
    positions: NDArray[np.float32] = np.load(payload["partial"], allow_pickle=False)
    positions.setflags(write=False)
    return positions
