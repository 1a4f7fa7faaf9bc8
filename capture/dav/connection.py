"""An HTTP/1.1 connection that is kept open, and a deadline on all that is waited for.

A socket's own timeout starts anew with every byte, so a server that sends one a second holds it for
ever; here each wait is given what is left of the time for a whole request.
"""

from __future__ import annotations

import io
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import cast

from capture.dav.origins import Origin
from capture.dav.request import head
from capture.dav.response import Response
from capture.trust import trust

CONNECT_SECONDS, STALL_SECONDS = 15.0, 30.0
_MOST_ADDRESSES = 3  # of one host, each with its own connect timeout


class OutOfTime(Exception):
    """What is left of an answer would come too late."""


class Connection:
    """To one server at a time; opened, and opened anew, when something is asked for."""

    def __init__(self, ca_file: str | None) -> None:
        self._ca_file = ca_file
        self._origin: Origin | None = None
        self._socket: _Socket | None = None

    @contextmanager
    def response(
        self, origin: Origin, method: str, target: str, body: bytes, headers: dict[str, str], deadline: float
    ) -> Iterator[Response]:
        """The answer, whose body is the caller's to read. Raises OutOfTime, OSError, HTTPException."""
        if self._socket is None or origin != self._origin or self._socket.is_dropped():
            self.close()
            self._origin, self._socket = origin, _Socket(origin, self._ca_file, deadline)
        self._socket.deadline = deadline
        is_whole = False
        try:
            self._socket.sendall(head(origin, method, target, len(body), headers) + body)
            with Response(cast("socket.socket", self._socket), method=method) as answer:
                answer.begin()
                if self._socket.has_ended:  # http.client takes a head that broke off for a whole one
                    raise ConnectionError("the rest of the head is missing")
                yield answer
                is_whole = answer.isclosed() and not answer.will_close
        finally:
            if not is_whole:
                self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.hang_up()
            self._socket = None


class _Socket:
    """As much of a socket as the answers of http.client ask for."""

    def __init__(self, origin: Origin, ca_file: str | None, deadline: float) -> None:
        self.deadline = deadline
        self.has_ended = False
        self._socket = self._connected(origin)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if origin.scheme == "https":
                self._wait_at_most(CONNECT_SECONDS)
                self._socket = trust(ca_file).wrap_socket(self._socket, server_hostname=origin.host)
        except BaseException:
            self._socket.close()
            raise

    def _connected(self, origin: Origin) -> socket.socket:
        failed: OSError | None = None
        found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in found[:_MOST_ADDRESSES]:
            self._socket = socket.socket(family, kind, protocol)
            try:
                self._wait_at_most(CONNECT_SECONDS)
                self._socket.connect(address)
            except BaseException as error:
                self._socket.close()
                if not isinstance(error, OSError):
                    raise
                failed = error
            else:
                return self._socket
        raise failed or OSError("no address")

    def _wait_at_most(self, seconds: float) -> None:
        left = self.deadline - monotonic()
        if left <= 0:
            raise OutOfTime
        self._socket.settimeout(min(left, seconds))

    def is_dropped(self) -> bool:
        """Has the server hung up, or said what nobody has asked for?"""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(0))

    def sendall(self, octets: bytes) -> None:
        self._wait_at_most(STALL_SECONDS)
        self._socket.sendall(octets)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self))

    def receive_into(self, buffer: memoryview) -> int:
        self._wait_at_most(STALL_SECONDS)
        size = self._socket.recv_into(buffer)
        self.has_ended = not size
        return size

    def hang_up(self) -> None:
        self._socket.close()


class _Incoming(io.RawIOBase):
    def __init__(self, source: _Socket) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._source.receive_into(buffer)
