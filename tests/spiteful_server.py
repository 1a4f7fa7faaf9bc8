"""A server on loopback that answers as nobody should: for ever, byte by byte, too much,
nonsense."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

Spite = Callable[[socket.socket], None]
PAUSE = 0.05
_BOMB = gzip.compress(b" " * (1 << 25))
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class SpitefulServer:
    """`with SpitefulServer(spite) as url:`; each connection is given to `spite` once something was
    asked."""

    def __init__(self, spite: Spite) -> None:
        self._spite = spite
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()

    def __enter__(self) -> str:
        threading.Thread(target=self._accept, daemon=True).start()
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while not self._ended.is_set() and connection.recv(1 << 20):
                self._spite(connection)


def dripping_body(to: socket.socket) -> None:
    to.sendall(_HEAD + b"Content-Length: 100000\r\n\r\n")
    _drip(to, b" " * 1000)


def dripping_chunks(to: socket.socket) -> None:
    to.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(1000):
        to.sendall(b"1\r\n \r\n")
        time.sleep(PAUSE)


def dripping_head(to: socket.socket) -> None:
    _drip(to, _HEAD + b"X-Another: line\r\n" * 100)


def saying_only_go_on(to: socket.socket) -> None:
    for _ in range(1000):
        to.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(PAUSE)


def never_ending(to: socket.socket) -> None:
    to.sendall(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        to.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def silent(_: socket.socket) -> None:
    time.sleep(60)


def breaking_off(to: socket.socket) -> None:
    to.sendall(_HEAD + b'Content-Length: 1000\r\n\r\n{"results": [')
    to.shutdown(socket.SHUT_RDWR)


def no_http(to: socket.socket) -> None:
    to.sendall(b"220 mail.acme.example ESMTP\r\n")
    to.shutdown(socket.SHUT_RDWR)


def a_bomb(to: socket.socket) -> None:
    """Packed, though nobody asked for it."""
    to.sendall(_HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_BOMB) + _BOMB)


def redirecting(to: socket.socket) -> None:
    to.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")


def deeply_nested(to: socket.socket) -> None:
    _answer(to, b"[" * 200_000)


def ten_megabytes(to: socket.socket) -> None:
    """All of it JSON, and nothing of it what was asked for."""
    _answer(to, json.dumps({"results": "x" * 10_000_000}).encode())


def _drip(to: socket.socket, text: bytes) -> None:
    for one in text:
        to.sendall(bytes([one]))
        time.sleep(PAUSE)


def _answer(to: socket.socket, body: bytes) -> None:
    to.sendall(_HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


SLOW: Mapping[Spite, str] = {
    dripping_body: "took longer than 0.4 s for one answer",
    dripping_chunks: "took longer than 0.4 s for one answer",
    dripping_head: "took longer than 0.4 s for one answer",
    saying_only_go_on: "took longer than 0.4 s for one answer",
    silent: "gave no answer in time",
}
"""What each amounts to, in words, where an answer has 0.4 s, and 0.3 s between two pieces."""
FAST: Mapping[Spite, str] = {
    never_ending: "sent more than 16 MB",
    breaking_off: "cannot be reached, or broke off",
    no_http: "cannot be reached, or broke off",
    a_bomb: "gave no answer of HubSpot's",
    redirecting: "redirects elsewhere (302)",
    deeply_nested: "gave no answer of HubSpot's",
    ten_megabytes: "gave no answer of HubSpot's",
}


def wrong(value: Any) -> list[Any]:
    """This with something of another type in every place of it, one at a time."""
    others: list[Any] = [None, 7, True, "x" * 300, "../../x", ["x"], {"x": {}}]
    found: list[Any] = [one for one in others if one != value]
    if isinstance(value, dict):
        found += [{**value, name: other} for name, held in value.items() for other in wrong(held)]
        found += [{key: held for key, held in value.items() if key != name} for name in value]
    elif isinstance(value, list):
        found += [[*value[:n], other, *value[n + 1 :]] for n, held in enumerate(value) for other in wrong(held)]
    return found
