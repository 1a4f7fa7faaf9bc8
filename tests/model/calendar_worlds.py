"""Small worlds of meetings of four people of ours and theirs, and what a fifth may put into
calendars; by a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 7, 20, 12, tzinfo=UTC)
ANA, BEN = "ana@acme.example", "ben@acme.example"
TOM, KIM, EVE = "tom@client.example", "kim@client.example", "eve@rival.example"
OURS = {ANA: "ana", BEN: "ben"}
CALENDARS = [
    (account, kind, place)
    for account in ("ana", "ben")
    for kind, place in (("caldav", "Work"), ("caldav", "Shared"), ("files", "saved"), ("calendar_urls", "Feed"))
]
ANSWERS = ["ACCEPTED", "ACCEPTED", "ACCEPTED", "NEEDS-ACTION", "TENTATIVE", "DECLINED"]
RULES = ["", "", "FREQ=WEEKLY;COUNT=3", "FREQ=DAILY;COUNT=2", "FREQ=WEEKLY"]
EVES_NAMES = [
    f"ORGANIZER:mailto:{EVE}",
    f"ORGANIZER:MAILTO:{EVE.title()}",
    f"ORGANIZER:mailto:mailto:{EVE}",
    f"ORGANIZER;CN=Tom Reed:mailto:{EVE}",
    f'ORGANIZER;CN="{TOM}":mailto:{EVE}',
    f'ORGANIZER;CN="mailto:{TOM}:mailto:{EVE}',
    f'ORGANIZER;SENT-BY="mailto:{TOM}":mailto:{EVE}',
    f"ORGANIZER;EMAIL={TOM}:mailto:{EVE}",
    f"ORGANIZER;EMAIL={EVE}:urn:uuid:7",
    f"ORGANIZER;EMAIL=mailto:{EVE}:invalid:nomail",
    f"ORGANIZER;:mailto:{EVE}",
    f"ORGANIZER:{EVE}",
    f"organizer:mailto:{EVE.replace('@', '%40')}",
    f"ORGANIZER:mailto:Tom <{EVE}>",
]
NOBODYS_NAMES = [
    "", "ORGANIZER:", "ORGANIZER:mailto:", f"ORGANIZER;CN={TOM}:", "ORGANIZER:urn:uuid:8", "ORGANIZER:invalid:nomail",
    'ORGANIZER;CN="Tom:nobody', "ORGANIZER;CUTYPE=ROOM:mailto:room@client.example",
]  # fmt: skip


@dataclass(frozen=True)
class Put:
    """An object as it stands in a calendar.

    `invited` are those whom Eve's events in it name as guests, `genuine` is its text without these,
    "" if it is hers.
    """

    account: str
    kind: str
    place: str
    name: str
    text: str
    invited: frozenset[str] = frozenset()
    genuine: str = ""


@dataclass
class Event:
    """A VEVENT in the making. `organizer` is a whole line."""

    uid: str
    start: datetime
    organizer: str
    guests: dict[str, str]
    more: dict[str, str] = field(default_factory=dict)
    days: int = 0

    def text(self) -> str:
        form = "%Y%m%d" if self.days else "%Y%m%dT%H%M%SZ"
        lines = {"UID": self.uid, "DTSTART": f"{self.start:{form}}", "SUMMARY": "Visit"} | self.more
        lines["DURATION"] = f"P{self.days}D" if self.days else "PT1H"
        rows = [f"{name}:{value}" for name, value in lines.items()]
        rows += [self.organizer] if self.organizer else []
        rows += [f"ATTENDEE;PARTSTAT={answer}:mailto:{guest}" for guest, answer in self.guests.items()]
        return "\r\n".join(["BEGIN:VEVENT", *rows, "END:VEVENT", ""])


def vcalendar(events: Sequence[Event], method: str = "") -> str:
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + (f"METHOD:{method}\r\n" if method else "")
    return head + "".join(event.text() for event in events) + "END:VCALENDAR\r\n"


def agenda(chance: random.Random) -> list[Put]:
    """Meetings of Ana, Ben, Tom and Kim in calendars that show them, and some of them as they are
    changed later."""
    found: list[Put] = []
    later: list[Put] = []
    for number in range(chance.choice([1, 2, 3])):
        organizer = chance.choice([TOM, TOM, KIM, ANA, ""])
        others = [one for one in (ANA, BEN, TOM, KIM) if one != organizer]
        guests = dict.fromkeys(chance.sample(others, chance.choice([1, 2, 3])), "")
        if organizer not in OURS and not guests.keys() & OURS.keys():
            guests[ANA] = ""
        start = NOW.replace(minute=0) + timedelta(
            days=chance.choice([-200, -40, -21, -8, -2, 3, 30]), hours=chance.randrange(-5, 5)
        )
        first = Event(f"m{number}", start, f"ORGANIZER:mailto:{organizer}" if organizer else "", guests)
        first.more = {"DTSTAMP": f"{start - timedelta(days=9):%Y%m%dT%H%M%SZ}", "SEQUENCE": chance.choice("012")}
        rule = chance.choice(RULES)
        if rule:
            first.more["RRULE"] = rule
        if chance.random() < 0.1:
            first.days = 1
        events = [first]
        if rule and not first.days and chance.random() < 0.4:
            planned = start + timedelta(days=7 if "WEEKLY" in rule else 1)
            override = Event(first.uid, planned + timedelta(hours=chance.choice([0, 2, 60])), first.organizer, guests)
            override.more = first.more | {"RECURRENCE-ID": f"{planned:%Y%m%dT%H%M%SZ}"}
            del override.more["RRULE"]
            if chance.random() < 0.3:
                override.more["STATUS"] = "CANCELLED"
            events.append(override)
        for one in events:
            one.guests = {guest: chance.choice(ANSWERS) for guest in guests}
        holders = [OURS[one] for one in (organizer, *guests) if one in OURS]
        places = [one for one in CALENDARS if one[0] in holders]
        copies: list[Put] = []
        changes = chance.random() < 0.3
        for account, kind, place in chance.sample(places, min(len(places), chance.choice([1, 1, 2, 3]))):
            shown = [_as_known(chance, one, "" if changes else account) for one in events]
            if kind == "calendar_urls" and chance.random() < 0.7:
                shown = [replace(one, organizer="", guests={}) for one in shown]
            copies.append(Put(account, kind, place, f"m{number}.ics", vcalendar(shown)))
        found += copies
        if changes:
            seed = chance.random()
            later += [_changed(random.Random(seed), one) for one in copies]
    return found + later


def _as_known(chance: random.Random, event: Event, account: str) -> Event:
    """As a calendar shows it that knows its owner's answer, the organizer's all of them, and others
    perhaps.

    Without an account, as one that knows them all: which of two versions knew what is a matter of
    their order.
    """
    owner = f"{account}@acme.example"
    knows_all = not account or event.organizer.endswith(owner)
    guests = {
        guest: answer if knows_all or guest == owner or chance.random() < 0.7 else "NEEDS-ACTION"
        for guest, answer in event.guests.items()
    }
    return replace(event, guests=guests)


def _changed(chance: random.Random, one: Put) -> Put:
    """The object as it is later: called off, an hour on, or a day."""
    text = one.text
    for sequence in "210":
        text = text.replace(f"SEQUENCE:{sequence}", f"SEQUENCE:{int(sequence) + 1}")
    if chance.random() < 0.4:
        return replace(one, text=text.replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY"))
    later = chance.choice([timedelta(hours=1), timedelta(days=1), timedelta(days=-30)])
    lines = text.split("\r\n")
    for number, line in enumerate(lines):
        name, _, value = line.partition(":")
        if name in ("DTSTART", "RECURRENCE-ID"):
            form = "%Y%m%dT%H%M%SZ" if "T" in value else "%Y%m%d"
            lines[number] = f"{name}:{_instant(value) + later:{form}}"
    return replace(one, text="\r\n".join(lines))


def intrusion(chance: random.Random, known: Sequence[Put]) -> list[Put]:
    """What Eve, or nobody who says so, puts into any calendar about meetings that are there."""
    found: list[Put] = []
    for number in range(chance.choice([1, 1, 2, 3])):
        victim = chance.choice(known)
        events = [_claim(chance, victim) for _ in range(chance.choice([1, 1, 2]))]
        organizer = chance.choice(EVES_NAMES)
        within = chance.random() < 0.15 and "ORGANIZER" in victim.text
        if within:  # as it is in the end
            victim = [one for one in known if replace(one, text="") == replace(victim, text="")][-1]
        if not within and _is_of_outsider(victim) and chance.random() < 0.3:
            organizer = chance.choice(NOBODYS_NAMES)
        hidden = not within and chance.random() < 0.15
        for event in events:
            event.organizer = "" if hidden else organizer
            event.guests = {} if hidden else event.guests
        method = chance.choice(["", "", "REQUEST", "CANCEL", "PUBLISH", "REPLY"])
        account, kind, place = chance.choice(CALENDARS)
        name = chance.choice([f"e{number}.ics", f"e{number}.ics", f"0{number}.ics"])
        text = vcalendar(events, method)
        if within:  # as a server puts it that keeps all of one UID in one resource
            account, kind, place, name = victim.account, victim.kind, victim.place, victim.name
            text = victim.text.removesuffix("END:VCALENDAR\r\n") + text.partition("VERSION:2.0\r\n")[2]
            text = text.replace(f"METHOD:{method}\r\n", "") if method else text
        invited = frozenset(guest for event in events for guest in event.guests)
        found.append(Put(account, kind, place, name, text, invited, victim.text if within else ""))
    return found


def _is_of_outsider(one: Put) -> bool:
    return f"ORGANIZER:mailto:{TOM}" in one.text or f"ORGANIZER:mailto:{KIM}" in one.text


def _claim(chance: random.Random, victim: Put) -> Event:
    """An event under the UID of another's, that says whatever such an event may say."""
    lines = dict(_lines_of(victim.text))
    start = _instant(lines["DTSTART"]) + timedelta(
        days=chance.choice([0, 0, -300, -7, 1, 7, 60, 400]), hours=chance.choice([0, 0, 3])
    )
    guests = {
        guest: chance.choice(ANSWERS)
        for guest in chance.sample([ANA, BEN, TOM, KIM, EVE, "max@elsewhere.example"], chance.choice([0, 1, 2, 4]))
    }
    event = Event(lines["UID"], start, "", guests, days=chance.choice([0, 0, 0, 0, 1]))
    event.more = {
        "DTSTAMP": f"{NOW - timedelta(days=chance.choice([0, 1, 400])):%Y%m%dT%H%M%SZ}",
        "SEQUENCE": chance.choice(["0", "1", "9", "99", "2147483647"]),
    }
    if chance.random() < 0.1:
        event.guests = {f"p{number}@elsewhere.example": "ACCEPTED" for number in range(60)}
    if chance.random() < 0.4:
        planned = _instant(lines["DTSTART"]) + timedelta(days=chance.choice([0, 1, 7, 14]))
        value = f"{planned:%Y%m%d}" if event.days else f"{planned:%Y%m%dT%H%M%SZ}"
        event.more[chance.choice(["RECURRENCE-ID", "RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE"])] = value
    elif chance.random() < 0.5:
        event.more["RRULE"] = chance.choice(
            ["FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=1", "FREQ=DAILY;COUNT=2", "FREQ=YEARLY", "FREQ=SECONDLY"]
        )
        if chance.random() < 0.3:
            event.more["EXDATE"] = lines["DTSTART"]
    if chance.random() < 0.4:
        event.more["STATUS"] = chance.choice(["CANCELLED", "CANCELLED", "TENTATIVE", "CONFIRMED"])
    if chance.random() < 0.15:
        event.more["CLASS"] = chance.choice(["PRIVATE", "CONFIDENTIAL", "PUBLIC"])
    if chance.random() < 0.1:
        event.more |= {"SUMMARY": "Canceled: Visit", "TRANSP": "TRANSPARENT"}
    if chance.random() < 0.05:
        event.more["UID"] = chance.choice([f"{event.uid} ", event.uid.upper(), f"{event.uid}/20260720T090000Z"])
    return event


def _lines_of(text: str) -> Mapping[str, str]:
    return dict(reversed([(name, value) for line in text.split("\r\n") for name, _, value in [line.partition(":")]]))


def _instant(value: str) -> datetime:
    return datetime.strptime(value[:8] + (value[9:15] or "000000"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
