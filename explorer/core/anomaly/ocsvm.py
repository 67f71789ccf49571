"""One-class support vector machine (Schölkopf et al. 2001), fitted by PyOD on libsvm."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from explorer.core.anomaly.base import DetectorInput, Scores, above_zero, positive
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.fitted import Score, learn_and_score
from explorer.core.anomaly.spec import Declared
from explorer.core.arrays import Vectors
from explorer.core.progress import SILENT, Progress
from explorer.errors import DetectorError, OptionError

STEPS = 1_000_000
"""Steps of libsvm's solver at most: a hundred times what a sample of 5,000 took in any corpus that was tried."""


@dataclass(frozen=True)
class OneClassSvm(Declared):
    """How far outside the region that holds all but a share ``nu`` of the texts, by an RBF kernel of width ``gamma``.

    gamma : 0 = one over the number of dimensions. sample : texts that it is fitted on at most; all are scored.
    PyOD's defaults, which are Text-ADBench's, too. The scores are PyOD's; they are computed as one matrix product,
    30 times faster than libsvm does it. Raises ``OptionError`` for impossible parameters.
    """

    nu: float = 0.5
    gamma: float = 0.0
    sample: int = 5_000
    name: str = "ocsvm"
    summary: str = "Draws a boundary around the bulk of the corpus; good when what is normal is one broad topic."

    def __post_init__(self) -> None:
        positive("sample", self.sample)
        above_zero("nu", self.nu)
        if self.nu > 1 or not 0 <= self.gamma < float("inf"):
            raise OptionError(
                f"nu = {self.nu:g} and gamma = {self.gamma:g} cannot be used to score texts.",
                "Use nu from above 0 to 1 and gamma of 0 (automatic) or more.",
            )

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        """Half of the sample become support vectors, with which every text is compared."""
        fitted = min(fit_rows, self.sample)
        seconds = 1e-9 * dimension * fitted**2 + 2e-11 * dimension * self.nu * fitted * rows
        return Cost(seconds, fitted, fit_rows, True, 200.0 + 8e-6 * fitted * (dimension + 4096))

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        """Raises ``DetectorError`` where the solver does not settle. The fit itself cannot be cancelled."""
        return learn_and_score(data, "One-class SVM", self._learn, progress, most=self.sample)

    def _learn(self, training: Vectors, progress: Progress) -> Score:
        from pyod.models.ocsvm import OCSVM
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.metrics.pairwise import rbf_kernel

        gamma = self.gamma or 1.0 / training.shape[1]
        machine = OCSVM(nu=self.nu, gamma=gamma, max_iter=STEPS)
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            try:
                machine.fit(training.astype(np.float64))
            except ConvergenceWarning as warning:
                what = f"It had not settled after {STEPS:,} steps."
                raise DetectorError(what, "Standardise the vectors, or use a smaller sample.") from warning
        vectors, weights, offset = machine.support_vectors_, machine.dual_coef_[0], float(machine.intercept_[0])
        return lambda rows: -(rbf_kernel(rows.astype(np.float64), vectors, gamma) @ weights + offset)
