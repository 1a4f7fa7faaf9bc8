"""iCalendar text (RFC 5545) reduced to what judging a meeting needs, before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from capture.calendar.attendees import address_of
from capture.calendar.called_off import SHOWN_AS, without_shown_as
from capture.calendar.content_lines import (
    BROKEN,
    WITHHELD,
    BrokenObject,
    CalendarLines,
    EventLines,
    read,
    value_of,
    written,
)

TOO_MANY_PEOPLE = "more people in it than can be read"
_PUBLIC = ("", "PUBLIC")
_CAREFUL = frozenset(("CLASS", BROKEN, *SHOWN_AS))
_MOST_PEOPLE = 1024 * 1024  # characters of different lines, some 7,000 people
_MARK = (WITHHELD, f"{WITHHELD}:TRUE")


def rules(private_events: str) -> str:
    """By what an object is reduced.

    What was read by other rules, those of an earlier version too, is read anew.
    """
    return f"private_events={private_events};2"


def strip(text: str, private_events: str = "drop") -> str:
    """Reduce a raw object to calendar zones, times, participants, state and summary; "" if no event
    is left.

    Events that are not public (see `is_private`) are left out; of one whose series or override is
    public, a mark stays that it may not be kept. With `private_events="time-only"` they stay
    without their summary. Lines come out unfolded. Raises BrokenObject.
    """
    calendars = public_part(text, private_events)
    if len(text) > _MOST_PEOPLE and has_too_many_people(event for one in calendars for event in one.events):
        raise BrokenObject(TOO_MANY_PEOPLE)
    return "".join(written(calendar) for calendar in calendars if calendar.events)


def public_part(text: str, private_events: str, all_marks: bool = False) -> list[CalendarLines]:
    """What `strip` writes; with `all_marks` there is one for every series and single event left
    out.

    Raises BrokenObject.
    """
    calendars = read(text)
    events = [event for calendar in calendars for event in calendar.events]
    if all(map(_is_harmless, events)):
        return calendars
    if all(event.line(BROKEN) for event in events):
        raise BrokenObject(events[0].value(BROKEN))
    for calendar in calendars:
        calendar.events = list(map(without_shown_as, calendar.events))
    events = [event for calendar in calendars for event in calendar.events]
    ours = _Series(events)
    for calendar in calendars:
        found = (_without_secrets(event, ours, private_events) for event in calendar.events)
        calendar.events = [event for event in found if event is not None]
    staying = {event.value("UID") for one in calendars for event in one.events if not is_withheld_series(event)}
    for calendar in [] if all_marks else calendars:
        calendar.events = [event for event in calendar.events if event.value("UID") in staying]
    return calendars


def has_too_many_people(events: Iterable[EventLines]) -> bool:
    """Would it take too long to read who is in these?"""
    lines = {line for event in events for name, line in event.lines if name in ("ATTENDEE", "ORGANIZER")}
    return sum(map(len, lines)) > _MOST_PEOPLE


def is_private(event: EventLines) -> bool:
    """Anything but CLASS:PUBLIC, the default; unknown ones count as PRIVATE (RFC 5545 §3.8.1.3), as
    does one of two."""
    return any(value_of(line).upper() not in _PUBLIC for name, line in event.lines if name == "CLASS")


def _is_harmless(event: EventLines) -> bool:
    """Nothing in it is broken, or says that it is not public."""
    careful = [line for name, line in event.lines if name in _CAREFUL]
    return not careful or all(line[:5].upper() == "CLASS" and value_of(line).upper() in _PUBLIC for line in careful)


def organizer_of(event: EventLines) -> str:
    """The normalised address of the organizer, "" where there is none to read."""
    return address_of(event.line("ORGANIZER")) or ""


def main_organizer(events: Sequence[EventLines]) -> str:
    """Whose the series of these events of one UID is: of the first that names an organizer and is
    no override.

    What another says under the same UID is of another meeting; who names nobody speaks of this one.
    """
    named = [(bool(event.line("RECURRENCE-ID")), by) for event in events if (by := organizer_of(event))]
    return min(named, key=lambda one: one[0], default=(False, ""))[1]


class _Series:
    """Of the events of an object: which are of their UID's series, and which of these series are
    private."""

    def __init__(self, events: Sequence[EventLines]) -> None:
        groups: dict[str, list[EventLines]] = {}
        for event in events:
            groups.setdefault(event.value("UID"), []).append(event)
        self._main = {uid: main_organizer(group) for uid, group in groups.items()}
        self._private = {self._key(event): is_private(event) for event in events if not event.line("RECURRENCE-ID")}

    def is_private(self, event: EventLines) -> bool | None:
        """Is the series of this event? None where it is not there."""
        return self._private.get(self._key(event))

    def is_of_another(self, event: EventLines) -> bool:
        uid, by = self._key(event)
        return by != self._main[uid]

    def _key(self, event: EventLines) -> tuple[str, str]:
        uid = event.value("UID")
        return uid, organizer_of(event) or self._main[uid]


def _without_secrets(event: EventLines, series: _Series, private_events: str) -> EventLines | None:
    if event.line(BROKEN):  # its CLASS may be among what is missing
        return EventLines([(name, line) for name, line in event.lines if name in ("UID", "RECURRENCE-ID", BROKEN)])
    private = is_private(event)
    uid = event.value("UID")
    if not private and event.line("RECURRENCE-ID") and not event.line("CLASS") and series.is_private(event):
        private = True  # an override that says nothing is as private as its series
        event.lines.append(("CLASS", "CLASS:PRIVATE"))
    if not private:
        return event
    if private_events == "time-only":
        return EventLines([(name, line) for name, line in event.lines if name != "SUMMARY"])
    if series.is_of_another(event):
        return None  # a mark would be taken to be of the series that is there
    if event.line("RECURRENCE-ID"):
        return withheld(event) if series.is_private(event) is False else None
    return EventLines([("UID", event.line("UID")), _MARK]) if uid else None


def withheld(event: EventLines) -> EventLines:
    """The occurrence at the time its series had planned: removing it would bring the series' own
    back."""
    recurrence = event.line("RECURRENCE-ID")
    planned = re.sub(r";\s*RANGE=[^;:]*", "", recurrence, flags=re.IGNORECASE)
    kept = [(name, line) for name, line in event.lines if name in ("UID", "RECURRENCE-ID", "SEQUENCE")]
    start = "DTSTART" + planned.lstrip()[len("RECURRENCE-ID") :]
    return EventLines([*kept, ("DTSTART", start), _MARK])


def is_withheld_series(event: EventLines) -> bool:
    """Is this the mark of a series, or a single event, of which nothing may be kept but what
    overrides it?"""
    return bool(event.line(WITHHELD)) and not event.line("RECURRENCE-ID")
