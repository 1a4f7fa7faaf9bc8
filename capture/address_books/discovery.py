"""Finding a user's address books (RFC 6352 §7.1.1, RFC 5397)."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from activity.errors import ServerFault
from capture.address_books.reports import CARDDAV, error_of, home_properties
from capture.calendar.discovery import Collection, canonical_path
from capture.calendar.multistatus import CALENDARSERVER, DAV, Member
from capture.calendar.position import Home
from capture.calendar.reports import UnexpectedAnswer, propfind
from capture.calendar.transport import Transport

_HOME = CARDDAV + "addressbook-home-set"
_PRINCIPAL = DAV + "current-user-principal"
_TYPE = DAV + "resourcetype"
_REPORTS = DAV + "supported-report-set"
_LISTED = (_TYPE, DAV + "displayname", _REPORTS, CALENDARSERVER + "getctag", DAV + "sync-token")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NO_DAV_HERE = (200, 400, 403, 404, 405, 501)  # as a plain web site answers


def find_home(transport: Transport, url: str, configured: str) -> Home:
    """From a URL of the server, the user, the address books or one of them, to where the address books are.

    `configured` is what to remember it for. Raises SourceError, UnexpectedAnswer never.
    """
    try:
        try:
            return _home_from(transport, url, configured)
        except UnexpectedAnswer as refused:
            if refused.status not in _NO_DAV_HERE or urlsplit(url).path not in ("", "/"):
                raise
            return _home_from(transport, urljoin(url, "/.well-known/carddav"), configured)  # RFC 6764 §5
    except UnexpectedAnswer as refused:
        raise error_of(refused, transport.host) from None


def list_address_books(transport: Transport, home: Home) -> list[Collection]:
    """All address books, by path. Raises SourceError or UnexpectedAnswer."""
    url, listing = propfind(transport, home.url, 0 if home.single else 1, _LISTED)
    found = [_address_book(url, member) for member in listing.members if _is_address_book(member)]
    return sorted(found, key=lambda book: book.path)


def _home_from(transport: Transport, url: str, configured: str) -> Home:
    url, answer = home_properties(transport, url)
    if not answer.members:
        raise ServerFault(f"{transport.host} says nothing about this URL", "check the URL of [carddav]")
    member = answer.members[0]
    if _is_address_book(member):
        return Home(configured, url, single=True)
    home = member.prop(_HOME).href
    principal = member.prop(_PRINCIPAL).href
    if not home and principal:
        principal = urljoin(url, principal)
        transport.admit(principal)
        url, answer = home_properties(transport, principal)
        home = answer.members[0].prop(_HOME).href if answer.members else ""
    home = urljoin(url, home) if home else url
    transport.admit(home)
    return Home(configured, home)


def _is_address_book(member: Member) -> bool:
    return CARDDAV + "addressbook" in member.prop(_TYPE).tags


def _address_book(base: str, member: Member) -> Collection:
    url = urljoin(base, member.href)
    path = canonical_path(urlsplit(url).path).rstrip("/") + "/"
    plain = Collection(url, path, "")
    return Collection(
        url=urljoin(url, path),
        path=path,
        name=_CONTROL.sub(" ", member.text(DAV + "displayname")).strip()[:200] or plain.segment or "contacts",
        ctag=member.text(CALENDARSERVER + "getctag").strip(),
        syncs=bool(member.text(DAV + "sync-token").strip()) or DAV + "sync-collection" in member.prop(_REPORTS).tags,
    )
