"""METHOD of calendars whose part does not name it (Proton Bridge drops it): read from that part's
first lines."""

from __future__ import annotations

import re

from activity.envelope import CALENDAR_PART, Envelope
from capture.mail.connection import Connection
from capture.mail.delivery_reports import fetch_parts, status_text
from capture.mail.fetch_answer import FetchRefused
from capture.mail.position import uid_sets
from capture.mail.structure import InnerCalendar, scheduling_part

PART_BYTES = 768  # of a calendar: its own properties stand before what is in it (RFC 5545 §3.6)
_MESSAGES = 500
_METHOD = re.compile(r"^METHOD(?:;[^:\r\n]*)?:[ \t]*([A-Z]+)", re.IGNORECASE | re.MULTILINE)
_COMPONENT = re.compile(r"^BEGIN:(?!VCALENDAR)", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(r"\r?\n[ \t]")


def scheduling_within(start: bytes, encoding: str) -> str:
    """As `scheduling_part`, by the first octets of a text/calendar part with this
    Content-Transfer-Encoding."""
    text = _FOLD.sub("", status_text(start[:PART_BYTES], encoding.lower())).replace("\r", "\n")
    found = _METHOD.search(_COMPONENT.split(text, maxsplit=1)[0])
    return scheduling_part("text/calendar", found[1]) if found else ""


class CalendarMethods:
    """Messages of a mailbox with such a calendar, gathered while headers come in, and read when
    nothing else is on its way. A part that the server does not give is as if it had no METHOD: a
    file that somebody attached."""

    def __init__(self) -> None:
        self._envelopes: dict[int, Envelope] = {}
        self._parts: dict[InnerCalendar, list[int]] = {}

    def __contains__(self, uid: int) -> bool:
        return uid in self._envelopes

    def consider(self, uid: int, envelope: Envelope, part: InnerCalendar) -> bool:
        """Keep the message if its METHOD is not known yet, and say whether it is not."""
        if uid in self._envelopes or CALENDAR_PART in envelope.signs:
            return False
        self._envelopes[uid] = envelope
        self._parts.setdefault(part, []).append(uid)
        return True

    def read(self, connection: Connection) -> None:
        """Add the sign CALENDAR_PART where it is due. Raises SourceErrors of the connection."""
        for part, uids in sorted(self._parts.items()):
            for uid_set in uid_sets(sorted(uids), _MESSAGES):
                item = f"BODY.PEEK[{part.section}]<0.{PART_BYTES}>"
                try:
                    for response in fetch_parts(connection, uid_set, part.section, item):
                        self._note(response.uid, response.body or b"", part.encoding)
                except FetchRefused:
                    continue

    def _note(self, uid: int, start: bytes, encoding: str) -> None:
        envelope = self._envelopes.get(uid)
        if envelope is not None and (found := scheduling_within(start, encoding)):
            envelope.signs = {**envelope.signs, CALENDAR_PART: found}
