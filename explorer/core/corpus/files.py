"""From what lies on the disk to the plain file that a reader opens: checked, digested, unpacked, cut to its head."""

from __future__ import annotations

import errno
import gzip
import hashlib
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from explorer.core.corpus.corpus import Source
from explorer.core.corpus.plain_text import text_files
from explorer.core.fingerprint import file_digest
from explorer.errors import CorpusError

HEAD = 1 << 20
"""How much of a long file a preview reads at first; more if no whole record lies in it."""


def source_of(path: Path, name: str) -> Source:
    if not path.is_dir():
        return Source(str(path), file_digest(path), path.stat().st_size, name)
    files, _, _ = text_files(path)
    digest = hashlib.sha256("".join(map(_digest_or_nothing, files)).encode()).hexdigest()
    return Source(str(path), digest, sum(file.stat().st_size for file in files if file.exists()), name)


def _digest_or_nothing(path: Path) -> str:
    """A file of a folder that may not be read has no digest; the reader lists it as rejected."""
    try:
        return file_digest(path)
    except OSError:
        return ""


def check_file(path: Path) -> None:
    if not path.exists():
        raise CorpusError(f"There is no file {path}.", "Check the name and the folder.")
    if not path.is_file():
        raise CorpusError(f"{path.name} is not a file that can be read.", "Choose a file or a folder of .txt files.")
    if path.stat().st_size == 0:
        raise CorpusError(f"{path.name} is empty.", "Choose a file with at least one text.")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the disk or the unpacker says into one clear sentence."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CorpusError(
            f"{path.name} is a damaged .gz file: {error}.", "Copy or download it again, or unpack it first."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CorpusError(
                f"Cannot unpack {path.name}: {reason} in {tempfile.gettempdir()}.",
                "Free some space there, or set TMPDIR to a folder on a larger disk.",
            ) from error
        raise CorpusError(f"Cannot read {path.name}: {reason}.", "Check that the file may be read.") from error


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def plain_file(path: Path, workspace: Path, head: int | None) -> tuple[Path, float]:
    """The file to read and the share of the corpus in it: unpacked, and only the first ``head`` bytes if given."""
    if path.is_dir():
        return path, 1.0
    if _is_gzip(path):
        return unpacked(path, workspace, head)
    size = path.stat().st_size
    if head is None or size <= head:
        return path, 1.0
    with path.open("rb") as file:
        kept, _ = _write_head(file, workspace / "head", head)
    return workspace / "head", kept / size


def unpacked(path: Path, workspace: Path, head: int | None) -> tuple[Path, float]:
    """A .gz file unpacked to disk, streaming; anything else as it lies."""
    if not _is_gzip(path):
        return path, 1.0
    target = workspace / "unpacked"
    with path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as file:
        if head is not None:
            _, whole = _write_head(cast(BinaryIO, file), target, head)
            return target, 1.0 if whole else min(packed.tell() / path.stat().st_size, 0.99)
        with target.open("wb") as out:
            while block := file.read(HEAD):
                out.write(block)
    return target, 1.0


def _write_head(file: BinaryIO, target: Path, head: int) -> tuple[int, bool]:
    """Copy the first ``head`` bytes, cut after the last line that ends in them; how many, and whether that is all."""
    data = file.read(head)
    whole = len(data) < head
    if not whole and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data[: data.rfind(b"\n") + 1] or data
    target.write_bytes(data)
    return len(data), whole
