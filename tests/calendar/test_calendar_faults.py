"""What no well-behaved server does: each is a typed error, none is read as a deletion."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from activity.errors import (
    AuthenticationFailed,
    ServerFault,
    SourceError,
    Throttled,
    Unreachable,
    UntrustedServer,
)
from capture.dav.position import Position
from scripted_dav import (
    CALENDAR,
    SYNCS,
    Dav,
    Reply,
    ScriptedDav,
    Seen,
    cursors_of,
    fetched,
    ics,
    multistatus,
    response,
    sync,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
Start = Callable[[Callable[[Seen], Reply]], ScriptedDav]


HTML = Reply(200, b"<html><body>Please log in</body></html>", {"Content-Type": "text/html"})
HTML_207 = Reply(207, b"<html><body>Please log in</body></html>", {"Content-Type": "text/html"})
BOMB = Reply(
    207,
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b']><d:multistatus xmlns:d="DAV:"><d:response><d:href>/&j;</d:href></d:response></d:multistatus>',
)
CUT = Reply(raw=lambda handler: handler.connection.shutdown(socket.SHUT_RDWR))
ENTITY = b"<!DOCTYPE d [<!ENTITY a 'b'>]><d:multistatus xmlns:d='DAV:'><d:response/></d:multistatus>"
FAULTS = [
    pytest.param(HTML, ServerFault, id="html-200"),
    pytest.param(HTML_207, ServerFault, id="html-207"),
    pytest.param(BOMB, ServerFault, id="entities"),
    pytest.param(Reply(207, ENTITY), ServerFault, id="entity"),
    pytest.param(Reply(207, b""), ServerFault, id="nothing"),
    pytest.param(Reply(207, b"<d:multistatus xmlns:d='DAV:'><d:resp"), ServerFault, id="cut"),
    pytest.param(Reply(500, b"<html>oops</html>"), ServerFault, id="500"),
    pytest.param(Reply(503), ServerFault, id="503"),
    pytest.param(Reply(503, headers={"Retry-After": "7"}), Throttled, id="503-later"),
    pytest.param(Reply(429, headers={"Retry-After": "86400"}), Throttled, id="429"),
    pytest.param(Reply(401), AuthenticationFailed, id="401"),
    pytest.param(Reply(403), AuthenticationFailed, id="403"),
    pytest.param(Reply(404), ServerFault, id="404"),
    pytest.param(Reply(412), ServerFault, id="412"),
    pytest.param(Reply(302, headers={"Location": "https://elsewhere.invalid/cal/"}), UntrustedServer, id="elsewhere"),
    pytest.param(CUT, Unreachable, id="connection-cut"),
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


@pytest.mark.parametrize("kind", ["listing", "multiget"])
def test_what_is_gone_is_an_error_and_no_deletion(scripted: Start, kind: str) -> None:
    dav = Dav()
    url = scripted(dav).url
    cursors = fetched(url)
    dav.objects["0.ics"] = '"new"'
    dav.faults[kind] = Reply(410)
    if kind == "listing":
        with pytest.raises(ServerFault, match="no calendar at this URL"):
            sync(url, cursors)
        return
    (batch,) = sync(url, cursors)
    assert "'Work' is gone (410); its meetings were kept" in str(batch.error)
    assert (batch.removed, batch.cursor) == ([], None)


def test_a_wait_of_a_day_is_an_hour(scripted: Start) -> None:
    dav = Dav()
    dav.faults["listing"] = Reply(503, headers={"Retry-After": "86400"})
    with pytest.raises(Throttled) as caught:
        sync(scripted(dav).url)
    assert caught.value.retry_after == 3600


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
    assert Position(batches[-1].cursor).token == "p2"


def test_members_that_fail_are_told_apart(scripted: Start) -> None:
    dav = Dav()
    url = scripted(dav).url
    cursors = fetched(url)
    dav.token = "t2"
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
    assert Position(batch.cursor).token == "t1"  # so that 5.ics is reported again
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
    ("reply", "asked"),
    [(Reply(429), 1), (Reply(503, headers={"Retry-After": "9"}), 1), (CUT, 1), (Reply(500), 2), (Reply(403), 2)],
)
def test_a_server_that_asks_for_a_pause_gets_one(scripted: Start, reply: Reply, asked: int) -> None:
    def script(seen: Seen) -> Reply:
        if "sync-collection" in seen.body:
            return reply
        calendars = [response(path, SYNCS) for path in ("/cal/a/", "/cal/b/")]
        return multistatus(*calendars) if "displayname" in seen.body else multistatus(response("/cal/"))

    server = scripted(script)
    batches = [batch for batch in sync(server.url) if batch.place]
    assert [batch.place for batch in batches if batch.error] == ["Work", "Work (b)"]
    assert sum("sync-collection" in seen.body for seen in server.seen) == asked
