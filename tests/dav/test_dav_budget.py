"""Servers that answer without end are given up and named; those that are slow and give what they
have are not."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import pytest

from activity.errors import ServerFault
from capture.calendar import reading
from capture.calendar.service import CALENDARS
from capture.dav import changes, listing, lookup, transport
from capture.dav.budget import Budget, Exhausted
from capture.dav.lookup import look_up
from dav_log import cursors_of, hrefs
from scripted_collections import ScriptedBook, ScriptedCalendar, ScriptedCollection
from scripted_dav import Reply, Seen, Start, response

SECONDS = 1.5


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "Budget", lambda noun: Budget(noun, SECONDS))


def _later(reply: Reply, seconds: float) -> Reply:
    time.sleep(seconds)
    return reply


def _redirecting(_: Seen, numbers: itertools.count[int] = itertools.count()) -> Reply:  # noqa: B008  one for all
    return _later(Reply(302, headers={"Location": f"/.well-known/{next(numbers)}"}), 0.4)


def _dripping(seen: Seen) -> Reply:
    def drip(handler: object) -> None:
        file = handler.wfile  # type: ignore[attr-defined]
        file.write(b"HTTP/1.1 207 X\r\nContent-Length: 100000\r\n\r\n<d:multistatus xmlns:d='DAV:'>")
        for _ in range(400):
            file.write(b" ")
            file.flush()
            time.sleep(0.05)

    return Reply(404) if seen.path == "/" else Reply(raw=drip)


@pytest.mark.parametrize("script", [_redirecting, _dripping])
def test_a_well_known_location_without_end_is_given_up_and_named(
    scripted: Start, script: Callable[[Seen], Reply]
) -> None:
    url = scripted(script).url
    began = time.monotonic()
    with pytest.raises(Exhausted, match="calendar server kept us busy"):
        ScriptedCalendar.sync(url, path="")
    assert time.monotonic() - began < SECONDS + 3


@pytest.mark.parametrize("kind", [ScriptedCalendar, ScriptedBook])
def test_pages_without_end_end_the_pass(scripted: Start, kind: type[ScriptedCollection]) -> None:
    dav = kind()
    numbers = itertools.count()

    def script(seen: Seen) -> Reply:
        if dav.kind(seen) not in ("full", "delta"):
            return dav(seen)
        page = next(numbers)
        more = response(dav.path, status=507)
        return _later(dav.multistatus(dav.member(f"{page}.x", "<d:getetag>1</d:getetag>"), more, token=f"p{page}"), 0.1)

    began = time.monotonic()
    errors = [batch.error for batch in dav.sync(scripted(script).url) if batch.error]
    assert [type(error) for error in errors] == [Exhausted]
    assert time.monotonic() - began < SECONDS + 3


def test_names_without_end_are_given_up(scripted: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_MEMBERS", 20)
    dav = ScriptedCalendar()
    numbers = itertools.count()

    def script(seen: Seen) -> Reply:
        if dav.kind(seen) != "full":
            return dav(seen)
        page = next(numbers)
        members = [dav.member(f"{page}-{one}.ics", "<d:getetag>1</d:getetag>") for one in range(5)]
        return dav.multistatus(*members, response(dav.path, status=507), token=f"p{page}")

    server = scripted(script)
    errors = [batch.error for batch in dav.sync(server.url) if batch.error]
    assert [str(error) for error in errors] == ["127.0.0.1 lists changes without end"]
    assert len(server.seen) < 10


def test_more_calendars_than_anybody_has_are_named(scripted: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_COLLECTIONS", 3)
    dav = ScriptedCalendar()
    members = [response(f"/cal/{one}/", dav.listed) for one in range(5)]
    dav.faults["listing"] = dav.multistatus(*members)
    with pytest.raises(ServerFault, match="lists more calendars than anybody has"):
        ScriptedCalendar.sync(scripted(dav).url)


@pytest.mark.parametrize("kind", [ScriptedCalendar, ScriptedBook])
def test_who_is_slow_and_gives_what_there_is_is_never_given_up(
    scripted: Start, kind: type[ScriptedCollection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture.address_books.reading.AT_ONCE", 2)
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    dav = kind(objects=12)

    def script(seen: Seen) -> Reply:
        return _later(dav(seen), 0.6 if dav.kind(seen) == "multiget" else 0)

    batches = dav.sync(scripted(script).url)
    assert len(hrefs(*batches)) == 12
    assert not any(batch.error for batch in batches)


@pytest.mark.parametrize("where", ["listing", "full"])
def test_a_tag_of_nine_megabytes_is_not_kept(scripted: Start, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "Budget", Budget)
    dav = ScriptedCalendar()
    huge = "t" * (9 << 20)
    if where == "listing":
        dav.listed = dav.properties + f"<d:sync-token>{huge}</d:sync-token><s:getctag>{huge}</s:getctag>"
    else:
        dav.token = huge
    url = scripted(dav).url
    cursors = dav.fetched(url)
    assert sum(map(len, cursors.values())) < 10_000
    dav.change(2)
    (batch,) = dav.sync(url, cursors)
    assert hrefs(batch) == [dav.name(2)]
    assert sum(map(len, cursors_of(batch).values())) < 10_000


def test_looking_a_server_up_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = lookup._PROGRAM.partition("from caldav")[0]
    monkeypatch.setattr(lookup, "_PROGRAM", bounded + 'print("https://big.example/" + "x" * (400 << 20))')
    with pytest.raises(ServerFault, match="no calendar server is announced"):
        look_up(CALENDARS, "ana@acme.example", None)
