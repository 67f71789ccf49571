"""Dense projection (DPAD; Fu, Zhang & Fan, AAAI 2024): dense regions made denser, then distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.core.anomaly.base import DetectorInput, Scores, above_zero, positive
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.fitted import CHUNK, alike, by_chunk, distance_to, taken, training_rows
from explorer.core.anomaly.knn import Knn
from explorer.core.anomaly.spec import Declared
from explorer.core.anomaly.training import check_training, multilayer, seeded, weights_between, widths
from explorer.core.arrays import Vectors
from explorer.core.neighbors.among import neighbours_among
from explorer.core.neighbors.base import MISSING
from explorer.core.progress import SILENT, Progress

TRAINED = 0.8
"""Share of the progress that training takes."""


@dataclass(frozen=True)
class Dpad(Declared):
    """Mean distance to the ``nearest`` texts in a space where texts that were near have been drawn together.

    A network f is trained to make the sum of ``exp(-gamma * D) * D`` small, D being the squared distances of f(x) in a
    batch and the exponential, taken as a constant, the weight: only what is near already is pulled nearer. ``penalty``
    times the distance of every weight matrix's length from 1 keeps it from mapping all to one point.

    Text-ADBench (768 numbers): ``layers=1024-512-512-256,activation=tanh,epochs=200,batch=8192,rate=1e-4``, gamma,
    penalty and nearest as here. Smaller here, for vectors of some hundred numbers. sample : texts that it is trained
    on, and among which neighbours are looked for, at most; all are scored. Raises ``OptionError`` for impossible
    parameters.
    """

    layers: str = "256-128-64"
    activation: str = "leaky_relu"
    epochs: int = 100
    batch: int = 1024
    rate: float = 1e-3
    gamma: float = 0.01
    penalty: float = 0.1
    nearest: int = 10
    sample: int = 20_000
    name: str = "dpad"
    summary: str = "Draws dense topics together before it measures distances; for corpora of several normal topics."

    def __post_init__(self) -> None:
        check_training(self)
        positive("nearest", self.nearest)
        for name in ("gamma", "penalty"):
            above_zero(name, getattr(self, name))

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        fitted = min(fit_rows, self.sample)
        sizes = (dimension, *widths(self.layers))
        weights = weights_between(sizes)
        pairs = min(self.batch, fitted) * sizes[-1]
        seconds = 2.0 + self.epochs * fitted * (weights + 2 * pairs) * 4e-10 + rows * fitted * sizes[-1] * 4e-11
        return Cost(
            seconds, fitted, fit_rows, False, 100.0 + 3e-5 * min(self.batch, fitted) ** 2 + 1.2e-5 * rows * sizes[-1]
        )

    def score(self, data: DetectorInput, progress: Progress = SILENT) -> Scores:
        progress.report(0.0, "Dense projection")
        scores = np.full(len(data.vectors), np.nan)
        chosen = training_rows(data, self.sample)
        training = taken(data.fit.vectors, chosen)
        if not data.valid.any() or not len(training):
            progress.report(1.0, "Dense projection")
            return scores
        if alike(training):
            by_chunk(scores, data, distance_to(training[0]), "Dense projection", progress)
            return scores
        project = self._train(np.asarray(training, np.float32), data.seed, progress.part(0.0, TRAINED))
        scores = self._distances(project, training, chosen, data, progress.part(TRAINED, 1.0))
        progress.report(1.0, "Dense projection")
        return scores

    def _train(self, training: Vectors, seed: int, progress: Progress) -> Any:
        """The network, as a function from vectors to their projections."""
        import torch

        with seeded(seed):
            network = multilayer((training.shape[1], *widths(self.layers)), self.activation)
            optimiser = torch.optim.Adam(network.parameters(), lr=self.rate, amsgrad=True)
            rows = torch.from_numpy(training)
            for epoch in range(self.epochs):
                for batch in torch.split(torch.randperm(len(rows)), self.batch):
                    progress.report(epoch / self.epochs, "Dense projection: training")
                    optimiser.zero_grad()
                    self._loss(network, rows[batch]).backward()
                    optimiser.step()

        def project(vectors: Vectors) -> Vectors:
            with torch.no_grad():
                parts = [network(torch.from_numpy(part)).numpy() for part in _parts(vectors)]
            return np.concatenate(parts)

        return project

    def _loss(self, network: Any, batch: Any) -> Any:
        import torch

        placed = network(batch)
        squared = torch.cdist(placed, placed).square()
        weights = torch.exp(-self.gamma * squared).detach()
        lengths = torch.stack([torch.linalg.vector_norm(each) for each in network.parameters()])
        return (weights * squared).sum() / len(batch) + self.penalty * (lengths - 1.0).abs().sum()

    def _distances(
        self, project: Any, training: Vectors, chosen: NDArray[np.intp], data: DetectorInput, progress: Progress
    ) -> Scores:
        """Mean distances to the nearest projections, asked from the one place that knows neighbours."""
        places = np.full(len(data.fit.vectors) + 1, MISSING, np.int32)
        places[chosen] = np.arange(len(chosen))
        graph = neighbours_among(
            project(training),
            project(data.vectors),
            k=self.nearest,
            metric="euclidean",
            valid=data.valid,
            places=places[data.fit.places],
            progress=progress,
        )
        return Knn(self.nearest).score(DetectorInput(data.vectors, graph, data.valid, data.seed))


def _parts(vectors: Vectors) -> list[Vectors]:
    """Copies of some rows at a time: torch wants arrays that may be written to."""
    return [np.array(vectors[start : start + CHUNK], np.float32) for start in range(0, len(vectors), CHUNK)]
