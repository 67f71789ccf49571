"""TAD-Bench (arXiv 2501.11960), COVID-Fake with all-MiniLM-L6-v2: the published AUROC through our own path."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from explorer.core.anomaly.base import DetectorInput
from explorer.core.anomaly.presets import PRESETS
from explorer.core.embedding.registry import EncoderRequest, open_encoder
from explorer.core.neighbors.graph import graph_of
from explorer.core.neighbors.prepare import prepare
from explorer.core.progress import SILENT

FILE = Path(__file__).parents[2] / "data" / "tad-bench" / "covid_fake.jsonl"
PRESET = PRESETS["tad-bench"]


@pytest.fixture(scope="module")
def covid() -> tuple[DetectorInput, np.ndarray]:
    """Protocol of the paper: fp32 vectors, standardised, Euclidean."""
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    encoder = open_encoder(EncoderRequest(precision=PRESET.precision))
    vectors = encoder.encode([row["text"] for row in rows], SILENT).vectors
    prepared = prepare(vectors, PRESET.metric, PRESET.transform)
    graph = graph_of(prepared, k=20)
    return DetectorInput(prepared.vectors, graph, prepared.valid, 0), np.array([row["label"] for row in rows])


@pytest.mark.parametrize(
    ("detector", "published"),
    [("knn", 0.8413), ("lof", 0.7433), ("ocsvm", 0.7843), ("ecod", 0.7581), ("hbos", 0.7441)],
)
def test_published_auroc(covid: tuple[DetectorInput, np.ndarray], detector: str, published: float) -> None:
    data, labels = covid
    scores = PRESET.detector(detector).score(data, SILENT)
    assert roc_auc_score(labels, scores) == pytest.approx(published, abs=0.002)
