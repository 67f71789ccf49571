"""``text-explorer check`` and the corrected export, as a person and as a script meet them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from explorer.app.by_hand import ByHand, save_by_hand
from explorer.app.project_folder import ProjectFolder
from explorer.cli import main
from explorer.core.report.marks import Marks
from tests.conftest import sample_rows


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 questions, every fourth in the test part; row 8 is row 1 again, row 9 holds a card's number."""
    folder = tmp_path_factory.mktemp("checked")
    rows = [{**row, "part": "test" if place % 4 == 0 else "train"} for place, row in enumerate(sample_rows(120))]
    rows[8]["question"] = rows[1]["question"]
    rows[9]["question"] = "My card 4111 1111 1111 1111 was declined"
    with (folder / "q.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    words = ["run", str(folder / "q.csv"), "--out", str(folder / "out"), "--encoder", "lexical", "--label", "intent"]
    assert main([*words, "--text", "question", "--no-map", "--quiet"]) == 0
    return folder / "out/project.textmap"


def test_words(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(project), "--split", "part"]) == 0
    out, _ = capsys.readouterr()
    assert "120 texts checked." in out and "Payment card numbers" in out and "Nothing found: " in out
    assert "Duplicates: 2 identical texts in 1 group" in out
    assert "across part" in out and "test and train: " in out
    assert "in intent are probably wrong" in out


def test_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(project), "--split", "part", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    checks = {check["name"]: check for check in answer["checks"]}
    assert checks["card_number"]["rows"] == [9] and checks["card_number"]["severity"] == "high"
    assert 0 < checks["card_number"]["score"] < 1 and checks["empty"]["score"] == 1
    assert [1, 8] in [group["rows"] for group in answer["duplicates"]["groups"]] or any(
        {1, 8} <= set(group["rows"]) for group in answer["duplicates"]["groups"]
    )
    assert {1, 8} <= set(answer["leakage"]["rows"])
    assert answer["leakage"]["shared"][0]["parts"] == ["test", "train"]
    assert answer["label_errors"]["column"] == "intent" and answer["label_errors"]["judged"] > 0
    assert all(entry["given"] != entry["suggested"] for entry in answer["label_errors"]["flagged"])


@pytest.mark.parametrize(
    ("column", "said"), [("nope", "Its columns are"), ("question", "is no split"), ("ticket", "is no split")]
)
def test_a_column_that_is_no_split(project: Path, column: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(project), "--split", column]) == 2
    assert said in capsys.readouterr().err


def test_what_was_left_out_is_computed_when_it_is_asked_for(
    small_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", str(small_csv), "--out", str(tmp_path / "o"), "--encoder", "lexical", "--no-map", "--quiet"]
    assert main([*words, "--no-checks", "--json"]) == 0
    assert not {"duplicates", "labels", "text_checks"} & set(json.loads(capsys.readouterr().out)["seconds"])
    with (tmp_path / "o/report.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["checks"] for row in csv.DictReader(lines)} == {""}
    assert main(["check", str(tmp_path / "o/project.textmap"), "--quiet"]) == 0
    assert "200 texts checked." in capsys.readouterr().out
    assert main([*words, "--json"]) == 0
    assert {"duplicates", "text_checks"} <= set(json.loads(capsys.readouterr().out)["reused"])


def test_the_corrected_corpus_by_command(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np

    trash = np.zeros(120, np.bool_)
    trash[8] = True
    with ProjectFolder.open(project) as opened:
        save_by_hand(opened, ByHand({}, Marks(trash=trash, corrections={2: "card_arrival", 3: "brand new"})))
    out = tmp_path / "clean.csv"
    assert main(["export", str(project), "--out", str(out), "--corrected", "--without-trash"]) == 0
    said = capsys.readouterr()
    assert "119 texts" in said.out and "1 text in the trash: left out." in said.err
    with out.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert len(rows) == 119 and rows[3]["intent"] == "brand new" and "part" in rows[0]
    assert "anomaly_score" not in rows[0]
    assert main(["export", str(project), "--out", str(tmp_path / "r.csv")]) == 0
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as lines:
        assert list(csv.DictReader(lines))[3]["corrected_label"] == "brand new"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--corrected", "--rows", "flagged"], "written whole"),
        (["--without-trash"], "Add --corrected"),
    ],
)
def test_options_that_do_not_go_together(
    project: Path, tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(project), "--out", str(tmp_path / "x.csv"), *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("texts", "labels", "said"),
    [
        (["The very same text"] * 30, ["a", "b"] * 15, "All texts are the same: nothing can be told apart."),
        (["The very same text"] * 30 + ["a card", "a fee", "a loan"], ["a"] * 33, "29 of 33 texts are copies"),
        ([f"text number {place}" for place in range(30)], ["only"] * 30, "All labels in label are the same (only)"),
        ([f"text number {place}" for place in range(30)], [""] * 30, "The column label is empty"),
    ],
)
def test_corpora_in_which_nothing_can_be_told(
    texts: list[str], labels: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "c.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([("text", "label"), *zip(texts, labels, strict=True)])
    words = ["run", str(tmp_path / "c.csv"), "--out", str(tmp_path / "o"), "--encoder", "lexical", "--label", "label"]
    assert main([*words, "--text", "text", "--no-map", "--quiet"]) == 0
    assert main(["check", str(tmp_path / "o/project.textmap")]) == 0
    assert said in capsys.readouterr().out
