"""The events of one UID expanded in this process, however long that takes; `occurrences.py` bounds
it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from activity.batch import Skip
from activity.meeting import Meeting
from capture.calendar.content_lines import CalendarLines, EventLines
from capture.calendar.events import Event, EventReader
from capture.calendar.objects import is_withheld_series, withheld
from capture.calendar.series import Occurrence, identity, latest, occurrences
from capture.calendar.times import BrokenEvent, in_utc
from capture.calendar.zones import Zones

MOST_OCCURRENCES = 10_000
# What hostile values raise in the libraries beneath, which do not promise a class of their own.
_NONSENSE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, AssertionError, RecursionError)


@dataclass(slots=True)
class Expansion:
    """What `expand` found.

    `withheld` are occurrences of which the object says no more than that they may not be kept,
    `withheld_series` the UIDs of series of which it says so of all that is not in `meetings`.
    `skipped` are events, by UID, that could not be read or expanded, `unread` such of which a part
    that names somebody could not: their meetings are there all the same. `recurring`: some event
    repeats, so another window may hold others. `ahead`: a single event starts after the window's
    end, so a later window will hold it.
    """

    meetings: list[Meeting] = field(default_factory=list)
    withheld: list[Meeting] = field(default_factory=list)
    withheld_series: list[str] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    unread: list[Skip] = field(default_factory=list)
    recurring: bool = False
    ahead: bool = False

    def add(self, other: Expansion) -> None:
        self.meetings += other.meetings
        self.withheld += other.withheld
        self.withheld_series += other.withheld_series
        self.skipped += other.skipped
        self.unread += other.unread
        self.recurring |= other.recurring
        self.ahead |= other.ahead


def expand_here(
    calendars: Sequence[CalendarLines], zones: Zones, start: datetime, end: datetime, zone: ZoneInfo
) -> Expansion:
    """Expand events that share a UID in this process, however long that takes."""
    expansion = Expansion()
    reader = EventReader(zones, zone)
    events: list[Event] = []
    unreadable: list[Event] = []
    own = [(lines, calendar) for calendar in calendars for lines in calendar.events]
    for lines, calendar in sorted(own, key=lambda one: bool(one[0].line("RECURRENCE-ID"))):
        if is_withheld_series(lines):
            expansion.withheld_series.append(lines.value("UID"))
            continue
        event, reason = _read(reader, lines, calendar)
        if reason:
            expansion.skipped.append(Skip(lines.value("UID"), reason))
            # An override that cannot be read still says that its series' own occurrence does not hold.
            event = _read(reader, withheld(lines), calendar)[0] if lines.line("RECURRENCE-ID") else None
            unreadable += [event] if event else []
        if event:
            events.append(event)
            expansion.unread += [Skip(event.meeting.uid, what) for what in event.unread]
    expansion.skipped += _other_versions(events)
    expansion.recurring = any(event.repeats for event in events)
    try:
        found = [_meeting(one, zone) for one in _bounded(occurrences(events, start, end, zone), start, end, zone)]
    except BrokenEvent as error:
        expansion.skipped.append(Skip(events[0].meeting.uid, str(error)))
    except _NONSENSE:
        expansion.skipped.append(Skip(events[0].meeting.uid, "cannot be expanded"))
    else:
        expansion.meetings = [meeting for event, meeting in found if not event.withheld]
        expansion.withheld = [meeting for event, meeting in found if event.withheld and event not in unreadable]
    expansion.ahead = any(not event.repeats and event.meeting.start > end for event in events)
    return expansion


def _read(reader: EventReader, lines: EventLines, calendar: CalendarLines) -> tuple[Event | None, str]:
    """The event, or why there is none."""
    try:
        return reader.read(lines, calendar), ""
    except BrokenEvent as error:
        return None, str(error)
    except _NONSENSE:
        return None, "unreadable event"


def _other_versions(events: Sequence[Event]) -> list[Skip]:
    """Events that claim to be the same as another one that is newer, and are at another time."""
    series = [event for event in events if event.recurrence_id is None]
    kept = latest(series)
    return [
        Skip(event.meeting.uid, "another event has the same UID")
        for event in series
        if kept is not None and event is not kept and event.span != kept.span
    ]


def _bounded(found: Iterator[Occurrence], start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Occurrence]:
    """Those that overlap the window, and those withheld.

    Raises BrokenEvent where there are too many.
    """
    count = 0
    for one in found:
        begins = in_utc(one.span.start, zone)
        if not one.event.withheld and (begins > end or max(begins, in_utc(one.span.end, zone)) < start):
            continue
        count += 1
        if count > MOST_OCCURRENCES:
            raise BrokenEvent(f"more than {MOST_OCCURRENCES} occurrences")
        yield one


def _meeting(one: Occurrence, zone: ZoneInfo) -> tuple[Event, Meeting]:
    begins = in_utc(one.span.start, zone)
    ends = max(begins, in_utc(one.span.end, zone))
    all_day = not isinstance(one.span.start, datetime)
    recurrence = identity(one.planned)
    return one.event, replace(one.event.meeting, recurrence=recurrence, start=begins, end=ends, all_day=all_day)
