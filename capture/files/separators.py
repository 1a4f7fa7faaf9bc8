"""The lines between the messages of an mbox (RFC 4155, and what is found in its place)."""

from __future__ import annotations

import re
from datetime import datetime

from capture.mail.dates import parse_date

LONGEST = 1000
# An instant before that is a default of some export or archive (1970, 1980), not an arrival.
FIRST_YEAR = 1981

_MONTH = rb"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = rb"(\d{1,2}:\d\d(?::\d\d)?)"
_ZONE = rb"(?:[ \t]+([A-Z]{1,5}|[+-]\d{4}))?"
_END = rb"(?:[ \t]+remote from .*|[ \t]+\(.*\))?[ \t\r]*\Z"
_ASCTIME = re.compile(
    rb"From (?:.*[ \t])?[A-Z][a-z]{2},?[ \t]+"
    + _MONTH + rb"[ \t]+(\d{1,2})[ \t]+" + _TIME + _ZONE + rb"[ \t]+(\d{4})" + _ZONE + _END
)  # fmt: skip
_AS_IN_MAIL = re.compile(
    rb"From (?:.*[ \t])?(?:[A-Z][a-z]{2},?[ \t]+)?(\d{1,2})[ \t]"
    + _MONTH
    + rb"[ \t](\d{4})[ \t]+"
    + _TIME
    + _ZONE
    + _END
)
# Without a date: "From ", "From -", "From ???@???", "From tom@widgets.example".
_BARE = re.compile(rb"From (?:-|[^\s@]{1,200}@[^\s@]{1,200})?[ \t\r]*")
_HEADER = re.compile(
    rb"(?:X-[\w-]{1,60}|Return-Path|Delivered-To|Envelope-To|Received|DKIM-Signature|ARC-[\w-]{1,60}|Message-ID"
    rb"|Authentication-Results|MIME-Version|From|Sender|Reply-To|To|Cc|Date|Subject|Status|Content-[\w-]{1,60})[ \t]*:",
    re.IGNORECASE,
)
NEXT_LINE = 80  # bytes that tell a header's first line


def is_bare_separator(line: bytes) -> bool:
    """May a "From " line be a separator without a date?

    It is one where a header follows, for prose is no header.
    """
    return len(line) <= LONGEST and _BARE.fullmatch(line) is not None


def begins_header(line: bytes) -> bool:
    """Does a line begin as the first of a header does?"""
    return _HEADER.match(line) is not None


def is_separator(line: bytes) -> bool:
    """Does a "From " line, without its end, have the date of a separator?

    Prose that begins so has not.
    """
    return len(line) <= LONGEST and bool(_ASCTIME.match(line) or _AS_IN_MAIL.match(line))


def separator_date(line: bytes) -> datetime | None:
    """When the message was taken in, in UTC unless the line names another zone.

    None if it does not say.
    """
    if len(line) > LONGEST:
        return None
    if asctime := _ASCTIME.match(line):
        month, day, time, zone, year, later_zone = asctime.groups()
        zone = zone or later_zone
    elif as_in_mail := _AS_IN_MAIL.match(line):
        day, month, year, time, zone = as_in_mail.groups()
    else:
        return None
    return plausible(parse_date(b" ".join((day, month, year, time, zone or b"+0000")).decode("ascii")))


def plausible(arrival: datetime | None) -> datetime | None:
    """An arrival that can be one."""
    return arrival if arrival is not None and arrival.year >= FIRST_YEAR else None
