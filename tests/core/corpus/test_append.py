"""More texts in a corpus: old rows stay, columns of both, ids and counts right."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from explorer.core.corpus.append import appended
from explorer.core.corpus.readers import read_corpus
from explorer.core.corpus.snapshot import open_snapshot, save_snapshot


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_follow_and_columns_of_both_are_there(tmp_path: Path) -> None:
    first = read_corpus(write(tmp_path / "a.csv", "text,lang\nhello there,en\nguten Tag,de\n"), text=("text",))
    second = read_corpus(write(tmp_path / "b.csv", "text,stars\nbonjour à tous,5\n"), text=("text",))
    both = appended(first, second)
    assert both.rows == 3 and both.text(2) == "bonjour à tous" and both.text(0) == "hello there"
    assert both.table.column_names == ["text", "lang", "stars"]
    assert both.table["lang"].to_pylist() == ["en", "de", None]
    assert both.ids.to_pylist() == ["0", "1", "2"]
    assert both.grown_from == (first.fingerprint,) and both.fingerprint not in both.grown_from
    assert "no column lang" in both.notices[-2] and "column stars" in both.notices[-1]
    assert both.source == first.source and both.added == (second.source,)


def test_it_survives_the_snapshot_and_grows_again(tmp_path: Path) -> None:
    first = read_corpus(write(tmp_path / "a.txt", "one text here\nanother text\n"))
    second = read_corpus(write(tmp_path / "b.txt", "a third text\n"))
    save_snapshot(appended(first, second), tmp_path / "c.arrow")
    back = open_snapshot(tmp_path / "c.arrow")
    again = appended(back, second)
    assert again.rows == 4 and again.grown_from == (first.fingerprint, back.fingerprint)
    assert again.added == (second.source, second.source)
    assert back.texts.to_pylist() == ["one text here", "another text", "a third text"]


def test_a_column_of_another_type_becomes_text(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    for name, values in (("a", [1, 2]), ("b", ["x", "y"])):
        pq.write_table(
            pa.table({"text": ["some words here", "more of them"], "n": values}), tmp_path / f"{name}.parquet"
        )
    both = appended(*(read_corpus(tmp_path / f"{name}.parquet", text=("text",)) for name in "ab"))
    assert both.table["n"].to_pylist() == ["1", "2", "x", "y"]
