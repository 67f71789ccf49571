"""A detector that fails is one remark: the others' results are kept, and the run ends well."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from explorer.app.headless import run_corpus
from explorer.core.anomaly import detectors
from explorer.core.anomaly.base import DetectorInput, Scores
from explorer.core.anomaly.costs import Cost
from explorer.core.anomaly.knn import Knn
from explorer.core.corpus.corpus import Roles
from explorer.core.measure import free_megabytes
from explorer.core.plan import Plan
from explorer.core.progress import Cancelled, Progress
from explorer.core.scoring import refuse_without_memory
from explorer.errors import DetectorError

QUESTIONS = Roles(("question",), id="ticket", label="intent")


@dataclass(frozen=True)
class Broken(Knn):
    """Fails in the way that ``how`` says."""

    how: str = "raises"
    name: str = "pca"

    def score(self, data: DetectorInput, progress: Progress = Progress()) -> Scores:  # noqa: B008
        if self.how == "raises":
            raise RuntimeError("the matrix\nis singular")
        if self.how == "memory":
            raise MemoryError
        if self.how == "stops":
            raise Cancelled
        if self.how == "huge":
            return super().score(data, progress)
        return np.full(len(data.vectors), np.inf)

    def cost(self, rows: int, fit_rows: int, dimension: int) -> Cost:
        return Cost(1.0, fit_rows, fit_rows, False, 1e12 if self.how == "huge" else 1.0)


def plan(*names: str) -> Plan:
    return Plan(encoder="lexical", detectors=names, map=False)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setitem(detectors.DETECTORS, "pca", Broken)
    return monkeypatch


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("raises", "It stopped with RuntimeError: the matrix is singular."),
        ("memory", "It ran out of memory."),
        ("nonsense", "It gave no number for 200 texts: it did not settle."),
        ("huge", "It needs about 1,000,000,000,000 MB of memory"),
    ],
)
def test_the_others_are_kept_and_the_failure_is_named(
    how: str, said: str, broken: pytest.MonkeyPatch, small_csv: Path, tmp_path: Path
) -> None:
    asked = replace(plan("pca", "knn", "lof", "consensus"), options=(f"pca:how={how}",))
    outcome = run_corpus(small_csv, tmp_path / "out", QUESTIONS, asked)
    remark = next(remark for remark in outcome.remarks if remark.startswith("pca gave no scores. "))
    assert said in remark
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["failed"] == {"pca": remark}
    assert manifest["report"]["detector"] == "knn"
    with (tmp_path / "out/report.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all(row["anomaly_score"] == row["score_knn"] and row["score_pca"] == "" for row in rows)
    assert {row["agreement"] for row in rows} <= {"0", "1", "2"}


def test_it_is_tried_again_and_so_is_the_consensus(broken: pytest.MonkeyPatch, small_csv: Path, tmp_path: Path) -> None:
    asked = plan("knn", "lof", "pca", "consensus")
    run_corpus(small_csv, tmp_path / "out", QUESTIONS, asked)
    second = run_corpus(small_csv, tmp_path / "out", QUESTIONS, asked)
    assert "scores.pca" not in second.reused and "scores.consensus" in second.reused
    broken.setattr(Broken, "score", Knn.score)
    third = run_corpus(small_csv, tmp_path / "out", QUESTIONS, asked)
    assert not any("gave no scores" in remark for remark in third.remarks)
    assert "scores.knn" in third.reused and "scores.consensus" not in third.reused


def test_a_wish_to_stop_is_no_failure_and_nothing_left_is_an_error(
    broken: pytest.MonkeyPatch, small_csv: Path, tmp_path: Path
) -> None:
    with pytest.raises(DetectorError, match="pca gave no scores"):
        run_corpus(small_csv, tmp_path / "out", QUESTIONS, plan("pca"))
    with pytest.raises(Cancelled):
        run_corpus(small_csv, tmp_path / "out", QUESTIONS, replace(plan("pca", "knn"), options=("pca:how=stops",)))


def test_memory_is_asked_for_before(tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:    2000000 kB\n")
    assert free_megabytes(tmp_path, tmp_path) == pytest.approx(2048.0)
    for name, text in (("max", "900000000"), ("current", "800000000"), ("stat", "anon 1\nfile 100000000")):
        (tmp_path / f"memory.{name}").write_text(text)
    assert free_megabytes(tmp_path, tmp_path) == pytest.approx(200.0)
    (tmp_path / "memory.max").write_text("max")
    assert free_megabytes(tmp_path, tmp_path) == pytest.approx(2048.0)
    assert free_megabytes(tmp_path / "none", tmp_path / "none") is None
    refuse_without_memory(Cost(1, 1, 1, False, 500.0), None)
    with pytest.raises(DetectorError, match="needs about 500 MB of memory and 200 MB are free"):
        refuse_without_memory(Cost(1, 1, 1, False, 500.0), 200.0)
