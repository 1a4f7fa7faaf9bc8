"""Events of Graph's as calendar objects: the same iCalendar text that any other calendar is kept as."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from activity.address import Address
from capture.calendar.content_lines import NO_SEQUENCE
from capture.calendar.objects import strip
from capture.graph.identity import planned_start, uid_of
from capture.graph.messages import address_of
from capture.graph.times import day, instant

FIELDS = (
    "id,iCalUId,type,seriesMasterId,start,end,originalStart,originalStartTimeZone,isAllDay,isCancelled,isOrganizer,"
    "isDraft,subject,sensitivity,showAs,organizer,attendees,location,locations,responseStatus,lastModifiedDateTime"
)
_WHOLE = ("start", "end", "attendees", "iCalUId", "sensitivity")
_ANSWERS = {"accepted": "ACCEPTED", "tentativelyAccepted": "TENTATIVE", "declined": "DECLINED"}
_UNSAFE = re.compile(r'["\x00-\x1f\x7f-\x9f\u2028\u2029]+')
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
_LONGEST = 1000


def is_whole(event: Mapping[str, Any]) -> bool:
    """Does it tell what is kept of a meeting?"""
    return all(name in event for name in _WHOLE)


def text_of(events: Iterable[Mapping[str, Any]], own: frozenset[str], private_events: str) -> str:
    """The object that these occurrences of one series, or this single event, are kept as; "" where
    nothing of it may be.

    `own` are the owner's addresses. Raises BrokenObject.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for event in events:
        if event.get("isDraft") is not True:
            lines += ["BEGIN:VEVENT", *_lines(event, own), "END:VEVENT"]
    return strip("\r\n".join([*lines, "END:VCALENDAR", ""]), private_events) if len(lines) > 2 else ""


def last_end(events: Iterable[Mapping[str, Any]]) -> int:
    """When the last of them is over, in seconds since 1970; 0 where none tells."""
    ends = (instant(_at(event, "end")) for event in events)
    return max((int(one.timestamp()) for one in ends if one is not None), default=0)


def _lines(event: Mapping[str, Any], own: frozenset[str]) -> Iterator[str]:
    all_day = event.get("isAllDay") is True
    yield f"UID:{uid_of(event)}"
    if (planned := planned_start(event)) is not None:
        yield _moment("RECURRENCE-ID", planned)
    for name, told in (("DTSTART", _at(event, "start")), ("DTEND", _at(event, "end"))):
        moment = day(told) if all_day else instant(told)
        if moment is not None:
            yield _moment(name, moment)
    if (changed := instant(event.get("lastModifiedDateTime"))) is not None:
        yield _moment("LAST-MODIFIED", changed)
    yield f"{NO_SEQUENCE}:TRUE"
    if event.get("isCancelled") is True:
        yield "STATUS:CANCELLED"
    if event.get("sensitivity") not in (None, "normal"):
        yield "CLASS:CONFIDENTIAL" if event.get("sensitivity") == "confidential" else "CLASS:PRIVATE"
    if event.get("showAs") == "free":
        yield "TRANSP:TRANSPARENT"
    if isinstance(subject := event.get("subject"), str):
        yield "SUMMARY:" + _escaped(_CONTROL.sub(" ", subject)[:_LONGEST])
    yield from _people(event, own)


def _people(event: Mapping[str, Any], own: frozenset[str]) -> Iterator[str]:
    """The organizer and everybody who is asked, each once; places are marked as such."""
    organizer = address_of(event.get("organizer"))
    if organizer is not None:
        yield f"ORGANIZER{_named(organizer)}"
    places = _rooms(event)
    answer = _ANSWERS.get(_response(event.get("responseStatus")))
    found: dict[str, tuple[Address, str]] = {}
    listed = event.get("attendees")
    for one in listed if isinstance(listed, list) else ():
        address = address_of(one)
        if address is None:  # a legacy name, which stands beside the address, or nothing
            continue
        kind = ";CUTYPE=RESOURCE" if one.get("type") == "resource" or address.email in places else ""
        said = _ANSWERS.get(_response(one.get("status")), "NEEDS-ACTION")
        if answer and address.email in own:
            said = answer
        if address.email not in found or said != "NEEDS-ACTION":
            found[address.email] = (address, f"{kind};PARTSTAT={said}")
    is_organizer = event.get("isOrganizer") is True or (organizer is not None and organizer.email in own)
    if answer and found and own and not is_organizer and not own & found.keys():  # asked through a list of people
        email = min(own)
        found[email] = (Address(email, "", email), f";PARTSTAT={answer}")
    for address, parameters in found.values():
        yield f"ATTENDEE{parameters}{_named(address)}"


def _rooms(event: Mapping[str, Any]) -> set[str]:
    """The addresses of conference rooms among the event's places."""
    told = event.get("locations")
    places = [event.get("location"), *(told if isinstance(told, list) else ())]
    return {
        found.email
        for one in places
        if isinstance(one, dict) and one.get("locationType") == "conferenceRoom"
        and (found := address_of({"emailAddress": {"address": one.get("locationEmailAddress")}})) is not None
    }  # fmt: skip


def _response(status: Any) -> str:
    told = status.get("response") if isinstance(status, dict) else None
    return told if isinstance(told, str) else ""


def _named(address: Address) -> str:
    name = _UNSAFE.sub(" ", address.name).strip()[:_LONGEST]
    return (f';CN="{name}"' if name else "") + f":mailto:{quote(address.email, safe='@!$&*+=/^`{|}~.-_')}"


def _at(event: Mapping[str, Any], name: str) -> Any:
    told = event.get(name)
    return told.get("dateTime") if isinstance(told, dict) else None


def _moment(name: str, moment: datetime | date) -> str:
    if isinstance(moment, datetime):
        return f"{name}:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{name};VALUE=DATE:{moment:%Y%m%d}"


def _escaped(text: str) -> str:
    """TEXT (RFC 5545 §3.3.11)."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
