"""Cleaning: what it takes away, what it leaves alone, and that nothing breaks it."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.corpus.cleaning import check_cleaners, cleaned
from explorer.core.corpus.corpus import CLEANERS
from explorer.errors import OptionError

MAIL = (
    "Thanks, that works now.\n\nBest regards,\nAnn Smith\nACME Inc.\n\n"
    "On Mon, 3 Jan 2022 at 10:00, Bob <b@example.org> wrote:\n> Did it work?\n> Bob\n"
)


def column(*texts: str) -> pa.ChunkedArray:
    half = len(texts) // 2
    return pa.chunked_array([pa.array(texts[:half], pa.large_string()), pa.array(texts[half:], pa.large_string())])


def clean(text: str, *names: str) -> str:
    return str(cleaned(column(text), names)[0][0].as_py())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Hello <b>wo</b>rld &amp; you</p><p>two<br>three</p>", "Hello world & you\n\ntwo\nthree"),
        ("<script>x()</script><style>p{}</style>seen", "seen"),
        ("AT&amp;T &#233;", "AT&T é"),
        ("<b>never closed", "never closed"),
        ("<p>" * 3000 + "deep", "deep"),
    ],
)
def test_html(text: str, expected: str) -> None:
    assert clean(text, "html") == expected


@pytest.mark.parametrize(
    "text", ["a < b and c > d", "I <3 you & me", "write to <ann@example.org>", "x <y z> w", "R&D; more"]
)
def test_what_is_no_html_stays(text: str) -> None:
    assert clean(text, "html") == text


def test_quotes() -> None:
    assert clean(MAIL, "quotes").startswith("Thanks, that works now.")
    assert "Did it work" not in clean(MAIL, "quotes") and "Bob" not in clean(MAIL, "quotes")
    assert clean("Ann writes:\n> question\nmy answer", "quotes") == "my answer"
    assert clean("New.\n\nVon: a\nGesendet: b\nAn: c\nBetreff: d\n\nold", "quotes") == "New."


def test_signatures() -> None:
    assert clean("All good.\n\nBest regards,\nAnn", "signatures") == "All good."
    assert clean("All good.\n\n-- \nAnn\nACME", "signatures") == "All good."
    assert clean("Alles gut.\n\nViele Grüße\nAnn", "signatures") == "Alles gut."
    assert clean("- one\n- two", "signatures") == "- one\n- two"
    assert "Did it work?" in clean(MAIL, "signatures")
    assert clean(MAIL, "signatures", "quotes") == "Thanks, that works now."


def test_a_text_that_would_be_empty_is_used_uncleaned() -> None:
    texts, notices = cleaned(column("<br>", "<p>x</p>", "> quoted", ""), ["html", "quotes"])
    assert texts.to_pylist() == ["<br>", "x", "> quoted", ""]
    assert notices == ["2 texts would be empty after cleaning and are used uncleaned."]


def test_without_cleaners_only_white_space_goes() -> None:
    texts, notices = cleaned(column(" a\n", "\u3000b", "<b>c</b>"), [])
    assert (texts.to_pylist(), notices) == (["a", "b", "<b>c</b>"], [])


def test_order_and_unknown_names() -> None:
    assert check_cleaners(["signatures", "html", "html"]) == ("html", "signatures")
    with pytest.raises(OptionError, match="emoji"):
        check_cleaners(["emoji"])


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
        | st.lists(
            st.sampled_from(
                [
                    "<p>",
                    "</b",
                    "<!--",
                    "&amp;",
                    "&#0;",
                    "&#xD800;",
                    "> ",
                    "\n",
                    "-- ",
                    "On x wrote:",
                    "From:",
                    "a",
                    "\0",
                ]
            ),
            max_size=12,
        ).map("".join),
        max_size=4,
    )
)
def test_nothing_breaks_cleaning(texts: list[str]) -> None:
    result, _ = cleaned(column(*texts), CLEANERS)
    assert len(result) == len(texts) and result.null_count == 0
    for before, after in zip(texts, result.to_pylist(), strict=True):
        assert after != "" or before.strip() == ""


@pytest.mark.parametrize("piece", ["On a ", "From: x\n", "> ", "_", "\n-", "Thanks, ", "<p", "&", "word "])
def test_long_texts_take_no_time_that_grows_with_the_square(piece: str) -> None:
    assert clean(piece * (1_000_000 // len(piece)) + "\n\nregards,\n<b>x</b>", *CLEANERS) != ""
