"""Touches by week in block characters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

BLOCKS = "▁▂▃▄▅▆▇█"
NONE = "·"
FULL = 4  # touches that make a full column where no week has more


def sparkline(counts: Sequence[int]) -> str:
    """A block a count, the highest for the largest of them, but no less than FULL; a dot for none."""
    top = max(FULL, *counts)
    return "".join(BLOCKS[(count * len(BLOCKS) - 1) // top] if count else NONE for count in counts)


def chart(counts: Sequence[int], now: datetime, zone: tzinfo) -> list[str]:
    """The chart above a timeline: a column a week, and what it stands for."""
    if not any(counts):
        return []
    first = (now - timedelta(weeks=len(counts))).astimezone(zone)
    unit = "touch" if sum(counts) == 1 else "touches"
    said = f"{len(counts)} weeks from {first:%Y-%m-%d} to {now.astimezone(zone):%Y-%m-%d}"
    return [sparkline(counts), f"{said}: {sum(counts)} {unit}, {max(counts)} in the fullest week", ""]
