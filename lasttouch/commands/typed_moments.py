"""Moments as people write them on the command line: a day, a month, a weekday, an instant, or so
long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from lasttouch.configuration.durations import parse_duration

_EARLIEST = datetime(1969, 12, 31, tzinfo=UTC)
_LATEST = datetime(9999, 12, 30, tzinfo=UTC)
A_DAY = timedelta(days=1)
WORDING = (
    "write a day such as 2026-11-01, yesterday or monday, a month such as 2026-11, an instant such as"
    " 2026-11-01T09:30, 30d or 3months for so long ago, or +30d for ahead"
)
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST_NAME = 3  # "mon"
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_MONTHS_LONG = re.compile(r"(\d{1,5})\s*mo(?:nths?)?")
_LONG_UNIT = re.compile(r"(\d{1,6})\s*(second|minute|hour|day|week|year)s?")


def beginning(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The first instant meant by `text`: local midnight of a day. Raises ValueError in plain
    words."""
    return span(text, now, zone)[0]


def ahead(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The first instant meant by what lies ahead: `2w` is in two weeks, `monday` the next. Raises
    ValueError."""
    word = text.strip().lower()
    if (weekday := _weekday(word)) is not None:
        days = (weekday - now.astimezone(zone).weekday() - 1) % 7 + 1
        moment = _midnight(now, zone, days)
    else:
        moment = beginning(text if text.startswith("+") or not _length(word) else f"+{text}", now, zone)
    if moment <= now:
        raise ValueError(f"{text!r} does not lie ahead; write 2w, monday or a day such as 2026-12-01")
    return moment


def span(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The first and the last second meant by `text`: a day ends before the next local midnight.
    Raises ValueError."""
    try:
        first, last = _understood(text.strip().lower(), now, zone)
        if first.astimezone(UTC) >= _EARLIEST and last.astimezone(UTC) <= _LATEST:
            return first, last
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{text!r} is no moment; {WORDING}")


def _understood(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    if text in _DAYS:
        return _day(_midnight(now, zone, _DAYS[text]), zone)
    if (weekday := _weekday(text)) is not None:
        return _day(_midnight(now, zone, -((now.astimezone(zone).weekday() - weekday - 1) % 7 + 1)), zone)
    if match := _MONTH.fullmatch(text):
        first = datetime(int(match[1]), int(match[2]), 1)  # noqa: DTZ001 - of no zone until it is known which month
        following = (first + 31 * A_DAY).replace(day=1)
        return first.replace(tzinfo=zone), following.replace(tzinfo=zone) - timedelta(seconds=1)
    if (length := _length(text.removeprefix("+"))) is not None:
        months, rest = length
        sign = 1 if text.startswith("+") else -1
        instant = _months_from(now.astimezone(zone), sign * months) + sign * rest
        return instant, instant
    given = datetime.fromisoformat(text.upper())
    if given.time() == time() and len(text) <= len("2026-11-01"):
        return _day(given.replace(tzinfo=zone), zone)
    instant = given if given.tzinfo else given.replace(tzinfo=zone)
    return instant, instant


def _length(text: str) -> tuple[int, timedelta] | None:
    """Months and the rest of a length of time; None where it is none."""
    if match := _MONTHS_LONG.fullmatch(text):
        return int(match[1]), timedelta()
    if match := _LONG_UNIT.fullmatch(text):
        text = f"{match[1]}{match[2][0]}"
    try:
        return 0, parse_duration(text)
    except ValueError:
        return None


def _months_from(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last one where that month is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month + 1)


def _weekday(word: str) -> int | None:
    fitting = [number for number, name in enumerate(_WEEKDAYS) if name.startswith(word)]
    return fitting[0] if len(word) >= _SHORTEST_NAME and len(fitting) == 1 else None


def _midnight(now: datetime, zone: tzinfo, days: int) -> datetime:
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return (midnight + timedelta(days=days)).replace(tzinfo=zone)


def _day(midnight: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    following = (midnight.replace(tzinfo=None) + A_DAY).replace(tzinfo=zone)
    return midnight, following - timedelta(seconds=1)
