"""The names by which a meeting is the same in every calendar: UID and RECURRENCE-ID."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from capture.calendar.zones import known_zone
from capture.graph.times import day, instant, nearest_day

_GLOBAL = re.compile(r"04000000820[0-9A-F]{21}[0-9A-F]{48,4096}", re.IGNORECASE)
_DATE = slice(32, 40)  # hex digits of octets 16 to 19: the day of the occurrence (MS-OXOCAL §2.2.1.27)
_DATA = 80  # where the data begins, behind its size
_FOREIGN = b"vCal-Uid\x01\x00\x00\x00"
_LONGEST = 1000


def uid_of(event: Mapping[str, Any]) -> str:
    """The UID (RFC 5545 §3.8.4.7) that an event has in other calendars; where Graph tells none, its
    series' or its own id, which stays.

    `iCalUId` is a GlobalObjectId in hex: without the day of an occurrence it is the UID of the
    series, and around a foreign UID it is but a wrapping.
    """
    told = event.get("iCalUId")
    uid = told.strip() if isinstance(told, str) else ""
    if not uid or not uid.isprintable() or len(uid) > 2 * _LONGEST:
        own = event.get("seriesMasterId") or event.get("id")
        return f"graph-{own}"
    if not _GLOBAL.fullmatch(uid) or len(uid) % 2:
        return uid
    data = bytes.fromhex(uid)[_DATA // 2 :]
    if data.startswith(_FOREIGN):
        foreign = data[len(_FOREIGN) :].partition(b"\0")[0].decode("utf-8", "replace").strip()
        if foreign.isprintable() and foreign:
            return foreign
    return (uid[: _DATE.start] + "00000000" + uid[_DATE.stop :]).upper()


def planned_start(event: Mapping[str, Any]) -> datetime | date | None:
    """RECURRENCE-ID: the start that the series had planned; None for what does not recur."""
    if event.get("type") not in ("occurrence", "exception") and not event.get("seriesMasterId"):
        return None
    original = instant(event.get("originalStart"))
    start = event.get("start")
    at = start.get("dateTime") if isinstance(start, dict) else None
    if event.get("isAllDay") is True:
        if original is None or (event.get("type") == "occurrence" and day(at) is not None):
            return day(at)
        return _day_in(original, event.get("originalStartTimeZone"))
    return original or instant(at)


def _day_in(at: datetime, zone: Any) -> date:
    """The day that began then where the series was planned."""
    if (at.hour, at.minute) == (0, 0):
        return at.date()
    there = known_zone(zone) if isinstance(zone, str) else None
    return at.astimezone(there).date() if there else nearest_day(at)
