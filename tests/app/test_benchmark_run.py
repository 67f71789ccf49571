"""``text-explorer benchmark run``: published numbers, going on after a stop, and what cannot be measured."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from explorer.cli import main

COVID = Path(__file__).parents[1] / "data" / "tad-bench" / "covid_fake.jsonl"
PUBLISHED = {"knn": 0.8413, "lof": 0.7433, "ocsvm": 0.7843, "ecod": 0.7581, "hbos": 0.7441}
"""arXiv 2501.11960, all-MiniLM-L6-v2."""


def rows_of(folder: Path, name: str = "results.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 texts of two topics, 12 of them odd."""
    random = np.random.default_rng(0)
    usual = ["card", "bank", "fee", "refund", "transfer", "account"]
    odd = ["whale", "forest", "river", "glacier", "moss", "heron"]
    path = tmp_path_factory.mktemp("bench") / "mails.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "kind", "topic"])
        for row in range(120):
            strange = row % 10 == 0
            words = random.choice(odd if strange else usual, 4)
            writer.writerow([" ".join(words) + f" {row % 7}", "spam" if strange else "ham", row % 3])
    return path


def test_the_preset_reproduces_tad_bench(tmp_path: Path) -> None:
    words = ["benchmark", "run", str(COVID), "--label", "label", "--preset", "tad-bench", "--quiet"]
    assert main([*words, "--detector", *PUBLISHED, "--out", str(tmp_path)]) == 0
    found = {row["detector"]: float(row["auroc"]) for row in rows_of(tmp_path)}
    assert found == pytest.approx(PUBLISHED, abs=0.002)


@pytest.mark.parametrize("protocol", ["unsupervised", "novelty"])
def test_every_cell_is_a_row_and_a_second_run_computes_nothing(
    corpus: Path, tmp_path: Path, protocol: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["benchmark", "run", str(corpus), "--label", "kind", "--encoder", "lexical", "--detector", "knn", "iforest"]
    words += ["--protocol", protocol, "--seeds", "2", "--out", str(tmp_path), "--json", "--quiet"]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    rows = rows_of(tmp_path)
    assert [(row["detector"], row["seed"]) for row in rows] == [("knn", "0"), ("iforest", "0"), ("iforest", "1")]
    assert {row["protocol"] for row in rows} == {protocol}
    assert rows[0]["odd"] == "12"
    assert int(rows[0]["rows"]) == (120 if protocol == "unsupervised" else 120 - 54)
    assert float(rows[0]["auroc"]) > 0.9
    assert said["ranked"][0]["auroc"] >= said["ranked"][1]["auroc"]
    before = (tmp_path / "results.csv").read_bytes()
    assert main(words) == 0
    assert (tmp_path / "results.csv").read_bytes() == before  # seconds too: nothing was computed anew
    assert rows_of(tmp_path, "standings.csv")[0]["real"] == "best"
    assert r"\textbf{" in (tmp_path / "auroc.tex").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--label", "topic"], "has 3 values"),
        (["--label", "nothing"], "nothing"),
        (["--label", "kind", "--odd", "eggs"], "No text has the label 'eggs'"),
        (["--label", "kind", "--detector", "magic"], "Unknown detector 'magic'"),
        (["--label", "kind", "--preset", "magic"], "no preset 'magic'"),
        (["--label", "kind", "--preset", "tad-bench", "--protocol", "novelty"], "is unsupervised, not novelty"),
        (["--label", "kind", "--seeds", "0"], "0 seeds"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    command = ["benchmark", "run", str(corpus), "--encoder", "lexical", *words, "--out", str(tmp_path / "out")]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_labels_that_are_missing_are_scored_but_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some.csv"
    lines = [
        f"{'whale song' if row < 4 else 'card fee'} {row},{'1' if row < 4 else '0' if row < 30 else ''}"
        for row in range(40)
    ]
    path.write_text("text,label\n" + "\n".join(lines), encoding="utf-8")
    words = ["benchmark", "run", str(path), "--label", "label", "--encoder", "lexical", "--detector", "knn"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    assert "10 texts without a label" in capsys.readouterr().err
    assert rows_of(tmp_path / "out")[0]["rows"] == "30"


@pytest.mark.parametrize(("words", "said"), [([], "on this machine"), (["--allow-download"], "cannot be fetched")])
def test_a_model_is_fetched_only_where_that_is_allowed(
    corpus: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    command = ["benchmark", "run", str(corpus), "--label", "kind", "--encoder", "nobody/no-such-model", *words]
    assert main([*command, "--detector", "knn", "--out", str(tmp_path), "--quiet"]) == 0
    assert said in rows_of(tmp_path)[0]["failed"]


def test_one_kind_of_text_only_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "normal.csv"
    path.write_text("text,label\n" + "\n".join(f"card fee {row},0" for row in range(20)), encoding="utf-8")
    words = ["benchmark", "run", str(path), "--label", "label", "--encoder", "lexical"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    assert "has 1 value" in capsys.readouterr().err
