"""What Qt saves of the window, as text with a checksum: Qt crashes on an arrangement of panels with a wrong byte."""

from __future__ import annotations

import base64
import zlib

from PySide6.QtCore import QByteArray


def sealed(state: QByteArray) -> str:
    """A saved arrangement or geometry as ASCII."""
    stored = state.data()
    return f"{zlib.crc32(stored):08x} {base64.b64encode(stored).decode('ascii')}"


def unsealed(saved: object) -> QByteArray | None:
    """What was sealed; None where anything of it has changed."""
    if not isinstance(saved, str):
        return None
    checksum, _, stored = saved.partition(" ")
    try:
        state = base64.b64decode(stored, validate=True)
    except ValueError:
        return None
    return QByteArray(state) if checksum == f"{zlib.crc32(state):08x}" else None
