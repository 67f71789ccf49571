"""Random actions in the real window: what a person may do in any order must never raise, leak, or hold the window up.

    python -m tests.soak.soak [--actions 2000] [--rows 100000] [--seed 1] [--without-loops] [--json]

Every action is drawn from a seeded list and given to the window as mouse and keys. Told at the end: what was raised or
complained of, what there is more of than after a quarter of the session, and the longest times for which the event loop
did not turn, with the actions that they belong to.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from explorer.gui.widgets.map import compiled
from tests.soak import map_deeds, panel_deeds, window_deeds
from tests.soak.hands import Steps, turn
from tests.soak.person import Person
from tests.soak.watch import Complaints, Inventory, Pulse, Stall, load_now

BREATH = 8
"""Milliseconds that the loop turns between two events."""
WORST = 40
DEEDS: dict[Callable[[Person], Steps], float] = {**map_deeds.DEEDS, **panel_deeds.DEEDS, **window_deeds.DEEDS}


@dataclass
class Outcome:
    """What a session showed. grown : how many more there are, by class.

    inventories : what there was at rest, after each quarter of the session.
    """

    errors: list[str] = field(default_factory=list)
    stalls: list[Stall] = field(default_factory=list)
    grown: dict[str, int] = field(default_factory=dict)
    inventories: list[Inventory] = field(default_factory=list)

    @property
    def before(self) -> Inventory:
        """After a quarter: what is made on demand is there by then."""
        return self.inventories[0]

    @property
    def after(self) -> Inventory:
        return self.inventories[-1]

    @property
    def widgets_grown(self) -> int:
        return self.after.widgets.total() - self.before.widgets.total()

    @property
    def grown_windows(self) -> dict[str, int]:
        """Dialogs and menus that nobody can reach any more: there are none at rest."""
        return {name: count for name, count in self.grown.items() if name.split(" in ")[0].endswith(("Dialog", "Menu"))}

    @property
    def memory_grown(self) -> float:
        """Megabytes."""
        return self.after.megabytes - self.before.megabytes

    def numbers(self) -> dict[str, object]:
        """As JSON can hold it."""
        longest = max(self.stalls, key=lambda stall: stall.ms, default=Stall(0.0, 0.0, 0.0, "nothing"))
        return {
            "errors": self.errors,
            "stall_ms": longest.ms,
            "stall": str(longest),
            "widgets_grown": self.widgets_grown,
            "memory_grown_mb": self.memory_grown,
        }

    def words(self) -> str:
        before, after = self.before, self.after
        lines = [
            f"{len(self.errors)} errors",
            *self.errors[:10],
            f"widgets {before.widgets.total()} -> {after.widgets.total()}, "
            f"objects {before.objects.total()} -> {after.objects.total()}, "
            f"memory {' -> '.join(f'{found.megabytes:.0f}' for found in self.inventories)} MB, "
            f"threads {before.threads} -> {after.threads}, files {before.files} -> {after.files}",
            "more than before: " + (", ".join(f"{count} {name}" for name, count in self.grown.items()) or "nothing"),
            "longest stalls:",
            *map(str, self.stalls),
        ]
        return "\n".join(lines)


def session(folder: Path, *, actions: int, rows: int, seed: int, loops: bool = True) -> Outcome:
    """A whole session; the window is closed at the end. loops : the map's compiled loops are there."""
    compiled.load() if loops else compiled._ready.clear()
    outcome, pulse = Outcome(), Pulse()
    with Complaints() as complaints:
        person = Person(folder, rows, seed)
        turn(500)
        pulse.start()
        for number in range(actions):
            _act(person, pulse)
            if (number + 1) % (actions // 4) == 0:
                outcome.inventories.append(_at_rest(person, pulse))
        pulse.stop()
        person.close()
        turn(100)
    outcome.errors = [*complaints.said, *person.errors]
    outcome.grown = outcome.after.grown(outcome.before)
    outcome.stalls = sorted(pulse.stalls, key=lambda stall: -stall.ms)[:WORST]
    return outcome


def _act(person: Person, pulse: Pulse) -> None:
    """One deed, event by event."""
    weights = np.array(list(DEEDS.values()))
    deed = list(DEEDS)[person.random.choice(len(DEEDS), p=weights / weights.sum())]
    pulse.doing = deed.__name__
    for steps in (deed(person), person.hands.settle()):
        for _ in steps:
            turn(BREATH)


def _at_rest(person: Person, pulse: Pulse) -> Inventory:
    pulse.pause()
    person.tidy()
    found = Inventory.take()
    turn(BREATH)
    pulse.start()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--actions", type=int, default=2_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-loops", action="store_true", help="as before the map's compiled loops are there")
    parser.add_argument("--json", action="store_true", help="what make bench reads")
    options = parser.parse_args()
    asked = {"actions": options.actions, "rows": options.rows, "seed": options.seed}
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        found = session(Path(folder), loops=not options.without_loops, **asked)
    if options.json:
        print(json.dumps(found.numbers()))
        return 0
    print(f"{options.actions:,} actions on {options.rows:,} rows, seed {options.seed}, load {load_now()}")
    print(found.words())
    return 1 if found.errors else 0


if __name__ == "__main__":
    sys.exit(main())
