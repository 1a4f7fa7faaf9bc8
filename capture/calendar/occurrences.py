"""The meetings a calendar object holds in a window of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic, thread_time
from zoneinfo import ZoneInfo

from activity.batch import Skip
from activity.meeting import Meeting
from capture.calendar.allowance import Allowance
from capture.calendar.attendees import address_of
from capture.calendar.content_lines import BrokenObject, CalendarLines, EventLines, read, written
from capture.calendar.events import Event, EventReader
from capture.calendar.guard import SECONDS, Refused, guarded
from capture.calendar.objects import is_withheld_series, withheld
from capture.calendar.rules import is_ordinary
from capture.calendar.series import Occurrence, identity, latest, occurrences
from capture.calendar.times import BrokenEvent, in_utc
from capture.calendar.zones import Zones

MOST_OCCURRENCES = 10_000
# What hostile values raise in the libraries beneath, which do not promise a class of their own.
_NONSENSE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, AssertionError, RecursionError)


@dataclass(slots=True)
class Expansion:
    """What `expand` found.

    `withheld` are occurrences of which the object says no more than that they may not be kept, `withheld_series` the
    UIDs of series of which it says so of all that is not in `meetings`. `skipped` are
    events, by UID, that could not be read or expanded, `unread` such of which a part that names somebody could not:
    their meetings are there all the same. `recurring`: some event repeats, so another window may hold
    others. `ahead`: a single event starts after the window's end, so a later window will hold it.
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


def expand(text: str, start: datetime, end: datetime, zone: ZoneInfo, allowance: Allowance | None = None) -> Expansion:
    """The meetings of an object, stripped or raw, that overlap [start, end] (aware UTC).

    Floating times and dates are in `zone`, the account's. Never raises for what `text` says: what is
    broken or unbounded is in `skipped`. Takes 2 s at most for what is ordinary, and 2 s and 200 MB for what is not,
    which another process expands, and no longer than `allowance` leaves for that; None is that of a single pass.
    """
    allowance = allowance or Allowance()
    expansion = Expansion()
    if not text.strip():
        return expansion
    try:
        calendars = read(text)
    except BrokenObject as error:
        return Expansion(skipped=[Skip("", str(error))])
    zones = Zones(definition for calendar in calendars for definition in calendar.zones)
    zone_lines = [line for own in zones.own.values() for line in own]
    deadline, worked = monotonic() + SECONDS, thread_time() + SECONDS
    for uid, group in _by_uid(calendars):
        try:
            lines = (line for calendar in group for event in calendar.events for _, line in event.lines)
            if thread_time() < worked and is_ordinary(lines, zone_lines):
                expansion.add(expand_here(group, zones, start, end, zone))
                continue
            if (left := deadline - monotonic()) <= 0:  # then what there is to expand need not even be written
                raise Refused(f"no time left of the {SECONDS:g} s for one object")
            expansion.add(guarded("".join(map(written, group)), start, end, zone, left, allowance))
        except (Refused, MemoryError) as error:
            reason = str(error) if isinstance(error, Refused) else "there is no memory for it"
            expansion.skipped.append(Skip(uid, reason))
            expansion.recurring = True
    return expansion


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


def _by_uid(calendars: Sequence[CalendarLines]) -> Iterator[tuple[str, list[CalendarLines]]]:
    """For each UID the calendars with its events only, all zones in the first; events without UID each by themselves.

    In the order of their first events.
    """
    zones = [definition for calendar in calendars for definition in calendar.zones]
    groups: dict[str | int, list[CalendarLines]] = {}
    of_calendar: dict[tuple[str | int, int], CalendarLines] = {}
    for number, calendar in enumerate(calendars):
        for event in calendar.events:
            key = event.value("UID") or len(of_calendar)
            if (key, number) not in of_calendar:
                group = groups.setdefault(key, [])
                part = of_calendar[key, number] = CalendarLines(calendar.properties, [] if group else zones)
                group.append(part)
            of_calendar[key, number].events.append(event)
    for key, group in groups.items():
        for one in _by_organizer(group):
            yield key if isinstance(key, str) else "", one


def _by_organizer(group: list[CalendarLines]) -> Iterator[list[CalendarLines]]:
    """Events of one UID by their organizers: what another than the series' says is of another meeting.

    Events that name no organizer are the series', that is of the first event that is no override.
    """
    events = [(event, _organizer(event)) for part in group for event in part.events]
    organizers = dict.fromkeys(by for _, by in events if by)
    if len(organizers) < 2:
        yield group
        return
    series = [by for event, by in events if by and not event.line("RECURRENCE-ID")]
    main = series[0] if series else next(iter(organizers))
    for organizer in dict.fromkeys([main, *organizers]):
        parts: list[CalendarLines] = []
        for part in group:
            own = [event for event in part.events if (_organizer(event) or main) == organizer]
            if own:
                parts.append(CalendarLines(part.properties, [] if parts else group[0].zones, own))
        yield parts


def _organizer(event: EventLines) -> str:
    """The normalised address of the organizer, "" where there is none to read."""
    return address_of(event.line("ORGANIZER")) or ""


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
    """Those that overlap the window, and those withheld. Raises BrokenEvent where there are too many."""
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
