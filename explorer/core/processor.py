"""What the processor can do that decides how something is computed."""

from __future__ import annotations

import platform
from pathlib import Path

AMX = "amx_bf16"
"""Matrix tiles for bfloat16."""

_BFLOAT16 = (AMX, "avx512_bf16")


def bfloat16_instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> tuple[str, ...]:
    """Instructions that multiply bfloat16, by the names that Linux gives them; none elsewhere, where nothing is asked.

    A rule that loads no library: the same answer in the window's process as in the worker's.
    """
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return ()
    try:
        lines = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ()
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return tuple(flag for flag in _BFLOAT16 if flag in flags)
