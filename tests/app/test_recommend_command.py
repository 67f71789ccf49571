"""``text-explorer benchmark recommend`` as a person meets it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from explorer.cli import main
from tests.conftest import sample_rows

CHEAP = ["--encoder", "lexical", "--detector", "knn", "lof", "ecod", "consensus"]


def write_columns(path: Path, *columns: str) -> Path:
    """The small sample with some of its columns."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(sample_rows(200))
    return path


def test_it_recommends_says_why_and_how_often_that_was_right(
    small_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "recommended.csv"
    assert main(["benchmark", "recommend", str(small_csv), *CHEAP, "--out", str(out), "--quiet"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Recommended: ")
    assert "agrees with" in said
    assert "within 0.02 AUROC of the best in" in said
    assert "a blind choice" in said
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["detector"] for row in rows} == {"knn", "lof", "ecod", "consensus"}
    assert rows[0]["rank"] == "1"
    assert f"Recommended: {rows[0]['detector']} on lexical." in said
    assert [int(row["rank"]) for row in rows] == sorted(int(row["rank"]) for row in rows)
    before = out.read_bytes()
    assert main(["benchmark", "recommend", str(small_csv), *CHEAP, "--out", str(out), "--quiet"]) == 0
    assert out.read_bytes() == before


def test_labels_are_never_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        write_columns(tmp_path / "labelled.csv", "question", "intent", "source"),
        write_columns(tmp_path / "bare.csv", "question"),
    ]
    answers = []
    for file in files:
        assert main(["benchmark", "recommend", str(file), *CHEAP, "--json", "--quiet"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    assert answers[0]["encoder"] == "lexical"
    assert answers[0]["reliability"]["corpora"] > 0
    assert {"why", "doubts", "ranked", "weights"} <= set(answers[0])


@pytest.mark.parametrize(("words", "said"), [([], "on this machine"), (["--allow-download"], "cannot be fetched")])
def test_a_model_is_fetched_only_with_permission_and_the_others_are_compared(
    small_csv: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["benchmark", "recommend", str(small_csv), *CHEAP[:1], "nobody/no-such-model", *CHEAP[1:], *words]) == 0
    printed = capsys.readouterr()
    assert said in printed.err and "on lexical." in printed.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--detector", "magic"], "Unknown detector 'magic'"),
        (["--detector", "consensus", "knn"], "at least two other detectors"),
        (["--text", "nothing"], "no column called 'nothing'"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    small_csv: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["benchmark", "recommend", str(small_csv), "--encoder", "lexical", *words, "--quiet"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_texts_that_are_all_the_same_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "same.csv"
    file.write_text("text\n" + "my card does not work\n" * 40, encoding="utf-8")
    assert main(["benchmark", "recommend", str(file), *CHEAP, "--quiet"]) == 2
    assert "same score" in capsys.readouterr().err
