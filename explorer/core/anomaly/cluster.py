"""Distance to the nearest cluster, clusters by k-means of scikit-learn; small clusters do not count (after CBLOF)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from explorer.core.anomaly.base import DetectorInput, Scores, positive
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.fitted import Score, learn_and_score
from explorer.core.anomaly.spec import Declared
from explorer.core.arrays import Vectors
from explorer.core.progress import SILENT, Progress
from explorer.errors import OptionError


@dataclass(frozen=True)
class ClusterDistance(Declared):
    """Euclidean distance to the centre of the nearest cluster that holds at least ``small`` times its fair share.

    A small tight group far from everything gets a cluster of its own, whose centre would make it ordinary: its texts
    are measured from the nearest large one (He, Xu & Deng 2003). clusters : 0 = the square root of half the number of
    texts, from 2 to 50. sample : texts that the clusters are made of at most; all are scored.
    Raises ``OptionError`` for impossible parameters.
    """

    clusters: int = 0
    small: float = 0.2
    sample: int = 20_000
    name: str = "cluster"
    summary: str = "Finds texts that belong to no larger topic, and small groups apart from all topics."

    def __post_init__(self) -> None:
        positive("sample", self.sample)
        if self.clusters < 0 or not 0 <= self.small <= 1:
            raise OptionError(
                f"clusters = {self.clusters} and small = {self.small:g} cannot be used to score texts.",
                "Use clusters of 0 (automatic) or more and small from 0 to 1.",
            )

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        fitted = min(fit_rows, self.sample)
        clusters = self._clusters(fitted)
        seconds = 1.0 + 3e-9 * fitted * clusters * dimension + 1e-10 * rows * clusters * dimension
        return Cost(seconds, fitted, fit_rows, False, 50.0 + 2 * 4e-6 * fitted * dimension)

    def _clusters(self, rows: int) -> int:
        return min(self.clusters or max(2, min(50, round((rows / 2) ** 0.5))), rows)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        learn = partial(self._learn, seed=data.seed)
        return learn_and_score(data, "Clusters", learn, progress, most=self.sample)

    def _learn(self, training: Vectors, progress: Progress, seed: int) -> Score:
        from sklearn.cluster import KMeans
        from sklearn.metrics.pairwise import euclidean_distances
        from threadpoolctl import threadpool_limits

        different = len(np.unique(training, axis=0)) if len(training) < 1000 else len(training)
        model = KMeans(min(self._clusters(len(training)), different), n_init=1, random_state=seed)
        # On one thread: sums over several come in any order, and the same seed must give the same bytes.
        with threadpool_limits(limits=1):
            model.fit(training)
        sizes = np.bincount(model.labels_, minlength=model.n_clusters)
        centres = model.cluster_centers_[sizes >= self.small * len(training) / model.n_clusters]
        return lambda rows: np.asarray(euclidean_distances(rows, centres).min(axis=1), np.float64)
