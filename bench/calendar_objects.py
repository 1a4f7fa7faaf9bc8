"""Calendar objects as calendar programs write them, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from bench.world import END, OWNER, person

_ZONE = [
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "X-LIC-LOCATION:Europe/Berlin",
    "LAST-MODIFIED:20240422T053450Z",
    "BEGIN:DAYLIGHT",
    "TZNAME:CEST",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "DTSTART:19700329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZNAME:CET",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "DTSTART:19701025T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
]
_ALARM = [
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:This is an event reminder",
    "TRIGGER:-P0DT0H10M0S",
    "END:VALARM",
]
_TEXT = (
    "Agenda: what was agreed last time\\, what is open\\, what comes next\\n\\nJoin: https://meet.example/" + "x" * 60
)
_RULES = (
    "FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "FREQ=WEEKLY;COUNT=20", "FREQ=MONTHLY;BYDAY=2WE",
    "FREQ=WEEKLY;UNTIL={until};BYDAY=MO,WE", "FREQ=DAILY;COUNT=10", "FREQ=YEARLY",
)  # fmt: skip


def calendar_objects(count: int, matching: float, contacts: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """(file name, text): 30 % recur, with an EXDATE and an override each; `matching` of them are
    with contacts.

    The contacts are `bench.world.person` below `contacts`, the strangers those from a million on.
    """
    chance = random.Random(seed)
    for number in range(count):
        first = chance.randrange(contacts) if chance.random() < matching else 1_000_000 + 8 * chance.randrange(20_000)
        others = [person(first + offset) for offset in range(chance.choice((1, 1, 2, 3, 6)))]
        people = [_organizer(OWNER), _attendee(OWNER, "ACCEPTED")]
        people += [_attendee(one, chance.choice(("ACCEPTED", "NEEDS-ACTION", "DECLINED"))) for one in others]
        start = (END - timedelta(days=chance.randrange(-60, 700))).replace(hour=chance.randrange(8, 17))
        uid = f"{chance.getrandbits(128):032x}@acme.example"
        recurs = chance.random() < 0.3
        rule = chance.choice(_RULES).format(until=f"{start + timedelta(days=200):%Y%m%dT%H%M%SZ}")
        rules = [f"RRULE:{rule}", f"EXDATE;TZID=Europe/Berlin:{_local(start + timedelta(days=14))}"]
        lines = ["BEGIN:VCALENDAR", "PRODID:-//Example Corp//Calendar 3.2//EN", "VERSION:2.0", "CALSCALE:GREGORIAN"]
        lines += [*_ZONE, *_event(uid, start, people, rules if recurs else [], f"Meeting {number}")]
        if recurs:
            planned = start + timedelta(days=7)
            override = [f"RECURRENCE-ID;TZID=Europe/Berlin:{_local(planned)}", "SEQUENCE:1"]
            lines += _event(uid, planned + timedelta(hours=2), people, override, f"Meeting {number} (later)")
        yield f"{number}.ics", "\r\n".join([*map(_folded, lines), "END:VCALENDAR", ""])


def _event(uid: str, start: datetime, people: list[str], more: list[str], summary: str) -> list[str]:
    return [
        "BEGIN:VEVENT", f"DTSTART;TZID=Europe/Berlin:{_local(start)}",
        f"DTEND;TZID=Europe/Berlin:{_local(start + timedelta(minutes=45))}", "DTSTAMP:20261001T120000Z", f"UID:{uid}",
        *people, *more, "CREATED:20250101T120000Z", f"DESCRIPTION:{_TEXT * 3}", "LAST-MODIFIED:20261001T120000Z",
        "LOCATION:Room 4\\, second floor", "STATUS:CONFIRMED", f"SUMMARY:{summary}", "TRANSP:OPAQUE",
        "X-EXAMPLE-CONFERENCE:https://meet.example/abc-defg-hij", *_ALARM, "END:VEVENT",
    ]  # fmt: skip


def _organizer(one: object) -> str:
    return f"ORGANIZER;CN={one.name}:mailto:{one.email}"  # type: ignore[attr-defined]


def _attendee(one: object, answer: str) -> str:
    return (
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};RSVP=TRUE;CN={one.name};X-NUM-GUESTS=0:"  # type: ignore[attr-defined]
        f"mailto:{one.email}"  # type: ignore[attr-defined]
    )


def _local(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%S")


def _folded(line: str) -> str:
    """RFC 5545 §3.1: no more than 75 octets a line."""
    pieces = [line[:75], *(line[at : at + 74] for at in range(75, len(line), 74))]
    return "\r\n ".join(pieces)
