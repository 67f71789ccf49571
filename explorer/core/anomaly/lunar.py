"""LUNAR (Goodge, Hooi, Ng & Ng, AAAI 2022): a network that learns how to weigh the distances to the neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores, above_zero, nearest, positive
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.fitted import CHUNK, taken, training_rows
from explorer.core.anomaly.spec import Declared
from explorer.core.anomaly.training import multilayer, seeded
from explorer.core.arrays import Vectors
from explorer.core.neighbors.among import neighbours_among
from explorer.core.neighbors.base import MISSING, KnnGraph
from explorer.core.neighbors.prepare import unit_length
from explorer.core.progress import SILENT, Progress

HIDDEN = 64
MOVED = 0.3
"""Share of the dimensions that a made-up neighbour of a text is moved in, as in the paper."""


@dataclass(frozen=True)
class Lunar(Declared):
    """A weighted mean of the distances to the ``k`` nearest, with weights that a network reads off the distances.

    The network is trained to tell the texts (small) from made-up vectors (large): half of them drawn from the whole
    range, half of them texts moved in some dimensions by ``spread`` times their range. It reads the shared graph;
    only the neighbours of made-up vectors are looked up, so PyOD's, which finds its own, is not used. Its parameters:
    k = 5, 200 epochs, rate 1e-3, spread 0.1. sample : texts that it is trained on at most; all are scored.
    Raises ``OptionError`` for impossible parameters.
    """

    k: int = 15
    epochs: int = 200
    rate: float = 1e-3
    spread: float = 0.1
    sample: int = 2_000
    name: str = "lunar"
    summary: str = "Learns how much each neighbour's distance counts; on text about as good as kNN distance."

    def __post_init__(self) -> None:
        for name in ("k", "epochs", "sample"):
            positive(name, getattr(self, name))
        for name in ("rate", "spread"):
            above_zero(name, getattr(self, name))

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        fitted = min(fit_rows, self.sample)
        weights = 2 * HIDDEN * (self.k + HIDDEN)
        seconds = 1.0 + self.epochs * 2 * fitted * weights * 4e-10 + fitted * fit_rows * dimension * 4e-11
        return Cost(seconds, fitted, fit_rows, False, 50.0 + 1.2e-5 * fit_rows * dimension)

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        """Scores in the graph's metric. A row without neighbours scores 0."""
        progress.report(0.0, "LUNAR")
        graph, fit = nearest(data.graph, self.k), data.fit
        chosen = training_rows(data, self.sample)
        if not data.valid.any() or not len(chosen):
            return np.full(len(data.vectors), np.nan)
        real = filled(nearest(fit.graph, self.k))[chosen]
        invented = self._invented(data, chosen, progress.part(0.0, 0.3))
        weigh = self._train(real, invented, data.seed, progress.part(0.3, 0.9))
        scores = _in_chunks(weigh, filled(graph))
        scores[~data.valid] = np.nan
        progress.report(1.0, "LUNAR")
        return scores

    def _invented(self, data: DetectorInput, chosen: NDArray[np.intp], progress: Progress) -> NDArray[np.float32]:
        """(s, k) distances of made-up vectors to their nearest texts."""
        rows = taken(data.fit.vectors, np.flatnonzero(data.fit.valid))
        made_up = self._made_up(rows, taken(data.fit.vectors, chosen), data.seed)
        metric = data.graph.metric
        queries = unit_length(made_up)[0] if metric == "cosine" else made_up
        valid = np.asarray(queries.any(axis=1) | (metric != "cosine"), np.bool_)
        return filled(neighbours_among(rows, queries, k=self.k, metric=metric, valid=valid, progress=progress))

    def _made_up(self, rows: Vectors, some: Vectors, seed: int) -> Vectors:
        random = np.random.default_rng(seed)
        lowest, highest = rows.min(axis=0), rows.max(axis=0)
        anywhere = lowest + random.random(some.shape, np.float32) * (highest - lowest)
        step = self.spread * (highest - lowest) * random.standard_normal(some.shape, np.float32)
        beside = some + np.where(random.random(some.shape, np.float32) < MOVED, step, 0.0)
        return np.where((random.random(len(some)) < 0.5)[:, None], anywhere, beside).astype(np.float32)

    def _train(self, real: NDArray[np.float32], invented: NDArray[np.float32], seed: int, progress: Progress) -> Any:
        """From (c, k) distances to their weighted means (c,), by the network that told both kinds apart."""
        import torch

        unit = max(float(np.median(real)), float(np.median(invented)) * 1e-3, 1e-12)
        distances = torch.from_numpy(np.concatenate([real, invented]) / np.float32(unit))
        labels = torch.cat([torch.zeros(len(real)), torch.ones(len(invented))])
        with seeded(seed):
            network = multilayer((self.k, HIDDEN, HIDDEN, self.k), "relu")
            line = torch.nn.BatchNorm1d(1)
            optimiser = torch.optim.Adam([*network.parameters(), *line.parameters()], lr=self.rate)
            for epoch in range(self.epochs):
                progress.report(epoch / self.epochs, "LUNAR: training")
                optimiser.zero_grad()
                mean = _weighted(network, distances)
                (line(mean[:, None])[:, 0] - labels).square().mean().backward()
                optimiser.step()

        def weigh(some: NDArray[np.float32]) -> Scores:
            with torch.no_grad():
                return np.asarray(_weighted(network, torch.from_numpy(some / np.float32(unit))).double().numpy() * unit)

        return weigh


def _weighted(network: Any, distances: Any) -> Any:
    """Means of the distances (c, k), weighted by what the network makes of them: positive, summing to 1."""
    return (network(distances).softmax(dim=1) * distances).sum(dim=1)


def filled(graph: KnnGraph) -> NDArray[np.float32]:
    """(n, k) distances; where a row has fewer than k neighbours, its farthest one stands for the missing ones."""
    there = graph.ids != MISSING
    distances = np.where(there, graph.distances, np.float32(0.0))
    return np.where(there, distances, distances.max(axis=1, initial=0.0)[:, None])


def _in_chunks(weigh: Any, distances: NDArray[np.float32]) -> Scores:
    parts = [weigh(distances[start : start + CHUNK]) for start in range(0, len(distances), CHUNK)]
    return np.concatenate(parts)
