"""Finding a user's calendars or address books (RFC 4791 §6.2.1, RFC 6352 §7.1.1, RFC 5397, RFC
6764)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from activity.errors import ServerFault
from capture.dav.hrefs import joined
from capture.dav.listing import holds_collections, is_collection
from capture.dav.multistatus import DAV
from capture.dav.position import Home
from capture.dav.reports import UnexpectedAnswer, propfind
from capture.dav.service import Service
from capture.dav.transport import Transport

_PRINCIPAL = DAV + "current-user-principal"
_TYPE = DAV + "resourcetype"
_NO_DAV_HERE = (200, 400, 403, 404, 405, 501)  # as a plain web site answers


def find_home(transport: Transport, service: Service, url: str, configured: str) -> Home:
    """From a URL of the server, the user, the collections or one of them, to where the collections
    are.

    `configured` is what to remember it for. Raises SourceError, UnexpectedAnswer never.
    """
    try:
        try:
            return _home_from(transport, service, url, configured)
        except UnexpectedAnswer as refused:
            if refused.status not in _NO_DAV_HERE or urlsplit(url).path not in ("", "/"):
                raise
            return _home_from(transport, service, urljoin(url, f"/.well-known/{service.protocol}"), configured)
    except UnexpectedAnswer as refused:
        raise refused.error from None


def _home_from(transport: Transport, service: Service, url: str, configured: str) -> Home:
    url, answer = propfind(transport, url, 0, (_TYPE, service.home, _PRINCIPAL))
    if not answer.members:
        raise ServerFault(f"{transport.host} says nothing about this URL", f"check the URL of the {service.noun}s")
    member = answer.members[0]
    if is_collection(service, member):
        return Home(configured, (url,), single=True)
    homes = member.prop(service.home).hrefs
    principal = joined(url, member.prop(_PRINCIPAL).href)
    if not homes and principal != url and not _is_home(transport, service, url):
        transport.admit(principal)
        url, answer = propfind(transport, principal, 0, (service.home,))
        homes = answer.members[0].prop(service.home).hrefs if answer.members else ()
    urls = tuple({home.rstrip("/"): home for home in (joined(url, href) for href in homes)}.values()) or (url,)
    for home in urls:
        transport.admit(home)
    return Home(configured, urls)


def _is_home(transport: Transport, service: Service, url: str) -> bool:
    """Somebody else's calendars may be named on purpose; a server's root may list everybody's."""
    return urlsplit(url).path not in ("", "/") and holds_collections(transport, service, url)
