"""Dates and times of a VEVENT (RFC 5545 §3.3.4, §3.3.5, §3.3.6, §3.3.9), in the zone they are meant
in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from icalendar.prop import vDDDTypes, vDuration

from capture.calendar.content_lines import EventLines
from capture.calendar.rules import EARLIEST_YEAR, LATEST_YEAR, Moment, day_of
from capture.calendar.zone_names import stated_zone
from capture.calendar.zones import Zones

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class BrokenEvent(ValueError):
    """An event that cannot be read; the message says why in a few words."""


class Unreadable(BrokenEvent):
    """A value that is not of the type it should be."""


class TimeReader:
    """Reads times; where a TZID cannot be told, they are in the account's zone, with a warning."""

    def __init__(self, zones: Zones, account: tzinfo) -> None:
        self._zones = zones
        self._account = account

    def moment(self, line: str, zone: tzinfo | None, warnings: list[str]) -> Moment:
        head, _, value = line.rpartition(":")
        return self._parsed(value, head, zone, warnings)

    def _parsed(self, value: str, head: str, zone: tzinfo | None, warnings: list[str]) -> Moment:
        """A DATE or DATE-TIME; what follows TZID= decides the zone, then `zone`.

        Times never hold a colon.
        """
        name = head.partition(";")[0].strip().upper()
        try:
            parsed = vDDDTypes.from_ical(value.strip())  # type: ignore[no-untyped-call]
        except ValueError:
            raise Unreadable(f"unreadable {name}") from None
        if not isinstance(parsed, date):
            raise Unreadable(f"unreadable {name}")
        if not isinstance(parsed, datetime) or parsed.tzinfo is not None:
            return bounded(parsed)
        if tzid := stated_zone(head):
            zone = self._zones.named(tzid)
            if zone is None:
                zone = self._account
                warnings.append(f"time zone {_UNPRINTABLE.sub(' ', tzid)[:60]!r} is unknown; the account's was taken")
        return bounded(parsed.replace(tzinfo=zone))

    def rdates(self, lines: EventLines, zone: tzinfo | None, warnings: list[str]) -> list[tuple[Moment, Moment | None]]:
        found: list[tuple[Moment, Moment | None]] = []
        for head, value in _values(lines, "RDATE"):
            try:
                found.append(self._period(value, head, zone, warnings))
            except Unreadable:
                warnings.append("an added date (RDATE) could not be read")
        return found

    def _period(self, value: str, head: str, zone: tzinfo | None, warnings: list[str]) -> tuple[Moment, Moment | None]:
        first, slash, last = value.partition("/")
        start = self._parsed(first, head, zone, warnings)
        if not slash:
            return start, None
        if last.strip().upper().startswith(("P", "+P")):
            return start, after(start, last)
        return start, self._parsed(last, head, zone, warnings)

    def exdates(self, lines: EventLines, zone: tzinfo | None, warnings: list[str]) -> list[Moment]:
        return [self._parsed(value, head, zone, warnings) for head, value in _values(lines, "EXDATE")]


def in_utc(moment: Moment, zone: tzinfo) -> datetime:
    """The instant, for a date its first one in `zone`."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), zone)
    return moment.astimezone(UTC)


def after(start: Moment, duration: str) -> Moment:
    """Its days and weeks keep the time of day; its hours, minutes and seconds are exact (RFC 5545
    §3.3.6)."""
    try:
        length: timedelta = vDuration.from_ical(duration.strip())  # type: ignore[no-untyped-call]
    except ValueError:
        raise Unreadable("unreadable DURATION") from None
    if not isinstance(start, datetime):
        return bounded(start + timedelta(days=length.days))
    nominal = timedelta(days=length.days) if re.search("[DW]", duration, re.IGNORECASE) else timedelta(0)
    exact = length - nominal
    return bounded(((start + nominal).astimezone(UTC) + exact).astimezone(start.tzinfo))


def of_same_type(end: Moment, start: Moment, zone: tzinfo) -> Moment:
    """An end as its start is; an instant is its day in `zone` where the start is a date."""
    if isinstance(start, datetime) and not isinstance(end, datetime):
        return datetime.combine(end, time(), start.tzinfo)
    return on_day(end, zone) if not isinstance(start, datetime) else end


def on_day(moment: Moment, zone: tzinfo) -> date:
    return day_of(moment, zone) if isinstance(moment, datetime) else moment


def bounded(moment: Moment) -> Moment:
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise BrokenEvent(f"a time in the year {moment.year}")
    return moment


def _values(lines: EventLines, name: str) -> list[tuple[str, str]]:
    """All values of a property that may be a list and stand on several lines, each with what
    precedes the colon."""
    found = []
    for key, line in lines.lines:
        if key == name:
            head, _, values = line.rpartition(":")
            found += [(head, value) for value in values.split(",") if value.strip()]
    return found
