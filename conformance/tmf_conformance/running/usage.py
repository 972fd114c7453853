"""What processes cost: CPU seconds and peak memory, where the system tells (Linux). Starts and ends none."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Usage:
    """CPU seconds so far and the most memory that was ever held, in megabytes."""

    cpu_seconds: float
    peak_megabytes: float


def of(process: int | None = None) -> Usage | None:
    """The usage of a process, of this one when none is named; None where it cannot be known."""
    folder = Path("/proc") / str(process or os.getpid())
    try:
        # The command's name stands in brackets and may hold anything; what is counted follows behind it.
        times = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        lines = (folder / "status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
    return Usage((int(times[11]) + int(times[12])) / _TICKS, peak / 1024)
