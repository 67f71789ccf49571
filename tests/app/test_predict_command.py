"""``text-explorer benchmark predict`` as a person meets it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from explorer.cli import main
from explorer.core.benchmark.prediction.tasks import published


def write(path: Path, share: float, *, unit: float = 100.0, drop: bool = False, dataset: str = "new task") -> set:
    """A published task under another name with a share of its cells blank or left out; returns those."""
    tasks, generator = published(), np.random.default_rng(1)
    gone = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["dataset", "row", "embedding", "pooling", "detector", "auroc"])
        for row, (embedding, pooling) in enumerate(tasks.encoders):
            for column, detector in enumerate(tasks.detectors):
                names, value = (embedding, pooling, detector), round(tasks.auroc[2, row, column] * unit, 6)
                if generator.random() < share:
                    gone.add(names)
                    if drop:
                        continue
                    value = ""
                writer.writerow([dataset, row, *names, value])
    return gone


def predicted(path: Path) -> dict[tuple[str, str, str], tuple[float, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:6] == ["dataset", "embedding", "pooling", "detector", "predicted", "error"]
    names = ("embedding", "pooling", "detector")
    return {tuple(row[name] for name in names): (float(row["predicted"]), float(row["error"])) for row in rows}


@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize("unit", [1.0, 100.0])
def test_every_cell_that_was_not_measured_is_written_in_the_same_unit(tmp_path: Path, drop: bool, unit: float) -> None:
    matrix, out = tmp_path / "m.csv", tmp_path / "made/p.csv"
    gone = write(matrix, 0.4, unit=unit, drop=drop)
    assert main(["benchmark", "predict", str(matrix), "--out", str(out), "--quiet"]) == 0
    found = predicted(out)
    assert set(found) == gone
    tasks = published()
    true = {
        (*encoder, detector): tasks.auroc[2, row, column] * unit
        for row, encoder in enumerate(tasks.encoders)
        for column, detector in enumerate(tasks.detectors)
    }
    off = np.mean([abs(value - true[names]) for names, (value, _) in found.items()])
    expected = np.mean([error for _, error in found.values()])
    assert off < 0.035 * unit and 0.6 < expected / off < 1.6


def test_hidden_prints_errors_over_the_hidden_cells_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    matrix = tmp_path / "m.csv"
    write(matrix, 0.0)
    words = ["benchmark", "predict", str(matrix), "--hidden", "0.5", "--seed", "3"]
    assert main([*words, "--json", "--out", str(tmp_path / "p.csv")]) == 0
    answer = json.loads(capsys.readouterr().out)
    compared = answer["compared"]
    assert compared["hidden"] == 165 == len(predicted(tmp_path / "p.csv"))
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
        off = [
            (abs(float(row["predicted"]) - float(row["auroc"])), float(row["auroc"])) for row in csv.DictReader(file)
        ]
    assert compared["mean_absolute_error"] == pytest.approx(np.mean([error for error, _ in off]), abs=1e-3)
    assert compared["mape"] == pytest.approx(100 * np.mean([error / true for error, true in off]), abs=1e-3)
    assert (
        compared["ratio"] == pytest.approx(compared["mean_absolute_error"] / compared["additive_mean_absolute_error"])
        and compared["ratio"] < 0.75
    )
    (dataset,) = answer["datasets"]
    assert len(dataset["measure_next"]) == 5 and dataset["trusted"] and "reuters21578" in dataset["remarks"][-1]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert "MAPE" in out and "additive" in out and "Measure next:" in out and "published task reuters21578" in err


def test_several_datasets_and_one_without_a_measured_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    write(one, 0.5, dataset="A")
    write(two, 1.1, dataset="B")
    one.write_text(one.read_text() + two.read_text().split("\n", 1)[1])
    assert main(["benchmark", "predict", str(one), "--out", str(tmp_path / "p.csv"), "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["datasets"]
    assert first["trusted"] and not second["trusted"] and second["measured"] == 0 and second["predicted"] == 330
    assert second["expected_error"] > 2 * first["expected_error"]


@pytest.mark.parametrize(
    "rows", ["a,BERT,cls,KNN,80", "a,BERT,cls,KNN,80\na,BERT,cls,LOF,", "a,x,,y,0.7\na,x,,z,\na,w,,z,"]
)
def test_one_cell_and_one_row_are_predicted_with_doubts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str
) -> None:
    matrix = tmp_path / "m.csv"
    matrix.write_text(f"dataset,embedding,pooling,detector,auroc\n{rows}\n")
    assert main(["benchmark", "predict", str(matrix), "--out", str(tmp_path / "p.csv")]) == 0
    assert "Not to be trusted. Only 1 cell measured" in capsys.readouterr().out


def test_names_are_written_as_the_matrix_writes_them(tmp_path: Path) -> None:
    source = resources.files("explorer.resources") / "benchmark" / "text_adbench_auroc.csv"
    lines = source.read_text(encoding="utf-8").splitlines()
    blank = [line.rpartition(",")[0] for line in lines[1:331:3]]
    matrix, out = tmp_path / "m.csv", tmp_path / "p.csv"
    kept = [line if place % 3 else line.rpartition(",")[0] + "," for place, line in enumerate(lines[1:331])]
    matrix.write_text("\n".join([lines[0], *kept]), encoding="utf-8")
    assert main(["benchmark", "predict", str(matrix), "--out", str(out), "--quiet"]) == 0
    assert any(",-," in line for line in blank)
    assert {",".join(("20newsgroups", *names)) for names in predicted(out)} == set(blank)


@pytest.mark.parametrize("kept", [lambda names: names[2] == "LOF", lambda names: names[:2] == ("BERT", "cls")])
def test_one_detector_alone_and_one_encoder_alone_are_predicted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: Callable[[tuple[str, str, str]], bool]
) -> None:
    matrix = tmp_path / "m.csv"
    write(matrix, 0.4)
    lines = matrix.read_text().splitlines()
    matrix.write_text("\n".join([lines[0], *(line for line in lines[1:] if kept(tuple(line.split(",")[2:5])))]))
    assert main(["benchmark", "predict", str(matrix), "--out", str(tmp_path / "p.csv"), "--json"]) == 0
    (dataset,) = json.loads(capsys.readouterr().out)["datasets"]
    found = predicted(tmp_path / "p.csv")
    assert len(found) == dataset["predicted"] > 2 and all(kept(names) for names in found)
    true = {
        (*encoder, detector): 100 * published().auroc[2, row, column]
        for row, encoder in enumerate(published().encoders)
        for column, detector in enumerate(published().detectors)
    }
    assert np.mean([abs(value - true[names]) for names, (value, _) in found.items()]) < 10


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dataset,embedding,detector,score\na,b,c,1\n", "no column auroc"),
        ("dataset,embedding,detector,auroc\na,b,c,\na,b,d,\n", "has no measured cell"),
        ("dataset,embedding,detector,auroc\na,b,c,-0.4\n", "an AUROC of -0.4"),
        ("dataset,embedding,detector,auroc\na,b,c,80\na,b,d,101\n", "an AUROC of 101"),
    ],
)
def test_a_matrix_that_cannot_be_used_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    matrix = tmp_path / "m.csv"
    matrix.write_text(text)
    assert main(["benchmark", "predict", str(matrix), "--out", str(tmp_path / "p.csv"), "--json"]) == 2
    out, err = capsys.readouterr()
    assert said in err and len(err.splitlines()) == 1 and not out
    assert not (tmp_path / "p.csv").exists()


def test_mixed_units_and_repeats_are_one_remark_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    matrix = tmp_path / "m.csv"
    rows = "a,BERT,cls,KNN,80\na,BERT,cls,KNN,82\na,BERT,cls,LOF,0.7\na,BERT,mean,KNN,\n"
    matrix.write_text(f"dataset,embedding,pooling,detector,auroc\n{rows}")
    assert main(["benchmark", "predict", str(matrix), "--out", str(tmp_path / "p.csv")]) == 0
    said = capsys.readouterr().err
    assert "Percent and 0-1 are mixed: AUROC of at most 1 (line 4) is taken as 0-1." in said
    assert "1 cell given more than once: the mean is taken." in said
    assert all(1 < value < 100 for value, _ in predicted(tmp_path / "p.csv").values())


def test_mistakes_are_one_line_and_exit_code_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    matrix = tmp_path / "m.csv"
    write(matrix, 0.3)
    cases = {
        ("--hidden", "30"): "A share of 30 cannot be hidden",
        (): "not said where to write",
        ("--out", str(tmp_path / "p.csv"), "--cost", "price"): "no column price",
        ("--hidden", "0.5", "--seed", "-1"): "seed",
    }
    for words, said in cases.items():
        assert main(["benchmark", "predict", str(matrix), *words]) == 2
        out, err = capsys.readouterr()
        assert said in err and len(err.splitlines()) == 1 and not out
    assert main(["benchmark", "predict", str(tmp_path / "none.csv"), "--out", "p.csv"]) == 2
    assert "There is no file" in capsys.readouterr().err


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    matrix = tmp_path / "m.csv"
    write(matrix, 0.6)
    for name in ("a", "b"):
        assert main(["benchmark", "predict", str(matrix), "--out", str(tmp_path / name), "--quiet"]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
