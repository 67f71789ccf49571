"""What counts as normal, as a person says it: a reference project, a label, or what was decided fine by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from explorer.app.by_hand import ByHand, read_by_hand
from explorer.app.project_folder import ProjectFolder
from explorer.core.arrays import Rows, row_ranges
from explorer.core.corpus.corpus import Corpus
from explorer.core.normals import normal_rows
from explorer.core.plan import FINE, LABELLED, ROWS, Plan, Reference
from explorer.errors import OptionError


def reference_to(project: Path) -> Reference:
    """The project as a reference: its texts, without what was thrown away or flagged by hand there.

    Raises ``ProjectError``.
    """
    with ProjectFolder.open(project, writable=False) as folder:
        corpus = folder.corpus()
        _, made = read_by_hand(folder, corpus.rows)
    without = np.union1d(np.flatnonzero(made.marks.trash), made.overrides.flagged)
    return Reference(str(project.absolute()), corpus.fingerprint, row_ranges(without))


def settled(plan: Plan, corpus: Corpus, made: ByHand) -> Plan:
    """The plan with what depends on work by hand written out as rows, so that it means the same for ever.

    ``fine`` are the rows cleared by hand; ``label:NAME`` the rows with that label, by hand or in the label column.
    Rows in the trash are never learnt from. Raises ``OptionError`` where no row is left.
    """
    wish = plan.normal
    if wish is None or wish.startswith(ROWS):
        return plan
    by_hand = wish == FINE or wish.removeprefix(LABELLED) in made.marks.labels
    if not by_hand and not made.marks.trashed_count:
        return plan
    rows = _by_hand(wish, made) if by_hand else normal_rows(corpus, plan)
    rows = rows[~made.marks.trashed(rows)]
    if not len(rows):
        raise OptionError("No text counts as normal.", "Clear texts by hand, label them, or name a reference project.")
    return replace(plan, normal=ROWS + row_ranges(rows))


def _by_hand(wish: str, made: ByHand) -> Rows:
    if wish == FINE:
        return made.overrides.cleared
    return made.marks.rows_with(wish.removeprefix(LABELLED))
