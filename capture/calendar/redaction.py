"""Taking people and words out of a calendar object that must not be kept."""

from __future__ import annotations

import re
from collections.abc import Callable

from capture.calendar.attendees import address_of
from capture.calendar.content_lines import BrokenObject, EventLines, read, written
from capture.calendar.objects import withheld

_PEOPLE = ("ORGANIZER", "ATTENDEE")
_ADDRESS = re.compile(r"[^\s:;,=<>\"']+@[^\s:;,=<>\"']+")  # all there may be in a line that cannot be read


def redacted(text: str, forbidden: Callable[[str], bool], keep_summary: bool) -> str:
    """Stripped text without the people that `forbidden` names, and without summaries if they are
    not kept.

    An event organised by such a person, or with fewer than two others, goes as a whole; otherwise
    they are struck from it, and so is its summary. "" if no event is left.
    """
    try:
        calendars = read(text)
    except BrokenObject:
        return ""
    series = {e.value("UID") for c in calendars for e in c.events if not e.line("RECURRENCE-ID")}
    for calendar in calendars:
        events = (_without(event, forbidden, keep_summary, series) for event in calendar.events)
        calendar.events = [event for event in events if event is not None]
    return "".join(written(calendar) for calendar in calendars if calendar.events)


def _without(
    event: EventLines, forbidden: Callable[[str], bool], keep_summary: bool, series: set[str]
) -> EventLines | None:
    people = {line: address_of(line) for name, line in event.lines if name in _PEOPLE}
    struck = {
        line
        for line, email in people.items()
        if any(map(forbidden, [email] if email else _ADDRESS.findall(line.lower())))
    }
    others = {email for line, email in people.items() if email and line not in struck}
    if struck and (event.line("ORGANIZER") in struck or len(others) < 2):
        return withheld(event) if event.line("RECURRENCE-ID") and event.value("UID") in series else None
    unwanted = set(struck)
    if struck or not keep_summary:
        unwanted.update(line for name, line in event.lines if name == "SUMMARY")
    return EventLines([(name, line) for name, line in event.lines if line not in unwanted])
