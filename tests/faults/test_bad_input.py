"""Every bad input that the product promises to answer, given to the command line as a person would give it."""

from __future__ import annotations

import csv
import json
import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from explorer.app.project_folder import ProjectFolder
from explorer.cli import main
from explorer.core.corpus.dialects import unlimited_fields
from tests.tiny_encoder import tiny_model_folder

JUNK = random.Random(1).randbytes(4000)
GOOD = "id,text\n1,my card was declined today\n2,the card has not arrived\n3,how do I top up\n"


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """Exit code 2 and exactly one line on standard error, progress not switched off."""
    capsys.readouterr()
    assert main([str(word) for word in words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.startswith("text-explorer: "), err
    return err


def answered(out: Path, *words: object) -> list[dict[str, str]]:
    assert main(["run", *map(str, words), "--out", str(out), "--encoder", "lexical", "--quiet"]) == 0
    with (out / "report.csv").open(encoding="utf-8", newline="") as lines, unlimited_fields():
        return list(csv.DictReader(lines))


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


REFUSED: dict[str, tuple[bytes | None, str]] = {
    "missing.csv": (None, "There is no file"),
    "empty.csv": (b"", "is empty"),
    "header.csv": (b"id,text\n", "a header but no rows"),
    "numbers.csv": (b"a,b\n1,2\n3,4\n", "no column of texts"),
    "junk.csv": (JUNK, "binary data"),
    "junk.parquet": (JUNK, "not a Parquet file"),
    "broken.json": (b'[{"text": "a"}, {"text": ', "broken JSON at line 1"),
    "deep.json": (b"[" * 10_000 + b"]" * 10_000, "nested too deeply"),
    "blank.csv": (b'id,text\n1,\n2,"  "\n', "no column of texts"),
    "rejected.jsonl": (b"{broken\n[1]\n", "line 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_corpus_that_is_none_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, expected = REFUSED[name]
    if data is not None:
        (tmp_path / name).write_bytes(data)
    words = ("run", tmp_path / name, "--out", tmp_path / "out", "--encoder", "lexical")
    assert expected in refused(capsys, *words)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--text", "body"], "no column called 'body'"),
        (["--text", ""], "no column called ''"),
        (["--text", "id"], "only numbers"),
        (["--k", "0"], "k = 0"),
        (["--encoder", "."], "no modules.json"),
        (["--encoder", ""], "no encoder and no model folder ''"),
        (["--encoder", "x" * 300], "name too long"),
        (["--vectors", ""], "the path is empty"),
        (["--vectors", "."], "is not a file"),
        (["--wrong"], "run --help"),
    ],
)
def test_an_option_that_cannot_work_is_refused(
    words: list[str],
    expected: str,
    good: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    base = ["--encoder", "lexical"] if "--encoder" not in words else []
    assert expected in refused(capsys, "run", good, "--out", tmp_path / "out", *base, *words)


def test_an_empty_name_never_means_the_present_folder(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "the path is empty" in refused(capsys, "run", "", "--out", "out")
    assert "the path is empty" in refused(capsys, "run", good, "--out", "")
    assert [file.name for file in tmp_path.iterdir()] == ["good.csv"]


VECTORS: dict[str, Callable[[], np.ndarray]] = {
    "2 vectors": lambda: np.ones((2, 4)),
    "row 1": lambda: np.array([[1.0, 2], [np.nan, 1], [1, 1]]),
    "shape": lambda: np.ones((1, 3, 4)),
    "complex": lambda: np.ones((3, 4)) * 1j,
    "not as objects": lambda: np.array([[object()]] * 3),
    "too large": lambda: np.ones((3, 4)) * 1e30,
}


@pytest.mark.parametrize("expected", VECTORS)
def test_vectors_that_do_not_fit(expected: str, good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "v.npy", VECTORS[expected](), allow_pickle=True)
    assert expected in refused(capsys, "run", good, "--out", tmp_path / "out", "--vectors", tmp_path / "v.npy")


def test_vectors_from_a_pipe_do_not_wait_for_ever(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.npy")
    assert "is not a file" in refused(capsys, "run", good, "--out", tmp_path, "--vectors", tmp_path / "pipe.npy")


def test_weights_that_are_not_the_official_ones(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "other_minilm"
    tiny_model_folder(package / "model")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("explorer.core.embedding.model_folder.MINILM_PACKAGE", "other_minilm")
    assert "not the official ones" in refused(capsys, "run", good, "--out", tmp_path / "out")


def test_places_that_cannot_be_written(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ("run", good, "--encoder", "lexical", "--out")
    assert "Cannot write" in refused(capsys, *run, good)
    assert "Cannot write" in refused(capsys, *run, "/dev/null")
    assert "Cannot write" in refused(capsys, *run, "/proc/read-only")
    assert good.read_text(encoding="utf-8") == GOOD


def test_projects_that_cannot_be_used(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answered(tmp_path / "out", good)
    project = tmp_path / "out/project.textmap"
    run = ("run", good, "--out", tmp_path / "out", "--encoder", "lexical")
    before = (tmp_path / "out/report.csv").read_bytes()
    with ProjectFolder.open(project):
        assert "open in another window" in refused(capsys, *run)
    with sqlite3.connect(project / "project.sqlite") as database:
        database.execute("UPDATE work SET value = x'00' WHERE field = 'plan'")
    assert "something else than expected" in refused(capsys, "neighbors", project, "--row", 0)
    with sqlite3.connect(project / "project.sqlite") as database:
        database.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    assert "newer version" in refused(capsys, *run)
    assert "newer version" in refused(capsys, "neighbors", project, "--row", 0)
    assert "newer version" in refused(capsys, "export", project, "--out", tmp_path / "e.csv")
    assert "newer version" in refused(capsys, "screenshot", project, "--out", tmp_path / "e.png")
    assert (tmp_path / "out/report.csv").read_bytes() == before


def test_an_error_of_the_system_that_nobody_foresaw_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object) -> int:
        raise PermissionError(13, "Permission denied", "secret/model")

    monkeypatch.setattr("explorer.cli._dispatch", failing)
    assert "Permission denied: secret/model." in refused(capsys, "run")


ODD: dict[str, tuple[bytes, list[str]]] = {
    "million.csv": (b"id,text\n1," + b"word " * 250_000 + b"\n2,a short text\n", ["word " * 250_000, "a short text"]),
    "nul.csv": (b"id,text\n1,my\x00card\n2,a short text\n", ["my\u2400card", "a short text"]),
    "mixed.csv": ("id,text\n1,café é\n".encode() + b"2,caf\xe9 here\n", ["café é", "café here"]),
    "names.csv": (b"text,text\nmy own card,x\na short text,y\n", ["my own card", "a short text"]),
    "ragged.csv": (b"id,text\n1,my own card,extra\n2,a short text\n3\n", ["a short text", ""]),
    "one.csv": (b"id,text\n1,my own card\n", ["my own card"]),
    "same.csv": (b"id,text\n" + b"1,my own card\n" * 20, ["my own card"] * 20),
    "few.csv": (b"id,text\n1,my own card\n2,a short text\n", ["my own card", "a short text"]),
    "surrogate.jsonl": (b'{"text": "lone \\ud800 here", "k\\ud800": 1}\n', ["lone \ufffd here"]),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_corpora_are_answered_with_what_there_is(name: str, tmp_path: Path) -> None:
    data, texts = ODD[name]
    (tmp_path / name).write_bytes(data)
    rows = answered(tmp_path / "out", tmp_path / name, "--text", "text")
    assert [row["text"] for row in rows] == texts


def test_what_could_not_be_read_is_listed_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ['{"text": "my own card"}', "{broken", "5", '{"text": "a short text"}', *["null"] * 6]
    (tmp_path / "c.jsonl").write_text("\n".join(lines), encoding="utf-8")
    words = ["run", str(tmp_path / "c.jsonl"), "--out", str(tmp_path / "out"), "--encoder", "lexical"]
    assert main(words) == 0
    said = capsys.readouterr().err
    assert "8 lines could not be read" in said and "c.jsonl, line 2: broken JSON" in said and "3 more" in said
    assert main([*words, "--json"]) == 0
    assert [item["line"] for item in json.loads(capsys.readouterr().out)["rejected"]] == [2, 3, 5, 6, 7, 8, 9, 10]
    manifest = json.loads((tmp_path / "out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["rejected"] == len(manifest["corpus"]["rejected"]) == 8


def test_more_neighbours_than_there_are_texts(good: Path, tmp_path: Path) -> None:
    rows = answered(tmp_path / "out", good, "--k", "5000")
    assert [sorted(row["neighbor_rows"].split()) for row in rows] == [["1", "2"], ["0", "2"], ["0", "1"]]
