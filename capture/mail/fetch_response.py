"""One FETCH response to what it says: at a glance where it is as most are, else by imapclient's
parser."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from imapclient.exceptions import ProtocolError
from imapclient.response_parser import parse_response

from activity.errors import ServerFault
from activity.shape import Shape
from capture.mail.structure import (
    InnerCalendar,
    calendar_part,
    inner_calendar,
    leaves,
    report_part,
    returned_section,
    shape_at_a_glance,
    status_section,
)

LONGEST_LINE = 1 << 17
FETCH = re.compile(rb"\* \d+ FETCH \(", re.IGNORECASE)
_LITERAL = re.compile(rb"\{(\d+)\+?\}\r?\n")
_KNOWN = rb'(?:UID (\d{1,10})|FLAGS \(([^()]*)\)|INTERNALDATE "([^"]{1,40})"|MODSEQ \(\d+\))'
_BEFORE = re.compile(rb"\* \d+ FETCH \((?:%b )*" % _KNOWN, re.IGNORECASE)
_BEHIND = re.compile(rb"(?: %b)*\)\r?\n" % _KNOWN, re.IGNORECASE)
_SECTION = re.compile(rb"BODY\[[^\]\"]*\](?:<\d+>)? ~?")
_STRUCTURE = b"BODYSTRUCTURE ("
_TELLING = (b"calendar", b"-status", b"-notification", b"-reaction")
MALFORMED = (ProtocolError, ValueError, IndexError, TypeError, RecursionError)


class Response(NamedTuple):
    """What one FETCH response says of one message.

    `internal_date` and `flags` are as they were sent, b"" where they were not. `body` is the
    content of the one body section that was asked for, None where the response has none (or NIL).
    `oversize` is the size of a literal that was too long to keep, 0 if there was none.
    `calendar_part`, `status_section`, `returned_section`, `report_part` and `inner_calendar` are
    what the functions of these names say of its structure, `shape` what it tells of sizes.
    `structure` is the BODYSTRUCTURE itself, as it was sent or parsed.
    """

    uid: int
    internal_date: bytes
    flags: bytes
    body: bytes | None
    oversize: int
    calendar_part: str = ""
    status_section: str = ""
    returned_section: str = ""
    report_part: str = ""
    inner_calendar: InnerCalendar | None = None
    shape: Shape | None = None
    structure: object = None


def announced_literal(line: bytes) -> int | None:
    """The size of the literal that a line announces (RFC 3501 §4.3, RFC 7888, RFC 3516); None if it
    is a last line."""
    found = _LITERAL.fullmatch(line, line.rfind(b"{")) if line.endswith((b"}\r\n", b"}\n")) else None
    return int(found[1]) if found else None


def response_of(
    head: bytes, pieces: list[tuple[bytes, bytes]], tail: bytes, section: bytes, oversize: int
) -> Response | None:
    """What a FETCH response says; None for an unsolicited one, which has no UID.

    `head` is its first line, `pieces` its literals with the lines that announce them, `tail` its
    last line. `section` is what stands in the brackets of the BODY asked for, as far as it has no
    arguments. Raises ServerFault where a message came that cannot be told from others.
    """
    usual = _usual(head, pieces[0][1], tail, section, oversize) if len(pieces) == 1 else None
    if usual is not None:
        return usual
    try:
        return _unusual(pieces, tail, section, oversize)
    except MALFORMED:
        if pieces:
            raise ServerFault("the mail server sent a FETCH response that cannot be understood") from None
        return None


def _usual(head: bytes, data: bytes, tail: bytes, section: bytes, oversize: int) -> Response | None:
    """A response as nearly all servers send them, read at a glance: what is short, the structure,
    and the section."""
    before = _BEFORE.match(head)
    announced = announced_section(head, section)
    if before is None or not announced:
        return None
    structure = head[before.end() : head.rfind(announced)]
    if structure and not _is_structure(structure):
        return None
    uid, flags, internal_date = before.groups()
    if tail != b")\r\n":
        behind = _BEHIND.fullmatch(tail)
        if behind is None:
            return None
        uid, flags, internal_date = uid or behind[1], flags or behind[2], internal_date or behind[3]
    if uid is None:
        return None
    return _response(uid, internal_date, flags, None if oversize else data, oversize, structure)


def announced_section(head: bytes, section: bytes) -> bytes:
    """The end of a line up to the brace that announces a literal, if that is the content of the
    section asked for, and nothing else; b"" if it is not."""
    at, end = head.rfind(b"BODY[" + section), head.rfind(b"{")
    return head[at : end + 1] if at >= 0 and _SECTION.fullmatch(head, at, end) else b""


def usual_responses(chunk: bytes, announced: bytes, longest: int) -> tuple[list[Response], int]:
    """The responses at the beginning of `chunk` that are usual and wholly there, and how many
    octets they are.

    All responses of an answer announce their section alike: `announced` is what `announced_section`
    says of one. What is understood here is understood by `response_of` alike; a response of any
    other form ends it.
    """
    found: list[Response] = []
    start = 0
    while (before := _BEFORE.match(chunk, start)) is not None:
        known_to = before.end()
        end = chunk.find(b"\n", start) + 1
        brace = chunk.rfind(b"{", known_to, end)
        at = brace + 1 - len(announced)
        size = chunk[brace + 1 : end - 3]
        if at < known_to or not chunk.startswith(announced, at) or not size.isdigit() or len(size) > 9:
            break
        behind = end + int(size)
        if chunk[end - 3 : end] != b"}\r\n" or int(size) > longest or not chunk.startswith(b")\r\n", behind):
            break
        structure = chunk[known_to:at]
        uid, flags, internal_date = before.groups()
        if uid is None or (structure and not _is_structure(structure)):
            break
        found.append(_response(uid, internal_date, flags, chunk[end:behind], 0, structure))
        start = behind + 3
    return found, start


def _is_structure(text: bytes) -> bool:
    return text.startswith(_STRUCTURE) and text.endswith(b") ")


def _response(
    uid: bytes, internal_date: bytes | None, flags: bytes | None, body: bytes | None, oversize: int, structure: bytes
) -> Response:
    lowered = structure.lower()
    response = Response(
        int(uid), internal_date or b"", flags or b"", body, oversize, "", "", "", "", None, shape_at_a_glance(lowered),
        structure,
    )  # fmt: skip
    for word in _TELLING:
        if lowered.find(word) >= 0:  # `in` tries a number first, and costs ten times as much
            return _with_structure(response, parsed(structure))
    return response


def _with_structure(response: Response, structure: object) -> Response:
    parts = leaves(structure)
    status = status_section(parts)
    return response._replace(
        calendar_part=calendar_part(parts),
        status_section=status,
        returned_section=returned_section(parts, status),
        report_part=report_part(parts),
        inner_calendar=inner_calendar(parts),
        structure=structure,
    )


def parsed(structure: bytes) -> object:
    """A BODYSTRUCTURE as it was sent (`BODYSTRUCTURE (…)`), parsed; None for what is none."""
    try:
        return parse_response([structure])[1]
    except MALFORMED:
        return None


def _unusual(pieces: list[tuple[bytes, bytes]], tail: bytes, section: bytes, oversize: int) -> Response | None:
    """Any other response, with imapclient's own parser: items in any order, quoted strings, NIL,
    more literals.

    None for an unsolicited one, which has no UID. Raises ProtocolError and what hostile nesting
    leads to.
    """
    if sum(len(line) for line, _ in pieces) + len(tail) > LONGEST_LINE:
        raise ServerFault("the mail server sent a FETCH response of over 128 KB beside its literals")
    text: list[Any] = [(b"%b{%d}" % (line[: line.rindex(b"{")].rstrip(b"~"), len(data)), data) for line, data in pieces]
    text.append(tail)
    first = text[0]
    text[0] = (first[0][2:], first[1]) if pieces else first[2:]
    _, _, items, *_ = parse_response(text)
    told = {name.upper(): value for name, value in zip(items[::2], items[1::2], strict=True)}
    if not isinstance(told.get(b"UID"), int):
        return None
    body = next((value for name, value in told.items() if name.startswith(b"BODY[" + section)), None)
    if body is not None and not isinstance(body, bytes):
        body = str(body).encode()
    response = Response(
        uid=told[b"UID"],
        internal_date=told.get(b"INTERNALDATE") or b"",
        flags=b" ".join(map(_octets, told.get(b"FLAGS", ()))),
        body=None if oversize else body,
        oversize=oversize,
        shape=shape_at_a_glance(b" ".join(line for line, _ in pieces).lower() + tail.lower()),
    )
    return _with_structure(response, told.get(b"BODYSTRUCTURE"))


def _octets(flag: object) -> bytes:
    return flag if isinstance(flag, bytes) else b""
