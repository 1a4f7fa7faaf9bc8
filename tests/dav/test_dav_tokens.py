"""Calendars and address books that are opened by an OAuth access token (RFC 6750)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from activity.errors import AuthenticationFailed
from capture.address_books.source import AddressBookSource
from capture.calendar.source import CalendarSource
from capture.dav.source import DavAccount
from scripted_collections import ScriptedCalendar
from scripted_dav import Reply, Seen, Start


class Guarded:
    """Calendars behind tokens, which are good for so many requests each."""

    def __init__(self, **good: int) -> None:
        self.good = good
        self.dav = ScriptedCalendar()
        self.sent: list[str] = []

    def __call__(self, seen: Seen) -> Reply:
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        self.sent.append(token)
        if self.good.get(token, 0) <= 0:
            return Reply(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token", Basic realm="x", Digest'})
        self.good[token] -= 1
        return self.dav(seen)


def source(url: str, tokens: Iterator[str], kind: Any = CalendarSource) -> Any:
    return kind(DavAccount(url, "ana@acme.example", lambda: next(tokens), by_token=True))


@pytest.fixture(params=[CalendarSource, AddressBookSource])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_a_token_opens_calendars_and_is_fetched_once(scripted: Start) -> None:
    guard = Guarded(canary=99)
    (home, *_) = source(scripted(guard).url, iter(["canary"])).batches({})
    assert home.cursor
    assert set(guard.sent) == {"canary"}


def test_a_token_that_expires_amid_a_pass_is_fetched_anew_and_nothing_is_read_twice(scripted: Start) -> None:
    guard = Guarded(first=2, second=99)
    assert [b.error for b in source(scripted(guard).url, iter(["first", "second"])).batches({})] == [None, None]
    assert guard.sent[:4] == ["first", "first", "first", "second"]
    assert "first" not in guard.sent[3:]


@pytest.mark.parametrize("printed", [["bad", "bad"], ["bad", "worse", "bad"]])
def test_a_refused_token_is_tried_once_with_another_and_never_as_a_password(
    scripted: Start, kind: Any, printed: list[str]
) -> None:
    guard = Guarded()
    with pytest.raises(AuthenticationFailed, match="refused the access token") as caught:
        list(source(scripted(guard).url, iter(printed), kind).batches({}))
    assert guard.sent == list(dict.fromkeys(printed))
    assert "token_command" in caught.value.hint
    assert not {"bad", "worse"} & set((caught.value.message + caught.value.hint).split())


@pytest.mark.parametrize("printed", ["two words", "a\rb", "a\nb", "a\0b", "tökén", "a\x1bb"])
def test_what_is_no_token_is_never_sent(scripted: Start, kind: Any, printed: str) -> None:
    guard = Guarded()
    with pytest.raises(AuthenticationFailed):
        list(source(scripted(guard).url, iter([printed]), kind).batches({}))
    assert guard.sent == []
