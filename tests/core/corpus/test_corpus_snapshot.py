"""Snapshots: everything comes back, nothing is copied, damage is noticed."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pyarrow as pa
import pytest

from explorer.core.corpus import snapshot
from explorer.core.corpus.corpus import Corpus
from explorer.core.corpus.readers import read_corpus
from explorer.core.corpus.snapshot import open_snapshot, save_snapshot
from explorer.errors import OutputError, ProjectError, ProjectTooNewError


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    path = tmp_path / "c.jsonl"
    lines = [f'{{"id": "k{row}", "text": "words <b>{row % 7}</b>", "n": {row}, "none": null}}' for row in range(50)]
    path.write_text("\n".join([*lines, "broken", '{"id": "last"}']))
    return read_corpus(path, text=["text"], id="id", cleaning=["html"])


def assert_same(one: Corpus, other: Corpus) -> None:
    assert one.table.schema == other.table.schema
    for item in fields(Corpus):
        first, second = getattr(one, item.name), getattr(other, item.name)
        assert first.equals(second) if isinstance(first, pa.Table | pa.ChunkedArray) else first == second, item.name


def test_everything_comes_back(tmp_path: Path, corpus: Corpus) -> None:
    assert corpus.rejected and corpus.table.num_columns == 4
    save_snapshot(corpus, tmp_path / "c.arrow")
    assert_same(open_snapshot(tmp_path / "c.arrow"), corpus)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [".c.arrow.verified"]


def test_several_batches_and_awkward_names(tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "BATCH_ROWS", 7)
    odd = replace(corpus, table=corpus.table.rename_columns(["texts", "embedded", "c0", "ü\n"]))
    save_snapshot(odd, tmp_path / "c.arrow")
    assert_same(open_snapshot(tmp_path / "c.arrow"), odd)


def test_a_text_is_written_once(tmp_path: Path) -> None:
    text = "a text that is long enough to be counted " * 2000
    (tmp_path / "c.csv").write_text(f"id,text\n1,{text.strip()}\n2,short one\n")
    save_snapshot(read_corpus(tmp_path / "c.csv"), tmp_path / "c.arrow")
    assert (tmp_path / "c.arrow").stat().st_size < 1.2 * len(text)


def test_opening_copies_nothing(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text("\n".join(f"text number {row} with some words" for row in range(20_000)))
    save_snapshot(read_corpus(tmp_path / "c.txt"), tmp_path / "c.arrow")
    before = pa.total_allocated_bytes()
    opened = open_snapshot(tmp_path / "c.arrow")
    assert opened.rows == 20_000 and opened.text(19_999) == "text number 19999 with some words"
    assert pa.total_allocated_bytes() - before < 10_000


def test_saving_replaces_in_one_step(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "c.arrow"
    save_snapshot(corpus, path)
    opened = open_snapshot(path)
    save_snapshot(replace(corpus, notices=("new",)), path)
    assert opened.text(3) == "words <b>3</b>"
    assert open_snapshot(path).notices == ("new",)


def test_a_place_that_cannot_be_written_to(tmp_path: Path, corpus: Corpus) -> None:
    with pytest.raises(OutputError, match="Cannot write"):
        save_snapshot(corpus, tmp_path / "missing" / "c.arrow")


def test_damage_is_noticed_anywhere(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "c.arrow"
    save_snapshot(corpus, path)
    whole = path.read_bytes()
    place = whole.index(b"words 3")
    flipped = whole[:place] + b"WORDS" + whole[place + 5 :]
    for data in (b"", b"junk", whole[:-10], whole[: len(whole) // 2], bytes(len(whole)), flipped):
        path.write_bytes(data)
        with pytest.raises(ProjectError, match=r"c\.arrow is damaged"):
            open_snapshot(path)
    path.unlink()
    with pytest.raises(ProjectError, match="is missing"):
        open_snapshot(path)


def test_foreign_and_newer_files(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "c.arrow"
    table = pa.table({"a": [1]})
    for schema in (table.schema, table.schema.with_metadata({snapshot.META_KEY: json.dumps({"version": 99})})):
        with pa.ipc.new_file(str(path), schema) as writer:
            writer.write_table(table.cast(schema))
        with pytest.raises(ProjectError if schema.metadata is None else ProjectTooNewError):
            open_snapshot(path)


def test_many_random_flips_never_escape_as_other_errors(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "c.arrow"
    save_snapshot(corpus, path)
    whole = bytearray(path.read_bytes())
    for place in range(0, len(whole), 37):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        try:
            assert open_snapshot(path).embedded.equals(corpus.embedded)
        except ProjectError:
            continue
