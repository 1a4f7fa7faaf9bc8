"""A TCP proxy on loopback that breaks connections in the ways networks do; what it carries, TLS
too, it passes on."""

from __future__ import annotations

import contextlib
import ctypes
import selectors
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Literal

_SO_ATTACH_FILTER = 26  # asm-generic/socket.h
_DROP_ALL = struct.pack("HBBI", 6, 0, 0, 0)
"""In the kernel's words: whatever comes, keep nothing of it (BPF_RET, 0 bytes); socket(7)."""


@dataclass(frozen=True)
class Fault:
    """What happens to a connection once `after` bytes have passed in `direction` ("down" is server
    to client).

    "cut" closes both ends, "hang" keeps them open and passes nothing on any more, "drip" passes one
    byte each `interval` seconds, "reset" ends them with RST.
    """

    kind: Literal["cut", "hang", "drip", "reset"]
    after: int
    direction: Literal["up", "down"] = "down"
    interval: float = 0.1


class FaultProxy:
    """Listens on `port` and connects on to `target`; every connection made meets the present
    `fault`, if any.

    Once `frozen` is set nothing passes any more, on any connection, and none is closed.
    `sent` is all that clients sent and `received` all they were sent, over all connections.
    """

    def __init__(self, target: int, fault: Fault | None = None) -> None:
        self.target = target
        self.fault = fault
        self.sent = bytearray()
        self.received = bytearray()
        self.connections = 0
        self.frozen = threading.Event()
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """End all connections there are."""
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # its thread then closes it

    def lose(self) -> None:
        """As if the network between were gone: nothing that is sent on the connections there are arrives, nor is it
        acknowledged or refused. Linux only."""
        program = ctypes.create_string_buffer(_DROP_ALL)
        for sock in list(self._open):
            described = struct.pack("HxxxxxxP", 1, ctypes.addressof(program))
            sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # who listens there is down
                client.close()
                continue
            self.connections += 1
            self._open |= {client, server}
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._carry, args=(client, server, self.fault), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket, fault: Fault | None) -> None:
        """Both directions in one thread: a socket that another thread waits for cannot be
        closed."""
        passed = 0
        with selectors.DefaultSelector() as waiting, contextlib.suppress(OSError, ValueError):
            waiting.register(client, selectors.EVENT_READ, ("up", server, self.sent))
            waiting.register(server, selectors.EVENT_READ, ("down", client, self.received))
            while True:
                for key, _ in waiting.select():
                    direction, sink, record = key.data
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if self.frozen.is_set():
                        self._stopping.wait()
                        return self._end(client, server)
                    here = fault is not None and fault.direction == direction
                    allowed = data[: max(0, fault.after - passed)] if here and fault is not None else data
                    sink.sendall(allowed)
                    record += allowed
                    passed += len(allowed) if here else 0
                    if fault is not None and here and len(allowed) < len(data):
                        return self._break(fault, client, server, sink, data[len(allowed) :])
                    if not data:
                        return self._end(client, server)

    def _break(
        self, fault: Fault, client: socket.socket, server: socket.socket, sink: socket.socket, rest: bytes
    ) -> None:
        if fault.kind == "hang":
            self._stopping.wait()
        elif fault.kind == "drip":
            for octet in rest:
                if self._stopping.wait(fault.interval):
                    break
                sink.sendall(bytes([octet]))
        self._end(client, server, reset=fault.kind == "reset")

    def _end(self, *pair: socket.socket, reset: bool = False) -> None:
        for sock in pair:
            self._open.discard(sock)
            if reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
