"""Addresses that a webhook may lead to: public ones, and those that the configuration lists.

What a name leads to is looked at when a connection is made (connections.py): what was public when it was checked may
lead into the own network a moment later.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence


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
