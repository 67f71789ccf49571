"""CSV and TSV: what a CSV writer wrote comes back; what is irregular is mended or named."""

import csv
import io
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.core.corpus import delimited
from explorer.core.corpus.corpus import Rejected
from explorer.core.corpus.delimited import read_delimited
from explorer.core.corpus.dialects import Dialect, detect_dialect
from explorer.core.corpus.raw import RawTable, ReadJob
from explorer.core.corpus.readers import read_corpus
from explorer.core.progress import SILENT

# Left out: lone surrogates (no encoding holds them) and NUL (shown as a visible sign, tested elsewhere).
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12) | st.text(
    st.sampled_from('",\n\r;\t| a"'), max_size=8
)


def write(folder: Path, data: str | bytes, name: str = "corpus.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def read(path: Path) -> RawTable:
    return read_delimited(ReadJob(path, path.name, path.parent))


def rows_of(table: pa.Table) -> list[list[str | None]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12))
    return [f"col{place}" for place in range(width)], rows


def written(header: list[str], rows: list[list[str]], delimiter: str, terminator: str) -> str:
    out = io.StringIO(newline="")
    # Before Python 3.13 the writer leaves a lone carriage return unquoted where lines end in a line feed.
    quoting = csv.QUOTE_ALL if terminator == "\n" else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=terminator, quoting=quoting)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


@settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables(), terminator=st.sampled_from(["\r\n", "\n"]))
def test_what_a_csv_writer_wrote_reads_back(
    tmp_path: Path, table: tuple[list[str], list[list[str]]], terminator: str
) -> None:
    header, rows = table
    raw = read(write(tmp_path, written(header, rows, ",", terminator)))
    assert raw.table.column_names == header
    assert rows_of(raw.table) == rows
    assert raw.rejected == ()


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables(), delimiter=st.sampled_from(",;\t|"))
def test_arrow_and_the_careful_reader_agree(
    tmp_path: Path, table: tuple[list[str], list[list[str]]], delimiter: str
) -> None:
    header, rows = table
    path = write(tmp_path, written(header, rows, delimiter, "\r\n"))
    dialect = Dialect(delimiter, width=len(header))
    careful = delimited._Careful("corpus.csv", dialect)
    slow = careful.read(path, False, SILENT)
    assert rows_of(slow) == rows
    fast = delimited._fast(path, dialect, SILENT)
    assert fast is None or rows_of(fast) == rows
    assert careful.rejected == [] and careful.notices() == []


def test_a_regular_file_is_read_by_arrow(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,text\n1,"a, b"\n2,"two\nlines"\n')
    assert delimited._fast(path, detect_dialect(path), SILENT) is not None


def test_cells_keep_their_spelling(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "id,text,n\n007, padded ,1.50\n008,NA,\n"))
    assert rows_of(raw.table) == [["007", " padded ", "1.50"], ["008", "NA", ""]]


@pytest.mark.parametrize(
    ("data", "delimiter", "quote", "escape"),
    [
        ("id;text\n1;hello, you\n2;no, never\n", ";", '"', None),
        ("id|text\n1|hello, you\n", "|", '"', None),
        ("a\tb\n1,5\tx, y\n2,5\tz, w, v\n", "\t", '"', None),
        ('id\ttext\n1\t"Hello" he said\n2\tshe said "no"\n', "\t", None, None),
        ('id,text\n1,"he said \\"hi, you\\" x"\n2,"no \\"x\\""\n', ",", '"', "\\"),
    ],
)
def test_dialects_are_told_apart(
    tmp_path: Path, data: str, delimiter: str, quote: str | None, escape: str | None
) -> None:
    found = detect_dialect(write(tmp_path, data))
    assert (found.delimiter, found.quote, found.escape, found.width) == (delimiter, quote, escape, 2)


def test_one_column_with_unquoted_commas_keeps_its_commas(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "text\nhello, you\nno, never, ever\n"))
    assert rows_of(raw.table) == [["hello, you"], ["no, never, ever"]]


@pytest.mark.parametrize("sentence", ["Fears for pension after the talks", "一个戴着硬帽子的人在跳舞。"])
def test_a_file_without_header_keeps_its_first_row(tmp_path: Path, sentence: str) -> None:
    raw = read(write(tmp_path, f'"3","{sentence}"\n"4","Another one here"\n'))
    assert raw.table.column_names == ["column_1", "column_2"]
    assert rows_of(raw.table)[0] == ["3", sentence]
    assert "not a header" in raw.notices[0]


def test_questions_of_a_survey_are_a_header(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "age,What do you think of our product?\n31,I like it\n"))
    assert raw.table.column_names == ["age", "What do you think of our product?"]


def test_ragged_rows_are_padded_or_named(tmp_path: Path) -> None:
    data = 'id,text,l\n1,"two\nlines",x\n2,short\n3,too, many,x\n\n4,fine,y,,\n5,ok,z\n6,ok,z\n'
    raw = read(write(tmp_path, data))
    assert [row[0] for row in rows_of(raw.table)] == ["1", "2", "4", "5", "6"]
    assert rows_of(raw.table)[1] == ["2", "short", None]
    assert raw.rejected == (Rejected("corpus.csv", 5, "4 values for 3 columns: 3,too, many,x"),)
    assert raw.notices == ("1 line with fewer values than columns: the missing values are empty (line 4).",)


def test_a_header_that_is_one_short_lacks_the_first_name(tmp_path: Path) -> None:
    raw = read(write(tmp_path, "text,label\n1,hello you,x\n2,foo bar,y\n"))
    assert raw.table.column_names == ["", "text", "label"]


@pytest.mark.parametrize("last", ["4,also fine", '4,"also fine"'])
def test_a_stray_quotation_mark_swallows_no_rows(tmp_path: Path, last: str) -> None:
    raw = read(write(tmp_path, f'id,text\n1,ok\n2,"never closed\n3,fine\n{last}\n' + '5,"x, y"\n' * 9))
    mended = [["1", "ok"], ["2", '"never closed'], ["3", "fine"], ["4", "also fine"]]
    assert rows_of(raw.table) == mended + [["5", "x, y"]] * 9
    assert raw.notices == ("1 line with quotation marks out of place: read as ordinary text (line 3).",)


def test_line_numbers_count_physical_lines(tmp_path: Path) -> None:
    raw = read(write(tmp_path, 'id,text\n1,"a\nb\nc"\n\n2,x,y,z\n3,d\n4,e\n'))
    assert [item.line for item in raw.rejected] == [6]


@pytest.mark.parametrize(
    "data", ["id,text\r1,hello\r2,you\r", "\ufeffid,text\r\n1,hello\r\n2,you", "\n\nid,text\n1,hello\n2,you\n"]
)
def test_line_ends_and_marks(tmp_path: Path, data: str) -> None:
    raw = read(write(tmp_path, data))
    assert raw.table.column_names == ["id", "text"]
    assert rows_of(raw.table) == [["1", "hello"], ["2", "you"]]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_many_million_characters(tmp_path: Path, quote: str) -> None:
    cell = "word " * 4_000_000
    raw = read(write(tmp_path, f"id,text\n1,{quote}{cell}{quote}\n2,x\n"))
    assert rows_of(raw.table) == [["1", cell], ["2", "x"]]


def test_more_rows_than_one_chunk(tmp_path: Path) -> None:
    count = delimited.CHUNK_ROWS + 10
    data = "id,text\n" + "".join(f"{row},t\n" for row in range(count)) + "last\n"
    raw = read(write(tmp_path, data))
    assert raw.table.num_rows == count + 1
    assert raw.table.column("id")[count].as_py() == "last"


@pytest.mark.parametrize("quoted", [False, True])
def test_blank_lines_of_a_single_column_are_empty_texts(tmp_path: Path, quoted: bool) -> None:
    path = tmp_path / "one.csv"
    last = 'last, "one"' if quoted else "last one"
    path.write_text(f"\ntext\nhello there\n\nsecond text\n\n\n{last}\n", encoding="utf-8")
    corpus = read_corpus(path)
    assert corpus.texts.to_pylist() == ["hello there", "", "second text", "", "", last]
