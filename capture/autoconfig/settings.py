"""What a search for somebody's servers can find."""

from __future__ import annotations

from typing import NamedTuple


class MailSettings(NamedTuple):
    """How to reach a mailbox by IMAP.

    `security` is "tls" or "starttls"; `found_by` names the source for people.
    """

    host: str
    port: int
    security: str
    username: str
    found_by: str


class CalendarSettings(NamedTuple):
    """How to reach a calendar by CalDAV: a URL, or an address to discover it from."""

    url: str
    username: str
    found_by: str
