"""The real corpus that the program brings along, to look at before one's own."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

SAMPLE = "samples/bank_questions.csv"


def sample_file() -> Path:
    """13,123 questions to a bank, 40 of which do not belong."""
    return Path(str(importlib.resources.files("explorer.resources") / SAMPLE))
