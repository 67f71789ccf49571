"""What Qt says on its own, where nobody is to read it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

OFFSCREEN = "This plugin does not support"
"""How the offscreen platform begins its remarks on what a picture does not need, such as size hints."""


@contextmanager
def without_offscreen_remarks() -> Iterator[None]:
    """Leave out the remarks of Qt's offscreen platform; everything else goes to standard error as before."""

    def write(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if not message.startswith(OFFSCREEN):
            sys.stderr.write(f"{message}\n")

    before = qInstallMessageHandler(write)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
