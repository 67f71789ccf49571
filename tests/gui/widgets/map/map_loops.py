"""Runs tests with the map's compiled loops, or as if they had not been loaded yet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from explorer.gui.widgets.map import compiled

LOOPS = ("numpy", "compiled")


@contextmanager
def loops(which: str) -> Iterator[None]:
    with mock.patch.object(compiled, "_ready", threading.Event()):
        if which == "compiled":
            compiled.load()
        yield
