"""Kernel density estimation with a Gaussian kernel, every pair compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores, positive
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.fitted import alike, distance_to, taken, training_rows
from explorer.core.anomaly.spec import Declared
from explorer.core.arrays import Vectors
from explorer.core.neighbors.base import MISSING
from explorer.core.neighbors.recall import sample_rows
from explorer.core.progress import SILENT, Progress
from explorer.errors import OptionError

SHARE = 0.3
"""Bandwidth as a share of the median distance between two texts, where none is given."""
PAIRS = 1_000
"""Texts between which that distance is measured."""
CHUNK = 1024
"""Rows compared at a time: 5,000 x 1,024 distances are 40 MB."""


@dataclass(frozen=True)
class KernelDensity(Declared):
    """Minus the logarithm of the density of the texts around a text, itself left out.

    bandwidth : of the Gaussian, as a distance in the space of the vectors; 0 = ``SHARE`` of the median distance between
    two texts. Text-ADBench: 50 on large language models' vectors that are not normalised; PyOD: 1.
    sample : texts that the density is made of at most; all are scored.

    Cutting the sum off at the neighbours of the graph would be another detector, close to kNN distance: what sets this
    one apart is that every text counts. The numbers are PyOD's (scikit-learn's) but for a text's own kernel, which is
    left out: in a sample only some texts would have it. In hundreds of dimensions their trees help nothing, so the
    distances are matrix products, some 30 times faster. Raises ``OptionError`` for impossible parameters.
    """

    bandwidth: float = 0.0
    sample: int = 5_000
    name: str = "kde"
    summary: str = "Finds texts in thinly populated regions, weighing all texts around, not the nearest alone."

    def __post_init__(self) -> None:
        positive("sample", self.sample)
        if not 0 <= self.bandwidth < float("inf"):
            raise OptionError(
                f"bandwidth = {self.bandwidth:g} cannot be used to score texts.", "Use 0 (automatic) or more."
            )

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        fitted = min(fit_rows, self.sample)
        return Cost(6e-11 * (dimension + 200) * fitted * rows, fitted, fit_rows, True, 50.0 + 3 * 8e-6 * fitted * CHUNK)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        words = "Kernel density"
        progress.report(0.0, words)
        scores = np.full(len(data.vectors), np.nan)
        chosen, asked = training_rows(data, self.sample), np.flatnonzero(data.valid)
        training = taken(data.fit.vectors, chosen)
        if len(training) and len(asked):
            self._fill(scores, data, training, _places_in(chosen, data), asked, progress)
        progress.report(1.0, words)
        return scores

    def _fill(
        self,
        scores: Scores,
        data: DetectorInput,
        training: Vectors,
        places: NDArray[np.int64],
        asked: NDArray[np.intp],
        progress: Progress,
    ) -> None:
        lonely = distance_to(training[0]) if alike(training) else None
        bandwidth = 1.0 if lonely else self.bandwidth or SHARE * _usual_distance(training, data.seed)
        for start in range(0, len(asked), CHUNK):
            progress.report(start / len(asked), "Kernel density")
            rows = asked[start : start + CHUNK]
            block = np.asarray(data.vectors[rows], np.float32)
            scores[rows] = lonely(block) if lonely else _minus_log_density(block, training, places[rows], bandwidth)


def _places_in(chosen: NDArray[np.intp], data: DetectorInput) -> NDArray[np.int64]:
    """(n,) which of the chosen rows each scored row is, ``MISSING`` for none."""
    of_fit = np.full(len(data.fit.vectors) + 1, MISSING, np.int64)
    of_fit[chosen] = np.arange(len(chosen))
    return of_fit[data.fit.places]


def _usual_distance(training: Vectors, seed: int) -> float:
    """The median distance between two different texts, never 0."""
    from sklearn.metrics.pairwise import euclidean_distances

    some = training[sample_rows(len(training), PAIRS, seed)].astype(np.float64)
    table = euclidean_distances(some)
    apart = table[np.triu_indices(len(some), 1)]
    apart = apart[apart > 0]
    return float(np.median(apart)) if len(apart) else 1.0


def _minus_log_density(block: Vectors, training: Vectors, places: NDArray[np.int64], bandwidth: float) -> Scores:
    """(b,) with the constants that ``KernelDensity`` of scikit-learn has."""
    from scipy.special import logsumexp
    from sklearn.metrics.pairwise import euclidean_distances

    exponents = euclidean_distances(block, training, squared=True).astype(np.float64)
    exponents *= -0.5 / bandwidth**2
    own = np.flatnonzero(places != MISSING)
    exponents[own, places[own]] = -np.inf
    count = len(training) - (places != MISSING)
    width = training.shape[1]
    constant = np.log(count) + width * (0.5 * np.log(2.0 * np.pi) + np.log(bandwidth))
    return np.asarray(constant - logsumexp(exponents, axis=1))
