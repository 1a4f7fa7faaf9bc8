"""What all pages of a running page share: the configuration they answer by, and who is signed in."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lasttouch.keeping.login_links import Links
from lasttouch.local_time import Clock, utc_now
from lasttouch.web.kept_open import KeptOpen
from lasttouch.web.provider import Provider
from lasttouch.web.sessions import Sessions
from lasttouch.web.turns import Turns
from lasttouch.web.zones import Zones

USUAL_HEADER = "X-Remote-User"
UID = "uid:"


@dataclass(frozen=True)
class Trust:
    """Whose word is taken for who asks: of these `networks`, and at a Unix socket of the system's users `uids`.

    They say it in the header `header`.
    """

    header: str = USUAL_HEADER
    networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = ()
    uids: Collection[int] = ()

    def is_of(self, peer: str | None) -> bool:
        """`peer` is the address of whoever made the connection, at a socket UID and their user id; None: not known."""
        if peer is None:
            return False
        if peer.startswith(UID):
            return peer in {f"{UID}{uid}" for uid in self.uids}
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.networks)


NOBODY = Trust()


@dataclass(frozen=True)
class Site:
    """`url` is where it is reached. `hosts` are what it may be called, None for anything.

    `provider` says who somebody is who signs in there; None where nobody does.
    """

    config: Path
    url: str
    links: Links
    hosts: frozenset[str] | None = None
    trust: Trust = NOBODY
    clock: Clock = utc_now
    provider: Provider | None = None
    zones: Zones = field(default_factory=Zones)
    sessions: Sessions = field(default_factory=Sessions)
    turns: Turns = field(default_factory=Turns)
    kept_open: KeptOpen = field(default_factory=KeptOpen)

    @property
    def is_secure(self) -> bool:
        return self.url.startswith("https://")

    @property
    def cookie(self) -> str:
        """Its name: cookies are the same for all ports of a host, and there may be several pages on a laptop."""
        if self.is_secure:
            return "__Host-lasttouch"
        port = self.url.rpartition(":")[2]
        return f"lasttouch-{port}" if port.isdigit() else "lasttouch"
