"""A server that answers what a test tells it to, for what no real one does on request."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

import trustme

from activity.batch import Batch
from capture.calendar.source import CalendarSettings, CalendarSource

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Reply:
    status: int = 207
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: Callable[[BaseHTTPRequestHandler], None] | None = None  # takes over the connection instead


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is what half of the tests are about."""


class ScriptedDav:
    """`script` decides the reply to each request; `seen` keeps them all. With a certificate it speaks TLS."""

    def __init__(self, script: Callable[[Seen], Reply], certificate: trustme.LeafCert | None = None) -> None:
        self.script = script
        self.seen: list[Seen] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                seen = Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                outer.seen.append(seen)
                reply = outer.script(seen)
                if reply.raw:
                    self.close_connection = True
                    reply.raw(self)
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            do_PROPFIND = do_REPORT = do_GET = _answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def multistatus(*responses: str, token: str = "", namespace: str = "caldav") -> Reply:
    """A 207 with these response elements; "c:" is CalDAV's namespace, or CardDAV's."""
    sync = f"<d:sync-token>{token}</d:sync-token>" if token else ""
    body = (
        f'<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:{namespace}"'
        f' xmlns:s="http://calendarserver.org/ns/">{"".join(responses)}{sync}</d:multistatus>'
    )
    return Reply(207, body.encode(), {"Content-Type": "application/xml; charset=utf-8"})


def response(href: str, properties: str = "", status: int | None = None) -> str:
    if status is not None:
        return f"<d:response><d:href>{href}</d:href><d:status>HTTP/1.1 {status} X</d:status></d:response>"
    return (
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop>{properties}</d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )


CALENDAR = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><d:displayname>Work</d:displayname>"
SYNCS = CALENDAR + "<d:sync-token>t0</d:sync-token>"


def ics(uid: str) -> str:
    return (
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20261122T100000Z\r\n"
        "ORGANIZER:mailto:bob@globex.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


class Dav:
    """A small scripted calendar at /cal/ with `objects`; `faults` replace the reply to a kind of request."""

    def __init__(self, listed: str = SYNCS, objects: int = 6) -> None:
        self.listed = listed
        self.token = "t1"
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
        return multistatus(response("/cal/", CALENDAR), *members, token=self.token)

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
