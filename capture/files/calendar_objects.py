"""A calendar file as the objects it holds, one for each UID."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from capture.calendar.content_lines import BROKEN, CalendarLines, EventLines, written
from capture.calendar.objects import TOO_MANY_PEOPLE, has_too_many_people, is_withheld_series, public_part
from capture.calendar.text import apart, unfolded
from capture.calendar.zone_names import stated_zone, zone_name

# No zone needs more; a longer one would be copied into every object that names it.
_ZONE_CHARACTERS = 65_536
_UID_CHARACTERS = 255
NO_UID = "no-uid-"  # begins a stand-in for a UID
_BEGUN = re.compile(r"^[ \t]*BEGIN:VCALENDAR[ \t]*$", re.IGNORECASE | re.MULTILINE)
_ENDED = re.compile(r"^[ \t]*END:VCALENDAR[ \t]*$", re.IGNORECASE | re.MULTILINE)
_WRITTEN_AT = re.compile(r"^DTSTAMP[;:].*\n", re.IGNORECASE | re.MULTILINE)
_ZONE_NAME = re.compile(r"[ \t]*TZID(?:;[^:]*)?:(.*)", re.IGNORECASE)
_TIMES = frozenset(("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"))


class FileObject(NamedTuple):
    """The events of one UID (their text stripped, see `objects.strip`) with the zones they name.

    `etag` changes with the text, which is "" where nothing of them may be kept. `reason` says why
    it cannot be used, "" if it can. `events` are what the text was written from.
    """

    key: str
    text: str
    etag: str
    reason: str = ""
    events: Sequence[EventLines] = ()


def is_whole(text: str) -> bool:
    """Is every calendar ended? What a file that was cut off does not hold is not deleted."""
    return _is_balanced(unfolded(text)) or _is_balanced(apart(unfolded(text)))


def _is_balanced(lines: str) -> bool:
    return len(_BEGUN.findall(lines)) == len(_ENDED.findall(lines))


def objects_of(text: str, private_events: str) -> Iterator[FileObject]:
    """The objects of a file in the order of their first events.

    Raises BrokenObject where it is no calendar.
    """
    groups: dict[str, list[tuple[CalendarLines, list[EventLines]]]] = {}
    for calendar in public_part(text, private_events, all_marks=True):
        for event in calendar.events:
            parts = groups.setdefault(_key(event), [])
            if not parts or parts[-1][0] is not calendar:
                parts.append((calendar, []))
            parts[-1][1].append(event)
    own_zones = {id(calendar): _zones(calendar) for parts in groups.values() for calendar, _ in parts}
    all_zones = {name: lines for zones in own_zones.values() for name, lines in zones.items()}
    for key, parts in groups.items():
        if all(is_withheld_series(event) for _, events in parts for event in events):
            yield FileObject(key, "", "")
            continue
        own_text = "".join(
            written(CalendarLines(calendar.properties, _named(events, own_zones[id(calendar)], all_zones), events))
            for calendar, events in parts
        )
        all_events = [event for _, events in parts for event in events]
        yield FileObject(key, own_text, digest(own_text), _unusable(all_events), all_events)


def _unusable(events: list[EventLines]) -> str:
    """Why these cannot be used, "" if they can."""
    if all(event.line(BROKEN) for event in events):
        return events[0].value(BROKEN)
    return TOO_MANY_PEOPLE if has_too_many_people(events) else ""


def _key(event: EventLines) -> str:
    """The UID; a stand-in where it is missing or longer than any that is one."""
    uid = event.value("UID")
    if uid and len(uid) <= _UID_CHARACTERS:
        return uid
    return NO_UID + digest(uid or "\n".join(line for _, line in event.lines))


def _zones(calendar: CalendarLines) -> dict[str, list[str]]:
    zones: dict[str, list[str]] = {}
    for lines in calendar.zones:
        name = next((zone_name(found[1]) for line in lines if (found := _ZONE_NAME.match(line))), "")
        if sum(map(len, lines)) <= _ZONE_CHARACTERS:
            zones.setdefault(name, lines)
    return zones


def _named(events: list[EventLines], own: dict[str, list[str]], others: dict[str, list[str]]) -> list[list[str]]:
    """The zones these events name, from their own calendar if it defines them."""
    names = {stated_zone(line.rpartition(":")[0]) for event in events for name, line in event.lines if name in _TIMES}
    return [own.get(name) or others[name] for name in sorted(names) if name in own or name in others]


def digest(text: str) -> str:
    """Stands for an unfolded text; one that was only written out anew (DTSTAMP, RFC 5545 §3.8.7.2)
    has the same."""
    text = _WRITTEN_AT.sub("", text)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
