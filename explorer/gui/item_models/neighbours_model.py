"""The nearest texts of the current one, nearest first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.app.state import AppState
from explorer.gui.item_models.documents_model import STATE, TEXT
from explorer.gui.item_models.rows_model import Column, RowsModel
from explorer.gui.parts import significant


class NeighboursModel(RowsModel):
    """The answer of a neighbour search as rows, with the distance of each."""

    def __init__(self) -> None:
        self._distances: dict[int, float] = {}
        distance = Column("distance", "Distance", self._distance, "In the original space", numeric=True)
        super().__init__((distance, TEXT, STATE))

    def show_neighbours(self, state: AppState) -> None:
        view = state.neighbours
        self._distances = _by_row(view.rows, view.distances)
        self.show_rows(state, view.rows)

    def _distance(self, state: AppState, row: int) -> str:
        return significant(self._distances[row])


def _by_row(rows: NDArray[np.int64], distances: NDArray[np.float64]) -> dict[int, float]:
    return {int(row): float(distance) for row, distance in zip(rows, distances, strict=True)}
