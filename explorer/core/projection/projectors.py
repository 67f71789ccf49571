"""The projectors by name."""

from __future__ import annotations

from explorer.core.projection.base import Projector
from explorer.core.projection.layout import NeighborLayout
from explorer.core.projection.pca import Pca

PROJECTORS: dict[str, type[Projector]] = {"pca": Pca, "layout": NeighborLayout}
