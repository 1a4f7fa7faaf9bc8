"""Which server a URL names, and whether our credentials may go there."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from activity.errors import ServerFault, UntrustedServer

_PORTS = {"https": 443, "http": 80}


class Origin(NamedTuple):
    """Who is spoken to (RFC 6454): credentials for one are not for another."""

    scheme: str
    host: str
    port: int

    @property
    def name(self) -> str:
        """The host, with its port where that is not the usual one."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"


@lru_cache(maxsize=64)
def origin_of(url: str) -> Origin:
    """The origin of a URL that may be spoken to: https, or http to this very machine."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise ServerFault("what is configured as its URL is not one", "check it in the configuration") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ServerFault("what is configured as its URL is not an https URL", "check it in the configuration")
    if parts.scheme == "http" and not is_loopback(host):
        raise UntrustedServer(f"{host} would be reached without TLS; no password was sent", "use https")
    return Origin(parts.scheme, host, port or _PORTS[parts.scheme])


def elsewhere(host: str, does: str, other: str) -> UntrustedServer:
    return UntrustedServer(
        f"{host} {does} to another server ({other}); no password was sent there",
        "if that is where it has moved, put that URL into the configuration",
    )


def is_loopback(host: str) -> bool:
    """Is this host, a name or an address without brackets, the very machine we run on?"""
    return ipaddress.ip_address(host).is_loopback if _is_address(host) else host == "localhost"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def are_siblings(host: str, other: str) -> bool:
    """Do they belong to one registrable domain of the Public Suffix List, or are they the same?"""
    if host == other:
        return True
    if _is_address(host) or _is_address(other):
        return False
    from publicsuffixlist import PublicSuffixList  # large, and rarely needed  # noqa: PLC0415

    suffixes = PublicSuffixList()
    registrable = suffixes.privatesuffix(host)
    return registrable is not None and registrable == suffixes.privatesuffix(other)
