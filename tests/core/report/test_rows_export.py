"""Rows as CSV, JSONL and Parquet: the same content, typed, whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.core.progress import Cancelled, Progress
from explorer.core.progress import Report as Said
from explorer.core.report import table
from explorer.core.report.marks import Marks
from explorer.core.report.rows_export import export_rows, storable
from explorer.errors import OptionError, OutputError

DAY = dt.date(2024, 2, 29)


@pytest.fixture
def report(make, marks: Marks):
    own = {
        "amount": [row * 1.5 if row else None for row in range(10)],
        "count": [2**53 + 1, *range(9)],
        "paid": [True, None] * 5,
        "day": [DAY] * 10,
        "formula": ["=1+1"] * 10,
    }
    return make(own).report({1: False}, marks)


def test_jsonl_has_values_with_their_types(report, out: Path) -> None:
    assert export_rows(report, None, out / "r.jsonl") == 10
    rows = [json.loads(line) for line in (out / "r.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
    assert list(rows[0]) == report.header
    assert rows[2]["labels"] == ["spam", "<i>odd"] and rows[3]["trashed"] is True and rows[1]["override"] == "clear"
    assert rows[0]["amount"] is None and rows[3]["amount"] == 4.5 and rows[0]["count"] == 2**53 + 1
    assert rows[0]["paid"] is True and rows[0]["day"] == "2024-02-29" and rows[0]["formula"] == "=1+1"
    assert rows[7]["anomaly_score"] is None and rows[7]["neighbor_rows"] == [] and rows[7]["x"] is None
    assert rows[1]["neighbor_rows"] == [2, 3] and rows[1]["neighbor_distances"] == [0.1, 0.392857]
    assert rows[6]["duplicate_of"] == 5 and rows[5]["duplicate_of"] is None


def test_parquet_keeps_the_types(report, out: Path) -> None:
    assert export_rows(report, None, out / "r.parquet") == 10
    found = pq.read_table(out / "r.parquet")
    assert found.column_names == report.header
    assert found.schema.field("day").type == pa.date32() and found.schema.field("count").type == pa.int64()
    assert found["amount"].to_pylist() == report.corpus.table["amount"].to_pylist()
    assert found["labels"].to_pylist()[2] == ["spam", "<i>odd"] and found["text"].to_pylist()[1].startswith("=cmd")
    assert found["neighbor_distances"].type == pa.list_(pa.float32())
    np.testing.assert_array_equal(found["score_knn"].to_numpy(), report.results.scores["knn"])


def test_csv_is_the_report_itself_with_the_guard(report, out: Path) -> None:
    report.write(out.with_name("whole.csv"))
    assert export_rows(report, None, out / "r.csv") == 10
    assert (out / "r.csv").read_bytes() == out.with_name("whole.csv").read_bytes()
    export_rows(report, np.array([1]), out / "one.csv")
    export_rows(report, np.array([1]), out / "raw.csv", raw=True)
    guarded, raw = ((out / name).read_text(encoding="utf-8") for name in ("one.csv", "raw.csv"))
    assert "'=cmd" in guarded and "'=1+1" in guarded and "'=" not in raw


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_the_three_formats_agree_on_the_rows_asked_for(kind: str, report, out: Path) -> None:
    rows, path = np.array([8, 2, 2, 5]), out / f"r.{kind}"
    assert export_rows(report, rows, path) == 4
    if kind == "csv":
        with path.open(encoding="utf-8", newline="") as lines:
            found = [int(row["row"]) for row in csv.DictReader(lines)]
    elif kind == "jsonl":
        found = [json.loads(line)["row"] for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        found = pq.read_table(path)["row"].to_pylist()
    assert found == rows.tolist()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_no_rows_are_a_file_without_rows(kind: str, report, out: Path) -> None:
    path = out / f"none.{kind}"
    assert export_rows(report, np.empty(0, np.int64), path) == 0
    if kind == "parquet":
        assert pq.read_table(path).column_names == report.header and pq.read_table(path).num_rows == 0
    else:
        assert len(path.read_text(encoding="utf-8").splitlines()) == (kind == "csv")


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_cancelling_leaves_the_old_file(kind: str, report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "BATCH", 2)
    path = tmp_path / f"r.{kind}"
    path.write_text("old")
    said: list[Said] = []
    progress = Progress(said.append, lambda: len(said) > 0)
    with pytest.raises(Cancelled):
        export_rows(report, None, path, progress=progress)
        progress.check()
    assert kind == "csv" or path.read_text() == "old", "a CSV this small is written in one go"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_what_cannot_be_written_is_said(report, tmp_path: Path) -> None:
    for name in ("rows.xlsx", "rows"):
        with pytest.raises(OptionError, match=r"\.csv, \.jsonl or \.parquet"):
            export_rows(report, None, tmp_path / name)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="Cannot write"):
        export_rows(report, None, tmp_path / "file" / "r.jsonl")


def test_json_is_valid_whatever_a_column_holds(make, out: Path) -> None:
    report = make().report()
    own = report.corpus.table.append_column("odd", pa.array([1.5, float("nan"), float("inf"), None] + [0.1] * 6))
    own = own.append_column("single", pa.array([0.1] * 10, pa.float32()))
    own = own.append_column("exact", pa.array([Decimal("1.20")] * 10))
    own = own.append_column("nested", pa.array([{"a": [DAY, None]}] * 10))
    report = replace(report, corpus=replace(report.corpus, table=own))
    export_rows(report, None, out / "r.jsonl")
    first, second, third = (
        json.loads(line, parse_constant=pytest.fail) for line in (out / "r.jsonl").read_text().splitlines()[:3]
    )
    assert (first["odd"], second["odd"], third["odd"]) == (1.5, None, None)
    assert first["single"] == 0.1 and first["exact"] == "1.20" and first["nested"] == {"a": ["2024-02-29", None]}
    export_rows(report, None, out / "r.parquet")
    assert pq.read_table(out / "r.parquet")["single"].type == pa.float32()


def test_types_that_parquet_lacks_become_text(out: Path) -> None:
    lacking = [
        pa.month_day_nano_interval(),
        pa.struct([]),
        pa.list_(pa.struct([])),
        pa.run_end_encoded(pa.int32(), pa.string()),
    ]
    assert not any(map(storable, lacking))
    for kind in (pa.duration("us"), pa.time64("us"), pa.list_(pa.int8()), pa.struct([("a", pa.date32())]), pa.null()):
        assert storable(kind)
        out.mkdir(exist_ok=True)
        pq.write_table(pa.table({"a": pa.nulls(2, kind)}), out / "t.parquet")
