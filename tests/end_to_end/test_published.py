"""A calendar published at a secret address, read like any other."""

from __future__ import annotations

import pytest

from config_lines import table
from household import Household, ago, event, utc_ago
from scripted_dav import Reply, Seen, Start

SECRET = "private-5ec7e7"


class Feed:
    def __init__(self) -> None:
        self.events: list[str] = []

    def __call__(self, _: Seen) -> Reply:
        inner = "".join(
            one.partition("PRODID:-//test//\r\n")[2].removesuffix("END:VCALENDAR\r\n") for one in self.events
        )
        return Reply(200, f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inner}END:VCALENDAR\r\n".encode())


@pytest.fixture
def feed(household: Household, scripted: Start, monkeypatch: pytest.MonkeyPatch) -> Feed:
    feed = Feed()
    monkeypatch.setenv("TEAM_URL", scripted(feed).url + SECRET + "/basic.ics")
    household.set_account("ana", table("[[accounts.calendar_urls]]", name="Team", url_env="TEAM_URL"), owner="Ana")
    household.import_contacts("Bob,bob@globex.example,Globex", "Eve,eve@hooli.example,Hooli")
    return feed


def test_meetings_of_a_published_calendar_count(household: Household, feed: Feed) -> None:
    feed.events = [
        event("met", ago(days=3), "bob@globex.example"),
        event("ahead", ago(days=-2), "bob@globex.example", "ana@acme.example;PARTSTAT=ACCEPTED"),
        event("declined", ago(days=1), "bob@globex.example", "ana@acme.example;PARTSTAT=DECLINED"),
        event("nobody", ago(days=1)),
    ]
    (report,) = household.ok("sync")["accounts"]
    assert (report["source"], report["new"], report["touches"]) == ("calendar_urls", 3, 2)
    bob = household.last("bob")
    assert bob["last_meeting"] == utc_ago(days=3)
    assert bob["next_meeting"] == utc_ago(days=-2)
    (source,) = household.ok("status")["accounts"]
    assert [one["place"] for one in source["places"]] == ["Team"]
    assert household.ok("check")["differences"] == 0


def test_what_a_feed_drops_for_its_age_stays_and_what_it_drops_soon_did_not_happen(
    household: Household, feed: Feed
) -> None:
    old = event("old", ago(days=60), "eve@hooli.example")
    feed.events = [old, event("recent", ago(days=2), "bob@globex.example"), event("other", ago(days=4), "x@y.example")]
    household.ok("sync")
    feed.events = feed.events[2:]
    assert household.ok("sync")["accounts"][0]["removed"] == 2
    assert household.last("bob")["last_meeting"] is None
    assert household.last("eve")["last_meeting"] == utc_ago(days=60)
    feed.events.append(old)
    household.ok("sync")
    assert household.last("eve")["last_meeting"] == utc_ago(days=60)
    assert household.ok("check")["differences"] == 0


def test_the_address_is_told_nowhere(household: Household, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    feed.events = [event("met", ago(days=3), "bob@globex.example")]
    told = [household.run("sync").out]
    monkeypatch.setattr(Feed, "__call__", lambda *_: Reply(404))
    failed = household.run("sync")
    assert failed.code == 1
    for command in (["status"], ["status", "--json"], ["status", "--skipped"], ["last"], ["log", "--json"]):
        outcome = household.run(*command)
        told += [outcome.out, outcome.err]
    assert "Team" in "".join(told)
    assert SECRET not in "".join([*told, failed.out, failed.err])
    for path in household.folder.iterdir():
        assert SECRET.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('url = "https://calendar.google.com/calendar/ical/a/private-5ec7e7/basic.ics"', "kept like a password"),
        ('url = "https://outlook.office365.com/owa/calendar/private-5ec7e7/calendar.ics"', "kept like a password"),
        ('url = "http://cal.example/private-5ec7e7"', "use https"),
        ('url = "https://cal.example/a.ics"\nurl_env = "X"', "exactly one"),
        ("", "exactly one"),
        ('url_env = "A"\n[[accounts.calendar_urls]]\nname = "Team"\nurl_env = "B"', "a name of its own"),
    ],
)
def test_an_address_that_is_a_secret_does_not_belong_in_the_configuration(
    household: Household, lines: str, said: str
) -> None:
    household.set_account("ana", table("[[accounts.calendar_urls]]", name="Team") + f"{lines}\n")
    outcome = household.run("status")
    assert outcome.code == 3
    assert said in outcome.err
    assert SECRET not in outcome.err


def test_with_a_published_calendar_that_was_not_read_nobody_is_known_to_be_silent(
    household: Household, feed: Feed
) -> None:
    feed.events = [event("met", ago(days=30), "bob@globex.example")]
    household.ok("sync")
    assert {one["name"]: one["state"] for one in household.ok("stale", "--days", "10")} == {
        "Bob": "stale",
        "Eve": "never",
    }
    with household.written() as log:
        log.execute("UPDATE source SET seen_through = seen_through - 3 * 86400")
    assert {one["state"] for one in household.ok("stale", "--days", "10")} == {"unknown"}
    assert [one["source"] for one in household.ok("today")["unknown"]] == ["calendar_urls"]
