"""Texts that are damaged rather than odd, and texts in all scripts that are not."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.quality.garbled import garbled_texts

SOUND = (
    "My card has not arrived.", "Où est ma carte ? C’est « bizarre » …", "SÃO PAULO NÃO É LONGE", "Größe: 5 Å – 10 Å",
    "Ñandú “Ñ” ÐÐ", "漢字とかな交じり文。",
    "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "👩‍👩‍👧 great 😂", ":-)", "", "   ",
    "Really??? Yes!!!", "a table:\n----------\nid  name", "line one\r\nline two\tand a tab", "1,234.50 EUR",
    "haaaaappy to help you",
)  # fmt: skip

GARBLED = {
    "mojibake": "DÃ©jÃ  vu: le problÃ¨me",
    "quotes": "I donâ€™t know",
    "no-break space": "10Â\u00a0EUR",
    "emoji": "nice ðŸ˜€ card",
    "byte order mark": "ï»¿My card",
    "replacement": "what \ufffd happened",
    "nul": "half \u2400 a text",
    "control": "esc \x1b[31m red",
    "c1": "quote \x93here\x94",
    "symbols": "#$%&/()=?*+~",
    "repeated": "aaaaaaaaaaaaaaaaaaaaaaaa!",
    "dots": "hm ..............................",
}


def column(*texts: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, pa.large_string())])


@pytest.mark.parametrize("text", SOUND)
def test_sound_texts_are_left_alone(text: str) -> None:
    assert garbled_texts(column(text)).rows.tolist() == []


@pytest.mark.parametrize("text", GARBLED.values(), ids=GARBLED)
def test_garbled_texts_are_found(text: str) -> None:
    found = garbled_texts(column("a sound text", text))
    assert found.rows.tolist() == [1] and 0 <= found.scores[0] < 1 and found.details


def test_the_worse_the_lower_the_score() -> None:
    found = garbled_texts(column("one \ufffd in a long and sound text", "\ufffd\ufffd\ufffd\ufffd x", "\ufffd" * 9))
    assert found.scores[0] > found.scores[1] > found.scores[2] == 0


def test_what_was_found_is_counted_in_words() -> None:
    found = garbled_texts(column(GARBLED["mojibake"], GARBLED["nul"], GARBLED["control"]))
    assert found.details == "replacement or control characters: 2, a wrong encoding: 1"


@given(st.lists(st.text(max_size=30), max_size=8))
def test_any_text_can_be_looked_at(texts: list[str]) -> None:
    safe = [text.encode("utf-8", "replace").decode() for text in texts]
    found = garbled_texts(column(*safe))
    assert ((found.scores >= 0) & (found.scores <= 1)).all()


@given(st.lists(st.text(st.characters(categories=["L", "Nd", "Zs"], max_codepoint=0x2FF, min_codepoint=0x20,
                                      exclude_characters="ÃÂÅÄÐÑâïð"), max_size=40), max_size=8))  # fmt: skip
def test_words_of_any_alphabet_are_sound(texts: list[str]) -> None:
    assert not len(garbled_texts(column(*[f"{text} ok" for text in texts])).rows) or any(
        text.count(text[:1]) > 7 for text in texts
    )
