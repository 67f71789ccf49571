"""The review's options without a window: within labels, a target precision from labels, learning, all of it rerun."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from explorer.app.by_hand import read_by_hand, save_by_hand
from explorer.app.headless import rerun, run_corpus
from explorer.app.project_folder import ProjectFolder
from explorer.core.corpus.corpus import Roles
from explorer.core.plan import Plan
from explorer.errors import OptionError

ROLES = Roles(("question",), id="ticket", label="intent")


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "report.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def plan(**wishes: Any) -> Plan:
    return Plan(encoder="lexical", map=False, detectors=("knn",), **wishes)


@pytest.fixture
def labelled_csv(tmp_path: Path, small_csv: Path) -> Path:
    """The small corpus with two labels: bank questions, and twelve texts about something else."""
    with small_csv.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    odd = ("storm", "rain", "snow", "hail", "wind", "fog", "frost", "thunder", "cloud", "sun", "sleet", "breeze")
    path = tmp_path / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["ticket", "question", "intent"])
        writer.writerows((row["ticket"], row["question"], "bank") for row in rows)
        writer.writerows((f"W{place}", f"{word} {word[::-1]} tomorrow", "weather") for place, word in enumerate(odd))
    return path


def test_within_each_label_is_a_column_and_the_reason_says_so(labelled_csv: Path, tmp_path: Path) -> None:
    outcome = run_corpus(labelled_csv, tmp_path / "out", ROLES, plan(within="label", flag_share=0.05))
    rows = rows_of(tmp_path / "out")
    assert all(row["anomaly_score"] == row["score_knn_within_label"] != row["score_knn"] for row in rows)
    flagged = [row for row in rows if row["flagged"] == "true"]
    assert flagged and all(f"the median of its label “{row['intent']}”" in row["reason"] for row in flagged)
    assert all("nearest: row " in row["reason"] and row["triage"] == "new" for row in flagged)
    assert any("compared with those of its own label (2 labels)" in remark for remark in outcome.remarks)
    assert rerun(tmp_path / "out/manifest.json", tmp_path / "again").identical


def test_without_labels_nothing_is_compared_within_them(small_csv: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no column with labels"):
        run_corpus(small_csv, tmp_path / "out", Roles(("question",), label=""), plan(within="label"))


def test_a_target_precision_is_estimated_from_the_label_that_means_odd(labelled_csv: Path, tmp_path: Path) -> None:
    wish = plan(target_precision=0.5, odd_value="weather")
    outcome = run_corpus(labelled_csv, tmp_path / "out", ROLES, wish)
    assert outcome.rule.startswith("precision about ") and "wanted: 50%" in outcome.rule
    rows = rows_of(tmp_path / "out")
    flagged = [row for row in rows if row["flagged"] == "true"]
    assert sum(row["intent"] == "weather" for row in flagged) >= 0.5 * len(flagged) > 0
    with pytest.raises(OptionError, match="No text has the label 'snow'"):
        run_corpus(labelled_csv, tmp_path / "out", ROLES, plan(target_precision=0.5, odd_value="snow"))
    with pytest.raises(OptionError, match="needs at least 10 judged texts among the strangest; there are 0"):
        run_corpus(labelled_csv, tmp_path / "out", ROLES, plan(target_precision=0.5))


def test_what_was_learned_from_decisions_is_in_the_report_and_reruns(labelled_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_corpus(labelled_csv, out, ROLES, plan())
    before = rows_of(out)
    first = next(place for place, row in enumerate(before) if row["anomaly_rank"] == "1")
    with ProjectFolder.open(out / "project.textmap") as project:
        _, made = read_by_hand(project, len(before))
        save_by_hand(project, type(made)({first: False}, made.marks))
    run_corpus(labelled_csv, out, ROLES, plan(learn=True))
    after = rows_of(out)
    assert after[first]["triage"] == "dismissed" and after[first]["flagged"] == "false"
    assert float(after[first]["anomaly_score"]) < float(after[first]["score_knn"]) == float(before[first]["score_knn"])
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["parameters"]["learn"] is True
    assert rerun(out / "manifest.json", tmp_path / "again").identical
