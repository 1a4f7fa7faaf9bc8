"""What a DAV client sends to make a collection with a display name."""

from __future__ import annotations

from xml.sax.saxutils import escape


def new_calendar(name: str) -> str:
    """The body of MKCALENDAR (RFC 4791 §5.3.1)."""
    return (
        '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
        f"<d:displayname>{escape(name)}</d:displayname></d:prop></d:set></c:mkcalendar>"
    )


def new_address_book(name: str) -> str:
    """The body of an extended MKCOL (RFC 6352 §6.3.1)."""
    return (
        '<d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop>'
        "<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>"
        f"<d:displayname>{escape(name)}</d:displayname></d:prop></d:set></d:mkcol>"
    )
