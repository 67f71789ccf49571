"""The corpus check, keys, duplicates and fingerprints."""

from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.corpus.checks import _warning, check_corpus
from explorer.core.corpus.corpus import Corpus, Rejected, Roles, Source
from explorer.core.corpus.keys import first_rows, text_keys, texts_fingerprint
from explorer.core.corpus.languages import LANGUAGE_NAMES, language_name


def corpus_of(texts: list[str], cut: int = 0, rejected: tuple[Rejected, ...] = ()) -> Corpus:
    column = pa.chunked_array([pa.array(texts[:cut], pa.large_string()), pa.array(texts[cut:], pa.large_string())])
    ids = pa.chunked_array([pa.array([str(row) for row in range(len(texts))], pa.large_string())])
    source = Source("c.csv", "0" * 64, 1, "csv")
    table = pa.table({"text": column})
    mark = texts_fingerprint(column)
    return Corpus(table, column, column, ids, Roles(("text",)), (), source, rejected, (), mark)


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), min_size=1, max_size=30)


@settings(deadline=None)
@given(TEXTS, st.integers(0, 30))
def test_keys_and_first_rows(texts: list[str], cut: int) -> None:
    corpus = corpus_of(texts, min(cut, len(texts)))
    keys = text_keys(corpus)
    assert keys.shape == (len(texts), 16) and keys.dtype == np.uint8
    assert [bytes(key) for key in keys] == [blake2b(text.encode(), digest_size=16).digest() for text in texts]
    assert first_rows(corpus).tolist() == [texts.index(text) for text in texts]
    assert first_rows(corpus).dtype == np.int32


@settings(deadline=None)
@given(TEXTS, TEXTS, st.integers(0, 30))
def test_fingerprints_tell_texts_apart_and_ignore_chunks(some: list[str], other: list[str], cut: int) -> None:
    mark = corpus_of(some).fingerprint
    assert mark == corpus_of(some, min(cut, len(some))).fingerprint
    assert (mark == corpus_of(other).fingerprint) == (some == other)


def test_a_slice_has_its_own_keys() -> None:
    corpus = corpus_of(["a", "bb", "a", "bb"])
    part = replace(corpus, embedded=corpus.embedded.slice(1, 3))
    assert first_rows(part).tolist() == [0, 1, 0]
    assert texts_fingerprint(part.embedded) == corpus_of(["bb", "a", "bb"]).fingerprint


ENGLISH = "The card that I ordered two weeks ago has still not arrived at my house."
GERMAN = "Die Karte, die ich vor zwei Wochen bestellt habe, ist noch immer nicht angekommen."


def test_counts_and_words() -> None:
    rejected = (Rejected("c.csv", 7, "bad"), Rejected("d.txt", 0, "bad"), Rejected("e.txt", 0, "bad"))
    check = check_corpus(corpus_of([ENGLISH, "", "x", ENGLISH, "", "x", "x"], rejected=rejected))
    assert check.empty_rows.tolist() == [1, 4]
    assert check.duplicate_rows.tolist() == [3, 5, 6]
    assert (check.duplicate_groups, check.longest, check.longest_row) == (2, len(ENGLISH), 0)
    assert check.sentences() == [
        "7 texts",
        "2 empty texts",
        "3 texts are copies of 2 others, word for word",
        "1 line and 2 files or items could not be read",
        "longest text: 72 characters (row 0)",
        "language: English (100% of a sample)",
    ]


def test_singular() -> None:
    said = check_corpus(corpus_of([ENGLISH, ENGLISH, ""])).sentences()
    assert said[1:3] == ["1 empty text", "1 text is a copy of another, word for word"]


def test_the_main_language_is_not_called_unknown_where_only_the_others_are() -> None:
    assert _warning("en", 0.7, ("en",)).startswith("The texts are mainly in languages that the encoder does not know")


def test_a_language_that_the_encoder_does_not_know() -> None:
    german = corpus_of([GERMAN] * 30)
    check = check_corpus(german, ("en",))
    assert (check.language, check.language_share) == ("de", 1.0)
    assert "mainly in German, which the encoder does not know (it knows English)" in check.language_warning
    assert check.language_warning in check.sentences()
    assert check_corpus(german, ("en", "de")).language_warning == ""
    assert check_corpus(german, ()).language_warning == ""
    assert check_corpus(corpus_of([ENGLISH] * 20 + [GERMAN] * 9), ("en",)).language_warning == ""


@pytest.mark.parametrize("texts", [["", ""], ["a"], ["123 456 789 " * 9]])
def test_too_little_to_tell_a_language(texts: list[str]) -> None:
    assert check_corpus(corpus_of(texts), ("en",)).language is None


def test_every_language_of_the_classifier_has_a_name() -> None:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    labels = LanguageIdentifier.from_model_file(MODEL_FILE).labels
    codes = labels() if callable(labels) else labels
    assert [code for code in codes if code not in LANGUAGE_NAMES] == ["zxx"]
    assert language_name("xx") == "xx"


def test_nothing_heavy_is_imported_with_the_readers(tmp_path: Path) -> None:
    import subprocess
    import sys

    heavy = [
        "duckdb",
        "openpyxl",
        "charset_normalizer",
        "selectolax",
        "py3langid",
        "mailparser_reply",
        "sklearn",
        "torch",
    ]
    code = (
        "import sys, explorer.core.corpus.readers, explorer.core.corpus.checks, explorer.core.corpus.snapshot;"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
