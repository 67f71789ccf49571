"""What a projector is: it places every row in the plane and shows its work while it runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.float32]
"""(n, 2) where each row lies in the plane; NaN = not placed (zero vector)."""

OnPartial = Callable[[Positions], None]
"""Receives unfinished positions that the map can show; the array is the receiver's to keep."""


def nobody(_: Positions) -> None:
    """The receiver of partial positions where nobody looks."""
