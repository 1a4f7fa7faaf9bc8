"""What no well-behaved server does, with calendars and address books: each is a typed error, none
is a deletion."""

from __future__ import annotations

import socket

import pytest

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, Unreachable, UntrustedServer
from dav_log import contents, cursors_of, hrefs
from scripted_collections import ScriptedBook, ScriptedCalendar, ScriptedCollection, syncing
from scripted_dav import Reply, Seen, Start, response

HTML = b"<html><body>Please log in</body></html>"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b']><d:multistatus xmlns:d="DAV:"><d:response><d:href>/&j;</d:href></d:response></d:multistatus>'
)
ENTITY = b"<!DOCTYPE d [<!ENTITY a 'b'>]><d:multistatus xmlns:d='DAV:'><d:response/></d:multistatus>"
EXPIRED = b"<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>"
CUT = Reply(raw=lambda handler: handler.connection.shutdown(socket.SHUT_RDWR))
CTAG = "<s:getctag>c1</s:getctag>"
FAULTS = [
    pytest.param(Reply(200, HTML, {"Content-Type": "text/html"}), ServerFault, id="html-200"),
    pytest.param(Reply(207, HTML, {"Content-Type": "text/html"}), ServerFault, id="html-207"),
    pytest.param(Reply(207, BOMB), ServerFault, id="entities"),
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
    pytest.param(Reply(302, headers={"Location": "https://elsewhere.invalid/"}), UntrustedServer, id="elsewhere"),
    pytest.param(Reply(302, headers={"Location": "/round/"}), ServerFault, id="circle"),
    pytest.param(CUT, Unreachable, id="connection-cut"),
]


@pytest.fixture(params=[ScriptedCalendar, ScriptedBook], ids=["calendar", "book"])
def kind(request: pytest.FixtureRequest) -> type[ScriptedCollection]:
    found: type[ScriptedCollection] = request.param
    return found


@pytest.fixture
def dav(kind: type[ScriptedCollection]) -> ScriptedCollection:
    return kind()


@pytest.mark.parametrize(("reply", "error"), FAULTS)
def test_a_fault_while_logging_in_is_a_typed_error(
    scripted: Start, dav: ScriptedCollection, reply: Reply, error: type[SourceError]
) -> None:
    dav.faults["listing"] = reply
    with pytest.raises(error) as caught:
        dav.sync(scripted(dav).url)
    assert "canary" not in caught.value.message + caught.value.hint
    assert "127.0.0.1" in caught.value.message


@pytest.mark.parametrize("fault", ["delta", "multiget"])
@pytest.mark.parametrize(("reply", "error"), FAULTS)
def test_a_fault_of_a_collection_removes_nothing_and_moves_nothing(
    scripted: Start, dav: ScriptedCollection, reply: Reply, error: type[SourceError], fault: str
) -> None:
    url = scripted(dav).url
    cursors = dav.fetched(url)
    dav.change(0)
    dav.faults[fault] = reply
    if reply.status == 401:
        with pytest.raises(AuthenticationFailed):
            dav.sync(url, cursors)
        return
    (batch,) = dav.sync(url, cursors)
    assert isinstance(batch.error, error)
    assert (hrefs(batch), batch.removed, batch.cursor) == ([], [], None)
    del dav.faults[fault]
    (batch,) = dav.sync(url, cursors)
    assert hrefs(batch) == [dav.name(0)]


@pytest.mark.parametrize("fault", ["listing", "multiget"])
def test_what_is_gone_is_an_error_and_no_deletion(scripted: Start, dav: ScriptedCollection, fault: str) -> None:
    url = scripted(dav).url
    cursors = dav.fetched(url)
    dav.change(0)
    dav.faults[fault] = Reply(410)
    if fault == "listing":
        with pytest.raises(ServerFault, match=r"no (calendar|address book) at this URL"):
            dav.sync(url, cursors)
        return
    (batch,) = dav.sync(url, cursors)
    assert "is gone (410); its " in str(batch.error)
    assert " were kept" in str(batch.error)
    assert (batch.removed, batch.cursor) == ([], None)


def test_a_wait_of_a_day_is_an_hour(scripted: Start, dav: ScriptedCollection) -> None:
    dav.faults["listing"] = Reply(503, headers={"Retry-After": "86400"})
    with pytest.raises(Throttled) as caught:
        dav.sync(scripted(dav).url)
    assert caught.value.retry_after == 3600


@pytest.mark.parametrize("tells", ["token", "ctag", "etags"])
def test_an_empty_listing_where_there_were_many_is_an_error(
    scripted: Start, kind: type[ScriptedCollection], tells: str
) -> None:
    properties = {"token": syncing(kind.properties), "ctag": kind.properties + CTAG, "etags": kind.properties}
    dav = kind(properties[tells])
    url = scripted(dav).url
    cursors = dav.fetched(url)
    dav.etags.clear()
    dav.listed = dav.listed.replace("c1", "c2")
    dav.faults["delta"] = Reply(403, EXPIRED)
    (batch,) = dav.sync(url, cursors)
    assert isinstance(batch.error, ServerFault)
    assert (batch.removed, batch.cursor) == ([], None)


@pytest.mark.parametrize(
    "refusal",
    [Reply(400), Reply(410), Reply(403, EXPIRED), Reply(409, EXPIRED), Reply(412, EXPIRED)],
    ids=lambda reply: str(reply.status),
)
def test_an_expired_token_is_one_full_comparison(scripted: Start, dav: ScriptedCollection, refusal: Reply) -> None:
    server = scripted(dav)
    cursors = dav.fetched(server.url)
    del dav.etags[dav.name(0)]
    dav.change(1)
    dav.faults["delta"] = refusal
    server.seen.clear()
    (batch,) = dav.sync(server.url, cursors)
    assert batch.removed == [dav.name(0)]
    assert hrefs(batch) == [dav.name(1)]
    assert [dav.kind(seen) for seen in server.seen] == ["listing", "delta", "full", "multiget"]


@pytest.mark.parametrize(("tags", "asked"), [(CTAG, ["listing"]), ("", ["listing", "etags"])])
def test_without_sync_collection_entity_tags_are_compared(
    scripted: Start, kind: type[ScriptedCollection], tags: str, asked: list[str]
) -> None:
    """Nothing is asked for where an unchanged ctag says that nothing is new."""
    dav = kind(kind.properties + tags)
    server = scripted(dav)
    cursors = dav.fetched(server.url)
    server.seen.clear()
    (batch,) = dav.sync(server.url, cursors)
    assert [dav.kind(seen) for seen in server.seen] == asked
    assert (hrefs(batch), batch.cursor) == ([], None)
    dav.listed = dav.listed.replace("c1", "c2")
    del dav.etags[dav.name(3)]
    dav.change(4)
    (batch,) = dav.sync(server.url, cursors)
    assert batch.removed == [dav.name(3)]
    assert hrefs(batch) == [dav.name(4)]


def test_what_comes_back_as_it_was_is_read_again(scripted: Start, kind: type[ScriptedCollection]) -> None:
    dav = kind(kind.properties)
    url = scripted(dav).url
    cursors = dav.fetched(url)
    etag = dav.etags.pop(dav.name(0))
    (gone,) = dav.sync(url, cursors)
    dav.etags[dav.name(0)] = etag
    (back,) = dav.sync(url, cursors | cursors_of(gone))
    assert (gone.removed, hrefs(back)) == ([dav.name(0)], [dav.name(0)])


def test_a_truncated_listing_is_read_page_by_page(scripted: Start, dav: ScriptedCollection) -> None:
    first, second = (dav.member(dav.name(n), f"<d:getetag>{n}</d:getetag>") for n in (1, 2))
    pages = {
        "": dav.multistatus(first, response(dav.path, status=507), token="p1"),
        "p1": dav.multistatus(second, token="p2"),
    }

    def script(seen: Seen) -> Reply:
        return pages["p1" if ">p1<" in seen.body else ""] if "sync-collection" in seen.body else dav(seen)

    batches = dav.sync(scripted(script).url)
    assert hrefs(*batches) == [dav.name(1), dav.name(2)]
    assert dav.token_in(batches[-1].cursor) == "p2"


BROKEN = {
    ScriptedCalendar: (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "VEVENT is not ended", "no calendar", "no VCALENDAR in it",
    ),
    ScriptedBook: (
        "BEGIN:VCARD\nEMAIL:a@x.example\n", "the vCard has no END:VCARD and was skipped", " ", "no vCard in it",
    ),
}  # fmt: skip


def test_members_that_fail_are_told_apart_and_lose_nothing(scripted: Start, kind: type[ScriptedCollection]) -> None:
    dav, (cut, reason, nothing, other_reason) = kind(), BROKEN[kind]
    url = scripted(dav).url
    cursors = dav.fetched(url)
    dav.token = "t2"
    dav.change(*range(6))
    dav.faults["multiget"] = dav.multistatus(
        dav.member(dav.name(0), status=404),
        dav.member(dav.name(1), status=403),
        dav.member(dav.name(2), dav.holding(cut)),
        dav.member(dav.name(3), dav.holding(nothing)),
        dav.given(dav.name(4)),
    )
    (batch,) = dav.sync(url, cursors)
    assert batch.error is None
    assert batch.removed == []
    assert hrefs(batch) == [dav.name(4)]
    assert [(skip.item, skip.reason) for skip in batch.skipped] == [
        (dav.name(1), "not given out by the server (403)"),
        (dav.name(2), reason),
        (dav.name(3), other_reason),
        (dav.name(0), "listed by the server, but not found when asked for (404)"),
        (dav.name(5), "listed by the server, but not given out"),
    ]
    assert dav.token_in(batch.cursor) == "t1"  # so that the last one is reported again
    del dav.faults["multiget"]
    (batch,) = dav.sync(url, cursors_of(batch) | {"": cursors[""]})
    assert sorted(hrefs(batch)) == [dav.name(0), dav.name(5)]


def test_one_object_too_large_does_not_hide_the_others(scripted: Start, dav: ScriptedCollection) -> None:
    dav.put(dav.name(2), "x" * (11 << 20))
    batches = dav.sync(scripted(dav).url)
    assert sum(len(contents(batch)) for batch in batches) == 5
    assert [(skip.item, skip.reason) for batch in batches for skip in batch.skipped] == [
        (dav.name(2), "too large to be read")
    ]


@pytest.mark.parametrize(
    ("reply", "asked"),
    [(Reply(429), 1), (Reply(503, headers={"Retry-After": "9"}), 1), (CUT, 1), (Reply(500), 2), (Reply(403), 2)],
)
def test_a_collection_that_fails_does_not_stop_the_next_unless_the_server_wants_a_pause(
    scripted: Start, dav: ScriptedCollection, reply: Reply, asked: int
) -> None:
    def script(seen: Seen) -> Reply:
        if "sync-collection" in seen.body:
            return reply
        listed = [response(f"{dav.path}{name}/", dav.listed) for name in "ab"]
        return dav.multistatus(*(listed if "displayname" in seen.body else [response(dav.path)]))

    server = scripted(script)
    batches = [batch for batch in dav.sync(server.url) if batch.place]
    name = batches[0].place
    assert [batch.place for batch in batches if batch.error] == [name, f"{name} (b)"]
    assert sum("sync-collection" in seen.body for seen in server.seen) == asked
