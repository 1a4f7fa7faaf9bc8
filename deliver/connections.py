"""Connections of a session: only to addresses that are permitted, and cut where an answer takes too long.

A socket's own timeout begins anew with every byte: who sends one a second would hold a target for ever.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from activity.errors import UntrustedServer
from deliver.public_addresses import is_permitted


class Connections:
    """`allowed` are networks that a name may lead to besides the public ones; None: to anywhere."""

    def __init__(self, allowed: Sequence[str] | None = None) -> None:
        self._allowed = allowed
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []

    def resolver(self) -> Any:
        """For a niquests session: looks names up as the system does, at every connection anew. It raises
        UntrustedServer where one leads to an address that is not permitted."""
        # Under this name whichever way urllib3-future is installed.
        from niquests.packages.urllib3.contrib.resolver import (  # type: ignore[import-not-found]  # noqa: PLC0415
            ResolverDescription,
        )

        resolver: Any = ResolverDescription.from_url("system://").new()
        look_up, connect = resolver.getaddrinfo, resolver.create_connection

        def getaddrinfo(host: Any, *rest: Any, **more: Any) -> Any:
            found = look_up(host, *rest, **more)
            self._insist(host, [str(one[4][0]) for one in found])
            return found

        def create_connection(*words: Any, **more: Any) -> Any:
            made = connect(*words, **more)
            self._keep(made.dup())  # as TLS takes the descriptor of the original over
            return made

        resolver.getaddrinfo, resolver.create_connection = getaddrinfo, create_connection
        return resolver

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[threading.Event]:
        """Within the block; the event says whether they were."""
        cut = threading.Event()

        def shut_down() -> None:
            cut.set()
            with self._lock:
                for one in self._open:
                    with suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, shut_down)
        timer.daemon = True
        timer.start()
        try:
            yield cut
        finally:
            timer.cancel()

    def close(self) -> None:
        with self._lock:
            for one in self._open:
                one.close()
            self._open.clear()

    def _insist(self, host: Any, addresses: Sequence[str]) -> None:
        if self._allowed is None or (addresses and all(is_permitted(one, self._allowed) for one in addresses)):
            return
        name = host.decode() if isinstance(host, bytes) else host
        raise UntrustedServer(
            f"{name} leads to an address of a private network",
            "private and link-local addresses are refused unless `allow_addresses` lists them",
        )

    def _keep(self, handle: socket.socket) -> None:
        """A session speaks with one server at a time: what was open before has been dropped."""
        self.close()
        with self._lock:
            self._open.append(handle)
