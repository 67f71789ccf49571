"""Principal components (Shyu et al. 2003), by PyOD."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.core.anomaly.base import DetectorInput, Scores, above_zero
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.fitted import Score, learn_and_score
from explorer.core.anomaly.spec import Declared
from explorer.core.arrays import Vectors
from explorer.core.progress import SILENT, Progress
from explorer.errors import OptionError


@dataclass(frozen=True)
class PrincipalComponents(Declared):
    """PyOD's distances to the principal components, weighted by one over the variance that each explains.

    components : below 1 the share of the variance that they explain together, else how many. Text-ADBench: 0.9; PyOD
    takes all, whose last ones are rounding in sentence vectors. Raises ``OptionError`` for impossible parameters.
    """

    components: float = 0.9
    name: str = "pca"
    summary: str = "Finds texts that break the correlations which hold for all others."

    def __post_init__(self) -> None:
        above_zero("components", self.components)
        if self.components > 1 and self.components != int(self.components):
            raise OptionError(
                f"components = {self.components:g} cannot be used to score texts.", "Use a share below 1, or a number."
            )

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        seconds = 1.0 + 3e-11 * fit_rows * dimension**2 + 1e-9 * rows * dimension**2 / 3
        return Cost(seconds, fit_rows, fit_rows, False, 3 * 4e-6 * fit_rows * dimension)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        return learn_and_score(data, "Principal components", self._learn, progress, most=len(data.fit.vectors))

    def _learn(self, training: Vectors, progress: Progress) -> Score:
        from pyod.models.pca import PCA

        most = min(training.shape)
        wanted = self.components if self.components < 1 else min(int(self.components), most)
        model = PCA(n_components=wanted)
        model.fit(training)
        return lambda rows: np.asarray(model.decision_function(rows))
