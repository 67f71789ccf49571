"""Where computed results live: one folder a result, arrays as .npy, memory-mapped, verified by checksum.

A result is named by (stage, key), the key being the fingerprint of everything that went into it. Its
description, meta.json, is written last and holds the checksum of every file, so a result is there whole or not at all.
Nothing here is executable: .npy without pickles, and JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.core.fingerprint import file_digest
from explorer.core.verified import all_whole, note_whole, noted_at
from explorer.errors import OutputError

META = "meta.json"
NOTE = ".verified"


@dataclass(frozen=True)
class StageResult:
    """Arrays (read-only), facts about them, and the folder they lie in (None when only in memory)."""

    arrays: Mapping[str, NDArray[Any]]
    meta: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None


class ResultStore(Protocol):
    """Keeps stage results. ``save`` returns what ``load`` would: read-only arrays."""

    def load(self, stage: str, key: str, *, verify: bool = True) -> StageResult | None: ...

    def save(
        self, stage: str, key: str, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]
    ) -> StageResult: ...

    @property
    def encoder_state(self) -> Path:
        """Where encoders keep what they learnt: fitted vocabularies, verdicts on precision."""
        ...

    def workspace(self, stage: str, key: str) -> Path:
        """A folder for files that grow part by part (vectors) or that a library writes itself (an Annoy index)."""
        ...


def sync_folder(folder: Path) -> None:
    """Make renames inside ``folder`` durable (POSIX; elsewhere the rename itself is enough)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def output_errors(target: Path) -> Iterator[None]:
    """Turn a failing disk into one clear sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"Cannot write {target}: {reason}.", "Free some space or choose a folder that you may write to."
        ) from error


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """A new empty file beside ``target`` to write to, which takes its place when the block ends without an error.

    So ``target`` is there whole (synced to disk) or as it was, and whoever has the older file mapped keeps it.
    The block must have closed the file. Raises ``OutputError`` for an ``OSError``, one of the block too.
    """
    with output_errors(target):
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            _sync_file(temporary)
            temporary.chmod(0o644)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def write_atomically(target: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all. Raises ``OutputError``."""
    with atomic_file(target) as temporary:
        temporary.write_bytes(data)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write one .npy whole or not at all. Raises ``OutputError``."""
    # Through a handle: given a path, NumPy would add its suffix to the temporary name.
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        np.save(file, array, allow_pickle=False)


class FolderStore:
    """Results under ``root/STAGE/KEY/``: arrays as .npy, a library's own files, and meta.json, written last.

    A result without a valid meta.json, or with a damaged file, counts as missing, so that it is computed again.
    Files that were found whole before and have not been touched since are not read for that (``verified.py``).
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def encoder_state(self) -> Path:
        return self.root / "encoders"

    def load(self, stage: str, key: str, *, verify: bool = True) -> StageResult | None:
        folder = self.root / stage / key
        try:
            meta = json.loads((folder / META).read_text(encoding="utf-8"))
            digests: dict[str, str] = meta["files"]
            if verify and not _whole(folder, digests):
                return None
            arrays = {Path(name).stem: _open_array(folder / name) for name in digests if name.endswith(".npy")}
            return StageResult(arrays, dict(meta["facts"]), folder)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def save(self, stage: str, key: str, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> StageResult:
        folder = self.workspace(stage, key)
        with output_errors(folder):
            (folder / META).unlink(missing_ok=True)
            for name, array in arrays.items():
                save_array(folder / f"{name}.npy", array)
            files = {file.name: file_digest(file) for file in sorted(folder.iterdir()) if file.name[0] != "."}
            write_atomically(folder / META, json.dumps({"files": files, "facts": dict(meta)}, indent=1).encode())
        note_whole(folder / NOTE, {folder / name: digest for name, digest in files.items()})
        result = self.load(stage, key, verify=False)
        if result is None:
            raise OutputError(f"{folder} was written but cannot be read back.", "Check the disk that it lies on.")
        return result

    def is_damaged(self, stage: str, key: str, *, since: float) -> bool:
        """Whether a result is not what was saved. Its files are read unless that was done after ``since`` (epoch).

        One that is damaged counts as missing from then on.
        """
        folder = self.root / stage / key
        if noted_at(folder / NOTE) > since:
            return False
        try:
            return not _whole(folder, json.loads((folder / META).read_text(encoding="utf-8"))["files"], again=True)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return True

    def workspace(self, stage: str, key: str) -> Path:
        folder = self.root / stage / key
        with output_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return folder


def _whole(folder: Path, digests: Mapping[str, str], *, again: bool = False) -> bool:
    files = {folder / name: digest for name, digest in digests.items()}
    return all_whole(folder / NOTE, files, lambda file, digest: file_digest(file) == digest, again=again)


def _open_array(path: Path) -> NDArray[Any]:
    """Memory-mapped and read-only; an empty array cannot be mapped and is read."""
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    array.setflags(write=False)
    return array


class MemoryStore(FolderStore):
    """Results in a private temporary folder that goes away with the object: for notebooks and one-off runs."""

    def __init__(self) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="text-explorer-")))
        weakref.finalize(self, shutil.rmtree, self.root, ignore_errors=True)
