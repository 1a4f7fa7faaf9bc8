"""The kinds of source an account may have, by their names in the configuration."""

from __future__ import annotations

KINDS = ("carddav", "imap", "caldav", "calendar_urls", "files")
"""In the order they are read: contacts first, so that what follows is matched to them."""

MAIL = ("imap", "files")
"""Hold messages, so that an answer may be in them."""

CONTACTS = "carddav"
"""Tells who, not when: silence in it says nothing of exchanges."""

COLLECTIONS = ("caldav", "calendar_urls", "carddav")
"""Name each of their places in every pass; of the others only places with news are named."""
