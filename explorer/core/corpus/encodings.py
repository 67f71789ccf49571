"""Finds the encoding of a text file and hands it on as UTF-8 without losing a character in silence.

A file that is UTF-8 already is used as it lies. Everything else is transcoded once, streaming, into a
work folder: byte order marks decide first, then strict UTF-8, then the shape of the bytes. A file that is
mostly UTF-8 with some bytes of Windows-1252 (two exports pasted together) keeps its UTF-8; the stray
bytes are read as Windows-1252 and counted.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from explorer.core.corpus.latin_alphabets import LATIN, latin_codec
from explorer.core.corpus.wording import counted, lines_said
from explorer.core.progress import SILENT, Progress
from explorer.errors import CorpusError

BLOCK = 1 << 20
PROBE = 1 << 16
EVIDENCE = 1 << 18
"""Bytes of undecodable lines that the encoding detector gets to see."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_CANDIDATES = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "koi8_r", "iso8859_5"),
    *("mac_roman", "cp932", "euc_jp", "gb18030", "big5", "cp949"),
]
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Utf8File:
    """A file in UTF-8 (possibly with a byte order mark), what it was before, and what is worth saying about it."""

    path: Path
    encoding: str
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Survey:
    """How the lines of a file that is not UTF-8 divide."""

    ascii: int
    valid: int
    bad_lines: tuple[int, ...]
    evidence: bytes


def open_utf8(
    path: Path, workspace: Path, *, name: str = "", partial: bool = False, progress: Progress = SILENT
) -> Utf8File:
    """The text file ``path`` as UTF-8.

    Parameters
    ----------
    path : the file; it must not be compressed.
    workspace : folder for the transcoded copy, if one is needed.
    name : what to call the file in messages; default its own name.
    partial : ``path`` is the head of a longer file, so its last character may be cut.

    Raises
    ------
    CorpusError : the bytes are not text in any encoding.
    """
    name = name or path.name
    with path.open("rb") as file:
        head = file.read(PROBE)
    for mark, codec, label in _MARKS:
        if head.startswith(mark):
            return _marked(path, workspace, codec, label, progress)
    if wide := _wide_codec(head):
        return _transcode(path, workspace, wide, "UTF-16", progress)
    if _is_utf8(path, partial, progress):
        _refuse_binary(head, name, limit=0.3)
        return Utf8File(path, "UTF-8")
    _refuse_binary(head, name, limit=0.02)
    return _legacy(path, workspace, progress)


def looks_binary(head: bytes) -> bool:
    """Whether the first bytes of a file are not text in any encoding."""
    if any(head.startswith(mark) for mark, _, _ in _MARKS) or _wide_codec(head):
        return False
    limit = 0.3 if _decodes(head) else 0.02
    return _control_share(head) > limit


def decode_bytes(data: bytes) -> str:
    """One small text (a file of a folder) decoded on its own, by the same rules as :func:`open_utf8`."""
    for mark, codec, _ in _MARKS:
        if data.startswith(mark):
            return data.decode(codec, "replace")
    if wide := _wide_codec(data[:PROBE]):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        lines = data.splitlines(keepends=True)
        legacy = _legacy_codec(_survey(lines))
        return "".join(_lenient(line)[0] for line in lines) if legacy is None else data.decode(legacy, "replace")


def _control_share(head: bytes) -> float:
    return len(_CONTROL.findall(head)) / len(head) if head else 0.0


def _refuse_binary(head: bytes, name: str, limit: float) -> None:
    if _control_share(head) > limit:
        raise CorpusError(
            f"{name} is not a text file: it holds binary data.",
            "Export the texts as CSV, JSON, Parquet or XLSX and open that file.",
        )


def _decodes(head: bytes) -> bool:
    """Whether the bytes are UTF-8, a character cut at the end forgiven."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _wide_codec(head: bytes) -> str | None:
    """UTF-16 without a mark: in text of mostly Latin script every second byte is zero."""
    if len(head) < 16:
        return None
    even, odd = head[::2].count(0) / len(head[::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else None


def _blocks(file: BinaryIO, size: int, progress: Progress, message: str) -> Iterator[bytes]:
    done = 0
    while block := file.read(BLOCK):
        progress.report(done / max(size, 1), message)
        done += len(block)
        yield block


def _is_utf8(path: Path, partial: bool, progress: Progress) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            for block in _blocks(file, path.stat().st_size, progress, "Checking the encoding"):
                decoder.decode(block)
            decoder.decode(b"", final=not partial)
        except UnicodeDecodeError:
            return False
    return True


def _marked(path: Path, workspace: Path, codec: str, label: str, progress: Progress) -> Utf8File:
    """A file with a byte order mark. A UTF-8 mark on a file that is UTF-8 needs no copy: the readers skip it."""
    if codec == "utf-8-sig":
        if _is_utf8(path, True, progress):
            return Utf8File(path, label)
        return _mixed(path, workspace, progress)
    return _transcode(path, workspace, codec, label, progress)


def _transcode(path: Path, workspace: Path, codec: str, label: str, progress: Progress) -> Utf8File:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    target = workspace / "as-utf8"
    damaged = 0
    with path.open("rb") as source, target.open("wb") as out:
        for block in chain(_blocks(source, path.stat().st_size, progress, "Converting to UTF-8"), [b""]):
            text = decoder.decode(block, final=not block)
            damaged += text.count("\ufffd")
            out.write(text.encode("utf-8"))
    said = (f"{counted(damaged, 'character')} could not be read as {label} and became \ufffd.",) if damaged else ()
    return Utf8File(target, label, said)


def _survey(lines: Iterator[bytes] | list[bytes]) -> _Survey:
    plain = valid = 0
    bad: list[int] = []
    evidence = bytearray()
    for number, line in enumerate(lines, 1):
        if line.isascii():
            plain += 1
        elif _decodes(line + b" "):
            valid += 1
        else:
            bad.append(number)
            evidence += line if len(evidence) < EVIDENCE else b""
    return _Survey(plain, valid, tuple(bad), bytes(evidence[: 2 * EVIDENCE]))


def _legacy_codec(survey: _Survey) -> str | None:
    """The one 8-bit or East Asian encoding of the whole file, or None where UTF-8 and Windows-1252 are mixed.

    A few accented letters are too little to tell encodings apart, and then Windows-1252 is by far the likeliest.
    """
    if survey.valid and survey.valid >= len(survey.bad_lines):
        return None
    high = sum(byte > 127 for byte in survey.evidence)
    if high < 100 and high < 0.4 * len(survey.evidence):
        return None if survey.valid else "cp1252"
    return _detected(survey.evidence)


def _detected(evidence: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(evidence, cp_isolation=_CANDIDATES).best()
    codec = best.encoding if best is not None and best.encoding in _CANDIDATES else "cp1252"
    return latin_codec(evidence) if codec in LATIN else codec


def _legacy(path: Path, workspace: Path, progress: Progress) -> Utf8File:
    with path.open("rb") as file:
        survey = _survey(_watched(file, progress))
    codec = _legacy_codec(survey)
    if codec is None:
        return _mixed(path, workspace, progress)
    label = codec_label(codec)
    found = _transcode(path, workspace, codec, label, progress)
    notice = f"The file is not UTF-8; it was read as {label}. Save it as UTF-8 if letters look wrong."
    return Utf8File(found.path, label, (notice, *found.notices))


def codec_label(codec: str) -> str:
    """What a person calls a codec: cp1252 is Windows-1252."""
    names = {"cp932": "Shift JIS", "cp949": "Korean (Windows-949)", "cp874": "Thai (Windows-874)"}
    if codec in names:
        return names[codec]
    return f"Windows-{codec[2:]}" if codec.startswith("cp125") else codec.upper().replace("_", "-")


def _watched(file: BinaryIO, progress: Progress) -> Iterator[bytes]:
    for number, line in enumerate(file):
        if number % 4096 == 0:
            progress.check()
        yield line


def _lenient(line: bytes) -> tuple[str, int]:
    """A line with its undecodable bytes read as Windows-1252, and how many bytes those were."""
    pieces, start, strays = [], 0, 0
    while True:
        try:
            pieces.append(line[start:].decode("utf-8"))
            return "".join(pieces), strays
        except UnicodeDecodeError as error:
            bad, end = start + error.start, start + error.end
            pieces.append(line[start:bad].decode("utf-8") + line[bad:end].decode("cp1252", "replace"))
            strays += end - bad
            start = end


def _mixed(path: Path, workspace: Path, progress: Progress) -> Utf8File:
    """UTF-8 with stray bytes: each stray byte as Windows-1252, the lines counted and named."""
    target = workspace / "as-utf8"
    strays: list[int] = []
    with path.open("rb") as source, target.open("wb") as out:
        for number, line in enumerate(_watched(source, progress), 1):
            text, bad = (str(line, "ascii"), 0) if line.isascii() else _lenient(line)
            if bad:
                strays.append(number)
            out.write(text.encode("utf-8"))
    notice = (
        f"{counted(len(strays), 'line')} not in UTF-8 {'was' if len(strays) == 1 else 'were'} read as Windows-1252 "
        f"({lines_said(strays)})."
    )
    return Utf8File(target, "UTF-8 with some Windows-1252", (notice,))
