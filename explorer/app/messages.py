"""What the program has to say to the person, in the order it happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Message:
    """``what`` happened, and what to do about it (``hint``); ``details`` is the technical cause, shown on demand."""

    level: Level
    what: str
    hint: str = ""
    details: str = ""
