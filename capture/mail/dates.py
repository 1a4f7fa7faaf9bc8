"""Dates as mail servers and mail programs write them, to aware UTC."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from capture.mail.encoded_words import decode_words
from capture.mail.worded_dates import leapless, offset, worded_date

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
    "nov": 11, "dec": 12,
}  # fmt: skip
_USUAL = re.compile(
    r"\s*(?:[A-Za-z]{3,9},?\s+)?(\d{1,2}[\s-]+[A-Za-z]{3}[a-z]*\.?[\s-]+\d{4})\s+(\d\d?):(\d\d)(?::(\d\d))?"
    r"\s*([+-]\d{4}|GMT|UTC?|Z)\b(?![+-])"
)
_USUAL_DAY = re.compile(r"\s*(?:[A-Za-z]{3,9},?\s+)?(\d{1,2}[\s-]+[A-Za-z]{3}[a-z]*\.?[\s-]+\d{4})")
_DAY = re.compile(r"(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*\.?[\s-]+(\d{4})")
_SECONDS_AND_ZONE = re.compile(r":([0-5]\d) ([+-]\d{4})", re.ASCII)
_MINUTES = {f" {number // 60:02}:{number % 60:02}": timedelta(minutes=number) for number in range(24 * 60)}
_ISO_8601 = re.compile(r"\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def parse_date(value: str) -> datetime | None:
    """A Date header (RFC 5322 §3.3, and what is found in its place) or an INTERNALDATE as aware
    UTC.

    A date without a zone, with the zone -0000 or with one nobody knows (RFC 5322 §4.3) is taken as
    UTC. None if it cannot be read.
    """
    try:
        return _at_a_glance(value) or _from_text(value)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _at_a_glance(value: str) -> datetime | None:
    """A date that ends in "22:10:05 +0100" and nothing else, as nearly all do; None for any other."""
    midnight = _midnight_of(value[:-15])
    minutes, rest = _MINUTES.get(value[-15:-9]), _seconds_and_zone(value[-9:])
    if midnight is None or minutes is None or rest is None:
        return None
    return midnight + (minutes + rest)


@lru_cache(maxsize=4096)
def _seconds_and_zone(text: str) -> timedelta | None:
    """What ":05 +0100" adds to the minute before it."""
    found = _SECONDS_AND_ZONE.fullmatch(text)
    return timedelta(seconds=int(found[1]) - _zone_seconds(found[2])) if found else None


@lru_cache(maxsize=4096)
def _midnight_of(day: str) -> datetime | None:
    """The day of a date without its time ("Sun, 22 Nov 2026", "22-Nov-2026"), if it can be read
    that simply."""
    found = _USUAL_DAY.fullmatch(day)
    return _midnight(found[1]) if found else None


def _from_text(value: str) -> datetime | None:
    usual = _USUAL.match(value)
    return (_from_usual(usual) if usual else None) or _from_anything(value[:200])


def _from_usual(match: re.Match[str]) -> datetime | None:
    day, hour, minute, second, zone = match.groups()
    midnight = _midnight(day)
    if midnight is None:
        return None
    hours, minutes, seconds = int(hour), int(minute), leapless(int(second or 0))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError("no time of a day")
    return midnight + timedelta(0, hours * 3600 + minutes * 60 + seconds - _zone_seconds(zone))


@lru_cache(maxsize=4096)
def _midnight(day: str) -> datetime | None:
    found = _DAY.fullmatch(day)
    month = _MONTHS.get(found[2].lower()) if found else None
    return datetime(int(found[3]), month, int(found[1]), tzinfo=UTC) if found and month else None


@lru_cache(maxsize=1024)
def _zone_seconds(zone: str) -> int:
    """Seconds east of Greenwich."""
    if zone[0] not in "+-":
        return 0
    return int(offset(zone[0], zone[1:3], zone[3:]).total_seconds())


def _from_anything(value: str) -> datetime | None:
    if _ISO_8601.match(value):
        with contextlib.suppress(ValueError):
            return _from_iso(value)
    return worded_date(decode_words(value))


def _from_iso(value: str) -> datetime:
    """What programs write that know no RFC 5322: "2026-11-22T10:00:00Z"."""
    written = datetime.fromisoformat(value.strip()).replace(microsecond=0)
    return written.astimezone(UTC) if written.tzinfo else written.replace(tzinfo=UTC)
