"""What a detector costs, in numbers and in words, before it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What it takes to score a corpus.

    seconds : on two cores without other work, about. fitted_on : rows that are learnt from: all, or a sample.
    of : rows that there are to learn from. quadratic : whether time grows with the square of what is learnt from.
    megabytes : memory beside the vectors, about.
    """

    seconds: float
    fitted_on: int
    of: int
    quadratic: bool
    megabytes: float

    @property
    def sampled(self) -> bool:
        return self.fitted_on < self.of

    @property
    def words(self) -> str:
        """``about 3 min, fits on a sample of 5,000 of 50,000 texts``."""
        sample = f", fits on a sample of {self.fitted_on:,} of {self.of:,} texts" if self.sampled else ""
        return f"{duration(self.seconds)}{sample}"


def duration(seconds: float) -> str:
    """A rough time in words: nobody knows it to the second."""
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"about {_rounded(seconds)} s"
    if seconds < 90 * 60:
        return f"about {_rounded(seconds / 60)} min"
    return f"about {_rounded(seconds / 3600)} hours"


def _rounded(value: float) -> int:
    """One digit up to 10, then tens or fives: 3, 8, 15, 40."""
    return round(value) if value < 10 else 5 * round(value / 5)
