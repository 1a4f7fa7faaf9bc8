"""The head of an answer at a glance tells what http.client makes of it, which reads any other."""

from __future__ import annotations

import http.client
import io
import socket
from typing import Any, cast

import pytest

from capture.dav.response import Response

_USUAL = b"Content-Type: application/json\r\nContent-Length: 5\r\n"


class _Sent:
    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(cast("io.RawIOBase", io.BytesIO(self._octets)))


def _told(kind: type[http.client.HTTPResponse], octets: bytes) -> list[Any] | type[BaseException]:
    response = kind(cast("socket.socket", _Sent(octets)), method="GET")
    try:
        response.begin()
        head = [response.version, response.status, response.reason, response.getheaders(), response.will_close]
        return [*head, response.read(2), response.read(), response.isclosed()]
    except (OSError, ValueError, http.client.HTTPException) as error:
        return type(error)


@pytest.mark.parametrize("status", [b"HTTP/1.1 200 OK", b"HTTP/1.1 207 Multi-Status", b"HTTP/1.1 200 "])
@pytest.mark.parametrize(
    ("head", "body"),
    [
        (_USUAL, b"hello and more"),
        (b"CONTENT-LENGTH:\t5 \r\nX-Empty:\r\nX-Colon: a:b\r\n", b"hello"),
        (b"Content-Length: 0\r\n", b""),
        (b"Content-Length: 9\r\n", b"short"),
        (b"Transfer-Encoding: Chunked\r\n", b"5\r\nhello\r\n0\r\n\r\nmore"),
        (b"Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 5\r\nContent-Length: 3\r\n", b"hello"),
    ],
)
def test_at_a_glance_it_is_the_same(status: bytes, head: bytes, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    octets = status + b"\r\n" + head + b"\r\n" + body
    expected = _told(http.client.HTTPResponse, octets)
    monkeypatch.setattr(http.client, "parse_headers", None)  # what is not read at a glance fails here
    told = _told(Response, octets)
    if isinstance(told, list) and isinstance(expected, list):
        told[3], expected[3] = ([(name, value.strip()) for name, value in one[3]] for one in (told, expected))
    assert told == expected


@pytest.mark.parametrize(
    "octets",
    [
        b"HTTP/1.1 200 OK\r\n" + _USUAL + b"Connection: close\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil its end",
        b"HTTP/1.1 200 OK\r\n" + _USUAL + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Folded: a\r\n b\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000 + b"\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX-Latin: \xe9\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\n" + _USUAL + b"\r\nhello",
        b"HTTP/1.1 404 Not Found\r\n" + _USUAL + b"\r\nhello",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" + _USUAL + b"\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
        b"<html>",
        b"",
    ],
)
def test_any_other_is_read_as_before(octets: bytes) -> None:
    assert _told(Response, octets) == _told(http.client.HTTPResponse, octets)
