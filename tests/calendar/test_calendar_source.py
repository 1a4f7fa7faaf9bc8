"""Reading calendars from a real Radicale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activity.errors import AuthenticationFailed, ServerFault, Unreachable
from capture.calendar import reading
from capture.calendar.source import CalendarSource
from capture.dav.choice import Choice
from capture.dav.source import DavAccount
from dav_log import DavLog
from radicale_server import RadicaleServer


def event(uid: str, *lines: str, summary: str = "Lunch") -> str:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", f"UID:{uid}",
         "DTSTAMP:20260101T000000Z", "DTSTART:20261122T100000Z", "DTEND:20261122T110000Z", f"SUMMARY:{summary}",
         "DESCRIPTION:never kept", *lines, "END:VEVENT", "END:VCALENDAR", ""]
    )  # fmt: skip


@pytest.fixture
def account(radicale: RadicaleServer) -> DavAccount:
    return DavAccount(radicale.url, "ana", lambda: "se:cret")


@pytest.fixture
def log(account: DavAccount) -> DavLog:
    return DavLog(CalendarSource(account))


@pytest.fixture
def changed(radicale: RadicaleServer, log: DavLog) -> None:
    """A calendar with a, b and c was read; then b was changed and a deleted."""
    radicale.create_calendar("ana", "work")
    for name in "abc":
        radicale.put("ana", "work", f"{name}.ics", event(name))
    log.sync()
    radicale.put("ana", "work", "b.ics", event("b", summary="Dinner"))
    radicale.delete("ana", "work", "a.ics")


def test_first_sync_brings_every_object_stripped(radicale: RadicaleServer, log: DavLog) -> None:
    radicale.create_calendar("ana", "work", "Work & <Play>")
    radicale.put("ana", "work", "a b.ics", event("a"))
    radicale.put("ana", "work", "c@d.ics", event("c"))
    batches = log.sync()
    assert log.held("Work & <Play>") == {"a%20b.ics", "c@d.ics"}
    stored = log.items["Work & <Play>", "c@d.ics"]
    assert stored.etag
    assert "SUMMARY:Lunch" in stored.text
    assert "DESCRIPTION" not in stored.text
    assert [batch.error for batch in batches] == [None, None]


def test_nothing_new_is_one_listing(radicale: RadicaleServer, log: DavLog, requests: list[str]) -> None:
    for calendar in ("one", "two"):
        radicale.create_calendar("ana", calendar)
        radicale.put("ana", calendar, "x.ics", event(calendar))
    log.sync()
    requests.clear()
    batches = log.sync()
    assert [request.split("/", 3)[-1] for request in requests] == ["ana/"]
    assert [(batch.items, batch.removed, batch.cursor, batch.error) for batch in batches] == [([], [], None, None)] * 2


@pytest.mark.usefixtures("changed")
def test_changes_and_deletions_are_followed(radicale: RadicaleServer, log: DavLog) -> None:
    radicale.put("ana", "work", "d.ics", event("d"))
    batches = log.sync()
    assert sorted(item.href for batch in batches for item in batch.items) == ["b.ics", "d.ics"]
    assert [batch.removed for batch in batches] == [["a.ics"]]
    assert "SUMMARY:Dinner" in log.items["work", "b.ics"].text
    assert log.held("work") == {"b.ics", "c.ics", "d.ics"}


@pytest.mark.usefixtures("changed")
def test_a_forgotten_token_is_one_listing_and_fetches_only_what_changed(
    radicale: RadicaleServer, log: DavLog, requests: list[str]
) -> None:
    radicale.forget_sync_tokens()
    requests.clear()
    batches = log.sync()
    assert [item.href for batch in batches for item in batch.items] == ["b.ics"]
    assert log.held("work") == {"b.ics", "c.ics"}
    assert len(requests) == 1 + 3  # the refused delta, one listing, one fetch
    assert [batch.error for batch in batches] == [None]


def test_an_interrupted_first_sync_goes_on_where_it_was(
    radicale: RadicaleServer, account: DavAccount, log: DavLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    radicale.create_calendar("ana", "work")
    for number in range(7):
        radicale.put("ana", "work", f"{number}.ics", event(f"{number}"))
    for batch in CalendarSource(account).batches({}):
        log.store(batch)
        if len(log.items) == 4:
            break
    fetched = [item.href for batch in log.sync() for item in batch.items]
    assert len(fetched) == 3
    assert len(log.held("work")) == 7


def test_calendars_can_be_chosen_and_left_out(radicale: RadicaleServer, account: DavAccount) -> None:
    for calendar, name in (("a", "Work"), ("b", "Home"), ("c", "Club")):
        radicale.create_calendar("ana", calendar, name)

    def places(choice: Choice) -> list[str]:
        return [batch.place for batch in CalendarSource(replace(account, choice=choice)).batches({}) if batch.place]

    assert places(Choice()) == ["Work", "Home", "Club"]
    assert places(Choice(("work", "/ana/c/"))) == ["Work", "Club"]
    assert places(Choice(exclude=("b", "CLUB"))) == ["Work"]


def test_a_calendar_that_is_asked_for_and_missing_is_an_error(radicale: RadicaleServer, account: DavAccount) -> None:
    radicale.create_calendar("ana", "a", "Work")
    batches = DavLog(CalendarSource(replace(account, choice=Choice(("Work", "Wrok"))))).sync()
    assert [(batch.place, type(batch.error)) for batch in batches[1:]] == [("Wrok", ServerFault), ("Work", type(None))]


def test_two_calendars_of_one_name_stay_apart_and_keep_their_places(radicale: RadicaleServer, log: DavLog) -> None:
    radicale.create_calendar("ana", "x", "Work")
    radicale.put("ana", "x", "1.ics", event("1"))
    log.sync()
    radicale.create_calendar("ana", "b", "Work")
    radicale.put("ana", "b", "2.ics", event("2"))
    log.sync()
    assert log.held("Work") == {"1.ics"}
    assert log.held("Work (b)") == {"2.ics"}


def test_the_url_may_be_one_calendar(radicale: RadicaleServer, account: DavAccount, requests: list[str]) -> None:
    url = radicale.create_calendar("ana", "work", "Work")
    radicale.create_calendar("ana", "other")
    radicale.put("ana", "work", "1.ics", event("1"))
    log = DavLog(CalendarSource(replace(account, url=url)))
    log.sync()
    assert set(log.items) == {("Work", "1.ics")}
    requests.clear()
    log.sync()
    assert len(requests) == 1


def test_a_deleted_calendar_is_an_error_and_removes_nothing(
    radicale: RadicaleServer, account: DavAccount, log: DavLog
) -> None:
    for calendar in ("one", "two"):
        radicale.create_calendar("ana", calendar)
        radicale.put("ana", calendar, "x.ics", event(calendar))
    log.sync()
    radicale.delete_calendar("ana", "one")
    radicale.put("ana", "two", "y.ics", event("y"))
    errors = {batch.place: batch.error for batch in log.sync()}
    assert isinstance(errors["one"], ServerFault)
    assert errors["two"] is None
    assert log.held("one") == {"x.ics"}
    assert log.held("two") == {"x.ics", "y.ics"}
    log.source = CalendarSource(replace(account, choice=Choice(exclude=("one",))))
    assert [batch.error for batch in log.sync()] == [None]


def test_nothing_is_left_of_an_event_made_private(radicale: RadicaleServer, account: DavAccount, log: DavLog) -> None:
    radicale.create_calendar("ana", "work")
    radicale.put("ana", "work", "1.ics", event("1"))
    log.sync()
    radicale.put("ana", "work", "1.ics", event("1", "CLASS:PRIVATE"))
    log.sync()
    assert log.items["work", "1.ics"].text == ""
    log.source = CalendarSource(account, "time-only")
    log.cursors.clear()
    log.sync()
    assert "Lunch" not in log.items["work", "1.ics"].text


def test_tasks_are_no_items_and_not_fetched_again(radicale: RadicaleServer, log: DavLog, requests: list[str]) -> None:
    radicale.create_calendar("ana", "work")
    radicale.put("ana", "work", "t.ics", event("t").replace("VEVENT", "VTODO").replace("DTEND", "DUE"))
    assert [batch.items for batch in log.sync()] == [[], []]
    radicale.put("ana", "work", "e.ics", event("e"))
    log.sync()
    assert log.held("work") == {"e.ics"}


def test_a_url_without_calendars_and_one_without_a_server(radicale: RadicaleServer, account: DavAccount) -> None:
    with pytest.raises((ServerFault, AuthenticationFailed)):
        list(CalendarSource(replace(account, url=radicale.url + "nobody/here/")).batches({}))
    radicale.pause()
    try:
        with pytest.raises(Unreachable):
            list(CalendarSource(account).batches({}))
    finally:
        radicale.start()


def test_a_moved_home_is_found_again(radicale: RadicaleServer, log: DavLog) -> None:
    radicale.create_calendar("ana", "work")
    radicale.put("ana", "work", "1.ics", event("1"))
    log.sync()
    log.cursors[""] = log.cursors[""].replace("/ana/", "/ana/gone/", 1)
    assert {batch.place: batch.error for batch in log.sync()} == {"": None, "work": None}
