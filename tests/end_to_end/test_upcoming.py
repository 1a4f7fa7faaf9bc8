"""The next meetings: with whom, who else knows them, and what everybody answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from household import Household, ago, event, mail, utc_ago


@pytest.fixture
def agency(household: Household, new_user: Callable[[], str]) -> Household:
    ana, ben = new_user(), new_user()
    household.add_account("ana", ana, caldav=True)
    household.add_account("ben", ben)
    household.dovecot.append(ben, "INBOX", [mail("carla@globex.example", "ben@acme.example", ago(days=6), "c1")])
    household.dovecot.append(ana, "INBOX", [mail("bob@globex.example", "ana@acme.example", ago(days=9), "b1")])
    put = household.radicale.put
    me = "ana@acme.example;PARTSTAT={}"
    put(
        ana, "work", "1.ics",
        event("lunch", ago(days=-2), me.format("TENTATIVE"), "bob@globex.example;PARTSTAT=ACCEPTED",
              "carla@globex.example;PARTSTAT=DECLINED", SUMMARY="Lunch"),
    )  # fmt: skip
    put(
        ana,
        "work",
        "2.ics",
        event("late", ago(days=-20), me.format("ACCEPTED"), "carla@globex.example;PARTSTAT=TENTATIVE"),
    )
    put(ana, "work", "3.ics", event("no", ago(days=-3), me.format("DECLINED"), "bob@globex.example"))
    put(
        ana,
        "work",
        "4.ics",
        event("not-bob", ago(days=-4), me.format("ACCEPTED"), "bob@globex.example;PARTSTAT=DECLINED"),
    )
    put(ana, "work", "5.ics", event("now", ago(hours=0.1), me.format("ACCEPTED"), "bob@globex.example"))
    household.import_contacts("Bob,bob@globex.example,Globex", "Carla,carla@globex.example,Globex")
    household.ok("sync")
    return household


def test_each_meeting_says_who_comes_and_who_else_knows_them(agency: Household) -> None:
    lunch, late = agency.ok("upcoming")
    assert (lunch["at"], lunch["subject"], lunch["verdict"]) == (utc_ago(days=-2), "Lunch", "upcoming")
    assert lunch["own_answers"] == [{"account": "ana", "answer": "TENTATIVE"}]
    by_ana = {"account": "ana", "owner": "Ana", "last_touch": utc_ago(days=9)}
    by_ben = {"account": "ben", "owner": "Ben", "last_touch": utc_ago(days=6)}
    assert [(one["name"], one["answer"], one["last_touch"], one["known_by"]) for one in lunch["contacts"]] == [
        ("Bob", "ACCEPTED", utc_ago(days=9), [by_ana]),
        ("Carla", "DECLINED", utc_ago(days=6), [by_ben]),
    ]
    assert [one["answer"] for one in late["contacts"]] == ["TENTATIVE"]


def test_the_table_shows_answers_and_colleagues(agency: Household) -> None:
    headings, lunch, late = agency.run("upcoming").out.splitlines()[:3]
    assert headings.split("\t") == ["When", "With", "Title", "In", "Last touch", "Also known to", "Account"]
    assert lunch.split("\t")[1:] == [
        "Bob, Carla (declined)", "Lunch", "1 day", "9 days ago, 6 days ago", "Ben (6 days ago)", "ana (tentative)"
    ]  # fmt: skip
    assert late.split("\t")[1] == "Carla (tentative)"
    assert late.split("\t")[-1] == "ana"


def test_days_limit_and_who_narrow_it(agency: Household) -> None:
    assert [one["subject"] for one in agency.ok("upcoming", "--days", "7")] == ["Lunch"]
    assert [one["subject"] for one in agency.ok("upcoming", "--limit", "1")] == ["Lunch"]
    assert [one["at"] for one in agency.ok("upcoming", "bob")] == [utc_ago(days=-2)]
    assert agency.run("upcoming", "--days", "1").out == "No meeting with a contact lies ahead within a day.\n"
    assert agency.run("upcoming", "--csv").out.count("\n") == 3


def test_a_series_is_one_line_and_every_meeting_for_programs(agency: Household) -> None:
    user = agency.accounts["ana"].partition('username = "')[2].partition('"')[0]
    me, bob = "ana@acme.example;PARTSTAT=ACCEPTED", "bob@globex.example;PARTSTAT=ACCEPTED"
    series = event("weekly", ago(days=-1), me, bob, SUMMARY="Call", RRULE="FREQ=WEEKLY;COUNT=5")
    agency.radicale.put(user, "work", "6.ics", series)
    agency.radicale.put(user, "work", "7.ics", event("twice", ago(days=-6), me, bob, RRULE="FREQ=DAILY;COUNT=2"))
    agency.ok("sync")
    assert [one["subject"] for one in agency.ok("upcoming", "bob")].count("Call") == 5
    *table, note = agency.run("upcoming", "bob").out.splitlines()
    headings, call, lunch, twice = (line.split("\t") for line in table)
    assert note == "Of a series the next meeting is shown."
    then = headings.index("Then")
    assert (call[2], call[then], lunch[then]) == ("Call", "weekly, 4 more", "")
    assert twice[then] == "daily, 1 more"
    assert agency.run("upcoming", "bob", "--limit", "2").out.count("There are more: raise --limit.\n") == 1
    assert len(agency.ok("upcoming", "bob", "--limit", "2")) == 2
