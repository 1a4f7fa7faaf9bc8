"""Who is in a meeting: ORGANIZER and ATTENDEE (RFC 5545 §3.8.4.1, §3.8.4.3)."""

from __future__ import annotations

from urllib.parse import unquote

from icalendar.parser import Contentline, Parameters

from activity.address import Address, normalise
from activity.participant import Participant
from capture.calendar.objects import EventLines


def read_participants(lines: EventLines, warnings: list[str]) -> tuple[tuple[Participant, ...], int]:
    """The organizer first, then the attendees that are people, each address once; and how many were invited.

    Rooms and resources are not counted as invited; groups are, though they are no participants.
    An organizer who is also an attendee appears once, with the answer given as attendee.
    """
    organizer: Participant | None = None
    people: dict[str, Participant] = {}
    invited: set[str] = set()
    for name, line in lines.lines:
        if name not in ("ORGANIZER", "ATTENDEE"):
            continue
        try:
            _, parameters, uri = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]
        except ValueError:
            warnings.append(f"an {name} could not be read")
            continue
        if name == "ORGANIZER":
            address = _address(uri, parameters)
            organizer = organizer or (Participant(address, "organizer") if address else None)
            continue
        kind = _parameter(parameters, "CUTYPE").upper()
        if kind in ("ROOM", "RESOURCE"):
            continue
        invited.add(uri.strip().lower())
        address = _address(uri, parameters)
        if address and kind != "GROUP":
            answer = _parameter(parameters, "PARTSTAT").upper()
            known = people.get(address.email)
            if known is None or known.answer in ("", "NEEDS-ACTION"):
                people[address.email] = Participant(address, "attendee", answer)
    return tuple(_in_order(organizer, people)), len(invited)


def address_of(line: str) -> str | None:
    """The normalised address on an ORGANIZER or ATTENDEE line of whatever kind; None if there is none to read."""
    try:
        _, parameters, uri = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]
    except ValueError:
        return None
    address = _address(uri, parameters)
    return address.email if address else None


def _in_order(organizer: Participant | None, people: dict[str, Participant]) -> list[Participant]:
    first = []
    if organizer:
        attending = people.pop(organizer.address.email, None)
        if attending:
            name = organizer.address.name or attending.address.name
            organizer = Participant(organizer.address._replace(name=name), "organizer", attending.answer)
        first = [organizer]
    # RFC 5545 §3.2.12: who has no PARTSTAT has yet to answer.
    return first + [person._replace(answer=person.answer or "NEEDS-ACTION") for person in people.values()]


def _address(uri: str, parameters: Parameters) -> Address | None:
    """The mailto: address; for other URIs, and where that is none, the EMAIL parameter (RFC 7986 §6.2)."""
    uri = uri.strip()
    candidates = [unquote(uri[7:].partition("?")[0])] if uri[:7].lower() == "mailto:" else []
    candidates.append(_parameter(parameters, "EMAIL"))
    if "@" in uri and ":" not in uri and "/" not in uri:  # the scheme forgotten
        candidates.append(uri)
    for seen in candidates:
        email = normalise(seen) if seen else None
        if email:
            return Address(email, _parameter(parameters, "CN").strip(), seen)
    return None


def _parameter(parameters: Parameters, name: str) -> str:
    value = parameters.get(name, "")
    return ",".join(value) if isinstance(value, list) else str(value)
