"""Tags that are but a time in seconds: what changes twice within one second is not missed."""

from __future__ import annotations

import pytest

from capture.dav.entity_tags import is_by_the_second
from dav_log import cursors_of, hrefs
from scripted_collections import ScriptedBook, ScriptedCalendar, ScriptedCollection
from scripted_dav import Start


@pytest.fixture(params=[ScriptedCalendar, ScriptedBook], ids=["calendar", "book"])
def kind(request: pytest.FixtureRequest) -> type[ScriptedCollection]:
    found: type[ScriptedCollection] = request.param
    return found


SECOND = "1764356400"
CTAGS = f"<s:getctag>{SECOND}</s:getctag>"
TOKENS = f"<d:sync-token>{SECOND}</d:sync-token>"


@pytest.mark.parametrize("tags", [CTAGS, TOKENS, CTAGS + TOKENS], ids=["ctag", "token", "both"])
def test_a_change_within_the_second_of_the_last_one_is_seen(
    scripted: Start, kind: type[ScriptedCollection], tags: str
) -> None:
    dav = kind(kind.properties + tags)
    dav.token = SECOND
    server = scripted(dav)
    cursors = dav.fetched(server.url)
    dav.change(3)
    (batch,) = dav.sync(server.url, cursors)
    assert hrefs(batch) == [dav.name(3)]
    cursors |= cursors_of(batch)
    dav.etags[dav.name(4)] = '"newer"'
    (batch,) = dav.sync(server.url, cursors)
    assert hrefs(batch) == [dav.name(4)]


@pytest.mark.parametrize("tags", [CTAGS, TOKENS, CTAGS + TOKENS], ids=["ctag", "token", "both"])
def test_once_confirmed_nothing_more_is_asked(scripted: Start, kind: type[ScriptedCollection], tags: str) -> None:
    dav = kind(kind.properties + tags)
    dav.token = SECOND
    server = scripted(dav)
    cursors = dav.fetched(server.url)
    (batch,) = dav.sync(server.url, cursors)
    cursors |= cursors_of(batch)
    server.seen.clear()
    (batch,) = dav.sync(server.url, cursors)
    assert ([dav.kind(seen) for seen in server.seen], batch.cursor) == (["listing"], None)


@pytest.mark.parametrize(
    "tag",
    [
        SECOND,
        f'"{SECOND}"',
        f"{SECOND}000",
        "2026-11-28T10:00:00Z",
        "20261128T100000Z",
        "Sat, 28 Nov 2026 10:00:00 GMT",
    ],
)
def test_times_are_known_as_such(tag: str) -> None:
    assert is_by_the_second(tag)


@pytest.mark.parametrize("tag", ["", "12", "1764356400123", "http://sabre.io/ns/sync/12", f"{SECOND}-7", "c0ffee"])
def test_what_says_more_than_a_second_is_trusted_at_once(tag: str) -> None:
    assert not is_by_the_second(tag)
