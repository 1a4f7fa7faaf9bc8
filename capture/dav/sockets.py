"""A wall-clock bound on a request, also while connecting, in TLS and in the headers.

A socket's own timeout starts anew with every byte, so a server that sends one a second holds it for
ever.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_MOST_ADDRESSES = 3  # of one host, each with its own connect timeout


class Sockets:
    """The connections of one session, to be cut from outside of the thread that reads them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []

    def resolver(self) -> Any:
        """The system's resolver, for a niquests session, with a handle kept on what it connects.

        The handle is a duplicate, as TLS takes the descriptor of the original over.
        """
        # Under this name whichever way urllib3-future is installed.
        from niquests.packages.urllib3.contrib.resolver import (  # type: ignore[import-not-found]  # noqa: PLC0415
            ResolverDescription,
        )

        resolver: Any = ResolverDescription.from_url("system://").new()
        connect, look_up = resolver.create_connection, resolver.getaddrinfo

        def create_connection(*args: Any, **kwargs: Any) -> Any:
            self.close()  # a session speaks to one server at a time; whatever was open has been dropped
            connection = connect(*args, **kwargs)
            with self._lock:
                self._open.append(connection.dup())
            return connection

        resolver.create_connection = create_connection
        resolver.getaddrinfo = lambda *args, **kwargs: look_up(*args, **kwargs)[:_MOST_ADDRESSES]
        return resolver

    @contextmanager
    def cut_after(self, seconds: float) -> Iterator[threading.Event]:
        """Within the block, connections are shut down once `seconds` have passed; the event says
        whether they were."""
        cut = threading.Event()

        def shut_down() -> None:
            cut.set()
            with self._lock:
                for connection in self._open:
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, shut_down)
        timer.daemon = True
        timer.start()
        try:
            yield cut
        finally:
            timer.cancel()

    def close(self) -> None:
        """Let go of the handles."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
