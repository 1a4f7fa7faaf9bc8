"""The meetings a calendar object holds in a window of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from time import monotonic, thread_time
from zoneinfo import ZoneInfo

from activity.batch import Skip
from capture.calendar.allowance import Allowance
from capture.calendar.content_lines import BrokenObject, CalendarLines, EventLines, read, written
from capture.calendar.expansion import Expansion, expand_here
from capture.calendar.guard import SECONDS, Refused, guarded
from capture.calendar.objects import main_organizer, organizer_of
from capture.calendar.rules import is_ordinary
from capture.calendar.zones import Zones


def expand(text: str, start: datetime, end: datetime, zone: ZoneInfo, allowance: Allowance | None = None) -> Expansion:
    """The meetings of an object, stripped or raw, that overlap [start, end] (aware UTC).

    Floating times and dates are in `zone`, the account's. Never raises for what `text` says: what
    is broken or unbounded is in `skipped`. Takes 2 s at most for what is ordinary, and 2 s and 200
    MB for what is not, which another process expands, and no longer than `allowance` leaves for
    that; None is that of a single pass.
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


def _by_uid(calendars: Sequence[CalendarLines]) -> Iterator[tuple[str, list[CalendarLines]]]:
    """For each UID the calendars with its events only, all zones in the first; events without UID
    each by themselves.

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
    """Events of one UID by their organizers: what another than the series' says is of another
    meeting.

    Events that name no organizer are the series', that is of the first event that is no override.
    """
    events = [event for part in group for event in part.events]
    organizers = dict.fromkeys(filter(None, map(organizer_of, events)))
    if len(organizers) < 2:
        yield group
        return
    main = main_organizer(events)
    found: dict[str, list[CalendarLines]] = {main: []}
    for part in group:
        own: dict[str, list[EventLines]] = {}
        for event in part.events:
            own.setdefault(organizer_of(event) or main, []).append(event)
        for organizer, theirs in own.items():
            parts = found.setdefault(organizer, [])
            parts.append(CalendarLines(part.properties, [] if parts else group[0].zones, theirs))
    yield from found.values()
