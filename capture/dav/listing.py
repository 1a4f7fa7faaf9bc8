"""The collections that a home holds: calendars or address books."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from activity.errors import ServerFault
from capture.dav.hrefs import collection_path, joined, member_name
from capture.dav.multistatus import CALDAV, CALENDARSERVER, DAV, Member
from capture.dav.position import Home
from capture.dav.reports import UnexpectedAnswer, propfind
from capture.dav.service import Service
from capture.dav.transport import Transport

_TYPE = DAV + "resourcetype"
_COMPONENTS = CALDAV + "supported-calendar-component-set"
_REPORTS = DAV + "supported-report-set"
_PRIVILEGES = DAV + "current-user-privilege-set"
_LISTED = (
    *(_TYPE, DAV + "displayname", _COMPONENTS, _REPORTS, _PRIVILEGES),
    *(CALENDARSERVER + "getctag", DAV + "sync-token"),
)
_SUBSCRIBED = CALENDARSERVER + "subscribed"
_READABLE = {DAV + "read", DAV + "all"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
MOST_COLLECTIONS = 2000
_NOT_THERE = (403, 404, 405, 410)


@dataclass(frozen=True, slots=True)
class Collection:
    """A calendar or address book: `url` is spelled as the server does, `path` canonical; both end
    with a slash.

    `name` is what its user calls it.

    `ctag` and `token` (RFC 6578 §4) change with its content, "" where the server has none; `syncs`:
    it knows sync-collection.
    """

    url: str
    path: str
    name: str
    ctag: str = ""
    token: str = ""
    syncs: bool = False

    @property
    def segment(self) -> str:
        return unquote(self.path.rstrip("/").rpartition("/")[2])

    def member_name(self, href: str) -> str:
        """The name of an object in it, in one spelling; "" for itself."""
        return member_name(self.url, self.path, href)


class Listed(NamedTuple):
    """A collection as the account sees it: is it read, and does the server tell what changed in it
    (RFC 6578)?"""

    name: str
    read: bool
    syncs: bool


@dataclass(slots=True)
class Listing:
    """What is read, by path; `left_out` is what is not, with why in words that follow its name."""

    collections: list[Collection] = field(default_factory=list)
    left_out: list[tuple[Collection, str]] = field(default_factory=list)


def list_collections(transport: Transport, service: Service, home: Home) -> Listing:
    """All of the service's collections in all homes. Raises SourceError or UnexpectedAnswer.

    Of several homes, one may be gone or closed to us: what was read there before is then not
    listed.
    """
    listing = Listing()
    refusals: list[UnexpectedAnswer] = []
    for home_url in home.urls:
        try:
            url, answer = propfind(transport, home_url, 0 if home.single else 1, _LISTED)
        except UnexpectedAnswer as refused:
            if refused.status not in _NOT_THERE or len(home.urls) == len(refusals) + 1:
                raise
            refusals.append(refused)
            continue
        base = url if home.single else url.rstrip("/") + "/"
        for member in answer.members:
            _sort_in(listing, service, base, member)
    if len(listing.collections) + len(listing.left_out) > MOST_COLLECTIONS:
        raise ServerFault(f"{transport.host} lists more {service.noun}s than anybody has", "check its URL")
    listing.collections = sorted({one.path: one for one in listing.collections}.values(), key=lambda one: one.path)
    return listing


def holds_collections(transport: Transport, service: Service, url: str) -> bool:
    """Is this a place where collections lie? Raises SourceError."""
    try:
        return bool(list_collections(transport, service, Home("", (url,))).collections)
    except UnexpectedAnswer:
        return False


def is_collection(service: Service, member: Member) -> bool:
    return service.kind in member.prop(_TYPE).tags


def name_places(collections: Iterable[Collection], places: dict[str, str]) -> dict[str, str]:
    """Names for collections by path, those in `places` as they are; two of one name get their
    path's end too."""
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


def _sort_in(listing: Listing, service: Service, base: str, member: Member) -> None:
    tags = member.prop(_TYPE).tags
    components = member.prop(_COMPONENTS).names
    privileges = member.prop(_PRIVILEGES).tags
    if _SUBSCRIBED in tags:
        reason = "is only subscribed to from elsewhere; its own address can be read with [[accounts.calendar_urls]]"
    elif service.kind not in tags:
        return
    elif service.component and components and service.component not in components:
        reason = "holds no events, only " + ", ".join(sorted(components))
    elif privileges and not privileges & _READABLE:
        reason = "shows this user no more than free and busy times"
    else:
        listing.collections.append(_collection(service, base, member))
        return
    listing.left_out.append((_collection(service, base, member), reason))


def _collection(service: Service, base: str, member: Member) -> Collection:
    url = joined(base, member.href).rstrip("/") + "/"
    path = collection_path(url)
    plain = Collection(url, path, "")
    token = member.tag(DAV + "sync-token")
    return Collection(
        url=url,
        path=path,
        name=_CONTROL.sub(" ", member.text(DAV + "displayname")).strip()[:200] or plain.segment or service.noun,
        ctag=member.tag(CALENDARSERVER + "getctag"),
        token=token,
        syncs=bool(token) or DAV + "sync-collection" in member.prop(_REPORTS).tags,
    )
