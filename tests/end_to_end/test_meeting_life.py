"""What becomes of a meeting between the day it is planned and long after it was held, over a real
server."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from kept_bytes import kept

from household import NOW, Household, ago, event, mail, utc, utc_ago
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import sync
from store.people import Person, people

BOB = "bob@globex.example"
YES = f"{BOB};PARTSTAT=ACCEPTED"
ANA = "ana@acme.example"


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user, imap=False, caldav=True)
    household.import_contacts(f"Bob,{BOB},Globex")
    return household


def bob_at(ana: Household, now: datetime, reads: bool = True) -> Person:
    """Bob as a pass at that instant leaves him; without `reads` the pass reads nothing."""
    with opened(load_config(ana.folder / "config.toml"), lambda: now) as agent:
        for report in sync(agent) if reads else ():
            assert report.error is None
        agent.refresh()
        (bob,) = people(agent.log, now)
    return bob


def put(ana: Household, user: str, text: str, name: str = "m.ics") -> None:
    ana.radicale.put(user, "work", name, text)


def weekly(start: datetime, count: int = 4, **lines: str) -> str:
    return event("s", start, YES, RRULE=f"FREQ=WEEKLY;COUNT={count}", **lines)


def with_override(series: str, *lines: str) -> str:
    extra = "\r\n".join(["BEGIN:VEVENT", "UID:s", f"DTSTAMP:{NOW:%Y%m%dT%H%M%SZ}", *lines, "END:VEVENT"])
    return series.replace("END:VCALENDAR", f"{extra}\r\nEND:VCALENDAR")


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def bob(ana: Household) -> dict[str, Any]:
    assert ana.ok("check")["differences"] == 0
    return ana.last("bob")


def test_what_lies_ahead_is_held_when_its_time_has_come_without_being_read_again(ana: Household, user: str) -> None:
    start = NOW + timedelta(days=2)
    put(ana, user, event("m", start, YES))
    planned = bob_at(ana, NOW)
    assert (planned.last_meeting, planned.next_meeting) == (None, start)
    under_way = bob_at(ana, start + timedelta(minutes=30), reads=False)
    assert (under_way.last_meeting, under_way.next_meeting) == (None, None)
    over = bob_at(ana, start + timedelta(hours=1), reads=False)
    assert (over.last_meeting, over.next_meeting, over.last_touch_kind) == (start, None, "meeting")


def test_series_go_on_as_time_does(ana: Household, user: str) -> None:
    first = ago(days=7)
    put(ana, user, weekly(first, count=60))
    assert bob_at(ana, NOW).last_meeting == first
    later = NOW + timedelta(days=200)
    assert bob_at(ana, later).last_meeting == first + timedelta(days=203)


@pytest.mark.parametrize(
    ("after", "last", "coming"),
    [
        (event("m", ago(days=-4), YES, SEQUENCE="1"), None, utc_ago(days=-4)),
        (event("m", ago(days=2), YES, SEQUENCE="1"), utc_ago(days=2), None),
        (event("m", ago(days=3), YES, SEQUENCE="1", STATUS="CANCELLED"), None, None),
        (event("m", ago(days=3), f"{BOB};PARTSTAT=DECLINED", SEQUENCE="1"), None, None),
        (event("m", ago(days=3), YES, f"{ANA};PARTSTAT=DECLINED"), None, None),
        (event("m", ago(days=3), "eve@hooli.example"), None, None),
        (event("m", ago(days=3), YES, CLASS="PRIVATE"), None, None),
    ],
    ids=[  # not the times themselves: the processes of one run would know the tests by different ones
        "moved into the future",
        "moved",
        "cancelled",
        "declined by the contact",
        "declined by the owner",
        "another guest instead",
        "private",
    ],
)
def test_what_is_changed_later_takes_the_touch_with_it(
    ana: Household, user: str, after: str, last: str | None, coming: str | None
) -> None:
    put(ana, user, event("m", ago(days=3), YES))
    ana.ok("sync")
    assert bob(ana)["last_meeting"] == utc_ago(days=3)
    put(ana, user, after)
    ana.ok("sync")
    found = bob(ana)
    assert (found["last_meeting"], found["next_meeting"]) == (last, coming)


def test_deleted_before_it_was_over_it_is_gone(ana: Household, user: str) -> None:
    put(ana, user, event("not-to-be", ago(days=-3), YES))
    ana.ok("sync")
    ana.radicale.delete(user, "work", "m.ics")
    ana.ok("sync")
    assert bob(ana)["next_meeting"] is None
    assert ana.run("why", "not-to-be").code == 6


@pytest.mark.parametrize(("days", "counts"), [(1, False), (6.9, False), (7.1, True), (60, True)])
def test_deleted_soon_it_did_not_happen_and_deleted_late_it_did(
    ana: Household, user: str, days: float, counts: bool
) -> None:
    put(ana, user, event("m", ago(days=days, hours=1), YES))
    ana.ok("sync")
    ana.radicale.delete(user, "work", "m.ics")
    ana.ok("sync")
    assert (bob(ana)["last_meeting"] is not None) == counts
    proof = ana.ok("why", "m")
    assert proof["verdict"] == ("held" if counts else "deleted")
    assert ("deleted from the calendar long after" in proof["reason"]) == counts


def test_a_calendar_that_lists_nothing_where_there_was_much_takes_nothing_away(ana: Household, user: str) -> None:
    for number in range(6):
        put(ana, user, event(f"m{number}", ago(days=number + 1), YES), f"{number}.ics")
    ana.ok("sync")
    for number in range(6):
        ana.radicale.delete(user, "work", f"{number}.ics")
    ana.radicale.forget_sync_tokens()
    outcome = ana.run("sync", "--json")
    assert "lists nothing" in outcome.json["accounts"][0]["error"]
    assert bob(ana)["last_meeting"] == utc_ago(days=1)


def test_one_calendar_may_drop_what_another_still_shows(ana: Household, user: str) -> None:
    ana.add_account("ben", f"{user}b", imap=False, caldav=True)
    text = event("m", ago(days=2), YES, organizer=ANA)
    put(ana, user, text)
    ana.radicale.put(f"{user}b", "work", "m.ics", text)
    ana.ok("sync")
    assert (bob(ana)["touches"], len(ana.ok("why", "m")["sightings"])) == (1, 2)
    ana.radicale.delete(user, "work", "m.ics")
    ana.ok("sync")
    assert (bob(ana)["last_meeting"], len(ana.ok("why", "m")["sightings"])) == (utc_ago(days=2), 1)


def test_an_occurrence_that_no_calendar_shows_moved_any_more_is_where_its_series_puts_it(
    ana: Household, user: str
) -> None:
    ana.radicale.create_calendar(user, "team", "Team")
    start, moved = ago(days=8), ago(days=7)
    series = weekly(start, 1, SEQUENCE="0")
    times = [f"RECURRENCE-ID:{stamp(start)}", f"DTSTART:{stamp(moved)}", "DURATION:PT1H", f"ATTENDEE:mailto:{BOB}"]
    for text, expected in ((with_override(series, *times, "SEQUENCE:1"), utc_ago(days=7)), (series, utc_ago(days=8))):
        for calendar in ("work", "team"):
            ana.radicale.put(user, calendar, "s.ics", text)
        ana.ok("sync")
        assert bob(ana)["last_meeting"] == expected


def test_where_the_newer_copy_is_deleted_the_one_that_is_left_holds(ana: Household, user: str) -> None:
    ana.radicale.create_calendar(user, "team", "Team")
    ana.radicale.put(user, "team", "m.ics", event("m", ago(days=8), YES, SEQUENCE="0"))
    ana.radicale.put(user, "work", "m.ics", event("m", ago(days=6), YES, SEQUENCE="1"))
    ana.ok("sync")
    assert bob(ana)["last_meeting"] == utc_ago(days=6)
    ana.radicale.delete(user, "work", "m.ics")
    ana.ok("sync")
    assert bob(ana)["last_meeting"] == utc_ago(days=8)


def test_an_invitation_by_mail_is_not_counted_beside_its_meeting(household: Household, user: str) -> None:
    household.add_account("ana", user, caldav=True)
    household.import_contacts(f"Bob,{BOB},Globex")
    invitation = mail(
        BOB, ANA, ago(days=4), "inv", "Invitation", Content_Type='text/calendar; method=REQUEST; charset="utf-8"'
    )
    household.dovecot.append(user, "INBOX", [invitation])
    put(household, user, event("m", ago(days=3), f"{ANA};PARTSTAT=ACCEPTED", organizer=BOB))
    household.ok("sync")
    found = bob(household)
    assert (found["touches"], found["last_inbound"], found["last_meeting"]) == (1, None, utc_ago(days=3))


def test_a_single_occurrence_made_private_leaves_no_trace_and_the_others_stay(ana: Household, user: str) -> None:
    start = ago(days=16)
    series = weekly(start, 3)
    planned = start + timedelta(days=7)
    once = [f"RECURRENCE-ID:{stamp(planned)}", f"DTSTART:{stamp(planned)}", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{BOB}"]
    put(ana, user, with_override(series, *once, "SUMMARY:Kardiologe"))
    ana.ok("sync")
    assert bob(ana)["touches"] == 3
    put(ana, user, with_override(series, *once, "SUMMARY:Kardiologe", "CLASS:PRIVATE"))
    ana.ok("sync")
    assert bob(ana)["touches"] == 2
    assert [one["at"] for one in ana.ok("log")] == [utc_ago(days=2), utc_ago(days=16)]
    assert b"Kardiologe" not in kept(ana.database)


def test_of_a_series_made_private_only_what_is_said_to_be_public_stays(ana: Household, user: str) -> None:
    start = ago(days=16)
    moved = start + timedelta(days=7)
    once = [f"RECURRENCE-ID:{stamp(moved)}", f"DTSTART:{stamp(moved + timedelta(hours=1))}", "CLASS:PUBLIC"]
    once += [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{BOB}", "SUMMARY:Lunch"]
    put(ana, user, with_override(weekly(start, 3, SUMMARY="Kardiologe"), *once))
    ana.ok("sync")
    assert bob(ana)["touches"] == 3
    for _ in range(2):
        put(ana, user, with_override(weekly(start, 3, SUMMARY="Kardiologe", CLASS="PRIVATE"), *once))
        report = ana.ok("sync")["accounts"][0]
        assert (report["skipped"], report["error"]) == (0, None)
        assert bob(ana)["touches"] == 1
        assert [(one["at"], one["verdict"]) for one in ana.ok("log")] == [(utc(moved + timedelta(hours=1)), "held")]
    assert b"Kardiologe" not in kept(ana.database)


def test_an_occurrence_keeps_its_id_when_its_series_is_edited(ana: Household, user: str) -> None:
    start = ago(days=16)
    put(ana, user, weekly(start, 3))
    ana.ok("sync")
    ids = {one["at"]: one["activity"] for one in ana.ok("log")}
    edited = weekly(start, 3, SUMMARY="New name", SEQUENCE="3")
    moved = start + timedelta(days=7)
    again = [f"RECURRENCE-ID:{stamp(moved)}", f"DTSTART:{stamp(moved + timedelta(hours=5))}", "SEQUENCE:4"]
    put(ana, user, with_override(edited, *again, f"ATTENDEE:mailto:{BOB}"))
    ana.ok("sync")
    after = {one["at"]: one["activity"] for one in ana.ok("log")}
    assert set(after.values()) == set(ids.values())
    assert after[utc(moved + timedelta(hours=5))] == ids[utc_ago(days=9)]


def test_a_series_put_to_another_hour_is_not_held_twice_on_the_days_it_was_held(ana: Household, user: str) -> None:
    start = ago(days=50).replace(hour=10)
    put(ana, user, weekly(start, 6))
    ana.ok("sync")
    ids = sorted(one["activity"] for one in ana.ok("log"))
    put(ana, user, weekly(start + timedelta(hours=2), 6, SEQUENCE="1"))
    ana.ok("sync")
    assert sorted(one["activity"] for one in ana.ok("log")) == ids
    assert bob(ana)["touches"] == 6
    assert {datetime.fromisoformat(one["at"]).hour for one in ana.ok("log")} == {12}


def test_a_meeting_that_becomes_a_series_is_not_held_twice(ana: Household, user: str) -> None:
    start = ago(days=30)
    put(ana, user, event("s", start, YES))
    ana.ok("sync")
    (single,) = (one["activity"] for one in ana.ok("log"))
    put(ana, user, weekly(start, 2, SEQUENCE="1"))
    ana.ok("sync")
    assert {one["activity"]: one["at"] for one in ana.ok("log")}[single] == utc_ago(days=30)
    assert bob(ana)["touches"] == 2


def test_two_meetings_of_one_day_stay_two_when_one_is_taken_out(ana: Household, user: str) -> None:
    start = ago(days=30)
    series = event("s", start, YES, RRULE="FREQ=HOURLY;INTERVAL=3;COUNT=2")
    put(ana, user, series)
    ana.ok("sync")
    put(ana, user, series.replace("COUNT=2", "COUNT=1"))
    ana.ok("sync")
    assert bob(ana)["touches"] == 2  # deleted long after it was over
