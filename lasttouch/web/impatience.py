"""Connections that hold a place and never say what they want are ended: uvicorn itself waits for ever."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

WHOLE_REQUEST_SECONDS = 15.0


class Impatient(H11Protocol):
    """Ends a connection whose request, its form too, is not whole in time; an idle one is uvicorn's to end."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._limit = self.loop.call_later(WHOLE_REQUEST_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        is_whole = self.cycle is not None and not self.cycle.more_body
        if is_whole:
            self._lift()
        elif self._limit is None:
            self._limit = self.loop.call_later(WHOLE_REQUEST_SECONDS, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lift()
        super().connection_lost(exc)

    def _lift(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
