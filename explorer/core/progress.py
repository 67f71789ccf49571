"""How a long function says how far it is and learns that it should stop.

A function that may run for more than a moment takes a ``Progress``. It calls ``report`` when something
visible has changed, which also raises ``Cancelled`` if the person has asked to stop, and hands
``part(start, end)`` to the functions it calls, so that their 0..1 becomes a slice of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class Cancelled(Exception):  # noqa: N818 - what happened is no error
    """The person asked to stop. ``partial`` is what was reached, if it is of use."""

    def __init__(self, partial: object = None) -> None:
        super().__init__("cancelled")
        self.partial = partial


@dataclass(frozen=True)
class Report:
    """One progress report: fraction done (0..1), what is being done, and numbers worth showing
    (``done``, ``total``, ``unit``, ``per_second``, ``seconds_left``, ...)."""

    fraction: float
    message: str = ""
    facts: Mapping[str, float | str] = field(default_factory=dict)


class Progress:
    """Report and cancel in one object; the default one reports to nobody and never cancels."""

    def __init__(
        self,
        on_report: Callable[[Report], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
        *,
        start: float = 0.0,
        end: float = 1.0,
    ) -> None:
        self._on_report = on_report
        self._is_cancelled = is_cancelled
        self._start = start
        self._end = end

    def check(self, partial: object = None) -> None:
        """Raise ``Cancelled`` (carrying ``partial``) if the person asked to stop."""
        if self._is_cancelled is not None and self._is_cancelled():
            raise Cancelled(partial)

    def report(self, fraction: float, message: str = "", **facts: float | str) -> None:
        """Say that ``fraction`` (0..1 of this part) is done; raises ``Cancelled`` when asked to stop."""
        self.check()
        if self._on_report is not None:
            whole = self._start + min(max(fraction, 0.0), 1.0) * (self._end - self._start)
            self._on_report(Report(whole, message, facts))

    def part(self, start: float, end: float) -> Progress:
        """The slice ``start..end`` of this progress, to be handed to a called function."""
        width = self._end - self._start
        return Progress(
            self._on_report,
            self._is_cancelled,
            start=self._start + start * width,
            end=self._start + end * width,
        )


SILENT = Progress()
