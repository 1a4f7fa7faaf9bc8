"""The structure of a message (BODYSTRUCTURE, RFC 3501 §7.4.2): an invitation in it, a report, a
reaction?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from activity.shape import Shape, shape

# What calendars send each other (RFC 5546 §1.4). PUBLISH is not among them: people attach what they publish.
_SCHEDULING = frozenset(("REQUEST", "REPLY", "CANCEL", "ADD", "REFRESH", "COUNTER", "DECLINECOUNTER"))


# The part that brings back the returned message, or its header alone, and the section of that header within the part.
RETURNED_PARTS = {
    "message/rfc822": ".HEADER.FIELDS (MESSAGE-ID)",
    "message/global": ".HEADER.FIELDS (MESSAGE-ID)",
    "text/rfc822-headers": "",
    "message/rfc822-headers": "",
    "message/global-headers": "",
}
# Parts that tell what the whole message is: a receipt (RFC 8098, RFC 6533), an emoji of Gmail's.
_TELLING = frozenset((
    "message/disposition-notification", "message/global-disposition-notification",
    "text/vnd.google.email-reaction+json", "text/vnd.google.email-reaction",
))  # fmt: skip
_STATUS = ("message/delivery-status", "message/global-delivery-status")


class InnerCalendar(NamedTuple):
    """A text/calendar part that does not name its METHOD: where it is ("2"), and its
    Content-Transfer-Encoding."""

    section: str
    encoding: str


class Leaf(NamedTuple):
    """A part without parts: where it is ("1.2"; "" where it is all there is), its media type in
    lower case, and the fields behind that."""

    section: str
    media_type: str
    fields: Sequence[object]

    @property
    def method(self) -> str:
        """Its METHOD parameter, "" if it has none."""
        return _method(self.fields[0]) if self.fields else ""


def telling_part(media_type: str) -> str:
    """How the sign REPORT_PART names a part of this type, in lower case; "" if it tells nothing of
    the whole."""
    return media_type if media_type in _TELLING else ""


# What has two numbers behind it is the encoding; then come a digest and the disposition.
_NUMBERS = rb'"([^"]*)" (\d{1,12}) (\d{1,12})( (?:nil|"[^"]*") \("attachment")?'
_SIZES = re.compile(_NUMBERS)
_USUAL_SIZES = re.compile(rb'(?:nil|\((?:"[^"\\]*" ?)+\)) (?:nil|"[^"\\]*") (?:nil|"[^"\\]*") ' + _NUMBERS)
_PLAIN, _HTML = b'("text" "plain" ', b'("text" "html" '


def shape_at_a_glance(lowered: bytes) -> Shape | None:
    """The shape that a BODYSTRUCTURE in lower case tells of; None where it tells of no text that
    was written."""
    within = lowered.find(b'("message" ')  # what is in an attached message is somebody else's
    end = len(lowered) if within < 0 else within
    found = _written(lowered, _PLAIN, end)
    html = found is None
    if found is None:
        found = _written(lowered, _HTML, end)
    if found is None:
        return None
    attachments = max(lowered.count(b'("attachment"'), lowered.count(b'("application" '))
    encoding, octets, lines, _ = found.groups()
    return shape(int(lines), int(octets), "base64" if encoding == b"base64" else "", attachments, html)


def _written(lowered: bytes, kind: bytes, end: int) -> re.Match[bytes] | None:
    """The sizes of the first part of this kind that is no attachment."""
    at = lowered.find(kind, 0, end)
    while at >= 0:
        found = _USUAL_SIZES.match(lowered, at + len(kind), end) or _SIZES.search(lowered, at, end)
        if found is None:
            return None
        if found[4] is None:
            return found
        at = lowered.find(kind, found.end(), end)
    return None


def scheduling_part(media_type: str, method: str) -> str:
    """How the sign CALENDAR_PART names a part of this type and METHOD parameter; "" if it is no
    scheduling message.

    Without METHOD (RFC 6047 §2.4), here or in the calendar itself, a text/calendar part is a file
    that somebody attached.
    """
    word = method.strip().upper()
    return f"text/calendar; method={word}" if media_type.lower() == "text/calendar" and word in _SCHEDULING else ""


def leaves(structure: object) -> list[Leaf]:
    """The parts without parts of a parsed BODYSTRUCTURE, in their order, at any depth of
    multiparts.

    An attached message (message/rfc822) is one of them: what is in it is somebody else's.
    """
    found: list[Leaf] = []
    waiting: list[tuple[str, object]] = [("", structure)]
    while waiting:
        section, part = waiting.pop()
        match part:
            case (tuple(), *_):  # its parts; behind them the subtype and what extends it
                inner = takewhile(lambda one: isinstance(one, tuple), part)
                above = f"{section}." if section else ""
                waiting += reversed([(f"{above}{number}", one) for number, one in enumerate(inner, 1)])
            case (bytes() as top, bytes() as sub, *more):
                found.append(Leaf(section, f"{_text(top)}/{_text(sub)}".lower(), more))
    return found


def calendar_part(parts: Iterable[Leaf]) -> str:
    """The first scheduling part; "" if there is none."""
    return next(filter(None, (scheduling_part(part.media_type, part.method) for part in parts)), "")


def report_part(parts: Iterable[Leaf]) -> str:
    """The first part that tells what the message is (see `telling_part`); "" if there is none."""
    return next(filter(None, (telling_part(part.media_type) for part in parts)), "")


def inner_calendar(parts: Iterable[Leaf]) -> InnerCalendar | None:
    """The first text/calendar part without a METHOD parameter."""
    for part in parts:
        match part.fields:
            case (_, _, _, bytes() as encoding, *_) if part.media_type == "text/calendar" and not part.method:
                return InnerCalendar(part.section or "1", _text(encoding).lower())
    return None


def status_section(parts: Iterable[Leaf]) -> str:
    """Where the first delivery-status part (RFC 3464, RFC 6533) is: "2", or "1.2" where a gateway
    has put the report into another multipart; "" if there is none.
    """
    return next((part.section for part in parts if part.media_type in _STATUS), "")


def returned_section(parts: Iterable[Leaf], status: str) -> str:
    """Where the header of the returned message is, beside the delivery-status part at `status` (RFC
    6522 §3).

    "3.HEADER.FIELDS (MESSAGE-ID)" where the message is whole, "3" where only its header came back;
    "" for neither.
    """
    multipart, number = _place(status)
    for part in parts:
        beside, position = _place(part.section)
        if beside == multipart and position > number > 0 and part.media_type in RETURNED_PARTS:
            return part.section + RETURNED_PARTS[part.media_type]
    return ""


def _place(section: str) -> tuple[str, int]:
    """The section of the multipart that a part is in, and its number there; 0 where it is in none."""
    multipart, _, number = section.rpartition(".")
    return multipart, int(number or 0)


def _method(parameters: object) -> str:
    if not isinstance(parameters, tuple):
        return ""
    for name, value in zip(parameters[::2], parameters[1::2], strict=False):
        if isinstance(name, bytes) and isinstance(value, bytes) and name.lower() in (b"method", b"method*"):
            return _text(value).rpartition("'")[2]  # RFC 2231 §4: character set'language'value
    return ""


def _text(octets: bytes) -> str:
    return octets.decode("ascii", "replace")
