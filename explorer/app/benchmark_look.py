"""Before a benchmark: which columns its files have, and whether a label column tells odd texts from normal ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from explorer.app.benchmarking import corpus_names
from explorer.core.benchmark.labels import Labelled, odd_rows
from explorer.core.corpus.columns import text_column
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.readers import read_corpus
from explorer.core.corpus.wording import counted, quoted_list
from explorer.core.progress import SILENT, Progress
from explorer.errors import ExplorerError

MOST_VALUES = 50
"""Values of a label column that are offered as the odd one."""
NO_LABEL = "Choose the label column that tells odd texts from normal ones."
NO_COMMON = "The corpora have no column in common that could be the label."


@dataclass(frozen=True)
class Look:
    """columns : those that every file has. label : the one asked about, or the first with two values.
    values : what it says, most frequent first. said : what would be measured; problem : why nothing can be."""

    columns: tuple[str, ...] = ()
    label: str = ""
    values: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    problem: str = ""


def look(paths: Sequence[Path], text: Sequence[str], label: str, odd: str | None, progress: Progress = SILENT) -> Look:
    """Read the files of a benchmark. ``label`` "" = guess. What is wrong with them is said, not raised."""
    try:
        corpora = {}
        for place, (name, path) in enumerate(zip(corpus_names(paths), paths, strict=True)):
            part = progress.part(place / len(paths), (place + 1) / len(paths))
            corpora[name] = read_corpus(path, text=text, progress=part)
    except ExplorerError as error:
        return Look(problem=_words(error))
    columns = _common(list(corpora.values()))
    if not columns:
        return Look(problem=NO_COMMON)
    chosen = label or next((name for name in columns if _has_two(corpora.values(), name)), "")
    if not chosen:
        return Look(columns, problem=NO_LABEL)
    values = _values(next(iter(corpora.values())), chosen)
    said = []
    for name, corpus in corpora.items():
        try:
            said.append(_said(name, corpus, chosen, odd_rows(corpus, chosen, odd)))
        except ExplorerError as error:
            where = f"{name}: " if len(corpora) > 1 else ""
            return Look(columns, chosen, values, problem=where + _words(error))
    return Look(columns, chosen, values, tuple(said))


def _words(error: ExplorerError) -> str:
    """What is wrong, without the name of an option: whoever looks does so in the window."""
    return f"{error.what} {error.hint}".replace(" (--odd)", "").strip()


def _common(corpora: Sequence[Corpus]) -> tuple[str, ...]:
    """Columns that every corpus has, but those that hold its texts."""
    first = corpora[0].table.column_names
    others = [set(corpus.table.column_names) - set(corpus.roles.text) for corpus in corpora]
    return tuple(name for name in first if all(name in columns for columns in others))


def _has_two(corpora: Iterable[Corpus], name: str) -> bool:
    return all(len(_values(corpus, name, 3)) == 2 for corpus in corpora)


def _values(corpus: Corpus, name: str, most: int = MOST_VALUES) -> tuple[str, ...]:
    """The most frequent values of a column; blank cells are none. Nothing where the corpus has no such column."""
    if name not in corpus.table.column_names:
        return ()
    counts = pc.value_counts(text_column(corpus.table.column(name))).to_pylist()
    there = [entry for entry in counts if entry["values"] is not None and entry["values"].strip()]
    there.sort(key=lambda entry: -entry["counts"])
    return tuple(entry["values"] for entry in there[:most])


def _said(name: str, corpus: Corpus, label: str, labelled: Labelled) -> str:
    odd, missing = int(labelled.odd.sum()), int((~labelled.known).sum())
    blank = f" {counted(missing, 'text')} without a label: scored, not measured." if missing else ""
    return (
        f"{name}: {odd:,} of {counted(corpus.rows, 'text')} in {quoted_list(corpus.roles.text)} "
        f"{'is' if odd == 1 else 'are'} odd ({label}: {labelled.value}).{blank}"
    )
