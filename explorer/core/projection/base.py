"""What a projector is: it places every row in the plane and shows its work while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

LAYOUTS: Mapping[str, str] = {
    "umap": "Neighbour map",
    "tsne": "t-SNE",
    "pca": "PCA",
    "umap-3d": "Neighbour map in 3-D",
    "pca-3d": "PCA in 3-D",
}
"""The maps that can be drawn, by the name that a plan uses, and what a person calls them."""

Positions = NDArray[np.float32]
"""(n, 2), or (n, 3) in space: where each row lies on the map; NaN = not placed (zero vector)."""

OnPartial = Callable[[Positions], None]
"""Receives unfinished positions that the map can show; the array is the receiver's to keep."""


def nobody(_: Positions) -> None:
    """The receiver of partial positions where nobody looks."""
