"""Who is in a meeting: ORGANIZER and ATTENDEE (RFC 5545 §3.8.4.1, §3.8.4.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from activity.address import Address, is_calendar_address, normalise
from activity.participant import Participant
from capture.calendar.content_lines import EventLines

_LONGEST_REMEMBERED, _LONGEST_READ = 400, 65_536
_PLACES = ("ROOM", "RESOURCE")
_LINES = re.compile(r"\n([ \t]*(ATTENDEE|ORGANIZER)[ \t]*[;:][^\r\n]*)", re.IGNORECASE | re.ASCII)
# Parameters whose reading nobody can differ about: one value each, without escapes. All others are icalendar's to read.
_VALUE = r'"[^"\\^%\x00-\x1f\x7f]*"|[^"\\^%;:,=\x00-\x20\x7f]+(?: +[^"\\^%;:,=\x00-\x20\x7f]+)*'
_PLAIN = re.compile(rf"(?:ATTENDEE|ORGANIZER)((?:;[A-Z0-9-]+=(?:{_VALUE}))*):([^\r\n]*)", re.IGNORECASE)
_PARAMETER = re.compile(rf";([A-Z0-9-]+)=({_VALUE})", re.IGNORECASE)
_EMPTY_PARAMETERS = re.compile(r";[ \t]*(?=[;:])")
_MAILTO = re.compile(r"[ \t]*(?:mailto:[ \t]*)+", re.IGNORECASE)
_LAST_MAILTO = re.compile(r".*:[ \t]*mailto:(.*)", re.IGNORECASE | re.DOTALL)
_ANGLED = re.compile(r"[^<>]*<([^<>]*)>[ \t]*")
_EMAIL = re.compile(r".*;[ \t]*EMAIL[ \t]*=[ \t]*\"?(?:mailto:)*([^\";:,\s]+)", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r";[ \t]*CN[ \t]*=[ \t]*\"?([^\";:]+)", re.IGNORECASE)
_PLAIN_WORD = re.compile(r";[ \t]*(CUTYPE|PARTSTAT|ROLE)[ \t]*=[ \t]*\"?([A-Z-]+)", re.IGNORECASE)


class _Line(NamedTuple):
    """One ORGANIZER or ATTENDEE: `kind` is its CUTYPE and `answer` its PARTSTAT, in upper case.

    A calendar's own address is a resource, whatever is said of it.
    `told`: it is there for information only (ROLE=NON-PARTICIPANT, RFC 5545 §3.2.16).
    """

    uri: str
    address: Address | None
    kind: str
    answer: str
    told: bool


def read_participants(lines: EventLines, unread: list[str]) -> tuple[tuple[Participant, ...], int]:
    """The organizer first, then the attendees that are people, each address once; and how many were
    invited.

    Rooms and resources are not counted as invited; groups, and who is only told of it, are, though
    they are no participants. An organizer who is also an attendee appears once, with the answer
    given as attendee. What names somebody and cannot be read is told in `unread`.
    """
    organizer: Participant | None = None
    people: dict[str, Participant] = {}
    invited: set[str] = set()
    for name, text in lines.lines:
        if name not in ("ORGANIZER", "ATTENDEE"):
            continue
        line = _read(text)
        if line is None:
            unread.append(f"an {name} could not be read")
            continue
        address = line.address
        if line.kind in _PLACES:
            continue
        if name == "ORGANIZER":
            organizer = organizer or (Participant(address, "organizer") if address else None)
            continue
        invited.add(line.uri.lower())
        if address and line.kind != "GROUP" and not line.told:
            known = people.get(address.email)
            if known is None or known.answer in ("", "NEEDS-ACTION"):
                people[address.email] = Participant(address, "attendee", line.answer)
    return tuple(_in_order(organizer, people)), len(invited)


def people_in(text: str) -> tuple[list[Address], bool]:
    """Everybody whom any event of a stripped object names as organizer or attendee, found without
    parsing the object.

    May name somebody twice; rooms, resources and groups are nobody. And whether every such line
    could be read.
    """
    found, all_read = list[Address](), True
    for text_of_line, role in _LINES.findall(text):
        line = _read(text_of_line)
        if line is None:
            all_read = False
        elif line.address is not None and line.kind not in (_PLACES if role[0] in "Oo" else (*_PLACES, "GROUP")):
            found.append(line.address)
    return found, all_read


def address_of(text: str) -> str | None:
    """The normalised address on an ORGANIZER or ATTENDEE line of whatever kind; None if there is
    none to read."""
    line = _read(text)
    return line.address.email if line and line.address else None


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


def _read(text: str) -> _Line | None:
    """None if it cannot be read, though it names somebody.

    The same ones come again, so short ones are remembered.
    """
    if len(text) > _LONGEST_REMEMBERED:
        return _parsed(text) if len(text) <= _LONGEST_READ else None
    return _remembered(text)


def _parsed(text: str) -> _Line | None:
    parts = _parts(text) or _parts(_EMPTY_PARAMETERS.sub("", text))
    line = _line(*parts) if parts else None
    if line is not None and (line.address or not _names_an_address(line.uri)):
        return line
    return _by_its_end(text)


def _line(value: str, parameters: Mapping[str, str]) -> _Line:
    uri = value.strip()
    address = _address(uri, parameters)
    kind, answer = parameters.get("CUTYPE", "").upper(), parameters.get("PARTSTAT", "").upper()
    if address and is_calendar_address(address.email):
        kind = "RESOURCE"
    told = parameters.get("ROLE", "").upper() == "NON-PARTICIPANT"
    return _Line(uri, address, kind, answer, told)


def _names_an_address(uri: str) -> bool:
    return "@" in uri and ("mailto:" in uri.lower() or not re.match("[A-Z][A-Z0-9+.-]*:|/", uri, re.IGNORECASE))


def _by_its_end(text: str) -> _Line | None:
    """Where quotes are out of step: the one address behind the last "mailto:", and the words that
    need no quotes."""
    found = _LAST_MAILTO.fullmatch(text)
    head = text[: found.start(1)] if found else text
    parameters = {name.upper(): word for name, word in _PLAIN_WORD.findall(head)}
    if name := _NAME.search(head):
        parameters["CN"] = name[1]
    if email := _EMAIL.match(head):
        parameters["EMAIL"] = email[1]
    line = _line(f"mailto:{found[1] if found else ''}", parameters)
    return line if line.address else None


_remembered = lru_cache(maxsize=16384)(_parsed)


def _parts(text: str) -> tuple[str, Mapping[str, str]] | None:
    """The value of a line and its parameters by upper-case name; None where these cannot be told
    apart."""
    plain = _PLAIN.fullmatch(text)
    if plain:
        pairs = [(name.upper(), value.strip('"')) for name, value in _PARAMETER.findall(plain[1])]
        if len(parameters := dict(pairs)) == len(pairs):
            return plain[2], parameters
    from icalendar.parser import Contentline  # noqa: PLC0415 - takes its time to import, and is seldom needed here

    try:
        _, others, value = Contentline(text).raw_parts()  # type: ignore[no-untyped-call]
    except ValueError:
        return None
    listed = ((name.upper(), ",".join(one) if isinstance(one, list) else str(one)) for name, one in others.items())
    return value, dict(listed)


def _address(uri: str, parameters: Mapping[str, str]) -> Address | None:
    """The mailto: address; for other URIs, and where that is none, the EMAIL parameter (RFC 7986
    §6.2).

    Some write mailto: twice, or in EMAIL, which is an address and no URI, or a name before the
    address.
    """
    scheme = _MAILTO.match(uri)
    behind = unquote(uri[scheme.end() :].partition("?")[0]) if scheme else ""
    angled = _ANGLED.fullmatch(behind)
    candidates = [angled[1] if angled else behind]
    candidates.append(_MAILTO.sub("", parameters.get("EMAIL", ""), count=1))
    if "@" in uri and ":" not in uri and "/" not in uri:  # the scheme forgotten
        candidates.append(uri)
    for seen in candidates:
        email = normalise(seen) if seen else None
        if email:
            return Address(email, parameters.get("CN", "").strip(), seen)
    return None
