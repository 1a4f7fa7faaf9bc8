"""A TCP proxy on loopback that breaks connections in the ways networks do; what it carries, TLS too, it passes on."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Fault:
    """What happens to a connection once `after` bytes have passed in `direction` ("down" is server to client).

    "cut" closes both ends, "hang" keeps them open and passes nothing on any more, "drip" passes one
    byte each `interval` seconds, "reset" ends them with RST.
    """

    kind: Literal["cut", "hang", "drip", "reset"]
    after: int
    direction: Literal["up", "down"] = "down"
    interval: float = 0.1


class FaultProxy:
    """Listens on `port` and connects on to `target`; every connection made meets the present `fault`, if any.

    `sent` is all that clients sent and `received` all they were sent, over all connections.
    """

    def __init__(self, target: int, fault: Fault | None = None) -> None:
        self.target = target
        self.fault = fault
        self.sent = bytearray()
        self.received = bytearray()
        self.connections = 0
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
        for sock in list(self._open):
            _close(sock)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.connections += 1
            self._open |= {client, server}
            fault = self.fault
            for direction, source, sink in (("up", client, server), ("down", server, client)):
                threading.Thread(target=self._carry, args=(direction, source, sink, fault), daemon=True).start()

    def _carry(self, direction: str, source: socket.socket, sink: socket.socket, fault: Fault | None) -> None:
        here = fault if fault is not None and fault.direction == direction else None
        passed = 0
        record = self.sent if direction == "up" else self.received
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                allowed = data if here is None else data[: max(0, here.after - passed)]
                if allowed:
                    sink.sendall(allowed)
                    record += allowed
                    passed += len(allowed)
                if here is not None and len(allowed) < len(data):
                    return self._break(here, source, sink, data[len(allowed) :])
            sink.shutdown(socket.SHUT_WR)
        return None

    def _break(self, fault: Fault, source: socket.socket, sink: socket.socket, rest: bytes) -> None:
        if fault.kind == "hang":
            self._stopping.wait()
        elif fault.kind == "drip":
            for byte in rest:
                if self._stopping.wait(fault.interval):
                    break
                sink.sendall(bytes([byte]))
        else:
            for sock in (source, sink):
                _close(sock, reset=fault.kind == "reset")


def _close(sock: socket.socket, reset: bool = False) -> None:
    with contextlib.suppress(OSError):
        if reset:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        else:
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
