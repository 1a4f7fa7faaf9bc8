"""Finding a user's calendars (RFC 4791 §6.2.1, RFC 5397)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from activity.errors import ServerFault
from capture.calendar.multistatus import CALDAV, CALENDARSERVER, DAV, Member
from capture.calendar.position import Home
from capture.calendar.reports import UnexpectedAnswer, propfind
from capture.calendar.transport import Transport

_HOME = CALDAV + "calendar-home-set"
_PRINCIPAL = DAV + "current-user-principal"
_TYPE = DAV + "resourcetype"
_COMPONENTS = CALDAV + "supported-calendar-component-set"
_REPORTS = DAV + "supported-report-set"
_LISTED = (_TYPE, DAV + "displayname", _COMPONENTS, _REPORTS, CALENDARSERVER + "getctag", DAV + "sync-token")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Collection:
    """A calendar on the server: `path` ends with a slash, `name` is what its user calls it.

    `ctag` changes with its content, "" where the server has none; `syncs`: it knows sync-collection.
    """

    url: str
    path: str
    name: str
    ctag: str = ""
    syncs: bool = False

    @property
    def segment(self) -> str:
        return unquote(self.path.rstrip("/").rpartition("/")[2])


class Listed(NamedTuple):
    """A collection as the account sees it: is it read, and does the server tell what changed in it (RFC 6578)?"""

    name: str
    read: bool
    syncs: bool


def find_home(transport: Transport, url: str, configured: str) -> Home:
    """From a URL of the server, the user, the calendars or one calendar, to where the calendars are.

    `configured` is what to remember it for. Raises SourceError, UnexpectedAnswer never.
    """
    try:
        try:
            return _home_from(transport, url, configured)
        except UnexpectedAnswer as refused:
            if refused.status not in (404, 405) or urlsplit(url).path not in ("", "/"):
                raise
            return _home_from(transport, urljoin(url, "/.well-known/caldav"), configured)  # RFC 6764 §5
    except UnexpectedAnswer as refused:
        raise refused.error from None


def list_collections(transport: Transport, home: Home) -> list[Collection]:
    """All calendars that may hold events, by path. Raises SourceError or UnexpectedAnswer."""
    url, listing = propfind(transport, home.url, 0 if home.single else 1, _LISTED)
    found = [_collection(url, member) for member in listing.members if _is_calendar(member)]
    return sorted(found, key=lambda collection: collection.path)


def name_places(collections: Iterable[Collection], places: dict[str, str]) -> dict[str, str]:
    """Names for calendars by path, those in `places` as they are; two of one name get their path's end too."""
    named = dict(places)
    for collection in collections:
        if collection.path in named:
            continue
        taken = set(named.values())
        options = [
            collection.name,
            f"{collection.name} ({collection.segment})",
            f"{collection.name} ({collection.path})",
        ]
        named[collection.path] = next(option for option in options if option not in taken)
    return named


def member_name(collection: Collection, href: str) -> str:
    """An object's name within its calendar in one spelling, whatever the server escapes; "" for the calendar itself.

    A server that lists objects under another path has that path as their name.
    """
    path = canonical_path(urlsplit(href).path)
    if path == collection.path.rstrip("/"):
        return ""
    return path.removeprefix(collection.path)


def canonical_path(path: str) -> str:
    """A URL path with exactly the characters escaped that need it (RFC 3986 §3.3)."""
    return "/".join(quote(unquote(segment), safe="!$&'()*+,;=:@~") for segment in path.split("/"))


def _home_from(transport: Transport, url: str, configured: str) -> Home:
    url, answer = propfind(transport, url, 0, (_TYPE, _HOME, _PRINCIPAL))
    if not answer.members:
        raise ServerFault(f"{transport.host} says nothing about this URL", "check the URL of the calendar account")
    member = answer.members[0]
    if _is_calendar(member):
        return Home(configured, url, single=True)
    home = member.prop(_HOME).href
    principal = member.prop(_PRINCIPAL).href
    if not home and principal:
        principal = urljoin(url, principal)
        transport.admit(principal)
        url, answer = propfind(transport, principal, 0, (_HOME,))
        home = answer.members[0].prop(_HOME).href if answer.members else ""
    home = urljoin(url, home) if home else url
    transport.admit(home)
    return Home(configured, home)


def _is_calendar(member: Member) -> bool:
    components = member.prop(_COMPONENTS).names
    return CALDAV + "calendar" in member.prop(_TYPE).tags and (not components or "VEVENT" in components)


def _collection(base: str, member: Member) -> Collection:
    url = urljoin(base, member.href)
    path = canonical_path(urlsplit(url).path).rstrip("/") + "/"
    plain = Collection(url, path, "")
    return Collection(
        url=urljoin(url, path),
        path=path,
        name=_CONTROL.sub(" ", member.text(DAV + "displayname")).strip()[:200] or plain.segment or "calendar",
        ctag=member.text(CALENDARSERVER + "getctag").strip(),
        syncs=bool(member.text(DAV + "sync-token").strip()) or DAV + "sync-collection" in member.prop(_REPORTS).tags,
    )
