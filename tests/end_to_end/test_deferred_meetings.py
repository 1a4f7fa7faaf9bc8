"""Meetings in which nobody is listed are kept as they came, and lose nothing by that."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from kept_bytes import kept

from household import NOW, Household, ago, event, utc_ago
from store.database import open_for_reading

ZOE = "zoe@other.example;PARTSTAT=ACCEPTED"


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user, imap=False, caldav=True)
    return household


def put(ana: Household, user: str, uid: str, text: str) -> None:
    ana.radicale.put(user, "work", f"{uid}.ics", text)


def waiting(ana: Household) -> list[str]:
    with closing(open_for_reading(ana.database)) as log:
        query = "SELECT uid FROM calendar_object WHERE deferred_since IS NOT NULL ORDER BY uid"
        return [uid for (uid,) in log.execute(query)]


def with_zoe(ana: Household, user: str) -> None:
    put(ana, user, "past", event("past", ago(days=10), ZOE, organizer="ana@acme.example"))
    put(ana, user, "next", event("next", NOW + timedelta(days=3), ZOE, organizer="ana@acme.example"))
    put(ana, user, "weekly", event("weekly", ago(days=36), ZOE, RRULE="FREQ=WEEKLY;COUNT=3"))
    put(ana, user, "ours", event("ours", ago(days=1), "ben@acme.example", organizer="ana@acme.example"))


def test_adding_a_contact_brings_past_and_future_meetings_at_once_and_without_the_network(
    ana: Household, user: str
) -> None:
    with_zoe(ana, user)
    report = ana.ok("sync")["accounts"][0]
    assert (report["read"], report["new"]) == (4, 0)
    assert waiting(ana) == ["next", "ours", "past", "weekly"]
    ana.radicale.delete_calendar(user, "work")
    ana.ok("contacts", "add", "Zoe", "zoe@other.example")
    zoe = ana.last("zoe")
    assert (zoe["last_meeting"], zoe["touches"]) == (utc_ago(days=10), 4)
    assert zoe["next_meeting"] == utc_ago(days=-3)
    assert waiting(ana) == ["ours"]
    assert ana.ok("check")["differences"] == 0


def test_a_company_brings_its_meetings_too(ana: Household, user: str) -> None:
    with_zoe(ana, user)
    ana.ok("sync")
    ana.ok("companies", "add", "Other", "other.example")
    (company,) = ana.ok("last", "--company")
    assert company["last_touch"] == utc_ago(days=10)
    assert ana.ok("check")["differences"] == 0


def test_strangers_are_met_when_they_are_asked_for(ana: Household, user: str) -> None:
    with_zoe(ana, user)
    put(ana, user, "no", event("no", ago(days=2), "max@other.example;PARTSTAT=DECLINED", organizer="ana@acme.example"))
    ana.ok("sync")
    (zoe,) = ana.ok("unmatched")
    assert (zoe["address"], zoe["meetings"], zoe["last_touch"]) == ("zoe@other.example", 4, utc_ago(days=10))
    assert waiting(ana) == ["ours"]
    assert ana.ok("contacts", "add", "--from-unmatched", "1")["added"] == 1
    assert ana.last("zoe")["last_meeting"] == utc_ago(days=10)


def test_all_two_way_counts_those_met(ana: Household, user: str) -> None:
    with_zoe(ana, user)
    ana.ok("sync")
    assert ana.ok("contacts", "add", "--all-two-way")["added"] == 1


def test_with_contacts_from_two_way_whoever_was_met_is_a_contact(ana: Household, user: str) -> None:
    ana.configure('contacts_from = "two-way"')
    with_zoe(ana, user)
    ana.ok("sync")
    assert ana.last("zoe")["last_meeting"] == utc_ago(days=10)
    assert waiting(ana) == ["ours"]


def test_what_is_deleted_long_after_it_was_held_is_known_to_a_later_contact(ana: Household, user: str) -> None:
    put(ana, user, "old", event("old", ago(days=40), ZOE))
    put(ana, user, "young", event("young", ago(days=2), ZOE))
    for number in range(6):
        put(ana, user, f"x{number}", event(f"x{number}", ago(days=50), "ana@acme.example"))
    ana.ok("sync")
    ana.radicale.delete(user, "work", "old.ics")
    ana.radicale.delete(user, "work", "young.ics")
    ana.ok("sync")
    ana.ok("contacts", "add", "Zoe", "zoe@other.example")
    assert ana.last("zoe")["last_meeting"] == utc_ago(days=40)
    assert ana.ok("check")["differences"] == 0


def test_what_is_edited_out_long_after_it_was_held_is_known_to_a_later_contact(ana: Household, user: str) -> None:
    start = ago(days=40)
    put(ana, user, "w", event("w", start, ZOE, RRULE="FREQ=DAILY;COUNT=2"))
    ana.ok("sync")
    put(ana, user, "w", event("w", start, ZOE, RRULE="FREQ=DAILY;COUNT=1", SEQUENCE="1"))
    ana.ok("sync")
    ana.ok("contacts", "add", "Zoe", "zoe@other.example")
    assert ana.last("zoe")["last_meeting"] == utc_ago(days=39)
    assert ana.last("zoe")["touches"] == 2


def test_what_is_made_private_while_nobody_was_listed_leaves_no_trace(ana: Household, user: str) -> None:
    text = event("p", ago(days=40), ZOE, SUMMARY="Kardiologe")
    put(ana, user, "p", text)
    ana.ok("sync")
    put(ana, user, "p", text.replace("SUMMARY", "CLASS:PRIVATE\r\nSUMMARY"))
    ana.ok("sync")
    assert waiting(ana) == []
    ana.ok("contacts", "add", "Zoe", "zoe@other.example")
    assert ana.last("zoe")["last_touch"] is None
    assert b"Kardiologe" not in kept(ana.database)


def test_who_is_forgotten_goes_from_what_waits_too(ana: Household, user: str) -> None:
    put(ana, user, "z", event("z", ago(days=40), ZOE, "max@third.example", organizer="ana@acme.example"))
    ana.ok("sync")
    ana.ok("contacts", "forget", "zoe@other.example", "--yes")
    assert b"zoe@other.example" not in kept(ana.database)
    ana.ok("contacts", "add", "Max", "max@third.example")
    assert ana.last("max")["last_meeting"] == utc_ago(days=40)


def test_a_copy_that_hides_its_guests_counts_with_the_other(ana: Household, user: str) -> None:
    """Ana declined, Ben, whose copy names nobody but him and Ana, did not: it was held."""
    ana.add_account("ben", f"{user}b", imap=False, caldav=True)
    ana.import_contacts("Zoe,zoe@other.example,")
    put(ana, user, "m", event("m", ago(days=3), ZOE, "ana@acme.example;PARTSTAT=DECLINED"))
    hidden = event("m", ago(days=3), "ben@acme.example;PARTSTAT=ACCEPTED", organizer="ana@acme.example")
    ana.radicale.put(f"{user}b", "work", "m.ics", hidden)
    ana.ok("sync")
    assert len(ana.ok("why", "m")["sightings"]) == 2
    assert waiting(ana) == []
    assert ana.ok("check")["differences"] == 0


def test_unmatched_people_that_are_left_out_are_not_kept_in_objects_either(ana: Household, user: str) -> None:
    ana.configure("store_unmatched = false")
    with_zoe(ana, user)
    ana.ok("sync")
    assert b"zoe@other.example" not in kept(ana.database)


def test_a_broken_object_is_named_though_nobody_is_in_it(ana: Household, user: str) -> None:
    put(ana, user, "b", event("b", ago(days=3), RRULE="FREQ=SECONDLY"))
    ana.ok("sync")
    (account,) = ana.ok("status")["accounts"]
    assert [one["reason"] for one in account["skipped_items"]] == ["RRULE with FREQ=SECONDLY"]


def test_an_object_that_broke_takes_nothing_away(ana: Household, user: str) -> None:
    ana.import_contacts("Zoe,zoe@other.example,")
    put(ana, user, "w", event("w", ago(days=3), ZOE))
    ana.ok("sync")
    put(ana, user, "w", event("w", ago(days=3), ZOE, RRULE="FREQ=SECONDLY"))
    ana.ok("sync")
    assert ana.last("zoe")["last_meeting"] == utc_ago(days=3)


@pytest.mark.parametrize("words", ["log", "log zoe@other.example", "why past", "why zoe@other.example", "export"])
def test_an_answer_about_everybody_or_a_stranger_has_their_meetings(ana: Household, user: str, words: str) -> None:
    with_zoe(ana, user)
    ana.ok("sync")
    outcome = ana.run(*words.split(), "--json")
    assert outcome.code == 0, outcome.err
    assert '"held"' in outcome.out
    assert waiting(ana) == ["ours"]


def test_an_account_added_later_was_never_read(ana: Household, user: str) -> None:
    ana.import_contacts("Bob,bob@globex.example,Globex")
    ana.ok("sync")
    assert ana.last("bob")["seen_through"] is not None
    ana.add_account("ben", f"{user}b", caldav=True)
    assert ana.last("bob")["seen_through"] is None
    assert [one["account"] for one in ana.ok("status")["accounts"]] == ["ana", "ben", "ben"]
