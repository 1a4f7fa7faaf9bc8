"""Calendars published at a URL: what is new or wrong in them; and that their address is told to
nobody."""

from __future__ import annotations

import gzip
import logging
import resource
import zlib
from pathlib import Path

import pytest
import trustme

from activity.batch import Batch
from activity.errors import ServerFault, SourceError, Throttled, Unreachable, UntrustedServer
from activity.meeting import CalendarObject
from capture.published.source import PublishedCalendar, PublishedCalendars
from scripted_dav import Reply, ScriptedDav, Seen, Start

SECRET = "private-5ec7e7"


def calendar(*uids: str, stamp: str = "20261101T000000Z", **summaries: str) -> bytes:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:{stamp}\r\nDTSTART:20261120T100000Z\r\n"
        f"SUMMARY:{summaries.get(uid, 'Lunch ' + uid)}\r\nATTENDEE:mailto:bob@globex.example\r\nEND:VEVENT\r\n"
        for uid in uids
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\n{events}END:VCALENDAR\r\n".encode()


class Published:
    """A web server with one calendar; `heeds` says which conditions of a request it keeps to."""

    def __init__(self, body: bytes, heeds: str = "etag") -> None:
        self.body = body
        self.heeds = heeds

    def __call__(self, seen: Seen) -> Reply:
        etag, modified = f'"{zlib.crc32(self.body)}"', f"Sun, 22 Nov 2026 10:00:{zlib.crc32(self.body) % 60:02d} GMT"
        if self.heeds == "etag" and seen.headers.get("if-none-match") == etag:
            return Reply(304)
        if self.heeds == "date" and seen.headers.get("if-modified-since") == modified:
            return Reply(304)
        names = {"etag": {"ETag": etag}, "date": {"Last-Modified": modified}, "": {}}
        return Reply(200, self.body, {"Content-Type": "text/calendar", **names[self.heeds]})


class Log:
    """Takes batches as the pipeline does, and hands the cursors back."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cursors: dict[str, str] = {}
        self.held: dict[str, CalendarObject] = {}

    def sync(self, private_events: str = "drop") -> list[Batch]:
        source = PublishedCalendars([PublishedCalendar("Team", lambda: self.url)], private_events)
        batches = list(source.batches(dict(self.cursors)))
        for batch in batches:
            assert batch.place == "Team"
            for item in batch.items:
                assert isinstance(item, CalendarObject)
                self.held[item.href] = item
            for href in batch.removed:
                del self.held[href]
            if batch.cursor is not None:
                self.cursors[batch.place] = batch.cursor
        return batches

    def error(self) -> SourceError:
        (batch,) = self.sync()
        assert batch.error is not None
        assert (batch.items, batch.removed, batch.skipped) == ([], [], [])
        return batch.error


@pytest.mark.parametrize("heeds", ["etag", "date", ""])
def test_nothing_new_is_one_request_and_no_news(scripted: Start, heeds: str) -> None:
    server = scripted(Published(calendar("a", "b"), heeds))
    log = Log(server.url)
    log.sync()
    assert set(log.held) == {"Team#a", "Team#b"}
    (again,) = log.sync()
    assert (again.items, again.removed, again.cursor, again.error) == ([], [], None, None)
    assert len(server.seen) == 2
    assert [seen.method for seen in server.seen] == ["GET", "GET"]
    assert not any("authorization" in seen.headers for seen in server.seen)


@pytest.mark.parametrize("heeds", ["etag", "date", ""])
def test_what_is_new_changed_and_gone_is_followed(scripted: Start, heeds: str) -> None:
    published = Published(calendar("a", "b", "c"), heeds)
    log = Log(scripted(published).url)
    log.sync()
    published.body = calendar("b", "c", "d", b="Dinner")
    (batch,) = log.sync()
    assert [item.href for item in batch.items if isinstance(item, CalendarObject)] == ["Team#b", "Team#d"]
    assert batch.removed == ["Team#a"]
    assert "Dinner" in log.held["Team#b"].text


def test_a_calendar_written_out_anew_for_every_request_is_not_read_anew(scripted: Start) -> None:
    published = Published(calendar("a"), "")
    log = Log(scripted(published).url)
    log.sync()
    published.body = calendar("a", stamp="20261122T000000Z")
    (batch,) = log.sync()
    assert (batch.items, batch.cursor) == ([], None)


def test_private_events_are_read_again_when_they_are_to_be_kept(scripted: Start) -> None:
    published = Published(calendar("a").replace(b"SUMMARY", b"CLASS:PRIVATE\r\nSUMMARY"))
    log = Log(scripted(published).url)
    log.sync()
    assert log.held == {}
    log.sync("time-only")
    assert "Lunch" not in log.held["Team#a"].text


MANY = ("a", "b", "c", "d", "e", "f")
WHOLE = calendar(*MANY)
FAULTS = [
    pytest.param(Reply(200, b"<html>Please log in</html>"), ServerFault, id="html"),
    pytest.param(Reply(200, b""), ServerFault, id="empty"),
    pytest.param(Reply(200, b" \r\n"), ServerFault, id="blank"),
    pytest.param(Reply(200, calendar()), SourceError, id="no-events"),
    pytest.param(Reply(200, WHOLE[:-20]), ServerFault, id="breaks-off"),
    pytest.param(Reply(200, WHOLE[: len(WHOLE) // 2]), ServerFault, id="half"),
    pytest.param(Reply(204), ServerFault, id="204"),
    pytest.param(Reply(304), ServerFault, id="304-unasked"),
    pytest.param(Reply(401), ServerFault, id="401"),
    pytest.param(Reply(403), ServerFault, id="403"),
    pytest.param(Reply(404, b"<html>"), ServerFault, id="404"),
    pytest.param(Reply(410), ServerFault, id="410"),
    pytest.param(Reply(429, headers={"Retry-After": "86400"}), Throttled, id="429"),
    pytest.param(Reply(500, WHOLE), ServerFault, id="500"),
    pytest.param(Reply(503, headers={"Retry-After": "7"}), Throttled, id="503"),
    pytest.param(Reply(302, headers={"Location": f"/{SECRET}.ics"}), ServerFault, id="circle"),
    pytest.param(Reply(302, headers={"Location": "http://cal.example/x.ics"}), UntrustedServer, id="plain"),
]


@pytest.mark.parametrize(("reply", "error"), FAULTS)
def test_a_fault_is_a_typed_error_that_takes_nothing_away_and_tells_no_address(
    scripted: Start, reply: Reply, error: type[SourceError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = {"now": Reply(200, WHOLE, {"ETag": '"1"'})}
    log = Log(scripted(lambda _: answers["now"]).url + SECRET + ".ics")
    log.sync()
    before = dict(log.cursors)
    if reply.status == 304:
        log.cursors["Team"] = "{}"
    answers["now"] = reply
    found = log.error()
    assert isinstance(found, error)
    assert SECRET not in found.message + found.hint + caplog.text + str(log.cursors)
    assert len(log.held) == 6
    if reply.status == 304:
        return
    assert log.cursors == before
    answers["now"] = Reply(200, WHOLE, {"ETag": '"1"'})
    (batch,) = log.sync()
    assert (batch.items, batch.error) == ([], None)


def test_a_connection_cut_in_the_middle_takes_nothing_away(scripted: Start) -> None:
    published = Published(WHOLE)
    server = scripted(published)
    log = Log(server.url)
    log.sync()

    def cut(handler: object) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + calendar("a"))  # type: ignore[attr-defined]

    server.script = lambda _: Reply(raw=cut)
    assert isinstance(log.error(), Unreachable)
    assert len(log.held) == 6


def test_a_redirect_to_another_server_is_followed_with_no_credentials(scripted: Start) -> None:
    published = scripted(Published(calendar("a")))
    moved = scripted(lambda _: Reply(301, headers={"Location": published.url + "here.ics"}))
    log = Log(moved.url)
    log.sync()
    assert set(log.held) == {"Team#a"}
    assert "authorization" not in published.seen[0].headers


def test_a_redirect_from_tls_to_none_is_refused_even_on_this_machine(scripted: Start, tmp_path: Path) -> None:
    plain = scripted(Published(calendar("a")))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    secure = ScriptedDav(lambda _: Reply(302, headers={"Location": plain.url}), authority.issue_cert("localhost"))
    one = PublishedCalendar("Team", lambda: f"webcal://localhost:{secure.port}/", str(tmp_path / "ca.pem"))
    try:
        (batch,) = PublishedCalendars([one]).batches({})
    finally:
        secure.stop()
    assert isinstance(batch.error, UntrustedServer)
    assert "redirects" in batch.error.message
    assert plain.seen == []


def test_a_packed_calendar_is_read(scripted: Start) -> None:
    log = Log(scripted(lambda _: Reply(200, gzip.compress(WHOLE), {"Content-Encoding": "gzip"})).url)
    log.sync()
    assert len(log.held) == 6


@pytest.mark.parametrize("filling", [b" " * (1 << 20), b"\n" * (1 << 20), b"BEGIN:VEVENT\r\n" * (1 << 16)])
def test_a_gzip_bomb_is_given_up(scripted: Start, filling: bytes) -> None:
    packer = zlib.compressobj(1, wbits=31)
    packed = packer.compress(b"BEGIN:VCALENDAR\r\n")
    packed += b"".join(packer.compress(filling) for _ in range((200 << 20) // len(filling))) + packer.flush()
    log = Log(scripted(lambda _: Reply(200, packed, {"Content-Encoding": "gzip"})).url)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "MB" in log.error().message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024


def test_lines_without_end_are_given_up(scripted: Start) -> None:
    body = gzip.compress(b"BEGIN:VCALENDAR\r\n" + b"\n" * (30 << 20) + b"END:VCALENDAR", 1)
    log = Log(scripted(lambda _: Reply(200, body, {"Content-Encoding": "gzip"})).url)
    assert "lines" in log.error().message


@pytest.mark.parametrize(
    "url", ["http://cal.example/private-5ec7e7", "ftp://cal.example/x", "private-5ec7e7", "https://a:private-5ec7e7@b/"]
)
def test_an_address_that_is_no_safe_one_is_refused_and_not_told(url: str) -> None:
    error = Log(url).error()
    assert isinstance(error, UntrustedServer | ServerFault)
    assert SECRET not in error.message + error.hint


def test_one_calendar_that_fails_does_not_stop_the_others(scripted: Start) -> None:
    good, bad = scripted(Published(calendar("a"))), scripted(lambda _: Reply(404))
    source = PublishedCalendars(
        [PublishedCalendar("Gone", lambda: bad.url), PublishedCalendar("Team", lambda: good.url)]
    )
    gone, team = source.batches({})
    assert (gone.place, type(gone.error)) == ("Gone", ServerFault)
    assert (team.place, len(team.items)) == ("Team", 1)
