"""Lengths of time as people write them in a config: "2y", "90d", "5m"."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365.25 * 86400}
_LONGEST_SECONDS = 1000 * _UNITS["y"]
_DURATION = re.compile(r"\s*(\d{1,6})\s*([smhdwy])\s*")


def parse_duration(text: str) -> timedelta:
    """Raises ValueError with a hint for anything but a whole number and one of s, m, h, d, w, y."""
    match = _DURATION.fullmatch(text.lower())
    if match is None:
        raise ValueError(f"{text!r} is no length of time; write a number and a unit, such as 5m, 12h, 90d, 6w or 2y")
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > _LONGEST_SECONDS:
        raise ValueError(f"{text!r} is longer than a thousand years")
    return timedelta(seconds=seconds)
