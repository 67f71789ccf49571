"""Memory: the peak of a stretch of work, for the manifest, and what is free."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path


class PeakMemory:
    """Peak resident memory since the object was made (Linux), or since the process began (elsewhere)."""

    def __init__(self) -> None:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")

    def peak_mb(self) -> float:
        """In megabytes (10^6 bytes); 0.0 where the system does not tell."""
        with contextlib.suppress(OSError, StopIteration):
            lines = Path("/proc/self/status").read_text().splitlines()
            return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6, 1)
        return _peak_since_start()


def _peak_since_start() -> float:
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def free_megabytes(proc: Path = Path("/proc"), control: Path = Path("/sys/fs/cgroup")) -> float | None:
    """Memory (10^6 bytes) that can be had without swapping, within the limit of a container; None = not known."""
    found = []
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = (proc / "meminfo").read_text().splitlines()
        found.append(int(next(line for line in lines if line.startswith("MemAvailable")).split()[1]) * 1024 / 1e6)
    with contextlib.suppress(OSError, ValueError):
        limit, used = (int((control / name).read_text()) for name in ("memory.max", "memory.current"))
        # Pages of files count as used, and are given up when somebody needs them.
        pages = dict(line.split() for line in (control / "memory.stat").read_text().splitlines())
        found.append(max(limit - used + int(pages.get("file", 0)), 0) / 1e6)
    return min(found, default=None)
