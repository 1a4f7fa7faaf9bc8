"""One VEVENT read: when it is, how it repeats and who is in it (RFC 5545 §3.6.1)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import NamedTuple

from icalendar.parser import unescape_backslash

from activity.meeting import UNNUMBERED, Meeting
from capture.calendar.attendees import read_participants
from capture.calendar.content_lines import (
    BROKEN,
    CALLED_OFF,
    NO_SEQUENCE,
    WITHHELD,
    CalendarLines,
    EventLines,
    value_of,
)
from capture.calendar.objects import is_private
from capture.calendar.rules import BrokenRule, Moment, checked
from capture.calendar.times import (
    BrokenEvent,
    TimeReader,
    Unreadable,
    after,
    in_utc,
    of_same_type,
    on_day,
)
from capture.calendar.zones import Zones

_ONWARDS = re.compile(r";[ \t]*RANGE[ \t]*=[ \t]*\"?THISANDFUTURE\b", re.IGNORECASE)
_INSTANT = re.compile(r"\d{8}T\d{6}Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST_SUMMARY = 1000
_Dates = tuple[tuple[tuple[Moment, Moment | None], ...], tuple[Moment, ...]]


class Span(NamedTuple):
    """From when to when: both dates (the end exclusive) or both aware instants in their own zone."""

    start: Moment
    end: Moment


@dataclass(frozen=True, slots=True)
class Event:
    """A VEVENT whose times are dates or aware instants.

    `recurrence_id` is the planned start it overrides, None for a series or a single event;
    `onwards` says that it changes all later occurrences too (RANGE=THISANDFUTURE). `rdates` come
    with an end where they are periods. `meeting` is what its occurrences share, with the event's
    own span. `unread` says what of it could not be read though it names somebody.
    """

    meeting: Meeting
    span: Span
    recurrence_id: Moment | None = None
    onwards: bool = False
    rules: tuple[str, ...] = ()
    rdates: tuple[tuple[Moment, Moment | None], ...] = ()
    exdates: tuple[Moment, ...] = ()
    sequence: int = 0
    withheld: bool = False
    unread: tuple[str, ...] = ()

    @property
    def repeats(self) -> bool:
        """Does it have occurrences of its own making?"""
        return bool(self.rules or self.rdates)


class EventReader:
    """Reads the events of one UID, the series before its overrides.

    Floating times are in the zone that an event's own calendar names as its own, else in the
    account's; instants that stand for days are days there.
    """

    def __init__(self, zones: Zones, account: tzinfo) -> None:
        self._times = TimeReader(zones, account)
        self._zones = zones
        self._account = account
        self._method = ""
        self._floating = account
        self._series: tuple[Moment, tzinfo | None] | None = None  # its start, and the zone that is in

    def read(self, lines: EventLines, calendar: CalendarLines) -> Event:
        """Raises BrokenEvent, or a ValueError, TypeError or OverflowError of a value beyond all
        bounds.

        METHOD and X-WR-TIMEZONE are those of `calendar`, the event's own.
        """
        self._method = calendar.properties.get("METHOD", "").upper()
        self._floating = self._zones.named(calendar.properties.get("X-WR-TIMEZONE", "")) or self._account
        self._refuse(lines)
        warnings: list[str] = []
        start = self._times.moment(lines.line("DTSTART"), self._floating, warnings)
        span = Span(start, self._end(lines, start, warnings))
        zone = start.tzinfo if isinstance(start, datetime) else self._floating
        planned = lines.line("RECURRENCE-ID")
        recurrence_id = self._recurrence_id(planned, start, zone, warnings) if planned else None
        if recurrence_id is None:
            self._series = start, zone
        rdates, exdates = ((), ()) if planned else self._dates(lines, start, zone, warnings)
        unread: list[str] = []
        return Event(
            meeting=self._meeting(lines, span, warnings, unread),
            span=span,
            recurrence_id=recurrence_id,
            onwards=bool(_ONWARDS.search(planned)),
            rules=() if planned else _rules(lines, start, self._floating),
            rdates=rdates,
            exdates=exdates,
            sequence=_sequence(lines),
            withheld=bool(lines.line(WITHHELD)),
            unread=tuple(dict.fromkeys(unread)),
        )

    def _recurrence_id(self, line: str, start: Moment, zone: tzinfo | None, warnings: list[str]) -> Moment:
        series_start, series_zone = self._series or (start, zone)
        planned = self._times.moment(line, series_zone, warnings)
        return planned if isinstance(series_start, datetime) else on_day(planned, self._floating)

    def _dates(self, lines: EventLines, start: Moment, zone: tzinfo | None, warnings: list[str]) -> _Dates:
        """RDATEs and EXDATEs, of an all-day series as days."""
        added = self._times.rdates(lines, zone, warnings)
        excluded = self._times.exdates(lines, zone, warnings)
        if isinstance(start, datetime):
            return tuple(added), tuple(excluded)
        day = partial(on_day, zone=self._floating)
        return tuple((day(first), last and day(last)) for first, last in added), tuple(map(day, excluded))

    def _refuse(self, lines: EventLines) -> None:
        if lines.line(BROKEN):
            raise BrokenEvent(lines.value(BROKEN))
        if any("\r" in line for _, line in lines.lines):
            raise BrokenEvent("a bare CR within a line")
        if not lines.line("DTSTART"):
            raise BrokenEvent("no DTSTART")
        if lines.line("EXRULE"):
            raise BrokenEvent("EXRULE, withdrawn by RFC 5545, is not understood")
        if self._method in ("REPLY", "REFRESH", "COUNTER", "DECLINECOUNTER"):
            raise BrokenEvent(f"a scheduling message (METHOD:{self._method}), not an event")

    def _meeting(self, lines: EventLines, span: Span, warnings: list[str], unread: list[str]) -> Meeting:
        participants, invited = read_participants(lines, unread)
        start, end = in_utc(span.start, self._account), in_utc(span.end, self._account)
        return Meeting(
            uid=lines.value("UID") or _stand_in_uid(lines),
            recurrence="",
            start=start,
            end=max(start, end),
            all_day=not isinstance(span.start, datetime),
            status=lines.value("STATUS").upper(),
            cancelled_by=_cancelled_by(lines, self._method),
            private=is_private(lines),
            summary=_summary(lines),
            participants=participants,
            invited=invited,
            revision=_revision(lines),
            warnings=tuple(dict.fromkeys([*warnings, *unread])),
        )

    def _end(self, lines: EventLines, start: Moment, warnings: list[str]) -> Moment:
        """DTEND, or DTSTART with DURATION; without either a day for a date, else nothing (RFC 5545
        §3.6.1)."""
        whole_day = not isinstance(start, datetime)
        default = start + timedelta(days=1) if whole_day else start
        try:
            end = self._stated_end(lines, start, warnings)
        except Unreadable:
            warnings.append("its end could not be read")
            return default
        if end is None or (whole_day and end == start):
            return default
        if end < start:
            warnings.append("it ends before it starts")
            return default
        return end

    def _stated_end(self, lines: EventLines, start: Moment, warnings: list[str]) -> Moment | None:
        if line := lines.line("DTEND"):
            zone = start.tzinfo if isinstance(start, datetime) else self._floating
            return of_same_type(self._times.moment(line, zone, warnings), start, self._floating)
        if line := lines.line("DURATION"):
            return after(start, value_of(line))
        return None


def _rules(lines: EventLines, start: Moment, zone: tzinfo) -> tuple[str, ...]:
    try:
        return tuple(checked(value_of(line), start, zone) for name, line in lines.lines if name == "RRULE")
    except BrokenRule as error:
        raise BrokenEvent(str(error)) from None


def _cancelled_by(lines: EventLines, method: str) -> str:
    if lines.value("STATUS").upper() == "CANCELLED":
        return "STATUS:CANCELLED"
    if method == "CANCEL":
        return "METHOD:CANCEL"
    return "its title says so, and its time is shown as free" if lines.line(CALLED_OFF) else ""


def _sequence(lines: EventLines) -> int:
    value = lines.value("SEQUENCE")
    return int(value[:9]) if value.isascii() and value.isdigit() else 0


def _revision(lines: EventLines) -> str:
    changed = next((v for name in ("LAST-MODIFIED", "DTSTAMP") if _INSTANT.fullmatch(v := lines.value(name))), "")
    override = "~" if lines.line("RECURRENCE-ID") else ""  # between equals it knows better than its series
    number = UNNUMBERED if lines.line(NO_SEQUENCE) else f"{_sequence(lines):010d}"
    return f"{number}|{changed}{override}"


def _summary(lines: EventLines) -> str:
    return _CONTROL.sub(" ", unescape_backslash(lines.value("SUMMARY")[:4000])).strip()[:_LONGEST_SUMMARY]


def _stand_in_uid(lines: EventLines) -> str:
    """For an event without UID: the same for every copy of it."""
    facts = "\n".join(lines.value(name) for name in ("DTSTART", "DTEND", "DURATION", "ORGANIZER", "SUMMARY"))
    return f"no-uid-{hashlib.sha256(facts.encode(errors='replace')).hexdigest()[:32]}"
