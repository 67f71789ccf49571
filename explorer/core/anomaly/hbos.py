"""Histogram-based outlier score (Goldstein & Dengel 2012), by PyOD, some dimensions at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.core.anomaly.base import DetectorInput, Scores
from explorer.core.anomaly.columns import add_by_columns
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.spec import Declared
from explorer.core.arrays import Vectors
from explorer.core.progress import SILENT, Progress
from explorer.errors import OptionError


@dataclass(frozen=True)
class Hbos(Declared):
    """How rare a text's numbers are, one dimension after the other, by a histogram of ``bins`` bars each.

    PyOD's defaults (10 bars). Raises ``OptionError`` for fewer than 2 bars.
    """

    bins: int = 10
    name: str = "hbos"
    summary: str = "Finds texts with rare values in many dimensions; the quickest after the neighbours are known."

    def __post_init__(self) -> None:
        if self.bins < 2:
            raise OptionError(f"bins = {self.bins} cannot be used to score texts.", "Use a number of at least 2.")

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        return Cost(
            2.0 + 6e-8 * dimension * (rows + fit_rows), fit_rows, fit_rows, False, 50.0 + 5e-4 * (rows + fit_rows)
        )

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        return add_by_columns(data, "Histograms", self._of_columns, progress)

    def _of_columns(self, training: Vectors, asked: Vectors, known: object) -> Scores:
        from pyod.models.hbos import HBOS

        histograms = HBOS(n_bins=self.bins)
        histograms.fit(training)
        return np.asarray(histograms.decision_function(asked))
