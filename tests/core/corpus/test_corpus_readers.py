"""Every format through ``read_corpus`` and ``preview``, and every bad input."""

import gzip
import json
import os
import random
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from explorer.core.corpus.corpus import Rejected, Roles
from explorer.core.corpus.readers import READERS, detect_format, preview, read_corpus
from explorer.core.progress import Cancelled, Progress
from explorer.errors import CorpusError, OptionError

ROWS = [
    {"id": "T-1", "subject": "Card", "body": "My card has not arrived yet.", "topic": "card"},
    {"id": "T-2", "subject": "", "body": "I was charged twice, why?", "topic": "fee"},
    {"id": "T-3", "subject": "PIN", "body": "How do I change my PIN?", "topic": "card"},
]
BODIES = [row["body"] for row in ROWS]


def save(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def as_csv(path: Path) -> None:
    lines = [",".join(ROWS[0])] + [",".join(f'"{cell}"' for cell in row.values()) for row in ROWS]
    save(path, "\n".join(lines))


def as_tsv(path: Path) -> None:
    save(path, "\n".join(["\t".join(ROWS[0])] + ["\t".join(row.values()) for row in ROWS]))


def as_json(path: Path) -> None:
    save(path, json.dumps(ROWS))


def as_jsonl(path: Path) -> None:
    save(path, "\n".join(map(json.dumps, ROWS)))


def as_parquet(path: Path) -> None:
    parquet.write_table(pa.Table.from_pylist(ROWS), path)


def as_xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(ROWS[0]))
    for row in ROWS:
        sheet.append(list(row.values()))
    book.save(path)


FORMATS: dict[str, Callable[[Path], None]] = {
    "c.csv": as_csv,
    "c.tsv": as_tsv,
    "c.json": as_json,
    "c.jsonl": as_jsonl,
    "c.parquet": as_parquet,
    "c.xlsx": as_xlsx,
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_corpus(tmp_path: Path, name: str, packed: bool) -> None:
    path = tmp_path / name
    FORMATS[name](path)
    if packed:
        path = save(tmp_path / f"{name}.gz", gzip.compress(path.read_bytes()))
    corpus = read_corpus(path)
    assert corpus.texts.to_pylist() == BODIES
    assert corpus.ids.to_pylist() == ["T-1", "T-2", "T-3"]
    assert corpus.roles == Roles(("body",), "id", "topic")
    assert corpus.table.column_names == list(ROWS[0])
    assert corpus.source.bytes == path.stat().st_size and len(corpus.source.digest) == 64
    seen = preview(path)
    assert (seen.row_estimate, seen.roles) == (None if name == "c.xlsx" else 3, corpus.roles)
    assert seen.rows[0] == tuple(ROWS[0].values())


@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_known_by_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / "noname"
    FORMATS[name](path.with_suffix(Path(name).suffix))
    path.with_suffix(Path(name).suffix).rename(path)
    expected = {".tsv": "csv", ".jsonl": "json"}.get(Path(name).suffix, Path(name).suffix[1:])
    assert detect_format(path) == expected
    assert read_corpus(path).texts.to_pylist() == BODIES


def test_several_text_columns_are_joined_by_a_blank_line(tmp_path: Path) -> None:
    as_csv(tmp_path / "c.csv")
    corpus = read_corpus(tmp_path / "c.csv", text=["subject", "body"], id="id", label="topic")
    assert corpus.text(0) == "Card\n\nMy card has not arrived yet."
    assert corpus.text(1) == "I was charged twice, why?"


def test_cleaning_touches_only_what_is_embedded(tmp_path: Path) -> None:
    path = save(tmp_path / "c.csv", "text\n <p>Hello <b>you</b></p> \n<br>\n")
    corpus = read_corpus(path, cleaning=["html"])
    assert corpus.texts.to_pylist() == [" <p>Hello <b>you</b></p> ", "<br>"]
    assert corpus.embedded.to_pylist() == ["Hello you", "<br>"]
    assert corpus.cleaning == ("html",)
    assert corpus.notices == ("1 text would be empty after cleaning and is used uncleaned.",)
    with pytest.raises(OptionError, match="no cleaning called smileys"):
        read_corpus(path, cleaning=["smileys"])


def test_empty_texts_stay(tmp_path: Path) -> None:
    path = save(tmp_path / "c.jsonl", '{"text": "a word"}\n{"text": null}\n{"other": 1}\n{"text": "  "}')
    corpus = read_corpus(path)
    assert corpus.texts.to_pylist() == ["a word", "", "", "  "]
    assert corpus.embedded.to_pylist() == ["a word", "", "", ""]
    assert corpus.ids.to_pylist() == ["0", "1", "2", "3"]


def test_one_text_a_line_and_one_row(tmp_path: Path) -> None:
    lines = read_corpus(save(tmp_path / "c.txt", "one text\r\n\r\nhow\u2028are you"))
    assert lines.texts.to_pylist() == ["one text", "", "how\u2028are you"]
    assert read_corpus(save(tmp_path / "one.csv", "text\nhello there\n")).rows == 1


def test_a_folder_of_texts(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    save(tmp_path / "b.txt", "second\nfile")
    save(tmp_path / "a.TXT", "grün".encode("cp1252"))
    save(tmp_path / "sub" / "c.txt.gz", gzip.compress(b"third"))
    save(tmp_path / "sub" / "d.txt", os.urandom(100) + bytes(100))
    save(tmp_path / "e.txt.gz", b"\x1f\x8bjunk")
    save(tmp_path / "notes.md", "not a text")
    save(tmp_path / ".hidden.txt", "hidden")
    corpus = read_corpus(tmp_path)
    assert corpus.table.to_pydict() == {
        "file": ["a.TXT", "b.txt", "sub/c.txt.gz"],
        "text": ["grün", "second\nfile", "third"],
    }
    assert [item.file for item in corpus.rejected] == ["e.txt.gz", "sub/d.txt"]
    assert corpus.rejected[1] == Rejected("sub/d.txt", 0, "not a text file: it holds binary data")
    assert corpus.notices == ("1 file of other kinds left out.",)
    assert corpus.roles == Roles(("text",), "file")
    assert preview(tmp_path).row_estimate == 5


def test_types_are_kept_where_the_format_has_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["text", "n", "when", "mixed", None])
    book.active.append(["some words", 7, datetime(2024, 5, 1, 12), 1, None])
    book.active.append(["two_x000D_\nlines", 8, datetime(2024, 5, 2), "x", "y"])
    book.create_sheet("More").append(["z"])
    book.save(tmp_path / "c.xlsx")
    corpus = read_corpus(tmp_path / "c.xlsx")
    assert corpus.table.column("n").to_pylist() == [7, 8]
    assert corpus.table.column("when")[0].as_py() == datetime(2024, 5, 1, 12)
    assert corpus.table.column("mixed").to_pylist() == ["1", "x"]
    assert corpus.table.column_names[-1] == "column_5"
    assert corpus.text(1) == "two\r\nlines"
    assert corpus.roles.date == "when"
    assert "the workbook has 1 other: More" in corpus.notices[0]


def test_parquet_types(tmp_path: Path) -> None:
    stamp = pa.array([1_700_000_000_000_000_001, None], pa.timestamp("ns"))
    table = pa.table(
        {
            "text": pa.array(["some words", "other words"]).dictionary_encode(),
            "tags": [["a"], None],
            "at": stamp,
            "day": [date(2024, 1, 2), date(2024, 1, 3)],
            "raw": pa.array([b"caf\xe9", b"ok"], pa.binary()),
        }
    )
    parquet.write_table(table, tmp_path / "c.parquet")
    corpus = read_corpus(tmp_path / "c.parquet", text=["text"])
    assert corpus.table.column("tags").to_pylist() == [["a"], None]
    assert corpus.table.column("at")[0].as_py() == "2023-11-14 22:13:20.000000001"
    assert corpus.table.column("day")[0].as_py() == date(2024, 1, 2)
    assert corpus.table.column("raw").to_pylist() == ["caf\ufffd", "ok"]
    assert corpus.table.schema.field("text").type == pa.large_string()
    assert any("1 cell not in UTF-8" in notice for notice in corpus.notices)


def test_nul_and_duplicate_names_are_said(tmp_path: Path) -> None:
    corpus = read_corpus(save(tmp_path / "c.csv", "text,text,,text_2\na\0b c,d,e,f\n"), text=["text"])
    assert corpus.table.column_names == ["text", "text_3", "column_3", "text_2"]
    assert corpus.text(0) == "a\u2400b c"
    assert corpus.notices == (
        "Renamed: column 2 ('text') is called text_3; column 3 (no name) is called column_3.",
        "1 cell with NUL characters: each is shown as \u2400.",
    )


def test_ids_that_repeat_are_said(tmp_path: Path) -> None:
    corpus = read_corpus(save(tmp_path / "c.csv", "id,text\n1,a b\n1,c d\n2,e f\n"), id="id")
    assert corpus.notices == ("The ids in column 'id' are not unique: 1 row repeats an earlier id.",)


JUNK = random.Random(0).randbytes(5000)
BAD = {
    "missing.csv": (None, "There is no file"),
    "empty.csv": (b"", "empty.csv is empty"),
    "blank.csv": (b"\n\n", "blank.csv is empty"),
    "header.csv": (b"id,text\n", "holds a header but no rows"),
    "numbers.csv": (b"a,b\n1,2\n3,4\n", "has no column of texts"),
    "junk.csv": (JUNK, "not a text file"),
    "junk.txt": (JUNK, "not a text file"),
    "junk": (JUNK, "not a text file"),
    "junk.json": (JUNK, "not a text file"),
    "junk.parquet": (JUNK, "not a Parquet file"),
    "cut.parquet": (b"PAR1" + JUNK, "not a Parquet file"),
    "junk.xlsx": (JUNK, "not an Excel workbook"),
    "cut.xlsx": (b"PK\x03\x04" + JUNK, "not an Excel workbook"),
    "old.xls": (b"\xd0\xcf\x11\xe0" + JUNK, "old Excel file"),
    "a.zip": (b"PK\x03\x04" + JUNK, "not a table of texts"),
    "a.pdf": (b"%PDF-1.7 x", "is a PDF file"),
    "cut.csv.gz": (gzip.compress(b"text\nhello\n" * 9999)[:-30], "damaged .gz file"),
    "junk.csv.gz": (b"\x1f\x8b" + JUNK, "damaged .gz file"),
    "empty.csv.gz": (gzip.compress(b""), "is empty"),
    "broken.json": (b'[{"text": "a"},\n{"text": "b"\n{"text": 1}]', "broken JSON at line 3, column 1"),
    "number.json": (b"3", "not a table: it holds a number"),
    "none.json": (b"[]", "holds no records"),
    "broken.jsonl": (b"one\ntwo\n", r"no readable record \(line 1: broken JSON"),
    "deep.json": (b"[" * 200_000, "nested too deeply"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_clear_sentence_and_a_hint(tmp_path: Path, name: str) -> None:
    data, message = BAD[name]
    path = tmp_path / name if data is None else save(tmp_path / name, data)
    with pytest.raises(CorpusError, match=message) as caught:
        read_corpus(path)
    assert caught.value.hint
    if name not in ("numbers.csv", "header.csv"):
        with pytest.raises(CorpusError, match=message):
            preview(path)


def test_a_folder_without_texts(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"holds no \.txt files"):
        read_corpus(tmp_path)


@pytest.mark.parametrize("name", ["c.csv", "c.xlsx"])
def test_an_empty_workbook_or_all_lines_rejected(tmp_path: Path, name: str) -> None:
    if name == "c.xlsx":
        openpyxl.Workbook().save(tmp_path / name)
    else:
        save(tmp_path / name, "id,text\n1,a,b,c,d\n2,a,b\n")
    with pytest.raises(CorpusError, match=r"empty workbook|line 2: 5 values for 2 columns"):
        read_corpus(tmp_path / name)


def test_wrong_columns(tmp_path: Path) -> None:
    path = save(tmp_path / "c.csv", "text,n\nhello you,1\nfoo bar,2\n")
    with pytest.raises(CorpusError, match=r"no column called 'txt'\. Its columns are: text, n\."):
        read_corpus(path, text=["txt"])
    with pytest.raises(CorpusError, match="no column called 'key'"):
        read_corpus(path, id="key")
    with pytest.raises(CorpusError, match=r"text column n of c\.csv holds only numbers"):
        read_corpus(path, text=["n"])


def test_json_shapes(tmp_path: Path) -> None:
    def read(data: object) -> list[str | None]:
        path = save(tmp_path / "c.json", json.dumps(data))
        assert preview(path).row_estimate == 2
        return list(read_corpus(path).texts.to_pylist())

    expected = ["hello you", "foo bar"]
    assert read(expected) == expected
    assert read({"text": expected, "n": [1, 2]}) == expected
    assert read({"text": {"0": "hello you", "1": "foo bar"}}) == expected
    assert read({"count": 2, "data": [{"text": text} for text in expected]}) == expected


def test_json_keeps_what_was_there(tmp_path: Path) -> None:
    lines = [
        '{"text": "one text", "n": 1, "big": 123456789012345678901, "k": {"z": [1, "ü"]}}',
        '{"text": "lone \\ud800 half", "n": 2.5, "text": "twice", "new": true}',
        "broken",
        "[1, 2]",
        "",
        '"bare text"',
    ]
    corpus = read_corpus(save(tmp_path / "c.jsonl", "\n".join(lines)), text=["text"])
    assert corpus.table.to_pydict() == {
        "text": ["one text", "lone \ufffd half", "bare text"],
        "n": ["1", "2.5", None],
        "big": ["123456789012345678901", None, None],
        "k": ['{"z": [1, "ü"]}', None, None],
        "text_2": [None, "twice", None],
        "new": [None, True, None],
    }
    assert [(item.line, item.reason) for item in corpus.rejected] == [
        (3, "broken JSON at character 1: Expecting value"),
        (4, "a list instead of an object"),
    ]


def test_json_items_that_are_no_records_are_named(tmp_path: Path) -> None:
    corpus = read_corpus(save(tmp_path / "c.json", '[{"text": "a b"}, 3, null]'))
    assert [item.reason for item in corpus.rejected] == [
        "item 2 of the list is a number instead of an object",
        "item 3 of the list is null instead of an object",
    ]


@pytest.mark.parametrize("name", ["c.csv", "c.csv.gz", "c.jsonl", "c.json", "c.txt", "u16.csv"])
def test_preview_of_a_long_file_reads_only_its_head(tmp_path: Path, name: str) -> None:
    rows = [f"a text with some words, number {row}" for row in range(60_000)]
    data = "id,text\n" + "".join(f'{row},"{text}"\n' for row, text in enumerate(rows))
    if "json" in name:
        items = [json.dumps({"id": row, "text": text}) for row, text in enumerate(rows)]
        data = "\n".join(items) if name.endswith("l") else "[" + ",\n".join(items) + "]"
    raw = data.encode("utf-16" if name == "u16.csv" else "utf-8")
    seen = preview(save(tmp_path / name, gzip.compress(raw) if name.endswith(".gz") else raw), rows=5)
    assert len(seen.rows) == 5 and not seen.exact
    if name != "c.json":
        assert seen.row_estimate == pytest.approx(60_000, rel=0.1)
    if name != "c.txt":
        assert seen.rows[4] == ("4", rows[4])
        assert seen.roles == Roles(("text",), "id")


@pytest.mark.parametrize("name", ["c.csv", "c.json", "c.jsonl"])
def test_preview_when_the_first_row_is_longer_than_the_head(tmp_path: Path, name: str) -> None:
    cell = "line of words\n" * 300_000
    data = {
        "c.csv": f'id,text\n1,"{cell}"\n2,"x"\n',
        "c.json": json.dumps([{"id": "1", "text": cell}, {"id": "2", "text": "x"}]),
        "c.jsonl": json.dumps({"id": "1", "text": cell}) + '\n{"id": "2", "text": "x"}',
    }[name]
    seen = preview(save(tmp_path / name, data))
    assert max(map(len, seen.rows[0])) >= len(cell) - 1


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    as_csv(tmp_path / "c.csv")
    with pytest.raises(Cancelled):
        read_corpus(tmp_path / "c.csv", progress=Progress(is_cancelled=lambda: True))


def test_progress_only_grows(tmp_path: Path) -> None:
    as_csv(tmp_path / "c.csv")
    seen: list[float] = []
    read_corpus(tmp_path / "c.csv", progress=Progress(lambda report: seen.append(report.fraction)))
    assert seen == sorted(seen) and seen[0] >= 0 and seen[-1] <= 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    as_csv(tmp_path / "c.csv")
    (tmp_path / "c.csv").chmod(0)
    with pytest.raises(CorpusError, match="Cannot read"):
        read_corpus(tmp_path / "c.csv")


def test_the_registry_describes_itself() -> None:
    assert set(READERS) == {"csv", "json", "jsonl", "parquet", "xlsx", "lines", "folder"}
    suffixes = [suffix for reader in READERS.values() for suffix in reader.suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_joined_columns_are_cleaned_one_by_one(tmp_path: Path) -> None:
    """A mail's own header below a subject is no quoted mail: the body must not be lost."""
    mail = "From: ann@example.org (Ann)\nSubject: Re: bikes\nOrganization: ACME\n\nThe chain is loose.\n> is it?\n"
    file = tmp_path / "mails.jsonl"
    file.write_text("\n".join(json.dumps({"group": "rec.bikes", "body": mail}) for _ in range(3)), encoding="utf-8")
    corpus = read_corpus(file, text=["group", "body"], cleaning=["quotes"])
    assert "The chain is loose." in corpus.embedded[0].as_py()
    assert corpus.embedded[0].as_py().startswith("rec.bikes")
    assert "is it?" not in corpus.embedded[0].as_py()
