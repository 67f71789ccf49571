"""Names for things by their content: the key of a result is the hash of all that went into it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def fingerprint(*parts: object) -> str:
    """32 hex digits over JSON-able parts (dicts by sorted key). Equal inputs give equal names on every machine."""
    data = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.blake2b(data.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def array_digest(array: NDArray[np.generic]) -> str:
    """SHA-256 over an array's dtype, shape and bytes (C order), as 64 hex digits."""
    whole = np.ascontiguousarray(array)
    digest = hashlib.sha256(f"{whole.dtype.str}{whole.shape}".encode())
    digest.update(memoryview(whole).cast("B") if whole.size else b"")
    return digest.hexdigest()
