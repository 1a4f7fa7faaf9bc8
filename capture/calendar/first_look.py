"""What a stripped object tells at a glance, without being parsed: whose it may be, and whether it
looks sound."""

from __future__ import annotations

import re
from typing import NamedTuple

from activity.address import Address
from capture.calendar.attendees import people_in

_UID = re.compile(r"\nUID[^:\r\n]*:([^\r\n]*)", re.IGNORECASE)
_TIMED = re.compile(r"\nBEGIN:(?:VEVENT|STANDARD|DAYLIGHT)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_STARTS = re.compile(
    r"\nDTSTART(?:;[^:\r\n]*)?:(?:1[6-9]|2[0-4])\d\d(?:0[1-9]|1[0-2])[0-3]\d(?:T[0-2]\d[0-5]\d[0-5]\dZ?)?\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_UNSOUND = re.compile(
    r"\n(?:[ \t]*(?:X-LASTTOUCH-BROKEN|EXRULE)"
    r"|RRULE[^:\r\n]*:(?!.*FREQ=(?:HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY))"
    r"|RRULE.*(?:INTERVAL|COUNT)=0*(?:;|\r?$))",
    re.IGNORECASE | re.MULTILINE,
)


_ATTENDEE = re.compile(r"\n[ \t]*ATTENDEE[ \t]*[;:]", re.IGNORECASE)
_TITLE = re.compile(r'\nSUMMARY(?:;(?:[^":\r\n]|"[^"\r\n]*")*)?:([^\r\n]*)', re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")


class FirstLook(NamedTuple):
    """The UID of the first event ("" if it has none) and everybody in any of them, each once.

    `sound`: no event is seen to be broken, and nobody in it to be missed; else it wants to be read
    to its end, so that this is named. `titles` are those of an object without attendees, () of any
    other.
    """

    uid: str
    people: tuple[Address, ...]
    sound: bool
    titles: tuple[str, ...] = ()


def first_look(text: str) -> FirstLook:
    """Costs a fiftieth of expanding the object."""
    uid = _UID.search(text)
    found, all_read = people_in(text)
    people = {address.email: address for address in found}
    sound = all_read and len(_STARTS.findall(text)) == len(_TIMED.findall(text)) and not _UNSOUND.search(text)
    return FirstLook(uid[1].strip() if uid else "", tuple(people.values()), sound, _titles(text))


def _titles(text: str) -> tuple[str, ...]:
    if _ATTENDEE.search(text):
        return ()
    return tuple(_ESCAPED.sub(lambda one: " " if one[1] in "nN" else one[1], title) for title in _TITLE.findall(text))
