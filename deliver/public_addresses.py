"""Addresses that a webhook may lead to: public ones, and those that the configuration lists.

A name is looked up at every connection, and what it leads to is looked at then: what was public when it was checked
may lead into the own network a moment later.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from activity.errors import UntrustedServer

_HINT = "private and link-local addresses are refused unless `allow_addresses` lists them"


def is_permitted(address: str, allowed: Sequence[str]) -> bool:
    """Is this IP address public, or within one of the networks that are allowed?"""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    networks = [ipaddress.ip_network(one, strict=False) for one in allowed]
    if any(one in network for one in (ip, mapped) if one is not None for network in networks):
        return True
    return all(one.is_global and not one.is_multicast for one in (ip, mapped) if one is not None)


def resolver(allowed: Sequence[str]) -> Any:
    """Looks names up as the system does. Raises UntrustedServer where one leads to an address that is not permitted."""
    from niquests.packages import urllib3  # noqa: PLC0415 - with what sends

    system = __import__(f"{urllib3.__name__}.contrib.resolver.system", fromlist=["SystemResolver"]).SystemResolver

    class PublicOnly(system):  # type: ignore[misc, valid-type]
        def getaddrinfo(self, host: Any, *rest: Any, **more: Any) -> Any:
            found = super().getaddrinfo(host, *rest, **more)
            if not found or not all(is_permitted(str(one[4][0]), allowed) for one in found):
                name = host.decode() if isinstance(host, bytes) else host
                raise UntrustedServer(f"{name} leads to an address of a private network", _HINT)
            return found

    return PublicOnly()
