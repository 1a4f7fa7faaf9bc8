"""Calendars as a service of a DAV server (RFC 4791)."""

from __future__ import annotations

from capture.dav.multistatus import CALDAV
from capture.dav.service import Service

CALENDARS = Service(
    protocol="caldav",
    namespace=CALDAV,
    home=CALDAV + "calendar-home-set",
    kind=CALDAV + "calendar",
    data=CALDAV + "calendar-data",
    multiget="calendar-multiget",
    noun="calendar",
    contents="meetings",
    option="calendars",
    exclude_option="exclude_calendars",
    component="VEVENT",
)
