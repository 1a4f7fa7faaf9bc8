"""What `status` says of single calendars and mailboxes, and of what was skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from activity.batch import Batch
from activity.errors import AuthenticationFailed
from capture.calendar.source import CalendarSource
from capture.dav.listing import Collection
from capture.dav.reports import UnexpectedAnswer
from capture.dav.transport import Answer, Transport
from household import Household, ago, event, utc_ago


@pytest.fixture
def two_calendars(household: Household, user: str) -> Household:
    household.add_account("ana", user, imap=False, caldav=True)
    household.radicale.create_calendar(user, "club", "Club")
    household.radicale.put(user, "work", "w.ics", event("w", ago(days=3), "bob@globex.example"))
    household.radicale.put(user, "club", "c.ics", event("c", ago(days=4), "bob@globex.example"))
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    return household


def test_every_calendar_says_how_far_it_was_read(two_calendars: Household) -> None:
    (source,) = two_calendars.ok("status")["accounts"]
    places = source["places"]
    assert [(one["place"], one["error"], one["skipped"]) for one in places] == [("Club", None, 0), ("Work", None, 0)]
    assert {one["seen_through"] for one in places} == {source["seen_through"]}


def test_a_calendar_that_fails_is_named_and_the_others_go_on(two_calendars: Household, user: str) -> None:
    (before,) = two_calendars.ok("status")["accounts"]
    two_calendars.radicale.delete_calendar(user, "club")
    two_calendars.radicale.put(user, "work", "new.ics", event("new", ago(days=1), "bob@globex.example"))
    outcome = two_calendars.run("sync")
    assert outcome.code == 1
    assert two_calendars.last("bob")["last_meeting"] == utc_ago(days=1)
    (source,) = two_calendars.ok("status")["accounts"]
    club, work = source["places"]
    assert (club["place"], club["error_code"]) == ("Club", "server-fault")
    assert "'Club' is no longer listed" in club["error"]
    assert club["failing_since"] is not None
    assert club["seen_through"] == before["seen_through"] == source["seen_through"]
    assert work["error"] is None
    assert work["seen_through"] >= club["seen_through"]
    shown = two_calendars.run("status").out
    assert "ana\tcaldav\tClub\tfailing since" in shown
    assert "failing in part since" in shown
    assert "Club of ana's caldav" in two_calendars.run("last").out
    two_calendars.accounts["ana"] = two_calendars.accounts["ana"].replace(
        "[accounts.caldav]", 'exclude_calendars = ["Club"]\n[accounts.caldav]'
    )
    two_calendars.write_config()
    two_calendars.ok("sync")
    (source,) = two_calendars.ok("status")["accounts"]
    assert [one["error"] for one in source["places"]] == [None, None]
    assert source["error"] is None


def test_everything_skipped_can_be_listed(two_calendars: Household, user: str) -> None:
    assert two_calendars.run("status", "--skipped").out == "Nothing was skipped.\n"
    forever = event("endless", ago(days=3), "bob@globex.example", RRULE="FREQ=SECONDLY")
    two_calendars.radicale.put(user, "work", "endless.ics", forever)
    two_calendars.ok("sync")
    (source,) = two_calendars.ok("status")["accounts"]
    assert [(one["place"], one["skipped"]) for one in source["places"]] == [("Club", 0), ("Work", 1)]
    listed = two_calendars.run("status", "--skipped").out.splitlines()
    assert listed[0] == "Account\tSource\tPlace\tItem\tWhy"
    assert listed[1].startswith("ana\tcaldav\tWork\tendless.ics")
    assert two_calendars.run("status", "--skipped", "--csv").out.count("\n") == 2


def test_a_calendar_that_is_closed_to_us_does_not_stop_the_others_for_an_hour(
    two_calendars: Household, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = CalendarSource.read

    def closed(self: CalendarSource, transport: Transport, collection: Collection, *rest: str) -> Iterator[Batch]:
        if collection.segment == "club":
            raise UnexpectedAnswer(Answer(403, collection.url, {}), AuthenticationFailed("403"))
        return read(self, transport, collection, *rest)

    monkeypatch.setattr(CalendarSource, "read", closed)
    for days in (5, 4, 3, 2, 1):
        two_calendars.radicale.put(user, "work", "new.ics", event("new", ago(days=days), "bob@globex.example"))
        two_calendars.run("sync")
    assert two_calendars.last("bob")["last_meeting"] == utc_ago(days=1)
    (source,) = two_calendars.ok("status")["accounts"]
    assert [one["error_code"] for one in source["places"]] == ["authentication", None]


def test_sync_says_which_calendar_it_could_not_read(two_calendars: Household, user: str) -> None:
    two_calendars.radicale.delete_calendar(user, "club")
    outcome = two_calendars.run("sync")
    assert "Club: the calendar 'Club' is no longer listed" in outcome.err
    assert "exclude_calendars" in outcome.err
