"""A small corpus with everything computed: what reports are made of, without the encoders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer.core.corpus.columns import column_of
from explorer.core.corpus.corpus import Corpus, Rejected, Roles, Source
from explorer.core.neighbors.base import KnnGraph
from explorer.core.plan import Plan
from explorer.core.report.decisions import decide
from explorer.core.report.marks import NO_MARKS, Marks
from explorer.core.report.table import Report, report
from explorer.core.results import Results

TEXTS = (
    "my card has not arrived",
    "=cmd|'/c calc'!A1",
    '<script>alert(1)</script> & "quoted"',
    "evil \u202e txet desrever",
    "مرحبا بالعالم",
    "same twin",
    "same twin",
    "",
    "@sum(1) 漢字 👩‍👩‍👧",
    "the last text is a normal text",
)


class Made:
    """A corpus of ten texts with two-dimensional vectors; ``report`` decides about it."""

    def __init__(self, columns: Mapping[str, object] | None = None) -> None:
        rows = len(TEXTS)
        texts = pa.chunked_array([pa.array(TEXTS, pa.large_string())])
        table = pa.table({"text": texts, **{name: column_of(values) for name, values in (columns or {}).items()}})
        ids = pa.chunked_array([pa.array([f"T{row}" for row in range(rows)], pa.large_string())])
        source = Source("folder/mails.csv", "0" * 64, 1, "csv", "comma-separated, UTF-8")
        rejected = (Rejected("mails.csv", 7, "3 cells instead of 4"),)
        self.corpus = Corpus(table, texts, texts, ids, Roles(("text",)), (), source, rejected, (), "f")
        self.plan = Plan(encoder="lexical", k=2, detectors=("knn",), flag_share=0.2)
        near = np.array([[(row + 1) % rows, (row + 2) % rows] for row in range(rows)], np.int32)
        far = np.array([[0.1, 0.25 + row / 7] for row in range(rows)], np.float32)
        near[7], far[7] = -1, np.nan
        scores = np.round(far.mean(axis=1).astype(np.float64), 6)
        positions = np.stack([np.arange(rows) / 3, -np.arange(rows) / 3], axis=1).astype(np.float32)
        positions[7] = np.nan
        graph = KnnGraph(near, far, "cosine", "exact", 1.0, 10)
        self.results = Results(layout=positions, graph=graph, scores={"knn": scores}, cut=1)

    def report(self, overrides: Mapping[int, bool] | None = None, marks: Marks = NO_MARKS) -> Report:
        return report(self.corpus, self.results, decide(self.results, self.plan, overrides, marks))


@pytest.fixture
def make() -> type[Made]:
    return Made


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def marks() -> Marks:
    """Two labels, two notes, one text in the trash."""
    bits = np.zeros(len(TEXTS), np.uint64)
    bits[2], bits[5:7] = 3, 1
    trash = np.zeros(len(TEXTS), np.bool_)
    trash[3] = True
    return Marks(("spam", "<i>odd"), bits, {0: "=1+1", 3: "reads \u202e backwards"}, trash)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "new folder"
