"""A file of vCards cut into cards, and these into their unfolded lines, before anything is decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from capture.contact_files.contents import RowProblem
from capture.contact_files.lines import physical_lines

_WANTED = frozenset({"EMAIL", "FN", "N", "ORG", "UID", "KIND", "X-ADDRESSBOOKSERVER-KIND"})
_MAX_LINE = 65_536  # bytes that are kept of one unfolded line

_NAME = re.compile(rb"(?:[\w-]+\.)?([\w-]+)(?=[:;])")
_BOUNDARY = re.compile(rb"(BEGIN|END)\s*:\s*VCARD\s*", re.IGNORECASE)
# Borders that ran into others, or into a property, on one line; and an end within a value, where a card ends.
_START = rb"(?:(?<=[\r\n])|\A)"
_BORDERS_AND_MORE = re.compile(_START + rb"[ \t]*(?:(?:BEGIN|END)[ \t]*:[ \t]*VCARD[ \t]*)+(?=[A-Z])", re.IGNORECASE)
_ONE_BORDER = re.compile(rb"((?:BEGIN|END)[ \t]*:[ \t]*VCARD)[ \t]*", re.IGNORECASE)
_END_BEHIND_VALUE = re.compile(
    rb"(?<=[^\s])(?<!\\[nN])(?=END:VCARD[ \t]*(?:BEGIN:VCARD|[\r\n]+(?:BEGIN:VCARD|\Z)|\Z))", re.IGNORECASE
)
_MARK_AT_START = re.compile(_START + rb"\xef\xbb\xbf")
_EMPTY_AGENT = re.compile(rb"(?:[\w-]+\.)?AGENT\b[^:]*:\s*", re.IGNORECASE)
_QUOTED_PRINTABLE = b"QUOTED-PRINTABLE"


class PropertyLine(NamedTuple):
    """An unfolded line, the number of its first physical line, and its property in upper case
    without a group."""

    line: int
    name: str
    raw: bytes


class Card(NamedTuple):
    """The properties we read between BEGIN:VCARD, which stands on `line`, and END:VCARD."""

    line: int
    properties: list[PropertyLine]


def split_cards(data: bytes) -> Iterator[Card | RowProblem]:
    """The cards of a file.

    One that is never closed ends where the next begins, and is a problem.
    """
    card: Card | None = None
    told = False  # each run of text outside a card is named once
    for number, line in _without_agents(_unfolded(_apart(data))):
        boundary = _boundary(line)
        if card is None and boundary != "BEGIN":
            if boundary == "END":
                yield RowProblem(number, "END:VCARD without BEGIN:VCARD")
            elif not told:
                yield RowProblem(number, "text outside a vCard is not read")
            told = not boundary
        elif boundary:
            if card is not None:
                yield card if boundary == "END" else _never_closed(card)
            card, told = (Card(number, []) if boundary == "BEGIN" else None), False
        elif card is not None and (name := _property_name(line)) in _WANTED:
            card.properties.append(PropertyLine(number, name, line))
    if card is not None:
        yield _never_closed(card)


def _apart(data: bytes) -> bytes:
    """With a line of its own for every border of a card."""
    data = _END_BEHIND_VALUE.sub(b"\n", _MARK_AT_START.sub(b"", data))
    return _BORDERS_AND_MORE.sub(lambda found: _ONE_BORDER.sub(rb"\1\n", found[0]), data)


def _without_agents(lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The lines but for the cards within cards that follow an empty AGENT (vCard 2.1 §2.4.2)."""
    inside, previous = False, b""
    for number, line in lines:
        boundary = _boundary(line)
        if inside and boundary:
            inside = False
            if boundary == "BEGIN":  # the inner card was never closed
                yield number, line
        elif boundary == "BEGIN" and _EMPTY_AGENT.fullmatch(previous):
            inside = True
        elif not inside:
            yield number, line
        previous = line


def _boundary(line: bytes) -> str:
    found = _BOUNDARY.fullmatch(line)
    return found[1].decode("ascii").upper() if found else ""


def _never_closed(card: Card) -> RowProblem:
    return RowProblem(card.line, "the vCard has no END:VCARD and was skipped")


def _property_name(line: bytes) -> str:
    found = _NAME.match(line)
    return found[1].decode("ascii").upper() if found else ""


def _unfolded(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Logical lines with the number of their first physical line.

    Folding is undone before decoding, as it may cut a character in two (RFC 6350 §3.2), and so
    are the soft line breaks of quoted-printable (vCard 2.1 §2.1.3).
    """
    start, parts, size, broken = 0, list[bytes](), 0, False
    for number, physical in enumerate(physical_lines(data), 1):
        line = physical.rstrip(b"\r\n")
        if _BOUNDARY.fullmatch(line) or not parts:
            further = None
        elif broken:
            further = line
        else:
            further = line[1:] if line[:1] in {b" ", b"\t"} else None
        if further is None:
            if parts:
                yield start, b"".join(parts)
            start, parts, size = number, [line] if line.strip() else [], len(line)
        elif size <= _MAX_LINE:
            parts.append(further)
            size += len(further)
        broken = bool(parts) and line.endswith(b"=") and _QUOTED_PRINTABLE in parts[0].upper()
        if broken:
            parts[-1] = parts[-1].removesuffix(b"=")
    if parts:
        yield start, b"".join(parts)
