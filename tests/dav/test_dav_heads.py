"""Heads of requests and answers are those of http.client, which reads any answer that is not a usual one."""

from __future__ import annotations

import http.client
import io
import socket
from typing import Any, cast

import pytest

from capture.dav.origins import origin_of
from capture.dav.request import head
from capture.dav.response import Response

_USUAL = b"Content-Type: application/json\r\nContent-Length: 5\r\n"


class _Sent:
    def __init__(self, octets: bytes) -> None:
        self._octets = octets

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(cast("io.RawIOBase", io.BytesIO(self._octets)))


class _Theirs(http.client.HTTPResponse):
    def fields(self) -> dict[str, str]:
        told: dict[str, list[str]] = {}
        for name, value in self.getheaders():
            told.setdefault(name.lower(), []).append(value.strip())
        return {name: ", ".join(values) for name, values in told.items()}


def _told(kind: type[Response | _Theirs], octets: bytes) -> list[Any] | type[BaseException]:
    response = kind(cast("socket.socket", _Sent(octets)), method="GET")
    try:
        response.begin()
        head = [response.version, response.status, response.reason, response.fields(), response.will_close]
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
        (b"Set-Cookie: a\r\nset-cookie: b\r\nContent-Length: 5\r\n", b"hello"),
    ],
)
def test_at_a_glance_it_is_the_same(status: bytes, head: bytes, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    octets = status + b"\r\n" + head + b"\r\n" + body
    expected = _told(_Theirs, octets)
    monkeypatch.setattr(http.client, "parse_headers", None)  # what is not read at a glance fails here
    assert _told(Response, octets) == expected


@pytest.mark.parametrize(
    "octets",
    [
        b"HTTP/1.1 200 OK\r\n" + _USUAL + b"Connection: close\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil its end",
        b"HTTP/1.1 200 OK\r\n" + _USUAL + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Folded: a\r\n b\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 3\r\n\r\nhello",
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
    assert _told(Response, octets) == _told(_Theirs, octets)


class _Line:
    def __init__(self) -> None:
        self.octets = b""

    def sendall(self, octets: bytes) -> None:
        self.octets += octets


@pytest.mark.parametrize(
    "url", ["https://dav.example", "http://127.0.0.1:8080", "https://[::1]:8443", "https://bücher.example"]
)
@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"{}"), ("POST", b""), ("REPORT", b"<x/>")])
def test_a_request_begins_as_http_client_begins_it(url: str, method: str, body: bytes) -> None:
    origin, line = origin_of(url), _Line()
    headers = {"Accept-Encoding": "gzip", "Depth": "1", "Prefer": 'IdType="ImmutableId", \xe9'}
    theirs = http.client.HTTPConnection(origin.host, origin.port)
    theirs.default_port = 443 if origin.scheme == "https" else 80
    theirs.sock = cast("socket.socket", line)
    theirs.request(method, "/a?b=c", body or None, headers)
    ours = head(origin, method, "/a?b=c", len(body), headers) + body
    assert [*ours.splitlines()[:1], *sorted(ours.splitlines()[1:])] == [
        *line.octets.splitlines()[:1],
        *sorted(line.octets.splitlines()[1:]),
    ]
    assert ours.endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize("value", ["a\r\nX-Other: b", "a\nb", "a\rb", "a\0b", "\u2028", "\ud800"])
def test_a_field_that_breaks_off_is_never_sent(value: str) -> None:
    with pytest.raises(ValueError, match=r"field|latin-1|encode"):
        head(origin_of("https://dav.example"), "GET", "/", 0, {"If-Match": value})
