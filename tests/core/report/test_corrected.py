"""The corrected corpus: its own columns in its own format, nothing changed but what was decided."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.core.corpus.append import appended
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.readers import read_corpus
from explorer.core.corpus.snapshot import open_snapshot, save_snapshot
from explorer.core.report.corrected import corrected_table, own_suffix, write_corrected
from explorer.core.report.marks import Marks
from explorer.errors import OptionError

TEXTS = ("my card has not arrived", "=1+1 is two", 'a "quoted", text\nof two lines', "über 10 € — 漢字", "the last one")


def marks(corrections: dict[int, str], *trash: int) -> Marks:
    mask = np.zeros(len(TEXTS) if trash else 0, np.bool_)
    mask[list(trash)] = True
    return Marks(trash=mask, corrections=corrections)


def records(**columns: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"T{row}",
            "text": text,
            "kind": "ab"[row % 2],
            **{name: values[row] for name, values in columns.items()},
        }
        for row, text in enumerate(TEXTS)
    ]


def read(path: Path) -> Corpus:
    return read_corpus(path, text=("text",), label="kind", id="id")


def jsonl(folder: Path, rows: list[dict[str, Any]], name: str = "in.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_comes_back_as_it_was_with_its_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "text", "kind"], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(records())
    corpus = read(path)
    assert write_corrected(corpus, marks({}), tmp_path / "same.csv") == 5
    assert (tmp_path / "same.csv").read_bytes() == path.read_bytes()
    write_corrected(corpus, marks({1: "a", 4: "new; one"}), tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, delimiter=delimiter))
    expected = records()
    expected[1]["kind"], expected[4]["kind"] = "a", "new; one"
    assert found == expected


def test_the_trash_is_left_out_on_wish(tmp_path: Path) -> None:
    corpus = read(jsonl(tmp_path, records()))
    decided = marks({0: "b"}, 1, 3)
    assert write_corrected(corpus, decided, tmp_path / "all.jsonl") == 5
    assert write_corrected(corpus, decided, tmp_path / "some.jsonl", without_trash=True) == 3
    lines = (tmp_path / "some.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["T0", "T2", "T4"]
    assert json.loads(lines[0])["kind"] == "b"


VALUES = {
    "whole": [1, 2, 3, None, 5],
    "mixed": [1, 2.5, None, 4, 5],
    "flag": [True, False, None, True, True],
    "nested": [{"a": [1, {"b": None}]}, [], {"ü": "€"}, None, [1.5]],
    "digits": ["1", "2", "03", "4", "5"],
    "either": [1, "one", 2.0, None, "x"],
}


@pytest.mark.parametrize("kind", ["jsonl", "json"])
def test_json_keeps_its_values(tmp_path: Path, kind: str) -> None:
    """Whole and broken numbers together and nested values are kept as text in between, and are values again."""
    rows = records(**VALUES)
    path = jsonl(tmp_path, rows)
    if kind == "json":
        path = tmp_path / "in.json"
        path.write_text(json.dumps(rows), encoding="utf-8")
    snapshot = tmp_path / "corpus.arrow"
    save_snapshot(read(path), snapshot)
    corpus = open_snapshot(snapshot)
    assert set(corpus.spelled) == {"mixed", "nested"}
    out = tmp_path / f"out.{kind}"
    write_corrected(corpus, marks({2: "b"}), out)
    text = out.read_text(encoding="utf-8")
    found = json.loads(text) if kind == "json" else [json.loads(line) for line in text.splitlines()]
    rows[2]["kind"] = "b"
    for row in rows:  # numbers and texts together cannot be told apart any more
        row["either"] = None if row["either"] is None else str(row["either"])
    assert found == rows


def test_texts_added_later_keep_their_values_too(tmp_path: Path) -> None:
    one = read(jsonl(tmp_path, records(score=[1, 2, 3, 4, 5], code=["1", "2", "3", "4", "5"])))
    two = read(jsonl(tmp_path, records(score=[0.5] * 5, code=[{"a": 1}] * 5), "more.jsonl"))
    corpus = appended(one, two)
    assert corpus.spelled == ("score",), "code was a text in the first file"
    write_corrected(corpus, Marks(), tmp_path / "out.jsonl")
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["score"] for row in found] == [1, 2, 3, 4, 5] + [0.5] * 5
    assert found[0]["code"] == "1" and found[9]["code"] == '{"a": 1}'


def test_parquet_keeps_its_types_and_labels_keep_theirs(tmp_path: Path) -> None:
    table = pa.table({
        "id": [f"T{row}" for row in range(5)], "text": list(TEXTS), "kind": pa.array([0, 1, 0, 1, None], pa.int8()),
        "when": pa.array([0, 1, 2, 3, None], pa.timestamp("us")), "parts": [[1], [], [2, 3], None, [4]],
    })  # fmt: skip
    pq.write_table(table, tmp_path / "in.parquet")
    corpus = read(tmp_path / "in.parquet")
    write_corrected(corpus, marks({0: "1", 4: "0"}), tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")
    assert found["kind"].type == pa.int8() and found["kind"].to_pylist() == [1, 1, 0, 1, 0]
    assert found.drop(["kind"]).to_pylist() == table.drop(["kind"]).to_pylist()


def test_a_label_that_does_not_fit_the_type_makes_the_column_text(tmp_path: Path) -> None:
    corpus = read(jsonl(tmp_path, [{**row, "kind": number} for number, row in enumerate(records())]))
    assert corrected_table(corpus, marks({1: "spam"}))["kind"].to_pylist() == ["0", "spam", "2", "3", "4"]
    assert corrected_table(corpus, marks({1: "7"}))["kind"].to_pylist() == [0, 7, 2, 3, 4]


def test_a_workbook_holds_texts_not_formulas(tmp_path: Path) -> None:
    corpus = read(jsonl(tmp_path, records(score=[1, 2.5, None, 4, 5], flag=[True] * 5)))
    write_corrected(corpus, marks({0: "b\x0b"}), tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("id", "text", "kind", "score", "flag")
    assert [row[1] for row in rows[1:]] == list(TEXTS) and rows[1][2] == "b\ufffd" and rows[1][4] is True
    assert sheet["B3"].data_type == "s", "=1+1 stays a text"
    again = read(tmp_path / "out.xlsx")
    assert again.texts.to_pylist() == list(TEXTS)


def test_a_cell_too_long_for_a_workbook_is_refused(tmp_path: Path) -> None:
    corpus = read(jsonl(tmp_path, [{**row, "text": row["text"] + "x" * 40_000} for row in records()]))
    with pytest.raises(OptionError, match="32,767 characters"):
        write_corrected(corpus, marks({}), tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


def test_one_text_a_line(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("one\n\nthree\nfour\nfive\n", encoding="utf-8")
    corpus = read_corpus(tmp_path / "in.txt")
    write_corrected(corpus, marks({}, 3), tmp_path / "out.txt", without_trash=True)
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "one\n\nthree\nfive\n"
    assert own_suffix(corpus) == ".txt"
    with pytest.raises(OptionError, match="one text a line"):
        write_corrected(read(jsonl(tmp_path, records())), marks({}), tmp_path / "other.txt")


@pytest.mark.parametrize("name", ["out.docx", "out", "out.csv.gz"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match=r"\.parquet"):
        write_corrected(read(jsonl(tmp_path, records())), marks({}), tmp_path / name)


def test_an_empty_corpus_is_left_when_all_is_in_the_trash(tmp_path: Path) -> None:
    corpus = read(jsonl(tmp_path, records()))
    for name in ("out.csv", "out.json", "out.jsonl", "out.parquet", "out.xlsx"):
        assert write_corrected(corpus, marks({}, *range(5)), tmp_path / name, without_trash=True) == 0
    assert json.loads((tmp_path / "out.json").read_text()) == []
    assert (tmp_path / "out.csv").read_text() == "id,text,kind\n"
