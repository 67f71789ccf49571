"""What the command line shows while it works: a bar on a terminal, plain lines elsewhere, nothing under --quiet."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

HOLD = 3.0
"""Seconds for which plain lines wait: a command that is refused at once says that and nothing else."""


@contextmanager
def progress_on(stream: TextIO, *, quiet: bool) -> Iterator[Any]:
    """Progress for one command; what it shows is brought to an end before an error or the result is printed."""
    from explorer.core.progress import SILENT, Progress

    if quiet:
        yield SILENT
        return
    line = ProgressLine(stream)
    try:
        yield Progress(line)
    except BaseException:
        line.drop()
        raise
    line.finish()


class ProgressLine:
    """A bar where the stream is a terminal; elsewhere a plain line a stage, and one every ten seconds.

    hold : seconds for which plain lines are kept back; ``finish`` writes them, ``drop`` forgets them.
    """

    def __init__(self, stream: TextIO, hold: float = HOLD) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._last = 0.0
        self._said: set[str] = set()
        self._held: list[str] = []
        self._hold_until = time.monotonic() + hold
        self._bar_shown = False

    def __call__(self, report: Any) -> None:
        now = time.monotonic()
        new = bool(report.message) and report.message not in self._said
        if not new and report.fraction < 1 and now - self._last < (0.1 if self._terminal else 10):
            return
        self._said.add(report.message)
        self._last = now
        facts = "".join(f" · {words}" for words in describe(report.facts))
        if self._terminal:
            self._bar_shown = True
            self._write(f"\r\x1b[K{_bar(report.fraction)} {report.fraction:4.0%} {report.message}{facts}")
        elif new or report.fraction < 1:
            self._held.append(f"{report.fraction:4.0%} {report.message}{facts}\n")
            if now >= self._hold_until:
                self._release()

    def finish(self) -> None:
        """The command is done: what follows starts on a line of its own."""
        if self._bar_shown:
            self._write("\n")
        self._release()

    def drop(self) -> None:
        """The command failed: the bar goes, and lines held back are not needed any more."""
        if self._bar_shown:
            self._write("\r\x1b[K")

    def _release(self) -> None:
        self._write("".join(self._held))
        self._held.clear()

    def _write(self, words: str) -> None:
        if words:
            self._stream.write(words)
            self._stream.flush()


def _bar(fraction: float, width: int = 24) -> str:
    done = round(fraction * width)
    return f"[{'#' * done}{'.' * (width - done)}]"


def describe(facts: Mapping[str, Any]) -> list[str]:
    """Rate and time left, in words."""
    words = []
    if "per_second" in facts:
        words.append(f"{float(facts['per_second']):,.0f} {facts.get('unit', 'texts')}/s")
    if "seconds_left" in facts:
        left = max(0, round(float(facts["seconds_left"])))
        words.append(f"{left // 60} min {left % 60} s left" if left >= 60 else f"{left} s left")
    return words
