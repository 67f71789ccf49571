"""The report's columns: what was done by hand is in them, typed, for any rows in any order."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from explorer.core.quality.checks import make_check
from explorer.core.quality.duplicates import Duplicates
from explorer.core.quality.label_errors import LabelErrors
from explorer.core.report.manifest import counts
from explorer.core.report.marks import Marks
from explorer.core.report.table import BATCH, Report


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_what_was_done_stands_after_the_decision(made, marks: Marks, tmp_path: Path) -> None:
    report = made.report({0: True}, marks)
    assert report.header == [
        "row", "id", "text", "corpus_text", "x", "y", "anomaly_score", "anomaly_rank", "flagged", "override",
        "triage", "labels", "note", "trashed", "reason", "outlier_kind", "alike_group",
        "score_knn", "neighbor_rows", "neighbor_distances", "duplicate_of",
        "duplicate_group", "suggested_label", "label_quality", "corrected_label", "checks",
    ]  # fmt: skip
    report.write(tmp_path / "r.csv")
    rows = cells(tmp_path / "r.csv")
    assert [row["labels"] for row in rows] == ["", "", "spam; <i>odd", "", "", "spam", "spam", "", "", ""]
    assert rows[0]["note"] == "'=1+1" and rows[0]["override"] == "flag"
    assert [row["trashed"] for row in rows].count("true") == 1 and rows[3]["trashed"] == "true"
    assert rows[3]["text"].startswith("evil"), "a text in the trash stays in the report"


def test_columns_are_there_when_nothing_was_done(made, tmp_path: Path) -> None:
    made.report().write(tmp_path / "r.csv")
    rows = cells(tmp_path / "r.csv")
    assert {(row["labels"], row["note"], row["trashed"]) for row in rows} == {("", "", "false")}


def test_what_was_found_and_corrected_has_columns(make, tmp_path: Path) -> None:
    made, none, rows = make({"kind": ["a"] * 10}), np.int32(-1), 10
    groups = np.full(rows, none)
    groups[5:7] = 0
    first = np.where(np.arange(rows) == 6, 5, np.arange(rows)).astype(np.int32)
    distances = np.where(groups < 0, np.nan, 0).astype(np.float32)
    duplicates = Duplicates(first, groups, np.array([5], np.int32), np.array([2]), distances, 0.15, 0.2)
    suggested, quality = np.full(rows, none), np.full(rows, np.nan, np.float32)
    suggested[2], quality[2], quality[3] = 1, 0.125, 1
    flags = np.where(suggested >= 0, 1, 0).astype(np.uint8)
    labels = LabelErrors(np.zeros(rows, np.int32), suggested, quality, flags, ("a", "=b"), "kind")
    texts = (make_check("email", np.array([2, 8]), rows),)
    made.results = replace(made.results, duplicates=duplicates, labels=labels, text_checks=texts)
    made.report(None, Marks(corrections={2: "=b", 8: "c"})).write(tmp_path / "r.csv")
    found = cells(tmp_path / "r.csv")
    assert [row["duplicate_group"] for row in found] == ["", "", "", "", "", "0", "0", "", "", ""]
    assert (found[2]["suggested_label"], found[2]["label_quality"]) == ("'=b", "0.125"), "no formula for a spreadsheet"
    assert found[3]["label_quality"] == "1" and found[4]["label_quality"] == ""
    assert [found[row]["corrected_label"] for row in (2, 3, 8)] == ["'=b", "", "c"]
    assert [found[row]["checks"] for row in (2, 3, 5, 8)] == ["label_error; email", "", "duplicate", "email"]


def test_counts_say_how_many(made, marks: Marks) -> None:
    found = counts(made.corpus, made.results, made.report({1: False}, marks).decisions)
    assert (found["labelled"], found["noted"], found["trashed"], found["overridden"]) == (3, 2, 1, 1)
    assert found["loaded"] == 10


def test_chosen_rows_are_those_of_the_whole_in_the_order_asked(made, marks: Marks) -> None:
    report: Report = made.report(None, marks)
    whole = list(report.rows())
    chosen = np.array([9, 0, 4, 4])
    assert list(report.rows(chosen)) == [whole[row] for row in chosen]
    assert list(report.rows(np.empty(0, np.int64))) == []


def test_columns_have_types(made, marks: Marks) -> None:
    batch = made.report(None, marks).batch(np.array([2, 7]))
    kinds = {name: values.type for name, values in batch.columns.items()}
    assert kinds["row"] == kinds["anomaly_rank"] == kinds["duplicate_of"] == pa.int64()
    assert kinds["labels"] == pa.list_(pa.string()) and kinds["neighbor_rows"] == pa.list_(pa.int64())
    assert kinds["flagged"] == kinds["trashed"] == pa.bool_() and kinds["score_knn"] == pa.float64()
    assert batch.columns["anomaly_rank"].to_pylist()[1] is None, "what is not scored has no rank"
    assert batch.columns["neighbor_rows"].to_pylist()[1] == [] and len(batch) == 2


def test_own_columns_with_the_same_names_keep_theirs_under_another(make) -> None:
    report = make({"labels": ["own"] * 10, "note": ["mine"] * 10}).report()
    assert report.header[3:6] == ["corpus_text", "corpus_labels", "corpus_note"]


def test_batches_meet_without_a_gap(made) -> None:
    rows = np.arange(BATCH + 3) % 10
    assert [row[0] for row in made.report().rows(rows)] == [str(row) for row in rows]
