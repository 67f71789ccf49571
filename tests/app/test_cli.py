"""The command line as a person meets it: exit codes, one clear line, JSON, help."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import explorer
from explorer.cli import main
from explorer.core.progress import Report
from explorer.progress_line import ProgressLine, progress_on


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def project(small_csv: Path, tmp_path: Path) -> Path:
    assert main(["run", str(small_csv), "--out", str(tmp_path / "out"), "--encoder", "lexical", "--quiet"]) == 0
    return tmp_path / "out/project.textmap"


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """Run a command that must fail with exit code 2 and one line on standard error."""
    capsys.readouterr()
    assert main([str(word) for word in words]) == 2
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("text-explorer: ") and out == ""
    return lines[0]


def test_run_says_what_it_made(small_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", str(small_csv), "--out", str(tmp_path / "o"), "--encoder", "lexical", "--text", "question"]
    assert main([*words, "--detector", "knn", "--detector", "lof", "iforest", "--json"]) == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert answer["counts"]["loaded"] == 200 and Path(answer["report"]).exists()
    assert {"scores.knn", "scores.lof", "scores.iforest"} <= set(answer["seconds"])
    assert "Finding neighbours" in err and "\r" not in err
    assert main([*words, "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert "200 texts" in out and err == ""


def test_the_options_that_take_several_values_take_both_forms(small_csv: Path, tmp_path: Path) -> None:
    words = ["run", str(small_csv), "--encoder", "lexical", "--quiet", "--no-map"]
    assert main([*words, "--out", str(tmp_path / "a"), "--text", "question", "intent"]) == 0
    assert main([*words, "--out", str(tmp_path / "b"), "--text", "question", "--text", "intent"]) == 0
    assert (tmp_path / "a/report.csv").read_bytes() == (tmp_path / "b/report.csv").read_bytes()
    assert b"\n\n" in (tmp_path / "a/report.csv").read_bytes()


def test_the_corpus_may_follow_an_option_with_several_values(small_csv: Path, tmp_path: Path) -> None:
    words = ["run", "--encoder", "lexical", "--quiet", "--no-map", "--out", str(tmp_path / "a"), "--detector", "knn"]
    assert main([*words, "--text", "question", "intent", str(small_csv)]) == 0
    manifest = json.loads((tmp_path / "a/manifest.json").read_text(encoding="utf-8"))
    assert manifest["corpus"]["roles"]["text"] == ["question", "intent"]


def test_rerun_finds_inputs_that_were_moved(
    small_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "v.npy", np.random.default_rng(1).normal(size=(200, 6)))
    run = ["run", str(small_csv), "--vectors", str(tmp_path / "v.npy"), "--out", str(tmp_path / "o"), "--quiet"]
    assert main(run) == 0
    small_csv.rename(tmp_path / "moved.csv")
    again = ["rerun", str(tmp_path / "o/manifest.json"), "--out", str(tmp_path / "r"), "--json", "--quiet"]
    assert "--corpus" in refused(capsys, *again)
    again += ["--corpus", str(tmp_path / "moved.csv")]
    (tmp_path / "v.npy").rename(tmp_path / "w.npy")
    assert "--vectors" in refused(capsys, *again)
    assert main([*again, "--vectors", str(tmp_path / "w.npy")]) == 0
    assert json.loads(capsys.readouterr().out)["identical"] is True
    np.save(tmp_path / "w.npy", np.ones((200, 6)))
    assert "content differs" in refused(capsys, *again, "--vectors", tmp_path / "w.npy")


def test_ranks_and_flags_follow_from_the_report_and_manifest_alone(project: Path) -> None:
    with (project.parent / "report.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    line = json.loads((project.parent / "manifest.json").read_text(encoding="utf-8"))["threshold"]["value"]
    order = sorted(rows, key=lambda row: (-float(row["anomaly_score"]), int(row["row"])))
    assert [row["anomaly_rank"] for row in order] == [str(rank + 1) for rank in range(200)]
    assert all((row["flagged"] == "true") == (float(row["anomaly_score"]) >= line) for row in rows)


def test_neighbors_prints_a_table_or_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["neighbors", str(project), "--query", "card was declined", "--k", "3", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["neighbors"]) == 3 and answer["source"] == "exact" and answer["metric"] == "cosine"
    assert set(answer["neighbors"][0]) == {"row", "id", "distance", "text"}
    assert main(["neighbors", str(project), "--row", "3", "--k", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5 and "in the original space, exact" in lines[0]


def test_export_and_rerun(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(project), "--out", str(tmp_path / "e.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["report"] == str(tmp_path / "e.csv")
    assert (tmp_path / "e.csv").read_bytes() == (project.parent / "report.csv").read_bytes()
    assert (
        main(["rerun", str(project.parent / "manifest.json"), "--out", str(tmp_path / "r"), "--json", "--quiet"]) == 0
    )
    assert json.loads(capsys.readouterr().out)["identical"] is True


def test_what_cannot_be_done_is_one_clear_line(
    small_csv: Path, tmp_path: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ("run", small_csv, "--out", tmp_path / "x", "--encoder", "lexical", "--quiet")
    assert "no file" in refused(capsys, "run", tmp_path / "gone.csv", "--out", tmp_path / "x")
    assert "k = 0" in refused(capsys, *run, "--k", 0)
    assert "metric" in refused(capsys, *run, "--metric", "manhattan")
    assert "detector" in refused(capsys, *run, "--detector", "magic")
    assert "question" in refused(capsys, *run, "--text", "nothing")
    assert "flag share" in refused(capsys, *run, "--flag-share", 3)
    assert "threshold and a flag share" in refused(capsys, *run, "--flag-share", 0.1, "--threshold", 1)
    assert "number" in refused(capsys, *run, "--threshold", "nan")
    assert "precision" in refused(capsys, *run, "--precision", "int8")
    assert "--allow-download" in refused(capsys, *run[:4], "--encoder", "some/model", "--quiet")
    assert "no row 5000" in refused(capsys, "neighbors", project, "--row", 5000)
    assert "not a project" in refused(capsys, "neighbors", tmp_path, "--row", 1)
    assert "not a project" in refused(capsys, "export", tmp_path / "none", "--out", tmp_path / "e.csv")
    assert "Cannot write" in refused(capsys, "export", project, "--out", "/proc/none/e.csv")
    assert "manifest" in refused(capsys, "rerun", small_csv, "--out", tmp_path / "x")
    assert "--help" in refused(capsys, "run")
    assert "--help" in refused(capsys, "run", small_csv, "--out", tmp_path, "--k", "many")
    assert "does not exist" in refused(capsys, tmp_path / "gone.csv")


def test_vectors_that_do_not_fit_are_refused(
    small_csv: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ("run", small_csv, "--out", tmp_path / "x", "--quiet", "--vectors", tmp_path / "v.npy")
    assert "v.npy" in refused(capsys, *run)
    np.save(tmp_path / "v.npy", np.ones((7, 3)))
    assert "200" in refused(capsys, *run)
    bad = np.ones((200, 3))
    bad[9, 1] = np.nan
    np.save(tmp_path / "v.npy", bad)
    assert "9" in refused(capsys, *run)


def test_an_error_of_our_own_is_one_line_and_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("explorer.cli._dispatch", broken)
    assert main(["run"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "ZeroDivisionError" in err and "Traceback" not in err


def test_help_and_version_of_the_installed_command() -> None:
    for words, expected in ((["--version"], explorer.__version__), (["run", "--help"], "examples:")):
        done = subprocess.run([sys.executable, "-m", "explorer", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and expected in done.stdout


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere() -> None:
    bar, lines = Terminal(), io.StringIO()
    for stream in (bar, lines):
        show = ProgressLine(stream)
        show(Report(0.1, "Embedding", {"per_second": 291.4, "unit": "texts", "seconds_left": 72.0}))
        show(Report(1.0, "Embedding"))
        show.finish()
    assert "\r" in bar.getvalue() and "291 texts/s" in bar.getvalue() and "1 min 12 s left" in bar.getvalue()
    assert "\r" not in lines.getvalue() and lines.getvalue().startswith(" 10% Embedding")


def test_progress_makes_way_for_an_error() -> None:
    bar, lines = Terminal(), io.StringIO()
    for stream in (bar, lines):
        with pytest.raises(ZeroDivisionError), progress_on(stream, quiet=False) as progress:
            progress.report(0.1, "Reading")
            raise ZeroDivisionError
    assert bar.getvalue().endswith("\r\x1b[K") and lines.getvalue() == ""


@pytest.mark.parametrize("command", ["rerun", "export", "neighbors", "screenshot", "demo"])
def test_every_command_explains_itself_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"examples:\n  text-explorer {command} " in capsys.readouterr().out
