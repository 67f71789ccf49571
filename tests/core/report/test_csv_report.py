"""Cells that a spreadsheet would run, names that clash, numbers, and the round trip through other readers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.corpus.columns import unclashing
from explorer.core.report.csv_writer import harmless, write_csv
from explorer.core.report.table import measured, shown
from explorer.errors import OutputError

CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+SUM(A1)", "-cmd|x", "@import", "\t=1", "\r=1", "=", "+49 170 123", "＝1", "-", "- no"]
)
def test_formulas_get_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-5", "+3.2", "-1,000.50", "-.5", "-2e-7", "-12%", "", "text", "a=b", "'=x", "1-2"])
def test_numbers_and_texts_are_left_alone(cell: str) -> None:
    assert harmless(cell) == cell


@given(CELLS)
def test_a_harmless_cell_never_starts_like_a_formula_unless_it_is_a_number(cell: str) -> None:
    made = harmless(cell)
    assert made.removeprefix("'") == cell.removeprefix("'") or made == "'" + cell
    if made and made[0] in "=@\t\r":
        pytest.fail(made)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    write_csv(path, ["a", "b"], rows, len(rows))
    with path.open(encoding="utf-8", newline="") as lines:
        assert [tuple(row) for row in csv.reader(lines)] == [("a", "b"), *rows]
    assert path.read_bytes().startswith(b"a,b\r\n")


def test_pandas_reads_it_back(tmp_path: Path) -> None:
    rows = [("1", 'quote " comma , newline\nend'), ("2", "ünïcødé 漢字 🙂"), ("3", "")]
    write_csv(tmp_path / "t.csv", ["row", "text"], rows, 3)
    frame = pandas.read_csv(tmp_path / "t.csv", dtype=str, keep_default_na=False)
    assert [tuple(row) for row in frame.itertuples(index=False)] == rows


def test_a_failed_write_leaves_the_old_report(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("old")

    def broken():
        yield ("1",)
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        write_csv(tmp_path / "t.csv", ["a"], broken(), 2)
    assert (tmp_path / "t.csv").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_clashing_names_are_prefixed() -> None:
    taken = {"row", "text", "x"}
    assert unclashing(["text", "body", "x", "corpus_x"], taken) == [
        "corpus_text",
        "body",
        "corpus_corpus_x",
        "corpus_x",
    ]
    assert unclashing(["row"], taken) == ["corpus_row"]


@given(st.lists(st.sampled_from(["x", "row", "corpus_x", "corpus_row", "corpus_corpus_x", "a"]), unique=True))
def test_names_never_clash(names: list[str]) -> None:
    made = unclashing(names, {"row", "x"})
    assert len(set(made)) == len(names) and not set(made) & {"row", "x"}


def test_numbers_have_six_significant_digits() -> None:
    values = np.array([0.123456789, 1234567.0, np.nan, -0.0, 5.0])
    assert shown(measured(values)) == ["0.123457", "1.23457e+06", "", "0", "5"]
    assert shown(measured(values.astype(np.float32))) == ["0.123457", "1.23457e+06", "", "0", "5"]
