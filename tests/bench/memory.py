"""Memory of this process as Linux tells it, and the most that it has while something is done."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

EVERY = 0.002
"""Seconds between two looks. What is there for a shorter time is missed."""


def memory_mb(name: str) -> float:
    """A line of /proc/self/status in megabytes (10^6 bytes): VmHWM = peak, RssAnon = private now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024 / 1e6


class PrivatePeak:
    """How far private memory (RssAnon) rises within a ``with`` block: ``before``, and ``peak`` when it is over.

    Pages of files (libraries, mapped arrays) do not count: the system takes them back when it needs them.
    """

    def __enter__(self) -> PrivatePeak:
        self.before = self.peak = memory_mb("RssAnon")
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            self.peak = max(self.peak, memory_mb("RssAnon"))

    @property
    def above(self) -> float:
        """Megabytes."""
        return self.peak - self.before
