"""Instants: in UTC for programs, in local time and plain words for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from lasttouch.counting import counted

_STEPS = ((365.25, "year"), (30.44, "month"), (7, "week"), (1, "day"))


def utc(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with seconds and Z, or None."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(moment: datetime | None, zone: tzinfo) -> str:
    """Day and time as the user's clock shows it; "" for never."""
    return "" if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def ago(moment: datetime | None, now: datetime) -> str:
    """ "3 weeks ago", "in 2 days", "never"."""
    if moment is None:
        return "never"
    distance = abs(now - moment)
    if distance < timedelta(minutes=1):
        return "just now"
    words = _words(distance)
    return f"{words} ago" if moment <= now else f"in {words}"


def _words(distance: timedelta) -> str:
    days = distance / timedelta(days=1)
    for length, unit in _STEPS:
        if days >= length * (1 if unit == "day" else 2):  # of one alone too much would be cut off
            return counted(int(days / length), unit)
    hours = int(distance.total_seconds() // 3600)
    return counted(hours, "hour") if hours else counted(int(distance.total_seconds() // 60), "minute")


def earlier(one: datetime | None, other: datetime) -> datetime | None:
    """The earlier of the two; None if `one` is unknown."""
    return None if one is None else min(one, other)
