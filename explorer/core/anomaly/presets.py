"""Published protocols: what must be set to get the numbers that a paper has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from explorer.core.anomaly.base import Detector
from explorer.core.anomaly.detectors import specified
from explorer.core.anomaly.spec import DetectorSpec
from explorer.core.embedding.base import Precision
from explorer.core.neighbors.base import Metric
from explorer.core.neighbors.prepare import Transform


@dataclass(frozen=True)
class Preset:
    """The space that detectors work in, their parameters, and what they learn from.

    mode : ``unsupervised`` fits on all rows and scores them; ``novelty`` fits on normal rows alone and scores others.
    options : detectors that differ from this program's defaults, as ``knn:k=4``.
    """

    precision: Precision
    metric: Metric
    transform: Transform
    mode: Literal["unsupervised", "novelty"]
    options: tuple[str, ...]

    def detector(self, name: str, k: int = 15) -> Detector:
        """The detector of that name as the protocol sets it."""
        specs = {spec.name: spec for spec in map(DetectorSpec.parse, self.options)}
        return specified(specs.get(name, DetectorSpec(name)), k)


EVERYTHING = 1_000_000_000
"""Sample size that means all rows."""

PRESETS: Mapping[str, Preset] = {
    # TAD-Bench (arXiv 2501.11960): PyOD's defaults on standardised vectors. Its KNN counts a row as its own first
    # neighbour, so the fifth one is the fourth other row.
    "tad-bench": Preset(
        precision="fp32",
        metric="euclidean",
        transform="standardise",
        mode="unsupervised",
        options=(
            "knn:k=4,aggregate=largest",
            "lof:k=20",
            f"ocsvm:sample={EVERYTHING}",
            f"kde:bandwidth=1,sample={EVERYTHING}",
            f"cluster:clusters=8,sample={EVERYTHING}",
            f"autoencoder:epochs=10,batch=32,sample={EVERYTHING}",
            f"dsvdd:epochs=100,batch=32,sample={EVERYTHING}",
            "lunar:k=5",
        ),
    ),
    # Text-ADBench (arXiv 2507.12295): fitted on the normal rows of a training split, as its argument files have it.
    "text-adbench": Preset(
        precision="fp32",
        metric="euclidean",
        transform="none",
        mode="novelty",
        options=(
            "knn:k=5,aggregate=largest",
            "lof:k=30",
            f"ocsvm:sample={EVERYTHING}",
            f"kde:bandwidth=50,sample={EVERYTHING}",
            "autoencoder:layers=1024-512-512-256,activation=tanh,epochs=300,batch=1000,rate=1e-4,standard=0,"
            f"sample={EVERYTHING}",
            "dsvdd:layers=1024-512-512-256,activation=tanh,epochs=300,batch=1000,rate=1e-4,standard=0,"
            f"sample={EVERYTHING}",
            f"dpad:layers=1024-512-512-256,activation=tanh,epochs=200,batch=8192,rate=1e-4,sample={EVERYTHING}",
        ),
    ),
}
