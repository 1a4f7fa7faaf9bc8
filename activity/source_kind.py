"""The kinds of source an account may have, by their names in the configuration."""

from __future__ import annotations

KINDS = (
    "carddav", "microsoft_contacts", "imap", "microsoft_mail", "caldav", "microsoft_calendars", "calendar_urls", "files"
)  # fmt: skip
"""In the order they are read: contacts first, so that what follows is matched to them."""

MAIL = ("imap", "microsoft_mail", "files")
"""Hold messages, so that an answer may be in them."""

MAIL_SERVERS = ("imap", "microsoft_mail")
"""Take messages in, and say when."""

CONTACTS = ("carddav", "microsoft_contacts")
"""Tell who, not when: silence in them says nothing of exchanges."""

CALENDARS = ("caldav", "microsoft_calendars", "calendar_urls")
"""Hold meetings, read by the window of the whole configuration."""

COLLECTIONS = (*CALENDARS, *CONTACTS)
"""Name each of their places in every pass; of the others only places with news are named."""
