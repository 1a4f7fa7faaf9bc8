"""The structure of a message (BODYSTRUCTURE, RFC 3501 §7.4.2): an invitation in it, a report, a reaction?"""

from __future__ import annotations

import re
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


class InnerCalendar(NamedTuple):
    """A text/calendar part that does not name its METHOD: where it is ("2"), and its Content-Transfer-Encoding."""

    section: str
    encoding: str


def telling_part(media_type: str) -> str:
    """How the sign REPORT_PART names a part of this type; "" if it tells nothing of the whole message."""
    lowered = media_type.lower()
    return lowered if lowered in _TELLING else ""


_SIZES = re.compile(rb'"([^"]*)" (\d{1,12}) (\d{1,12})')


def shape_at_a_glance(lowered: bytes) -> Shape | None:
    """The shape that a BODYSTRUCTURE in lower case tells of; None where it tells of no text."""
    at = lowered.find(b'("text" "plain" ')
    html = at < 0
    if html:
        at = lowered.find(b'("text" "html" ')
    found = _SIZES.search(lowered, at) if at >= 0 else None  # what has numbers behind it is the encoding
    if found is None:
        return None
    attachments = max(lowered.count(b'("attachment"'), lowered.count(b'("application" '))
    return shape(int(found[3]), int(found[2]), found[1].decode("ascii", "replace"), attachments, html)


def scheduling_part(media_type: str, method: str) -> str:
    """How the sign CALENDAR_PART names a part of this type and METHOD parameter; "" if it is no scheduling message.

    Without METHOD (RFC 6047 §2.4), here or in the calendar itself, a text/calendar part is a file that somebody
    attached.
    """
    word = method.strip().upper()
    return f"text/calendar; method={word}" if media_type.lower() == "text/calendar" and word in _SCHEDULING else ""


def calendar_part(structure: object) -> str:
    """The first scheduling part of a parsed BODYSTRUCTURE, at any depth of multiparts; "" if there is none.

    A forwarded message (message/rfc822) is a part without parts: the invitation in it is somebody else's.
    """
    match structure:
        case (tuple(), *_):
            for part in structure:  # the parts; behind them the subtype and what extends it
                if not isinstance(part, tuple):
                    break
                if found := calendar_part(part):
                    return found
        case (bytes() as top, bytes() as sub, tuple() as parameters, *_):
            return scheduling_part(f"{_text(top)}/{_text(sub)}", _method(parameters))
    return ""


def report_part(structure: object) -> str:
    """The first part of a parsed BODYSTRUCTURE that tells what the message is (see `telling_part`), at any depth of
    multiparts; "" if there is none. Not within an attached message."""
    match structure:
        case (tuple(), *_):
            for part in structure:
                if not isinstance(part, tuple):
                    break
                if found := report_part(part):
                    return found
        case (bytes() as top, bytes() as sub, *_):
            return telling_part(f"{_text(top)}/{_text(sub)}")
    return ""


def inner_calendar(structure: object, above: str = "") -> InnerCalendar | None:
    """The first text/calendar part of a parsed BODYSTRUCTURE without a METHOD parameter. Not within an attached
    message."""
    match structure:
        case (tuple(), *_):
            for number, part in enumerate(structure, 1):
                if not isinstance(part, tuple):
                    break
                if found := inner_calendar(part, f"{above}{number}."):
                    return found
        case (bytes() as top, bytes() as sub, parameters, _, _, bytes() as encoding, *_):
            is_calendar = (top.lower(), sub.lower()) == (b"text", b"calendar")
            named = isinstance(parameters, tuple) and _method(parameters)
            if is_calendar and not named:
                return InnerCalendar(above.removesuffix(".") or "1", _text(encoding).lower())
    return None


def status_section(structure: object, above: str = "") -> str:
    """Where in a parsed BODYSTRUCTURE the first delivery-status part (RFC 3464, RFC 6533) is: "2", or "1.2" where a
    gateway has put the report into another multipart; "" if there is none. Not within an attached message.
    """
    match structure:
        case (tuple(), *_):
            for number, part in enumerate(structure, 1):
                if not isinstance(part, tuple):
                    break
                if found := status_section(part, f"{above}{number}."):
                    return found
        case (bytes() as top, bytes() as sub, *_) if above and top.lower() == b"message":
            if sub.lower() in (b"delivery-status", b"global-delivery-status"):
                return above.removesuffix(".")
    return ""


def returned_section(structure: object, status: str) -> str:
    """Where the header of the returned message is, beside the delivery-status part at `status` (RFC 6522 §3).

    "3.HEADER.FIELDS (MESSAGE-ID)" where the message is whole, "3" where only its header came back; "" for neither.
    """
    *above, number = map(int, status.split(".")) if status else (0,)
    for step in above:
        structure = structure[step - 1] if isinstance(structure, tuple) and len(structure) >= step else ()
    for position, part in enumerate(structure if isinstance(structure, tuple) else (), 1):
        match part:
            case (bytes() as top, bytes() as sub, *_) if position > number > 0:
                header = RETURNED_PARTS.get(f"{_text(top)}/{_text(sub)}".lower())
                if header is not None:
                    return ".".join([*map(str, above), str(position)]) + header
    return ""


def _method(parameters: tuple[object, ...]) -> str:
    for name, value in zip(parameters[::2], parameters[1::2], strict=False):
        if isinstance(name, bytes) and isinstance(value, bytes) and name.lower() in (b"method", b"method*"):
            return _text(value).rpartition("'")[2]  # RFC 2231 §4: character set'language'value
    return ""


def _text(octets: bytes) -> str:
    return octets.decode("ascii", "replace")
