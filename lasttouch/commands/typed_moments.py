"""Moments as people write them on the command line: a day, an instant, or a length of time ago."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from lasttouch.durations import parse_duration

_EARLIEST = datetime(1969, 12, 31, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)
A_DAY = timedelta(days=1)
WORDING = "write a day such as 2026-11-01, an instant such as 2026-11-01T09:30, 30d for so long ago, or +30d for ahead"


def beginning(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The first instant meant by `text`: local midnight of a day. Raises ValueError in plain words."""
    return _moment(text, now, zone)[0]


def end(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The last second meant by `text`: that before the next local midnight for a day."""
    return _moment(text, now, zone)[1]


def _moment(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    try:
        first, last = _understood(text, now, zone)
        if first.astimezone(UTC) >= _EARLIEST and last.astimezone(UTC) <= _LATEST:
            return first, last
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{text!r} is no moment; {WORDING}")


def _understood(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    try:
        instant = now + parse_duration(text[1:]) if text.startswith("+") else now - parse_duration(text)
    except ValueError:
        given = datetime.fromisoformat(text.strip())
        if given.time() == time() and len(text.strip()) <= len("2026-11-01"):
            return given.replace(tzinfo=zone), (given + A_DAY).replace(tzinfo=zone) - timedelta(seconds=1)
        instant = given if given.tzinfo else given.replace(tzinfo=zone)
    return instant, instant
