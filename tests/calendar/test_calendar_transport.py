"""What no well-behaved server does: each is a typed error, none is read as a deletion."""

from __future__ import annotations

import gzip
import resource
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import trustme
from scripted_dav import Reply, ScriptedDav, Seen, multistatus, response

from activity.batch import Batch
from activity.errors import (
    AuthenticationFailed,
    ServerFault,
    SourceError,
    Throttled,
    Unreachable,
    UntrustedServer,
)
from capture.calendar.origins import are_siblings
from capture.calendar.position import Position
from capture.calendar.refusals import seconds_to_wait
from capture.calendar.source import CalendarSettings, CalendarSource
from capture.calendar.transport import Transport

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CALENDAR = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><d:displayname>Work</d:displayname>"
SYNCS = CALENDAR + "<d:sync-token>t0</d:sync-token>"
Start = Callable[[Callable[[Seen], Reply]], ScriptedDav]


def ics(uid: str) -> str:
    return (
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20261122T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


class Dav:
    """A small scripted calendar at /cal/ with `objects`; `faults` replace the reply to a kind of request."""

    def __init__(self, listed: str = SYNCS, objects: int = 6) -> None:
        self.listed = listed
        self.objects = {f"{number}.ics": f'"e{number}"' for number in range(objects)}
        self.faults: dict[str, Reply] = {}

    def __call__(self, seen: Seen) -> Reply:
        kind = self.kind(seen)
        if kind in self.faults:
            return self.faults[kind]
        if kind == "listing":
            return multistatus(response("/cal/", self.listed))
        if kind == "multiget":
            wanted = [name for name in self.objects if f"/cal/{name}<" in seen.body]
            return multistatus(*[self.given(name) for name in wanted])
        etags = [f"<d:getetag>{escape(etag)}</d:getetag>" for etag in self.objects.values()]
        members = [response(f"/cal/{name}", etag) for name, etag in zip(self.objects, etags, strict=True)]
        return multistatus(response("/cal/", CALENDAR), *members, token="t1")

    def given(self, name: str) -> str:
        data = f"<d:getetag>{self.objects[name]}</d:getetag><c:calendar-data>{ics(name)}</c:calendar-data>"
        return response(f"/cal/{name}", data)

    @staticmethod
    def kind(seen: Seen) -> str:
        if "multiget" in seen.body:
            return "multiget"
        if "sync-collection" in seen.body:
            return "delta" if "<d:sync-token>t" in seen.body else "full"
        return "listing" if "displayname" in seen.body or "current-user-principal" in seen.body else "etags"


def settings(url: str, **changed: object) -> CalendarSettings:
    return CalendarSettings(url + "cal/", "ana", lambda: "canary", **changed)  # type: ignore[arg-type]


def sync(url: str, cursors: dict[str, str] | None = None, **changed: object) -> list[Batch]:
    return list(CalendarSource(settings(url, **changed), now=lambda: NOW).batches(cursors or {}))


def cursors_of(batches: list[Batch]) -> dict[str, str]:
    return {batch.place: batch.cursor for batch in batches if batch.cursor is not None}


def fetched(url: str) -> dict[str, str]:
    batches = sync(url)
    assert sum(len(batch.items) for batch in batches) == 6
    return cursors_of(batches)


HTML = Reply(200, b"<html><body>Please log in</body></html>", {"Content-Type": "text/html"})
HTML_207 = Reply(207, b"<html><body>Please log in</body></html>", {"Content-Type": "text/html"})
BOMB = Reply(
    207,
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b']><d:multistatus xmlns:d="DAV:"><d:response><d:href>/&j;</d:href></d:response></d:multistatus>',
)
FAULTS = [
    pytest.param(HTML, ServerFault, id="html-200"),
    pytest.param(HTML_207, ServerFault, id="html-207"),
    pytest.param(BOMB, ServerFault, id="entities"),
    pytest.param(Reply(207, b""), ServerFault, id="nothing"),
    pytest.param(Reply(207, b"<d:multistatus xmlns:d='DAV:'><d:resp"), ServerFault, id="cut"),
    pytest.param(Reply(500, b"<html>oops</html>"), ServerFault, id="500"),
    pytest.param(Reply(503), ServerFault, id="503"),
    pytest.param(Reply(503, headers={"Retry-After": "7"}), Throttled, id="503-later"),
    pytest.param(Reply(429, headers={"Retry-After": "86400"}), Throttled, id="429"),
    pytest.param(Reply(401), AuthenticationFailed, id="401"),
    pytest.param(Reply(403), AuthenticationFailed, id="403"),
    pytest.param(Reply(404), ServerFault, id="404"),
    pytest.param(Reply(302, headers={"Location": "/cal/"}), ServerFault, id="circle"),
]


@pytest.mark.parametrize(("reply", "error"), FAULTS)
def test_a_fault_while_logging_in_is_a_typed_error(scripted: Start, reply: Reply, error: type[SourceError]) -> None:
    dav = Dav()
    dav.faults["listing"] = reply
    with pytest.raises(error) as caught:
        sync(scripted(dav).url)
    assert "canary" not in caught.value.message + caught.value.hint
    assert "127.0.0.1" in caught.value.message


@pytest.mark.parametrize("kind", ["delta", "multiget"])
@pytest.mark.parametrize(("reply", "error"), FAULTS)
def test_a_fault_of_a_calendar_removes_nothing_and_moves_nothing(
    scripted: Start, reply: Reply, error: type[SourceError], kind: str
) -> None:
    dav = Dav()
    url = scripted(dav).url
    cursors = fetched(url)
    dav.objects["0.ics"] = '"new"'
    dav.faults[kind] = reply
    if reply.status == 401:
        with pytest.raises(AuthenticationFailed):
            sync(url, cursors)
        return
    (batch,) = sync(url, cursors)
    assert isinstance(batch.error, error)
    assert (batch.items, batch.removed, batch.cursor) == ([], [], None)
    del dav.faults[kind]
    (batch,) = sync(url, cursors)
    assert [item.href for item in batch.items] == ["0.ics"]  # type: ignore[union-attr]


@pytest.mark.parametrize("listed", [SYNCS, CALENDAR, CALENDAR + "<s:getctag>c2</s:getctag>"])
def test_an_empty_listing_where_there_were_many_is_an_error(scripted: Start, listed: str) -> None:
    dav = Dav(listed)
    url = scripted(dav).url
    cursors = fetched(url)
    dav.objects.clear()
    dav.listed = listed.replace("c2", "c3")
    dav.faults["delta"] = Reply(403, b"<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>")
    (batch,) = sync(url, cursors)
    assert isinstance(batch.error, ServerFault)
    assert batch.removed == []


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(400),
        Reply(410),
        Reply(403, b"<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>"),
        Reply(409, b"<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>"),
        Reply(412, b"<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>"),
    ],
    ids=lambda reply: str(reply.status),
)
def test_an_expired_token_is_one_full_listing(scripted: Start, refusal: Reply) -> None:
    dav = Dav()
    server = scripted(dav)
    cursors = fetched(server.url)
    del dav.objects["0.ics"]
    dav.objects["1.ics"] = '"new"'
    dav.faults["delta"] = refusal
    server.seen.clear()
    (batch,) = sync(server.url, cursors)
    assert batch.removed == ["0.ics"]
    assert [item.href for item in batch.items] == ["1.ics"]  # type: ignore[union-attr]
    assert [dav.kind(seen) for seen in server.seen] == ["listing", "delta", "full", "multiget"]


def test_without_sync_collection_an_unchanged_ctag_asks_nothing(scripted: Start) -> None:
    dav = Dav(CALENDAR + "<s:getctag>c1</s:getctag>")
    server = scripted(dav)
    cursors = fetched(server.url)
    server.seen.clear()
    (batch,) = sync(server.url, cursors)
    assert [dav.kind(seen) for seen in server.seen] == ["listing"]
    assert batch.cursor is None
    dav.listed = dav.listed.replace("c1", "c2")
    del dav.objects["3.ics"]
    (batch,) = sync(server.url, cursors)
    assert batch.removed == ["3.ics"]


def test_a_truncated_listing_is_read_page_by_page(scripted: Start) -> None:
    pages = {
        "": multistatus(response("/cal/1.ics", "<d:getetag>1</d:getetag>"), response("/cal/", status=507), token="p1"),
        "p1": multistatus(response("/cal/2.ics", "<d:getetag>2</d:getetag>"), token="p2"),
    }
    dav = Dav()

    def script(seen: Seen) -> Reply:
        if "sync-collection" in seen.body:
            return pages["p1" if ">p1<" in seen.body else ""]
        if "multiget" in seen.body:
            return multistatus(*[
                response(f"/cal/{n}.ics", f"<d:getetag>{n}</d:getetag><c:calendar-data>{ics(str(n))}</c:calendar-data>")
                for n in (1, 2)
            ])  # fmt: skip
        return dav(seen)

    batches = sync(scripted(script).url)
    assert [item.href for batch in batches for item in batch.items] == ["1.ics", "2.ics"]  # type: ignore[union-attr]
    assert Position.from_text(batches[-1].cursor).token == "p2"


def test_members_that_fail_are_told_apart(scripted: Start) -> None:
    dav = Dav()
    url = scripted(dav).url
    cursors = fetched(url)
    for name in dav.objects:
        dav.objects[name] = '"new"'
    dav.faults["multiget"] = multistatus(
        response("/cal/0.ics", status=404),
        response("/cal/1.ics", status=403),
        response("/cal/2.ics", "<c:calendar-data>BEGIN:VCALENDAR\nBEGIN:VEVENT\n</c:calendar-data>"),
        response("/cal/3.ics", "<c:calendar-data>no calendar</c:calendar-data>"),
        dav.given("4.ics"),
    )
    (batch,) = sync(url, cursors)
    assert batch.error is None
    assert batch.removed == ["0.ics"]
    assert [item.href for item in batch.items] == ["4.ics"]  # type: ignore[union-attr]
    assert [(skip.item, skip.reason) for skip in batch.skipped] == [
        ("1.ics", "not given out by the server (403)"),
        ("2.ics", "VEVENT is not ended"),
        ("3.ics", "no VCALENDAR in it"),
        ("5.ics", "listed by the server, but not given out"),
    ]
    del dav.faults["multiget"]
    (batch,) = sync(url, cursors_of([batch]) | {"": cursors[""]})
    assert sorted(item.href for item in batch.items) == ["0.ics", "5.ics"]  # type: ignore[union-attr]


def test_one_object_too_large_does_not_hide_the_others(scripted: Start) -> None:
    dav = Dav()

    def script(seen: Seen) -> Reply:
        if "/cal/2.ics<" in seen.body:
            huge = f"<c:calendar-data>{'x' * (11 << 20)}</c:calendar-data>"
            return multistatus(response("/cal/2.ics", huge))
        return dav(seen)

    batches = sync(scripted(script).url)
    assert sum(len(batch.items) for batch in batches) == 5
    assert [(skip.item, skip.reason) for batch in batches for skip in batch.skipped] == [
        ("2.ics", "too large to be read")
    ]


@pytest.mark.parametrize(
    "filling", [b" " * (1 << 20), b"<a/>" * 100_000, b"<d:response/>" * 100_000, b"<!-- -->" * 100_000]
)
def test_a_gzip_bomb_is_given_up(scripted: Start, filling: bytes) -> None:
    packer = zlib.compressobj(1, wbits=31)
    packed = packer.compress(b"<d:multistatus xmlns:d='DAV:'>")
    packed += b"".join(packer.compress(filling) for _ in range((200 << 20) // len(filling))) + packer.flush()
    dav = Dav()
    dav.faults["listing"] = Reply(207, packed, {"Content-Encoding": "gzip"})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ServerFault, match=r"MB|without end"):
        sync(scripted(dav).url)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024


def test_a_packed_answer_is_read(scripted: Start) -> None:
    dav = Dav()

    def script(seen: Seen) -> Reply:
        reply = dav(seen)
        return Reply(reply.status, gzip.compress(reply.body), reply.headers | {"Content-Encoding": "gzip"})

    fetched(scripted(script).url)


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_server_that_drips_is_given_up(scripted: Start, where: str) -> None:
    stopped = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        head = b"HTTP/1.1 207 Multi-Status\r\n" + (b"Content-Length: 100000\r\n\r\n" if where == "body" else b"X-A: ")
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
        sync(first.url)
    assert other.seen == []


def test_a_home_on_another_server_gets_no_credentials(scripted: Start) -> None:
    other = scripted(lambda _: Reply(404))
    home = f"<c:calendar-home-set><d:href>{other.url}cal/</d:href></c:calendar-home-set>"
    with pytest.raises(UntrustedServer):
        sync(scripted(lambda _: multistatus(response("/", home))).url)
    assert other.seen == []


def test_a_redirect_on_the_same_server_is_followed(scripted: Start) -> None:
    dav = Dav()

    def script(seen: Seen) -> Reply:
        return dav(seen) if seen.path.startswith("/cal/") else Reply(308, headers={"Location": "/cal/"})

    server = scripted(script)
    source = CalendarSource(CalendarSettings(server.url + "old", "ana", lambda: "canary"))
    assert sum(len(batch.items) for batch in source.batches({})) == 6
    assert all(seen.headers["authorization"].startswith("Basic ") for seen in server.seen)


def test_digest_is_negotiated_once(scripted: Start) -> None:
    dav = Dav()

    def script(seen: Seen) -> Reply:
        if seen.headers.get("authorization", "").startswith('Digest username="ana", realm="cal"'):
            return dav(seen)
        return Reply(401, headers={"WWW-Authenticate": 'Digest realm="cal", nonce="abc", qop="auth", algorithm=MD5'})

    server = scripted(script)
    fetched(server.url)
    refused = [seen for seen in server.seen if not seen.headers.get("authorization", "").startswith("Digest")]
    assert len(refused) == 2  # Basic, and the digest's own question


def test_a_refused_digest_is_not_repeated(scripted: Start) -> None:
    server = scripted(lambda _: Reply(401, headers={"WWW-Authenticate": 'Digest realm="c", nonce="a", qop="auth"'}))
    with pytest.raises(AuthenticationFailed):
        sync(server.url)
    assert len(server.seen) == 3


def test_neither_netrc_nor_proxies_nor_cookies_are_used(
    scripted: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    dav = Dav()

    def script(seen: Seen) -> Reply:
        reply = dav(seen)
        return Reply(reply.status, reply.body, reply.headers | {"Set-Cookie": "a=b"})

    server = scripted(script)
    fetched(server.url)
    assert {seen.headers["authorization"] for seen in server.seen} == {"Basic YW5hOmNhbmFyeQ=="}
    assert not any("cookie" in seen.headers for seen in server.seen)


@pytest.mark.parametrize("url", ["http://cal.example/", "http://10.0.0.1/", "ftp://cal.example/", "https://", "http:x"])
def test_what_is_no_tls_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises((UntrustedServer, ServerFault)):
        Transport(url, "ana", "canary")


def tls_server(certificate: trustme.LeafCert, received: list[bytes]) -> tuple[int, socket.socket]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    received.append(secured.recv(65536))
                    secured.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
            except OSError:
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
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
