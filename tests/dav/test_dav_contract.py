"""What holds of every calendar server: real ones, and the habits of those that cannot be run
here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import pytest
from cyrus_server import CyrusCalendars, CyrusServer
from sabredav_server import SabredavAccount, SabredavServer

from activity.batch import Batch
from activity.errors import ServerFault
from activity.meeting import CalendarObject
from capture.calendar import reading
from capture.calendar.source import CalendarSource
from capture.dav.position import Position
from capture.dav.source import DavAccount
from capture.dav.transport import Answer, Transport
from dav_log import DavLog
from memory_dav import MemoryDav
from radicale_server import RadicaleServer
from scripted_dav import Start
from xandikos_server import XandikosServer


def event(uid: str, summary: str = "Lunch") -> str:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", f"UID:{uid}",
         "DTSTAMP:20260101T000000Z", "DTSTART:20261122T100000Z", "DTEND:20261122T110000Z", f"SUMMARY:{summary}",
         "END:VEVENT", "END:VCALENDAR", ""]
    )  # fmt: skip


class Server(Protocol):
    """A calendar server whose one user is ana."""

    def create_calendar(self, calendar: str, name: str) -> str: ...
    def delete_calendar(self, calendar: str) -> None: ...
    def put(self, calendar: str, name: str, text: str) -> None: ...
    def delete(self, calendar: str, name: str) -> None: ...


class _Radicale:
    def __init__(self, server: RadicaleServer, user: str) -> None:
        self._server, self._user = server, user

    def create_calendar(self, calendar: str, name: str) -> str:
        return self._server.create_calendar(self._user, calendar, name)

    def delete_calendar(self, calendar: str) -> None:
        self._server.delete_calendar(self._user, calendar)

    def put(self, calendar: str, name: str, text: str) -> None:
        self._server.put(self._user, calendar, name, text)

    def delete(self, calendar: str, name: str) -> None:
        self._server.delete(self._user, calendar, name)


class Account(DavLog):
    """An account on a server, whose requests are counted."""

    def __init__(
        self,
        server: Server,
        url: str,
        user: str,
        tells_deletions: bool = True,
        tells_changes: bool = True,
        principal: str = "",
    ) -> None:
        self.server = server
        self.url = url
        self.user = user
        self.tells_deletions = tells_deletions
        self.tells_changes = tells_changes
        self.principal = url + (principal or f"{user}/")
        self.is_doubted = False  # what its tags say is believed when a second pass has found nothing new
        self.requests: list[str] = []
        super().__init__(self.source_at(url))

    def source_at(self, url: str) -> CalendarSource:
        return CalendarSource(DavAccount(url, self.user, lambda: "secret"))

    def sync(self) -> list[Batch]:
        self.requests.clear()
        return super().sync()

    def expire(self, place: str) -> None:
        """The token, if there is one, is of a kind the server gives and does not know."""
        position = Position(self.cursors[place])
        if (token := position.token).startswith("data:,"):  # Cyrus: a calendar's number, and a revision of it
            position.token = "data:,1-1"
        elif token:
            position.token = "t99999" if len(token) < 8 else token[:-1] + ("1" if token[-1] == "0" else "0")
        self.cursors[place] = position.to_text()


@pytest.fixture(scope="module")
def xandikos() -> Iterator[XandikosServer]:
    with XandikosServer() as server:
        yield server


HABITS = {
    "syncs": MemoryDav(),
    "pages": MemoryDav(page=2),
    "lists-gone": MemoryDav(lists_gone=True),
    "drops-tokens-403": MemoryDav(refuses=403),
    "drops-tokens-412": MemoryDav(refuses=412, page=2),
    "ctags": MemoryDav(syncs=False, ctags=True),
    "etags": MemoryDav(syncs=False),
    "sogo": MemoryDav(syncs=False, ctags=True, seconds=True),
}


@pytest.fixture(params=["radicale", "xandikos", "sabredav", "cyrus", *HABITS])
def account(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, user: str) -> Iterator[Account]:
    made: list[str] = []
    if request.param == "radicale":
        radicale: RadicaleServer = request.getfixturevalue("radicale")
        account = Account(_Radicale(radicale, user), radicale.url, user)
    elif request.param == "xandikos":
        server: XandikosServer = request.getfixturevalue("xandikos")
        account = Account(server, server.url, "ana")
    elif request.param == "sabredav":
        sabredav: SabredavServer = request.getfixturevalue("sabredav")
        account = Account(
            SabredavAccount(sabredav, user), sabredav.url, user, tells_deletions=False, principal=f"principals/{user}/"
        )
    elif request.param == "cyrus":
        cyrus: CyrusServer = request.getfixturevalue("cyrus")
        account = Account(CyrusCalendars(cyrus, user), cyrus.url, user, principal=f"dav/principals/user/{user}/")
    else:
        habit = HABITS[request.param]
        twin = replace(habit, calendars={})
        start: Start = request.getfixturevalue("scripted")
        account = Account(
            twin,
            start(twin).url,
            "ana",
            tells_deletions=habit.syncs and not habit.refuses,
            tells_changes=habit.syncs or habit.ctags,
        )
        account.is_doubted = habit.seconds
    create, send = account.server.create_calendar, Transport._send

    def created(calendar: str, name: str) -> str:
        made.append(calendar)
        return create(calendar, name)

    def counted(self: Transport, method: str, url: str, *rest: object) -> Answer:
        answer = send(self, method, url, *rest)  # type: ignore[arg-type]
        if answer.status != 401:  # to be asked who we are, as Digest begins, is no request
            account.requests.append(method)
        return answer

    monkeypatch.setattr(account.server, "create_calendar", created)
    monkeypatch.setattr(Transport, "_send", counted)
    account.server.create_calendar("work", "Work & <Play>")
    yield account
    if request.param == "xandikos":  # it has one user, whom the tests share
        for calendar in made:
            try:
                account.server.delete_calendar(calendar)
            except RuntimeError:  # the test did
                continue


WORK = "Work & <Play>"


def test_the_first_pass_brings_every_object(account: Account) -> None:
    names = ["a b.ics", "c@d.ics", "ü.ics", *(f"{number}.ics" for number in range(5))]
    for name in names:
        account.server.put("work", name, event(name, "Lunch & <more>"))
    batches = account.sync()
    assert [batch.error for batch in batches if batch.error] == []
    assert len(account.held(WORK)) == len(names)
    assert {"a%20b.ics", "c@d.ics"} <= account.held(WORK)
    assert all("SUMMARY:Lunch & <more>" in item.text for item in account.items.values())


def test_nothing_new_is_one_request_for_all_calendars(account: Account) -> None:
    account.server.create_calendar("other", "Other")
    for calendar in ("work", "other"):
        account.server.put(calendar, "1.ics", event(calendar))
    account.sync()
    if account.is_doubted:
        account.sync()
    batches = account.sync()
    assert [(batch.items, batch.removed, batch.cursor, batch.error) for batch in batches] == [([], [], None, None)] * 2
    assert len(account.requests) == (1 if account.tells_changes else 3)


def test_with_nothing_new_the_objects_that_were_read_are_not_even_looked_at(account: Account) -> None:
    account.server.put("work", "1.ics", event("1"))
    account.sync()
    if account.is_doubted:
        account.sync()
    if account.tells_changes:
        account.cursors[WORK] = account.cursors[WORK].partition("\n")[0] + "\n{as large as the calendar}"
    (batch,) = account.sync()
    assert (batch.items, batch.removed, batch.cursor, batch.error) == ([], [], None, None)


def test_what_is_new_changed_and_gone_is_followed(account: Account) -> None:
    for name in "abc":
        account.server.put("work", f"{name}.ics", event(name))
    account.sync()
    account.server.put("work", "b.ics", event("b", "Dinner"))
    account.server.delete("work", "a.ics")
    account.server.put("work", "d.ics", event("d"))
    batches = account.sync()
    assert sorted(item.href for batch in batches for item in batch.items if isinstance(item, CalendarObject)) == [
        "b.ics",
        "d.ics",
    ]
    assert account.held(WORK) == {"b.ics", "c.ics", "d.ics"}
    assert "SUMMARY:Dinner" in account.items[WORK, "b.ics"].text
    assert [(batch.items, batch.removed) for batch in account.sync()] == [([], [])]


def test_what_comes_back_is_seen_again(account: Account) -> None:
    account.server.put("work", "a.ics", event("a"))
    account.server.put("work", "b.ics", event("b"))
    account.sync()
    account.server.delete("work", "a.ics")
    account.sync()
    assert account.held(WORK) == {"b.ics"}
    account.server.put("work", "a.ics", event("a", "Again"))
    account.sync()
    assert "SUMMARY:Again" in account.items[WORK, "a.ics"].text


def test_an_expired_token_is_one_full_comparison(account: Account) -> None:
    for name in "abcd":
        account.server.put("work", f"{name}.ics", event(name))
    account.sync()
    account.server.put("work", "b.ics", event("b", "Dinner"))
    account.server.delete("work", "a.ics")
    account.expire(WORK)
    batches = account.sync()
    assert [item.href for batch in batches for item in batch.items if isinstance(item, CalendarObject)] == ["b.ics"]
    assert account.held(WORK) == {"b.ics", "c.ics", "d.ics"}
    assert [batch.error for batch in batches] == [None]


def test_an_interrupted_first_pass_goes_on_where_it_was(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    for number in range(7):
        account.server.put("work", f"{number}.ics", event(f"{number}"))
    for batch in account.source.batches({}):
        account.store(batch)
        if len(account.items) == 4:
            break
    gone = min(account.held(WORK))
    account.server.delete("work", gone)
    fetched = [item for batch in account.sync() for item in batch.items]
    assert len(fetched) == 3
    assert account.held(WORK) == {f"{number}.ics" for number in range(7)} - {gone}


def test_many_objects_are_all_read(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 10)
    names = {f"{number}.ics" for number in range(35)}
    for name in names:
        account.server.put("work", name, event(name))
    account.sync()
    assert account.held(WORK) == names


def test_a_calendar_that_was_emptied_is_told_or_is_an_error(account: Account) -> None:
    for number in range(6):
        account.server.put("work", f"{number}.ics", event(f"{number}"))
    account.sync()
    for number in range(6):
        account.server.delete("work", f"{number}.ics")
    (batch,) = account.sync()
    if account.tells_deletions:  # one by one, each by its name
        assert (len(batch.removed), batch.error) == (6, None)
    else:
        assert isinstance(batch.error, ServerFault)
        assert (batch.removed, batch.cursor) == ([], None)


def test_an_empty_calendar_fills(account: Account) -> None:
    assert [(batch.items, batch.error) for batch in account.sync() if batch.place] == [([], None)]
    account.server.put("work", "a.ics", event("a"))
    account.sync()
    assert account.held(WORK) == {"a.ics"}


def test_a_calendar_that_vanishes_takes_nothing_away(account: Account) -> None:
    account.server.create_calendar("other", "Other")
    for calendar in ("work", "other"):
        account.server.put(calendar, "1.ics", event(calendar))
    account.sync()
    account.server.delete_calendar("work")
    account.server.put("other", "2.ics", event("2"))
    errors = {batch.place: batch.error for batch in account.sync()}
    assert isinstance(errors[WORK], ServerFault)
    assert errors["Other"] is None
    assert account.held(WORK) == {"1.ics"}
    assert account.held("Other") == {"1.ics", "2.ics"}


@pytest.mark.parametrize("start", ["root", "principal", "home", "calendar"])
def test_every_url_on_the_way_to_the_calendars_leads_there(account: Account, start: str) -> None:
    account.server.put("work", "1.ics", event("1"))
    batches = list(account.source.batches({}))
    (home,) = json.loads(batches[0].cursor or "")["urls"]
    urls = {
        "root": account.url,
        "principal": account.principal,
        "home": home,
        "calendar": f"{home}work/",
    }
    found = [batch for batch in account.source_at(urls[start]).batches({}) if batch.place]
    assert [(batch.place, len(batch.items)) for batch in found] == [(WORK, 1)]
