"""PNG files written band by band, so that a picture of any size takes the memory of a band."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LEVEL = 4
_UP = 2
"""The filter that writes each row as its difference from the one above: most of a map is flat."""

Pixels = npt.NDArray[np.uint32]


class PngWriter:
    """Writes rows of pixels from top to bottom; ``close`` must follow the last one.

    per_metre : pixels to a metre. texts : what is said about the picture, by keyword. alpha : whether it has
    transparent parts.
    """

    def __init__(
        self, file: BinaryIO, width: int, height: int, *, per_metre: int, texts: Mapping[str, str], alpha: bool = False
    ) -> None:
        self._file = file
        self._alpha = alpha
        self._packer = zlib.compressobj(_LEVEL)
        self._above = np.zeros((1, width, 4 if alpha else 3), np.uint8)
        file.write(_SIGNATURE)
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0))
        self._chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
        for keyword, text in texts.items():
            self._chunk(b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode())

    def write(self, rows: Pixels) -> None:
        """Write some rows, (h, width) premultiplied 0xAARRGGBB."""
        parts = _straight(rows) if self._alpha else np.ascontiguousarray(_parts(rows)[:, :, 2::-1])
        lines = np.empty((len(parts), 1 + parts[0].size), np.uint8)
        lines[:, 0] = _UP
        above = np.concatenate([self._above, parts[:-1]])
        np.subtract(parts, above, out=above)
        lines[:, 1:] = above.reshape(len(parts), -1)
        self._above = parts[-1:]
        self._data(self._packer.compress(lines))

    def close(self) -> None:
        self._data(self._packer.flush())
        self._chunk(b"IEND", b"")

    def _data(self, packed: bytes) -> None:
        if packed:
            self._chunk(b"IDAT", packed)

    def _chunk(self, kind: bytes, data: bytes) -> None:
        self._file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))


def _parts(rows: Pixels) -> npt.NDArray[np.uint8]:
    """(h, w, 4) blue, green, red, alpha."""
    return np.ascontiguousarray(rows, "<u4").view(np.uint8).reshape(*rows.shape, 4)


def _straight(rows: Pixels) -> npt.NDArray[np.uint8]:
    """(h, w, 4) red, green, blue, alpha, not multiplied any more."""
    parts = _parts(rows)
    alpha = np.maximum(parts[:, :, 3:].astype(np.uint16), 1)
    found = np.empty_like(parts)
    found[:, :, :3] = (parts[:, :, 2::-1].astype(np.uint16) * 255 + alpha // 2) // alpha
    found[:, :, 3] = parts[:, :, 3]
    return found
