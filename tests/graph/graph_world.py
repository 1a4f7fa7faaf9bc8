"""The demo's world behind scripted Graphs, as Exchange would show it, one mailbox each for Ana and
Ben."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from graph_resources import Json, event, instant, message, person
from scripted_graph import ScriptedGraph

from activity.address import Address
from lasttouch.demo.cast import Colleague
from lasttouch.demo.diary import WEEK, Appointment
from lasttouch.demo.letters import Letter
from lasttouch.demo.mail_files import message as written
from lasttouch.demo.world import World

FOLDERS = {"INBOX": "inbox", "Sent": "sentitems", "Drafts": "drafts", "Junk": "junkemail"}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentativelyAccepted", "NEEDS-ACTION": "none"}
_SERIES_FOR = timedelta(days=400)


def fill(graph: ScriptedGraph, world: World, whose: Colleague, now: datetime) -> None:
    """Everything of the world that lies with one of us."""
    for letter in sorted(world.letters, key=lambda one: one.sent):
        for filed in letter.filed:
            if filed.account == whose.account:
                graph.put(_message(letter, filed.mailbox), FOLDERS[filed.mailbox])
    for appointment in world.appointments:
        if whose.account in appointment.calendars:
            _meet(graph, appointment, whose, now)


def foreign(uid: str, day: str = "00000000") -> str:
    """The GlobalObjectId that Exchange wraps a UID of another program's in (MS-OXOCAL
    §2.2.1.27)."""
    data = b"vCal-Uid\x01\x00\x00\x00" + uid.encode() + b"\0"
    return f"040000008200E00074C5B7101A82E008{day}{'0' * 32}{len(data).to_bytes(4, 'little').hex()}{data.hex()}".upper()


def _message(letter: Letter, mailbox: str) -> Json:
    """Drafts and what was sent have no header at Microsoft."""
    header = email.message_from_bytes(written(letter))
    kind = (
        {"@odata.type": "#microsoft.graph.eventMessageRequest"}
        if "method=REQUEST" in str(header["Content-Type"])
        else {}
    )
    one = {
        **kind,
        **message(0, None),
        "internetMessageId": letter.message_id,
        "subject": letter.subject,
        "sentDateTime": instant(letter.sent.astimezone(UTC)),
        "receivedDateTime": instant(letter.sent.astimezone(UTC) + timedelta(seconds=5)),
        "from": person(letter.sender.email, letter.sender.name),
        "sender": person(letter.sender.email, letter.sender.name),
        "toRecipients": [person(each.email, each.name) for each in letter.to],
        "ccRecipients": [person(each.email, each.name) for each in letter.cc],
        "isDraft": mailbox == "Drafts",
        "conversationIndex": None,
    }
    if mailbox not in ("Sent", "Drafts"):
        one["internetMessageHeaders"] = [
            {"name": name, "value": " ".join(value.split())} for name, value in header.raw_items()
        ]
    return one


def _meet(graph: ScriptedGraph, one: Appointment, whose: Colleague, now: datetime) -> None:
    if not one.weekly:
        graph.meet({**_event(one, one.start, whose), "iCalUId": foreign(f"{one.uid}@acme.example")}, one.uid)
        return
    occurrences = {
        f"{one.uid}-{start:%Y%m%d}": {
            "id": f"{one.uid}-{start:%Y%m%d}",
            **_event(one, start, whose),
            "iCalUId": foreign(f"{one.uid}@acme.example", f"{start.year:04X}{start.month:02X}{start.day:02X}"),
            "type": "exception" if start in one.cancelled else "occurrence",
            "originalStart": instant(start.astimezone(UTC)),
            "isCancelled": start in one.cancelled,
            "seriesMasterId": one.uid,
        }
        for start in _weekly(one, now)
    }
    master = {**_event(one, one.start, whose), "type": "seriesMaster", "iCalUId": foreign(f"{one.uid}@acme.example")}
    graph.series_of(one.uid, master, occurrences)


def _weekly(one: Appointment, now: datetime) -> Iterator[datetime]:
    start = one.start
    while start < now + _SERIES_FOR:
        if start not in one.left_out:
            yield start
        start += WEEK


def _event(one: Appointment, start: datetime, whose: Colleague) -> Json:
    own = next((answer for who, answer in one.answers.items() if who in whose.addresses), None)
    organizes = one.organizer is None or one.organizer in whose.addresses
    told: dict[str, Any] = {"response": "organizer" if organizes else _ANSWERS.get(str(own), "none"), "time": None}
    organizer = one.organizer or whose.address
    return {
        **event(0, start, one.length),
        "subject": one.summary,
        "originalStartTimeZone": str(start.tzinfo),
        "isOrganizer": organizes,
        "sensitivity": "private" if one.private else "normal",
        "organizer": person(organizer.email, organizer.name),
        "attendees": [_attendee(who, answer) for who, answer in one.answers.items() if who != one.organizer],
        "responseStatus": told,
        "lastModifiedDateTime": instant(start.astimezone(UTC) - timedelta(days=30)),
    }


def _attendee(who: Address, answer: str) -> Json:
    return {**person(who.email, who.name), "type": "required", "status": {"response": _ANSWERS[answer], "time": None}}


def addresses_of(one: Colleague) -> list[str]:
    return [each.email for each in one.addresses]
