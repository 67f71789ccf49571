"""Counts in plain words, with the right plural."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 line``, ``1,204 lines``; ``plural`` where an s is not enough."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def lines_said(lines: Sequence[int], most: int = 8) -> str:
    """``line 4``, ``lines 4, 9 and 12``, ``lines 4, 9, 12 and 1,204 more``."""
    shown = [str(line) for line in lines[:most]]
    if len(lines) > most:
        shown.append(f"{len(lines) - most:,} more")
    head = ", ".join(shown[:-1])
    return f"line{'' if len(lines) == 1 else 's'} " + (f"{head} and {shown[-1]}" if head else shown[-1])


def quoted_list(names: Sequence[str], most: int = 20) -> str:
    """``text, label, id``; long lists are cut and say so."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
