"""What a process and its children take (proc(5))."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(pid: int) -> float:
    """Its own, and that of its children, ended or not, in seconds."""
    return sum(_times(pid)) + sum(cpu_of(child) for child in children_of(pid))


def own_cpu_of(pid: int) -> float:
    """Without that of its children, in seconds."""
    return sum(_times(pid)[:2])


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _times(pid: int) -> list[float]:
    """utime, stime, and both of the children that it waited for, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return [int(field) / TICKS for field in fields[11:15]]


def resident_of(pid: int) -> float:
    """In MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024
