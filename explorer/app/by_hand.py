"""What a project holds that was done by hand, as the jobs without a window read and write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.app.labels import Label, free_key
from explorer.app.project_folder import ProjectFolder
from explorer.app.work import DECISIONS, decoded, encoded
from explorer.core.anomaly.overrides import NO_OVERRIDES, Overrides
from explorer.core.plan import Plan
from explorer.core.report.marks import NO_MARKS, Corrections, Marks
from explorer.errors import ProjectError


@dataclass(frozen=True, eq=False)
class ByHand:
    """overrides : row -> flagged (True) or cleared (False). marks : labels, notes, trash, corrections.

    set_aside : corrections of columns that held the labels before, by column: no report shows them.
    """

    overrides: Overrides = NO_OVERRIDES
    marks: Marks = NO_MARKS
    set_aside: Mapping[str, Corrections] = field(default_factory=dict)

    def same_as(self, other: ByHand) -> bool:
        """Whether both make the same report."""
        return self.overrides == other.overrides and self.marks.same_as(other.marks)


NOTHING = ByHand()
NEEDED = frozenset({"plan", *DECISIONS, "labels", "label_column"})
"""Fields without which no report can be made: they would be missing in it, or stand in the wrong place."""


def read_by_hand(project: ProjectFolder, rows: int) -> tuple[Plan, ByHand]:
    """The parameters and what was done by hand. Raises ``ProjectError`` rather than leave out what cannot be read."""
    values, damaged = decoded(project.database.work(), rows)
    lost = sorted(NEEDED.intersection(damaged))
    if lost:
        raise ProjectError(
            f"The project {project.path.name} holds something else than expected ({', '.join(lost)}).",
            "It may be damaged; restore it from a copy.",
        )
    names = tuple(label.name for label in values["labels"])
    marks = Marks(names, values["label_bits"], values["notes"], values["trashed"], values["corrections"])
    return values["plan"], ByHand(values["overrides"], marks, values["set_aside"])


def save_plan(project: ProjectFolder, plan: Plan) -> None:
    project.database.save_work(encoded({"plan": plan}))


def save_by_hand(project: ProjectFolder, made: ByHand) -> None:
    """Make what the project holds equal to ``made``; labels get the first keys. It cannot be undone in the window."""
    labels: list[Label] = []
    for name in made.marks.labels:
        labels.append(Label(name, free_key(labels)))
    marks = made.marks
    fields = {
        "overrides": made.overrides,
        "labels": tuple(labels),
        "label_bits": marks.bits,
        "notes": marks.notes,
        "corrections": marks.corrections,
        "trashed": marks.trash,
    }
    project.database.save_work(encoded(fields))
