"""What a projector is: it places every row in the plane and shows its work while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import KnnGraph
from explorer.core.progress import SILENT, Progress

Positions = NDArray[np.float32]
"""(n, 2) where each row lies in the plane; NaN = not placed (zero vector)."""

OnPartial = Callable[[Positions], None]
"""Receives unfinished positions that the map can show; the array is the receiver's to keep."""


def nobody(_: Positions) -> None:
    """The receiver of partial positions where nobody looks."""


class Projector(Protocol):
    """One way to place rows. Implementations are frozen dataclasses whose fields are their parameters."""

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str:
        """What its picture is good at, in one sentence that the window shows."""
        ...

    @property
    def parameters(self) -> Mapping[str, int | float | str]: ...

    def project(
        self,
        vectors: Vectors,
        graph: KnnGraph,
        start: Positions | None = None,
        *,
        seed: int = 0,
        progress: Progress = SILENT,
        on_partial: OnPartial = nobody,
    ) -> Positions:
        """Positions (n, 2) float32 of the rows of ``vectors`` (n, d) and ``graph``, which is over the same rows.

        start : (n, 2) where to begin, so that a second layout morphs the first instead of replacing it; None = PCA.
        Raises ``Cancelled`` carrying the positions reached.
        """
        ...
