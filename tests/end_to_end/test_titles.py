"""Events in which nobody is listed, whose titles name somebody: offered, counted once confirmed, or
counted at once."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest

import config_lines
from household import NOW, Household, ago, event, utc_ago
from store.database import open_for_reading

IRIS = "Iris Van Dam,iris@initech.example,Initech"


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user, imap=False, caldav=True)
    return household


def put(ana: Household, user: str, uid: str, text: str) -> None:
    ana.radicale.put(user, "work", f"{uid}.ics", text)


def offered(ana: Household) -> list[tuple[str, str]]:
    return [(one["subject"], one["name"]) for one in ana.ok("today")["suggests"]]


def the_activity(ana: Household) -> int:
    (one,) = ana.ok("today")["suggests"]
    return int(one["activity"])


def is_right(ana: Household) -> bool:
    return bool(ana.ok("check")["differences"] == 0)


def test_it_is_offered_and_does_not_count_unasked(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    put(ana, user, "soon", event("soon", NOW + timedelta(days=2), SUMMARY="Lunch Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.ok("sync")
    assert offered(ana) == [("Call Iris van Dam", "Iris Van Dam")]
    iris = ana.last("iris")
    assert (iris["last_touch"], iris["next_meeting"], iris["touches"]) == (None, None, 0)
    activity = the_activity(ana)
    proof = ana.ok("why", str(activity))
    assert (proof["verdict"], proof["suggests"]) == ("held", {"contact": iris["id"], "name": "Iris Van Dam"})
    assert proof["reason"].endswith("; the title names Iris Van Dam")
    assert f"lasttouch confirm {activity}" in proof["not_counted_because"]
    assert f"lasttouch confirm {activity}" in ana.run("today").out.splitlines()[-1]
    assert f"lasttouch confirm {activity}" in ana.run("why", "iris").out
    assert activity in [one["activity"] for one in ana.ok("why", "iris")[0]["not_counted"]]
    assert is_right(ana)


def test_once_confirmed_it_counts_and_no_more_when_that_is_taken_back(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.ok("sync")
    activity = the_activity(ana)
    ana.ok("confirm", str(activity))
    iris = ana.last("iris")
    assert (iris["last_meeting"], iris["last_touch_kind"], iris["touches"]) == (utc_ago(days=5), "meeting", 1)
    assert (iris["last_touch_activity"], iris["last_touch_by"]) == (activity, "Ana")
    assert offered(ana) == []
    assert (ana.ok("why", str(activity))["suggests"], ana.ok("why", str(activity))["not_counted_because"]) == (
        None,
        None,
    )
    assert is_right(ana)
    put(ana, user, "call", event("call", ago(days=4), SUMMARY="Call Iris van Dam", SEQUENCE="1"))
    ana.ok("sync")
    assert ana.last("iris")["last_meeting"] == utc_ago(days=4), "it was put to another day"
    assert "no longer confirmed" in ana.run("confirm", str(activity), "--undo").out
    assert ana.last("iris")["last_touch"] is None
    assert len(offered(ana)) == 1
    assert is_right(ana)


def test_what_was_no_meeting_is_not_offered_again(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Gift for Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.ok("sync")
    ana.ok("done", str(the_activity(ana)))
    assert offered(ana) == []


def test_three_are_offered_at_most_the_newest_first(ana: Household, user: str) -> None:
    for days in (1, 2, 3, 4):
        put(ana, user, f"call{days}", event(f"call{days}", ago(days=days), SUMMARY=f"Call {days} Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.ok("sync")
    assert [subject for subject, _ in offered(ana)] == [f"Call {days} Iris van Dam" for days in (1, 2, 3)]


def test_count_counts_at_once_what_was_and_what_is_ahead(ana: Household, user: str) -> None:
    put(
        ana,
        user,
        "weekly",
        event("weekly", ago(days=15), SUMMARY="Iris van Dam\\, weekly", RRULE="FREQ=WEEKLY;COUNT=4"),
    )
    ana.import_contacts(IRIS)
    ana.ok("sync")
    assert ana.last("iris")["touches"] == 0
    ana.configure('titles = "count"')
    ana.ok("sync")
    iris = ana.last("iris")
    assert (iris["last_meeting"], iris["next_meeting"]) == (utc_ago(days=1), utc_ago(days=-6))
    assert offered(ana) == []
    assert [one["activity"] for one in ana.ok("upcoming")] != []
    assert is_right(ana)


def test_ignore_neither_counts_nor_offers(ana: Household, user: str) -> None:
    ana.configure('titles = "ignore"')
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.ok("sync")
    assert (offered(ana), ana.ok("why", "iris")[0]["not_counted"]) == ([], [])
    assert is_right(ana)


def test_without_subjects_nothing_is_offered(ana: Household, user: str) -> None:
    ana.configure("store_subjects = false")
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.ok("sync")
    assert offered(ana) == []
    with contextlib.closing(open_for_reading(ana.database)) as log:
        assert log.execute("SELECT count(*) FROM title_pair").fetchone() == (0,)


def test_attendees_whole_days_cancelled_ones_and_those_of_strangers_are_not_concerned(
    ana: Household, user: str
) -> None:
    named = {"SUMMARY": "Call Iris van Dam"}
    put(ana, user, "with", event("with", ago(days=5), "ben@acme.example", organizer="ana@acme.example", **named))
    put(ana, user, "theirs", event("theirs", ago(days=4), organizer="max@other.example", **named))
    put(ana, user, "off", event("off", ago(days=3), STATUS="CANCELLED", **named))
    day = event("day", ago(days=2), SUMMARY="Birthday Iris van Dam").splitlines()
    start, end = (f"{ago(days=days):%Y%m%d}" for days in (2, 1))
    whole = {"DTSTART": f"DTSTART;VALUE=DATE:{start}", "DTEND": f"DTEND;VALUE=DATE:{end}"}
    put(ana, user, "day", "\r\n".join(whole.get(line.partition(":")[0], line) for line in day) + "\r\n")
    put(ana, user, "private", event("private", ago(days=1), CLASS="PRIVATE", **named))
    ana.import_contacts(IRIS)
    ana.configure('titles = "count"')
    ana.ok("sync")
    assert (offered(ana), ana.last("iris")["last_touch"]) == ([], None)
    assert is_right(ana)


def test_our_own_calendar_program_may_name_us_as_organizer(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), organizer="ana@acme.example", SUMMARY="Call Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.ok("sync")
    assert len(offered(ana)) == 1
    put(
        ana,
        user,
        "call",
        event(
            "call",
            ago(days=5),
            "ben@acme.example",
            organizer="ana@acme.example",
            SUMMARY="Call Iris van Dam",
            SEQUENCE="1",
        ),
    )
    ana.ok("sync")
    assert offered(ana) == [], "now somebody is listed in it"
    assert is_right(ana)


def test_whoever_comes_later_is_found_in_what_was_read_before(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    put(ana, user, "dentist", event("dentist", ago(days=6), SUMMARY="Dentist"))
    ana.ok("sync")
    assert (ana.ok("log"), is_right(ana)) == ([], True)
    ana.radicale.delete_calendar(user, "work")
    ana.ok("contacts", "add", "Iris van Dam", "iris@initech.example")
    assert offered(ana) == [("Call Iris van Dam", "Iris van Dam")]
    assert [one["subject"] for one in ana.ok("log")] == ["Call Iris van Dam"], "and nothing else of the calendar"
    assert is_right(ana)


def test_a_new_name_changes_it_for_all_that_was(ana: Household, user: str) -> None:
    put(ana, user, "old", event("old", ago(days=5), SUMMARY="Call Iris van Dam"))
    put(ana, user, "new", event("new", ago(days=4), SUMMARY="Call Iris Bakker"))
    ana.configure('titles = "count"')
    ana.import_contacts(IRIS)
    ana.ok("sync")
    assert ana.last("iris")["last_meeting"] == utc_ago(days=5)
    ana.ok("contacts", "edit", "iris", "--name", "Iris Bakker")
    iris = ana.last("iris")
    assert (iris["last_meeting"], iris["touches"]) == (utc_ago(days=4), 1)
    assert is_right(ana)


def test_two_of_one_name_are_nobody_until_they_are_one_or_one_is_gone(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    ana.configure('titles = "count"')
    ana.import_contacts(IRIS)
    ana.ok("sync")
    ana.ok("contacts", "add", "Iris van Dam", "iris@hooli.example")
    both = ana.ok("last", "iris")
    assert [one["last_touch"] for one in both] == [None, None]
    assert is_right(ana)
    into, other = sorted(one["id"] for one in both)
    ana.ok("contacts", "merge", f"#{into}", f"#{other}")
    assert ana.last("iris")["last_meeting"] == utc_ago(days=5)
    assert is_right(ana)
    ana.ok("contacts", "add", "Iris van Dam", "iris@third.example")
    assert [one["last_touch"] for one in ana.ok("last", "iris")] == [None, None]
    ana.ok("contacts", "remove", "iris@third.example")
    assert ana.last("iris")["last_meeting"] == utc_ago(days=5)
    assert is_right(ana)


def test_it_stays_with_whoever_changes_addresses(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    ana.configure('titles = "count"')
    ana.import_contacts(IRIS)
    ana.ok("sync")
    ana.ok("contacts", "alias", "iris", "iris@new.example")
    ana.ok("contacts", "alias", "iris", "iris@initech.example", "--remove")
    assert ana.last("iris")["last_meeting"] == utc_ago(days=5)
    assert is_right(ana)


def test_whoever_is_removed_is_named_no_more(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.ok("sync")
    ana.ok("contacts", "remove", "iris")
    assert (offered(ana), ana.ok("unmatched")) == ([], [])
    assert is_right(ana)


def test_whoever_is_erased_leaves_no_words_of_a_title(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    put(ana, user, "two", event("two", ago(days=4), SUMMARY="Iris van Dam and Max Roth"))
    ana.import_contacts(IRIS, "Max Roth,max@hooli.example,Hooli")
    ana.ok("sync")
    ana.run("contacts", "forget", "iris", "--yes")
    with contextlib.closing(open_for_reading(ana.database)) as log:
        assert log.execute("SELECT count(*) FROM title_pair").fetchone() == (0,)
        assert log.execute("SELECT count(*) FROM contact_name").fetchone() == (1,)
        assert "van dam" not in " ".join(text for (text,) in log.execute("SELECT text FROM calendar_object")).casefold()
    ana.ok("sync")
    assert offered(ana) == []
    assert is_right(ana)


def test_whom_a_title_names_says_nothing_of_whose_meeting_it_is(
    household: Household, user: str, tmp_path: Path
) -> None:
    """What shows nobody is of whoever's meeting bears the UID, and is so where its title names
    somebody."""
    household.add_account("ana", user, imap=False, caldav=True)
    household.radicale.put(user, "work", "call.ics", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    household.import_contacts(IRIS)
    household.ok("sync")
    assert len(offered(household)) == 1
    theirs = event("call", ago(days=5), "ana@acme.example", organizer="iris@initech.example", SEQUENCE="1")
    (tmp_path / "diary.ics").write_bytes(theirs.encode())
    household.set_account("ben", config_lines.files(str(tmp_path / "diary.ics")), owner="Ben")
    household.ok("sync")
    assert len(household.ok("log")) == 1
    assert is_right(household)


def test_a_title_that_changes_names_somebody_else(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    ana.import_contacts(IRIS, "Max Roth,max@hooli.example,Hooli")
    ana.configure('titles = "count"')
    ana.ok("sync")
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Max Roth", SEQUENCE="1"))
    ana.ok("sync")
    assert (ana.last("iris")["last_touch"], ana.last("max")["last_touch"]) == (None, utc_ago(days=5))
    assert len(ana.ok("log")) == 1
    assert is_right(ana)


def test_what_is_deleted_before_it_was_over_takes_its_touch_along(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", NOW + timedelta(days=2), SUMMARY="Call Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.configure('titles = "count"')
    ana.ok("sync")
    assert ana.last("iris")["next_meeting"] == utc_ago(days=-2)
    ana.radicale.delete(user, "work", "call.ics")
    ana.ok("sync")
    assert ana.last("iris")["next_meeting"] is None
    assert is_right(ana)


def test_events_in_files_name_somebody_too_and_are_one_with_those_of_a_server(
    household: Household, user: str, tmp_path: Path
) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    text = event("call", ago(days=5), SUMMARY="Call Iris van Dam")
    household.radicale.put(user, "work", "call.ics", text)
    (tmp_path / "diary.ics").write_bytes(text.encode())
    household.set_account("ben", config_lines.files(str(tmp_path / "diary.ics")), owner="Ben")
    household.import_contacts(IRIS)
    household.ok("sync")
    household.ok("sync")
    assert len(offered(household)) == len(household.ok("log")) == 1
    household.ok("confirm", str(the_activity(household)), "--by", "ben")
    assert household.last("iris")["touches"] == 1
    assert is_right(household)


def test_a_log_that_knew_nothing_of_titles_learns_them_from_what_it_holds(ana: Household, user: str) -> None:
    put(ana, user, "call", event("call", ago(days=5), SUMMARY="Call Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.configure('titles = "ignore"')
    ana.ok("sync")
    with ana.written() as log:
        for table in ("contact_name", "title_pair", "name_due"):
            log.execute(f"DELETE FROM {table}")
        log.execute("DELETE FROM setting WHERE name = 'house'")
    ana.configure('horizon = "60d"')
    ana.head = ana.head.replace('titles = "ignore"\n', "")
    ana.write_config()
    ana.radicale.delete_calendar(user, "work")
    ana.run("sync")
    assert len(offered(ana)) == 1
    assert is_right(ana)


def test_a_room_is_nobody_who_is_listed(ana: Household, user: str) -> None:
    room = "room@acme.example;CUTYPE=ROOM"
    put(ana, user, "call", event("call", ago(days=5), room, organizer="ana@acme.example", SUMMARY="Call Iris van Dam"))
    ana.import_contacts(IRIS)
    ana.ok("sync")
    assert is_right(ana)
