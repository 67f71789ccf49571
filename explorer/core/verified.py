"""Files that were found whole once and have not been touched since need not be read through again.

A note beside the files says what each looked like (size, times, inode) when its digest was found right. A copied or
edited file looks different and is read; what a disk changes without a trace is found by looking ``again`` from time
to time. A note that is missing or damaged only costs that reading.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

Entry = list[str | int]
"""Digest, then what the file looked like, then when that was noted, in nanoseconds."""

GRAIN = 20_000_000
"""Nanoseconds within which two changes of a file may leave the same time (a kernel's tick, doubled)."""


def all_whole(
    note: Path, digests: Mapping[Path, str], is_right: Callable[[Path, str], bool], *, again: bool = False
) -> bool:
    """Whether every file has its digest, by the note or as ``is_right(file, digest)`` finds; ``again`` = read all.

    The note is renewed if so and goes otherwise. Raises ``OSError`` for a file that cannot be read.
    """
    known = {} if again else _noted(note)
    now = {file.name: _entry(file, digest) for file, digest in digests.items()}
    unsure = [file for file in digests if not _is_same(known.get(file.name, []), now[file.name])]
    if not unsure:
        return True
    with contextlib.suppress(OSError):
        note.unlink(missing_ok=True)
    if not all(is_right(file, digests[file]) for file in unsure):
        return False
    _write(note, now)
    return True


def note_whole(note: Path, digests: Mapping[Path, str]) -> None:
    """Note files whose digests have just been computed."""
    _write(note, {file.name: _entry(file, digest) for file, digest in digests.items()})


def noted_at(note: Path) -> float:
    """When everything in the note was last known to be whole, in seconds since 1970; 0 = never."""
    return min((int(entry[-1]) / 1e9 for entry in _noted(note).values()), default=0.0)


def _entry(file: Path, digest: str) -> Entry:
    found = file.stat()
    return [digest, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, time.time_ns()]


def _is_same(known: Entry, now: Entry) -> bool:
    """Whether the file is as it was noted, and had been so for long enough that no change can hide."""
    return known[:-1] == now[:-1] and max(int(known[2]), int(known[3])) + GRAIN < int(known[-1])


def _noted(note: Path) -> dict[str, Entry]:
    try:
        entries = json.loads(note.read_text(encoding="utf-8"))
        return {str(name): [str(entry[0]), *map(int, entry[1:6])] for name, entry in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError, LookupError):
        return {}


def _write(note: Path, entries: Mapping[str, Entry]) -> None:
    """A folder that may not be written to, or a note that is cut off, costs a reading and nothing else."""
    with contextlib.suppress(OSError):
        note.write_text(json.dumps(entries), encoding="utf-8")
