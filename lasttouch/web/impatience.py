"""Connections, each with whom it is of; those that hold a place and never say what they want are ended: uvicorn itself
waits for ever."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from lasttouch.answering.place import user_at_the_other_end
from lasttouch.web.site import UID

WHOLE_REQUEST_SECONDS = 15.0
MOST_WAITING = 64
_IS_WHOLE = frozenset((h11.DONE, h11.MUST_CLOSE))


class Impatient(H11Protocol):
    """Ends a connection whose request, its form too, is not whole in time, and of more than MOST_WAITING without a
    whole one that which has waited longest; an idle one is uvicorn's to end."""

    _since: float | None = None
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.client is None:
            self.client = _at_the_socket(transport)
        self._look()
        self._limit_it()
        waiting = {one: since for one in self.connections if (since := _waits_since(one)) is not None}
        if len(waiting) > MOST_WAITING:
            min(waiting, key=waiting.__getitem__).transport.close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lift()
        super().connection_lost(exc)

    def _look(self) -> None:
        """What has come since the last whole request."""
        if self.conn.their_state in _IS_WHOLE:
            self._since = None
            self._lift()
            return
        if self._since is None:
            self._since = self.loop.time()
        if self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]:
            self._limit_it()

    def _limit_it(self) -> None:
        if self._limit is None:
            self._limit = self.loop.call_later(WHOLE_REQUEST_SECONDS, self.transport.close)

    def _lift(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


def _at_the_socket(transport: Any) -> tuple[str, int] | None:
    """Of a Unix socket: which user of the system has connected, in place of an address."""
    connection = transport.get_extra_info("socket")
    if connection is None or connection.family != socket.AF_UNIX:
        return None
    return f"{UID}{user_at_the_other_end(connection)}", 0


def _waits_since(one: Any) -> float | None:
    return one._since if isinstance(one, Impatient) and not one.transport.is_closing() else None
