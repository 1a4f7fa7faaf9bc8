"""Dates as mail servers and mail programs write them, to aware UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
    "nov": 11, "dec": 12,
}  # fmt: skip
_USUAL = re.compile(
    r"\s*(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})[\s-]+([A-Za-z]{3})[a-z]*\.?[\s-]+(\d{4})\s+(\d\d?):(\d\d)(?::(\d\d))?"
    r"\s*(?:([+-])(\d\d)(\d\d)|GMT|UTC?|Z)\b"
)


def parse_date(value: str) -> datetime | None:
    """A Date header (RFC 5322 §3.3, and what is found in its place) or an INTERNALDATE as aware UTC.

    A date without a zone, or with the zone -0000, is taken as UTC. None if it cannot be read.
    """
    try:
        usual = _USUAL.match(value)
        return _from_usual(usual) if usual else _from_anything(value[:200])
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _from_usual(match: re.Match[str]) -> datetime | None:
    day, month_name, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    month = _MONTHS.get(month_name.lower())
    if month is None:
        return None
    moment = datetime(int(year), month, int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=UTC)
    if sign is None:
        return moment
    offset = int(zone_hours) * 60 + int(zone_minutes)
    if not offset:
        return moment
    return moment - timedelta(minutes=offset if sign == "+" else -offset)


def _from_anything(value: str) -> datetime | None:
    fields = parsedate_tz(value)
    if fields is None:
        return None
    year, month, day, hour, minute, second = fields[:6]
    moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    return moment - timedelta(seconds=fields[9] or 0)
