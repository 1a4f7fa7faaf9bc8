"""What only a CardDAV server is asked: where the address books are, and addressbook-multiget."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from activity.errors import ServerFault, SourceError
from capture.calendar.multistatus import Multistatus, MultistatusReader
from capture.calendar.reports import UnexpectedAnswer
from capture.calendar.transport import Transport

CARDDAV = "{urn:ietf:params:xml:ns:carddav}"
_NAMESPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"'


def home_properties(transport: Transport, url: str) -> tuple[str, Multistatus]:
    """What a resource says of itself, its user and their address books, with the URL it was found at."""
    body = (
        f"<d:propfind {_NAMESPACES}><d:prop><d:resourcetype/><d:current-user-principal/>"
        "<c:addressbook-home-set/></d:prop></d:propfind>"
    )
    return _ask(transport, "PROPFIND", url, body, {"Depth": "0"})


def addressbook_multiget(transport: Transport, url: str, hrefs: Iterable[str]) -> Multistatus:
    """The cards at these paths (RFC 6352 §8.7), whole: not every server picks properties as asked."""
    listed = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    body = (
        f"<c:addressbook-multiget {_NAMESPACES}><d:prop><d:getetag/><c:address-data/></d:prop>"
        f"{listed}</c:addressbook-multiget>"
    )
    return _ask(transport, "REPORT", url, body, {})[1]


def error_of(refused: UnexpectedAnswer, host: str) -> SourceError:
    """The error that an unexpected answer amounts to where it means nothing special."""
    if refused.status in (404, 405, 410):
        return ServerFault(f"{host} has no address book at this URL ({refused.status})", "check the URL of [carddav]")
    if refused.status == 200:
        return ServerFault(
            f"{host} answered with a page instead of a list of contacts (200)",
            "check the URL; a login page of a network or proxy may stand in between",
        )
    return refused.error


def _ask(transport: Transport, method: str, url: str, body: str, headers: dict[str, str]) -> tuple[str, Multistatus]:
    reader = MultistatusReader(transport.host)
    document = f'<?xml version="1.0" encoding="utf-8"?>{body}'.encode()
    headers = {"Content-Type": "application/xml; charset=utf-8", **headers}
    answer = transport.request(method, url, document, headers, reader.feed)
    if answer.status != 207:
        raise UnexpectedAnswer(answer, transport.refusal(answer))
    return answer.url, reader.close()
