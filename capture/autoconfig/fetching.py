"""Small public files over https, and names in the DNS: bounded, and without anything secret."""

from __future__ import annotations

import http.client
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from activity.errors import in_words
from capture.trust import trust

MOST_BYTES = 256 * 1024
SECONDS = 5.0
_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)


class Service(NamedTuple):
    """An SRV record (RFC 2782): where a service is."""

    host: str
    port: int


class NotFetched(Exception):
    """There is nothing to be had, and why."""


def fetch(url: str, ca_file: str | None = None) -> bytes:
    """The body of a 200, of at most MOST_BYTES, from https and nothing else. Raises NotFetched."""
    for _ in range(_MOST_REDIRECTS + 1):
        status, location, body = _get(url, ca_file)
        if status == 200:
            return body
        if status not in _REDIRECTS or not location:
            raise NotFetched(f"status {status}")
        url = urljoin(url, location)
    raise NotFetched("it redirects without end")


def _get(url: str, ca_file: str | None) -> tuple[int, str, bytes]:
    connection = None
    try:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise NotFetched("it is not on https")
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS, context=trust(ca_file))
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target or "/", headers={"User-Agent": "lasttouch"})
        answer = connection.getresponse()
        body = answer.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise NotFetched("it is too long")
        return answer.status, answer.getheader("Location", ""), body
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFetched(in_words(error)) from None
    finally:
        if connection is not None:
            connection.close()


def service(name: str) -> Service | None:
    """Where DNS says that a service such as _imaps._tcp.acme.example is; None for "nowhere" (RFC
    6186 §3.4).

    Raises NotFetched where there is no such record or no answer.
    """
    records = _resolve(name, "SRV")
    first = min(records, key=lambda one: (one.priority, -one.weight))
    host = str(first.target).rstrip(".").lower()
    return Service(host, int(first.port)) if host else None


def exchangers(domain: str) -> list[str]:
    """The mail exchangers of a domain, the preferred first. Raises NotFetched."""
    return [str(one.exchange) for one in sorted(_resolve(domain, "MX"), key=lambda one: one.preference)]


def exists(host: str) -> bool:
    """Has this name an address?"""
    try:
        return bool(_resolve(host, "A"))
    except NotFetched:
        return False


def _resolve(name: str, kind: str) -> list[Any]:
    import dns.exception  # noqa: PLC0415 - only for finding
    import dns.resolver  # noqa: PLC0415

    try:
        return list(dns.resolver.resolve(name, kind, lifetime=SECONDS, search=False))
    except dns.resolver.NXDOMAIN:
        raise NotFetched("there is no such name") from None
    except dns.resolver.NoAnswer:
        raise NotFetched("there is no such record") from None
    except (dns.exception.DNSException, OSError, ValueError):
        raise NotFetched("the DNS gives no answer") from None
