"""How far something has come, painted in its turn."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar

STEPS = 1000


class ProgressBar(QProgressBar):
    """Qt's own bar paints itself at once, and with it whatever else waits to be painted: the map, in the middle of a
    change of the state, several times over. This one waits like everything else."""

    def show_share(self, share: float | None) -> None:
        """The part that is done, 0 to 1; None where nobody knows: the bar then only moves."""
        self.setUpdatesEnabled(False)
        self.setRange(0, 0 if share is None else STEPS)
        self.setValue(round((share or 0.0) * STEPS))
        self.setUpdatesEnabled(True)
