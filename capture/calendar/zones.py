"""Which time zone a TZID means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import islice
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from capture.calendar.content_lines import MOST_ZONES, value_of
from capture.calendar.zone_names import zone_name

_OFFSET = re.compile(r"(?:GMT|UTC)([+-])(1[0-4]|0?\d)(?::?([0-5]\d))?", re.IGNORECASE | re.ASCII)


class Zones:
    """The zones one object may name: IANA's, Windows' names for them, and its own VTIMEZONEs.

    A name of the form Area/City that IANA knows, and Windows' names, mean that zone even where the
    object brings a definition, as the definitions in circulation are often outdated or cut down
    (RFC 7808 §1 tells why). Of bare names (GMT, EST, CET) the object's definition holds: what they
    mean differs. `own` are definitions that may hold.
    """

    def __init__(self, definitions: Iterable[list[str]] = ()) -> None:
        named = {_tzid(lines): tuple(lines) for lines in islice(definitions, MOST_ZONES)}
        self.own = {tzid: lines for tzid, lines in named.items() if _is_bare(tzid) or known_zone(tzid) is None}

    def named(self, tzid: str) -> tzinfo | None:
        """The zone of this TZID, as a parameter or property has it; None if it cannot be told."""
        tzid = zone_name(tzid)
        if not tzid:
            return None
        definition = self.own.get(tzid)
        own = _defined(definition) if definition else None
        return own or known_zone(tzid) or _behind_prefix(tzid) or _by_offset(tzid)


def _is_bare(tzid: str) -> bool:
    """Is it a name that IANA keeps for what was before it, and no name of Windows'?"""
    return "/" not in tzid.strip("/") and tzid.strip("/") not in WINDOWS_TO_OLSON


def _by_offset(tzid: str) -> tzinfo | None:
    """What some write for a zone: GMT+05:30."""
    found = _OFFSET.fullmatch(tzid)
    if found is None:
        return None
    length = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-length if found[1] == "-" else length)


@lru_cache(maxsize=1024)
def known_zone(tzid: str) -> ZoneInfo | None:
    """A zone by its IANA name, in any case, or by its Windows name."""
    name = tzid.strip("/")
    return _iana(WINDOWS_TO_OLSON.get(name, name)) or _iana(_names_by_lower_case().get(name.lower(), ""))


def _behind_prefix(tzid: str) -> ZoneInfo | None:
    """Globally unique names end in the common one: /example.org/20260101_1/Europe/Berlin (RFC 5545
    §3.8.3.1)."""
    segments = tzid.split("/")[-3:]
    return next((zone for n in range(len(segments)) if (zone := known_zone("/".join(segments[n:])))), None)


def _iana(name: str) -> ZoneInfo | None:
    if not name or len(name) > 100:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=1)
def _names_by_lower_case() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _tzid(lines: list[str]) -> str:
    return next((zone_name(value_of(line)) for line in lines if line[:4].upper() == "TZID"), "")


@lru_cache(maxsize=64)
def _defined(lines: tuple[str, ...]) -> tzinfo | None:
    """The zone a VTIMEZONE describes (RFC 5545 §3.6.5), None if it is not understood."""
    # One name for all: icalendar remembers the first zone of each name for ever.
    unnamed = ["TZID:own" if line[:4].upper() == "TZID" else line for line in lines]
    try:
        component = Timezone.from_ical("\r\n".join(unnamed))
        if not isinstance(component, Timezone):
            return None
        zone = component.to_tz(lookup_tzid=False)
        datetime(2000, 1, 1, tzinfo=zone).utcoffset()  # nonsense shows in use only
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError):
        return None
    return cast("tzinfo", zone)
