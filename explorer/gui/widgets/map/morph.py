"""Points glide from where they are seen to where they belong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

MOST_ROWS = 200_000
"""More than these move too roughly to help the eye."""
_MS = 260

Positions = npt.NDArray[np.float32]


class Morph(QObject):
    """Calls ``show`` with positions (n, 2) on the way, and with exactly the last ones at the end."""

    def __init__(self, parent: QObject, show: Callable[[Positions], None]) -> None:
        super().__init__(parent)
        self._show = show
        self._start: Positions | None = None
        self._change: Positions | None = None
        self._end: Positions | None = None
        self._clock = QVariantAnimation(self)
        self._clock.setDuration(_MS)
        self._clock.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._clock.setStartValue(0.0)
        self._clock.setEndValue(1.0)
        self._clock.valueChanged.connect(self._step)
        self._clock.finished.connect(self.finish)

    @property
    def running(self) -> bool:
        return self._end is not None

    @property
    def gliding(self) -> bool:
        """Whether the points have left their start."""
        return self.running and self._clock.currentTime() > 0

    def start(self, start: Positions, end: Positions) -> None:
        """Glide from ``start`` to ``end``; a row without a start stands at its end from the first."""
        self.stop()
        self._start = np.where(np.isfinite(start), start, end)
        self._change = end - self._start
        self._end = end
        self._show(self._start)
        self._clock.start()

    def stop(self) -> None:
        """Stay where the points are now."""
        self._start = self._change = self._end = None
        self._clock.stop()

    def finish(self) -> None:
        """Be at the end at once."""
        if self._end is not None:
            end = self._end
            self.stop()
            self._show(end)

    def _step(self, share: float) -> None:
        if self._start is not None and self._change is not None:
            self._show(self._start + self._change * np.float32(share))
