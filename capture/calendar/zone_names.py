"""What lines of an object name a time zone by."""

from __future__ import annotations

import re

_TZID = re.compile(r';[ \t]*TZID[ \t]*=[ \t]*("[^"]*"|[^;]*)', re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\;,])")


def stated_zone(head: str) -> str:
    """The TZID in what precedes the last colon of a line of times, "" if there is none.

    Not all write it in quotes where it holds a colon itself.
    """
    stated = _TZID.search(head)
    return zone_name(stated[1]) if stated else ""


def zone_name(tzid: str) -> str:
    """A TZID without quotes and escapes: as a property it is TEXT (RFC 5545 §3.8.3.1), as a
    parameter it is not."""
    return _ESCAPED.sub(r"\1", tzid.strip().strip('"').strip())
