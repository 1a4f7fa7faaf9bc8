"""Bounds of a request in time and size, and who gets credentials."""

from __future__ import annotations

import gzip
import logging
import resource
import socket
import threading
import time
import zlib
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.request import parse_http_list, parse_keqv_list

import pytest
import trustme

from activity.errors import (
    AuthenticationFailed,
    ServerFault,
    Unreachable,
    UntrustedServer,
)
from capture.calendar.source import CalendarSource
from capture.dav.origins import are_siblings
from capture.dav.refusals import seconds_to_wait
from capture.dav.source import DavAccount
from capture.dav.transport import Transport
from scripted_collections import ScriptedCalendar
from scripted_dav import Reply, Seen, Start, multistatus, response
from tls_listener import tls_listener

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "filling", [b" " * (1 << 20), b"<a/>" * 100_000, b"<d:response/>" * 100_000, b"<!-- -->" * 100_000]
)
def test_a_gzip_bomb_is_given_up(scripted: Start, filling: bytes) -> None:
    packer = zlib.compressobj(1, wbits=31)
    packed = packer.compress(b"<d:multistatus xmlns:d='DAV:'>")
    packed += b"".join(packer.compress(filling) for _ in range((200 << 20) // len(filling))) + packer.flush()
    dav = ScriptedCalendar()
    dav.faults["listing"] = Reply(207, packed, {"Content-Encoding": "gzip"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ServerFault, match=r"MB|without end"):
        ScriptedCalendar.sync(scripted(dav).url)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024


def test_a_packed_answer_is_read(scripted: Start) -> None:
    dav = ScriptedCalendar()

    def script(seen: Seen) -> Reply:
        reply = dav(seen)
        return Reply(reply.status, gzip.compress(reply.body), reply.headers | {"Content-Encoding": "gzip"})

    ScriptedCalendar.fetched(scripted(script).url)


@pytest.mark.parametrize("where", ["headers", "body", "nowhere"])
def test_a_server_that_drips_or_is_silent_is_given_up(scripted: Start, where: str) -> None:
    stopped = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        head = b"HTTP/1.1 207 Multi-Status\r\n" + (b"Content-Length: 100000\r\n\r\n" if where == "body" else b"X-A: ")
        if where == "nowhere":
            stopped.wait(20)
            return
        try:
            handler.wfile.write(head)
            while not stopped.wait(0.05):
                handler.wfile.write(b" ")
        except OSError:
            pass

    server = scripted(lambda _: Reply(raw=drip))
    transport = Transport(server.url, "ana", "canary", seconds=1)
    began = time.monotonic()
    try:
        with pytest.raises(Unreachable, match="took longer"):
            transport.request("PROPFIND", server.url, b"", {}, lambda _: None)
    finally:
        stopped.set()
        transport.close()
    assert time.monotonic() - began < 10


def test_a_redirect_to_another_server_gets_no_credentials(scripted: Start) -> None:
    other = scripted(lambda _: Reply(404))
    first = scripted(lambda _: Reply(301, headers={"Location": other.url + "cal/"}))
    with pytest.raises(UntrustedServer):
        ScriptedCalendar.sync(first.url)
    assert other.seen == []


def test_a_home_on_another_server_gets_no_credentials(scripted: Start) -> None:
    other = scripted(lambda _: Reply(404))
    home = f"<c:calendar-home-set><d:href>{other.url}cal/</d:href></c:calendar-home-set>"
    with pytest.raises(UntrustedServer):
        ScriptedCalendar.sync(scripted(lambda _: multistatus(response("/", home))).url)
    assert other.seen == []


def test_only_the_configured_server_is_spoken_to(scripted: Start) -> None:
    other = scripted(lambda _: Reply(404))
    transport = Transport(scripted(lambda _: Reply(404)).url, "ana", "canary")
    with pytest.raises(UntrustedServer):
        transport.request("PROPFIND", other.url, b"", {}, lambda _: None)
    transport.close()
    assert other.seen == []


def test_a_redirect_on_the_same_server_is_followed(scripted: Start) -> None:
    dav = ScriptedCalendar()

    def script(seen: Seen) -> Reply:
        return dav(seen) if seen.path.startswith("/cal/") else Reply(308, headers={"Location": "/cal/"})

    server = scripted(script)
    source = CalendarSource(DavAccount(server.url + "old", "ana", lambda: "canary"))
    assert sum(len(batch.items) for batch in source.batches({})) == 6
    assert all(seen.headers["authorization"].startswith("Basic ") for seen in server.seen)


def test_digest_is_negotiated_once(scripted: Start) -> None:
    dav = ScriptedCalendar()

    def script(seen: Seen) -> Reply:
        if seen.headers.get("authorization", "").startswith('Digest username="ana", realm="cal"'):
            return dav(seen)
        return Reply(401, headers={"WWW-Authenticate": 'Digest realm="cal", nonce="abc", qop="auth", algorithm=MD5'})

    server = scripted(script)
    ScriptedCalendar.fetched(server.url)
    refused = [seen for seen in server.seen if not seen.headers.get("authorization", "").startswith("Digest")]
    assert len(refused) == 1


def test_a_refused_digest_is_not_repeated(scripted: Start) -> None:
    server = scripted(lambda _: Reply(401, headers={"WWW-Authenticate": 'Digest realm="c", nonce="a", qop="auth"'}))
    with pytest.raises(AuthenticationFailed):
        ScriptedCalendar.sync(server.url)
    assert [seen.headers["authorization"].split()[0] for seen in server.seen] == ["Basic", "Digest"]


def test_a_digest_is_made_of_the_first_challenge_that_can_be_answered_and_anew_for_another_nonce(
    scripted: Start,
) -> None:
    """By RFC 7616 §3.4.1; the password is not ASCII, the name asked for holds what must be escaped."""
    nonces = ["one", "one", "two"]

    def expected(seen: Seen, nonce: str) -> str:
        said = parse_keqv_list(parse_http_list(seen.headers["authorization"].removeprefix("Digest ")))
        assert said["uri"] == seen.path == "/a%20b?c=%C3%A9"
        secret = sha256("ana:cal, mine:geh\u00e4im".encode()).hexdigest()
        asked = sha256(f"PROPFIND:{seen.path}".encode()).hexdigest()
        whole = f"{secret}:{nonce}:{said['nc']}:{said['cnonce']}:auth:{asked}"
        return "yes" if said["response"] == sha256(whole.encode()).hexdigest() else "no"

    def script(seen: Seen) -> Reply:
        nonce = nonces[0]
        if f'nonce="{nonce}"' in seen.headers["authorization"]:
            nonces.pop(0)
            return Reply(207, expected(seen, nonce).encode())
        offered = 'Negotiate, Digest realm="x", nonce="y", algorithm=SHA-512-256, qop="auth", Basic realm="z", Digest'
        offered += f' realm="cal, mine", nonce="{nonce}", algorithm=SHA-256, qop="auth-int, auth"'
        return Reply(401, headers={"WWW-Authenticate": offered})

    server = scripted(script)
    transport = Transport(server.url, "ana", "geh\u00e4im")
    told = bytearray()
    for _ in range(3):
        assert transport.request("PROPFIND", f"{server.url}a b?c=\u00e9#d", b"", {}, told.extend).status == 207
    transport.close()
    assert told == b"yesyesyes"
    assert len(server.seen) == 5


@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_that_is_cut_off_is_none(scripted: Start, chunked: bool) -> None:
    head = b"Transfer-Encoding: chunked\r\n\r\n5\r\n<a/>\n\r\n" if chunked else b"Content-Length: 50\r\n\r\n<a/>\n"
    server = scripted(
        lambda _: Reply(raw=lambda handler: handler.wfile.write(b"HTTP/1.1 207 Here\r\n" + head) and None)
    )
    transport = Transport(server.url, "ana", "canary")
    with pytest.raises(Unreachable, match="broke off"):
        transport.request("PROPFIND", server.url, b"", {}, lambda _: None)
    transport.close()


@pytest.mark.parametrize("size", [0, 12, 27, 40, 60])
def test_nor_is_one_whose_head_is_cut_off(scripted: Start, size: int) -> None:
    head = b"HTTP/1.1 207 Multi-Status\r\nX-A: b\r\nContent-Length: 100\r\n\r\n"[:size]
    server = scripted(lambda _: Reply(raw=lambda handler: handler.wfile.write(head) and None))
    transport = Transport(server.url, "ana", "canary")
    with pytest.raises(Unreachable, match="broke off"):
        transport.request("PROPFIND", server.url, b"", {}, lambda _: None)
    transport.close()


def test_nor_is_a_packed_one_without_its_end(scripted: Start) -> None:
    reply = b"HTTP/1.1 207 Here\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"<a/>")[:-8]
    server = scripted(lambda _: Reply(raw=lambda handler: handler.wfile.write(reply) and None))
    transport = Transport(server.url, "ana", "canary")
    with pytest.raises(Unreachable, match="broke off"):
        transport.request("PROPFIND", server.url, b"", {}, lambda _: None)
    transport.close()


@pytest.mark.parametrize("challenge", ["Basic realm=", 'Digest realm="x", nonce=, opaque=', "Bearer error="])
def test_a_challenge_without_values_is_a_refusal_like_another(scripted: Start, challenge: str) -> None:
    server = scripted(lambda _: Reply(401, b"", {"WWW-Authenticate": challenge}))
    transport = Transport(server.url, "ana", "canary")
    assert transport.request("PROPFIND", server.url, b"", {}, lambda _: None).status == 401
    transport.close()


def test_a_connection_is_kept_until_the_server_hangs_up(scripted: Start) -> None:
    ports: list[int] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        ports.append(handler.client_address[1])
        handler.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)  # so that the end comes with the answer
        handler.wfile.write(b"HTTP/1.1 207 Here\r\nContent-Length: 4\r\n\r\n<a/>")
        if len(ports) == 2:
            handler.connection.shutdown(socket.SHUT_WR)
        else:
            handler.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
            handler.close_connection = False

    server = scripted(lambda _: Reply(raw=answer))
    transport = Transport(server.url, "ana", "canary")
    for _ in range(4):
        assert transport.request("PROPFIND", server.url, b"", {}, lambda _: None).status == 207
    transport.close()
    assert ports[0] == ports[1] != ports[2] == ports[3]


def test_neither_netrc_nor_proxies_nor_cookies_are_used(
    scripted: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    dav = ScriptedCalendar()

    def script(seen: Seen) -> Reply:
        reply = dav(seen)
        return Reply(reply.status, reply.body, reply.headers | {"Set-Cookie": "a=b"})

    server = scripted(script)
    ScriptedCalendar.fetched(server.url)
    assert {seen.headers["authorization"] for seen in server.seen} == {"Basic YW5hOmNhbmFyeQ=="}
    assert not any("cookie" in seen.headers for seen in server.seen)


@pytest.mark.parametrize("url", ["http://cal.example/", "http://10.0.0.1/", "ftp://cal.example/", "https://", "http:x"])
def test_what_is_no_tls_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises((UntrustedServer, ServerFault)):
        Transport(url, "ana", "canary")


def tls_server(certificate: trustme.LeafCert, received: list[bytes]) -> tuple[int, socket.socket]:
    listener = tls_listener(certificate, received, answer=b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
    return listener.getsockname()[1], listener


@pytest.mark.parametrize(("name", "trusted"), [("localhost", False), ("other.example", True)])
def test_an_untrusted_certificate_gets_no_credentials(tmp_path: Path, name: str, trusted: bool) -> None:
    authority, received = trustme.CA(), list[bytes]()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    port, listener = tls_server(authority.issue_cert(name), received)
    transport = Transport(
        f"https://localhost:{port}/", "ana", "canary", ca_file=str(tmp_path / "ca.pem") if trusted else None
    )
    with listener, pytest.raises(UntrustedServer, match="certificate"):
        transport.request("PROPFIND", f"https://localhost:{port}/", b"", {}, lambda _: None)
    transport.close()
    assert received == []


def test_a_private_authority_is_trusted_when_named(tmp_path: Path) -> None:
    authority, received = trustme.CA(), list[bytes]()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    port, listener = tls_server(authority.issue_cert("localhost"), received)
    transport = Transport(f"https://localhost:{port}/", "ana", "canary", ca_file=str(tmp_path / "ca.pem"))
    with listener:
        assert transport.request("PROPFIND", f"https://localhost:{port}/", b"", {}, lambda _: None).status == 404
    transport.close()


def test_plain_http_where_tls_is_asked_is_refused(scripted: Start) -> None:
    server = scripted(lambda _: Reply(404))
    url = server.url.replace("http:", "https:")
    transport = Transport(url, "ana", "canary")
    with pytest.raises((UntrustedServer, Unreachable)):
        transport.request("PROPFIND", url, b"", {}, lambda _: None)
    transport.close()
    assert server.seen == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("86400", 3600.0),
        ("Sun, 22 Nov 2026 10:02:00 GMT", 120.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2099 09:00:00 GMT", 3600.0),
        ("soon", None),
        ("", None),
        ("9" * 5000, 3600.0),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert seconds_to_wait(value, NOW) == seconds


def test_siblings_share_a_registrable_domain() -> None:
    assert are_siblings("caldav.icloud.com", "p34-caldav.icloud.com")
    assert not are_siblings("cal.co.uk", "evil.co.uk")
    assert not are_siblings("10.0.0.1", "11.0.0.1")
    assert not are_siblings("ana.github.io", "bob.github.io")


def test_logs_hold_neither_events_nor_the_password(scripted: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ScriptedCalendar.fetched(scripted(ScriptedCalendar()).url)
    assert "DTSTART" not in caplog.text
    assert "canary" not in caplog.text
    assert "YW5hOmNhbmFyeQ" not in caplog.text
