"""Encodings: found, said, and nothing lost."""

from pathlib import Path

import pytest

from explorer.core.corpus.encodings import Utf8File, decode_bytes, open_utf8
from explorer.errors import CorpusError

GERMAN = "id,text\n1,grün und süß\n2,schön\n"


def opened(folder: Path, data: bytes) -> tuple[str, Utf8File]:
    path = folder / "corpus.csv"
    path.write_bytes(data)
    found = open_utf8(path, folder)
    return found.path.read_text(encoding="utf-8-sig"), found


def test_utf8_is_used_as_it_lies(tmp_path: Path) -> None:
    text, found = opened(tmp_path, GERMAN.encode())
    assert text == GERMAN
    assert found == Utf8File(tmp_path / "corpus.csv", "UTF-8")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(tmp_path: Path, codec: str) -> None:
    assert opened(tmp_path, GERMAN.encode(codec))[0] == GERMAN


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(tmp_path: Path, codec: str) -> None:
    assert opened(tmp_path, GERMAN.encode(codec))[0] == GERMAN


@pytest.mark.parametrize(
    ("codec", "label", "text"),
    [
        ("cp1252", "Windows-1252", "café, naïve"),
        ("cp1251", "Windows-1251", "Привет, как дела сегодня, друзья? Погода очень хорошая."),
        ("cp932", "Shift JIS", "これは日本語のテキストです。今日は天気がいいですね。"),
        ("gb18030", "GB18030", "这是一个用来测试编码的中文句子。今天的天气很好。"),
    ],
)
def test_legacy_encodings(tmp_path: Path, codec: str, label: str, text: str) -> None:
    whole = f"{text}\n" * 20
    read, found = opened(tmp_path, whole.encode(codec))
    assert (read, found.encoding) == (whole, label)
    assert f"read as {label}" in found.notices[0]


@pytest.mark.parametrize(
    ("codec", "label", "text"),
    [
        ("cp1252", "Windows-1252", "Où est passée la carte ? Le café était très fermé à Noël, ça gêne"),
        ("cp1252", "Windows-1252", "El niño comió una manzana ayer por la mañana; ¿dónde está mi tarjeta?"),
        ("cp1252", "Windows-1252", "A transação não foi concluída, não consigo acessar minha conta às vezes"),
        ("cp1252", "Windows-1252", "Jag kan inte öppna mitt konto på måndag, är det något fel på kortet"),
        ("cp1252", "Windows-1252", "Perché la carta non è più valida? Così non può andare, è già tardi"),
        ("cp1250", "Windows-1250", "Příliš žluťoučký kůň úpěl ďábelské ódy"),
        ("cp1250", "Windows-1250", "Zażółć gęślą jaźń, proszę o pomoc z kartą"),
        ("cp1254", "Windows-1254", "Kartım çalışmıyor, hesabıma ulaşamıyorum şu an"),
    ],
)
def test_latin_encodings_are_told_apart_by_their_languages(tmp_path: Path, codec: str, label: str, text: str) -> None:
    whole = f"{text}\n" * 40
    read, found = opened(tmp_path, whole.encode(codec))
    assert (read, found.encoding) == (whole, label)


def test_some_lines_in_another_encoding_are_mended_and_named(tmp_path: Path) -> None:
    data = GERMAN.encode() + "3,café\n".encode("cp1252") + "4,ü and ".encode() + b"\xe9\n"
    text, found = opened(tmp_path, data)
    assert text == GERMAN + "3,café\n4,ü and é\n"
    assert found.notices == ("2 lines not in UTF-8 were read as Windows-1252 (lines 4 and 5).",)


def test_binary_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"corpus\.csv is not a text file"):
        opened(tmp_path, bytes(range(256)) * 20)


def test_a_text_with_nul_characters_is_text(tmp_path: Path) -> None:
    assert opened(tmp_path, b"id,text\n1,a\0b\n")[0] == "id,text\n1,a\0b\n"


def test_a_cut_utf16_file_says_so(tmp_path: Path) -> None:
    text, found = opened(tmp_path, "hello".encode("utf-16")[:-1])
    assert text == "hell\ufffd"
    assert found.notices == ("1 character could not be read as UTF-16 and became \ufffd.",)


def test_single_texts() -> None:
    assert decode_bytes(GERMAN.encode("utf-16")) == GERMAN
    assert decode_bytes("café".encode("cp1252")) == "café"
    assert decode_bytes(b"\xef\xbb\xbfx") == "x"
