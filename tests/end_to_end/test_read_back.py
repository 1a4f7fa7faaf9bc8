"""A date from before what was read back to is not called the last."""

from __future__ import annotations

import pytest

from household import Household, ago, event, mail, utc, utc_ago
from lasttouch.configuration.config import load_config
from lasttouch.wizard.first_sync import first_sync


@pytest.fixture
def home(household: Household, user: str) -> Household:
    """Bob was met half a year ago and wrote two months ago; Eve wrote last week."""
    household.add_account("ana", user, caldav=True)
    for sender, days in (("Bob Stone <bob@globex.example>", 60), ("Eve Hall <eve@hooli.example>", 7)):
        message = mail(sender, "ana@acme.example", ago(days=days), f"m{days}")
        household.dovecot.append(user, "INBOX", [message], ago(days=days))
    meeting = event("m1", ago(days=180), "bob@globex.example;PARTSTAT=ACCEPTED", organizer="ana@acme.example")
    household.radicale.put(user, "work", "m1.ics", meeting)
    household.import_contacts("Bob Stone,bob@globex.example,Globex", "Eve Hall,eve@hooli.example,Hooli")
    return household


def _month(household: Household) -> None:
    """What `init` reads."""
    reports = first_sync(load_config(household.folder / "config.toml"), "ana")
    assert [one.error for one in reports] == [None, None]


def test_after_a_month_was_read_no_older_date_is_told_as_the_last(home: Household) -> None:
    _month(home)
    bob = home.last("bob")
    assert bob["last_touch"] == utc_ago(days=180)
    assert utc_ago(days=31) < bob["read_back_to"] < utc_ago(days=29)
    shown = home.run("last").out
    assert utc(ago(days=180))[:10] not in shown
    assert "not since" in shown
    assert "7 days ago" in shown
    assert "Not everything is read back further than" in shown
    assert "Not everything is read back further than" in home.run("why", "bob").out
    assert home.ok("why", "bob")[0]["read_back_to"] == bob["read_back_to"]
    (globex,) = home.ok("last", "--company", "globex")
    assert globex["read_back_to"] == bob["read_back_to"]
    assert "not since" in home.run("last", "--company", "globex").out
    assert [one["state"] for one in home.ok("stale", "--days", "1") if one["name"] == "Bob Stone"] == ["unknown"]
    sources = {one["source"]: one["read_back_to"] for one in home.ok("status")["accounts"]}
    assert sources["imap"] == bob["read_back_to"]
    assert utc_ago(days=735) < sources["caldav"] < utc_ago(days=729)


def test_once_all_is_read_the_dates_are_told(home: Household) -> None:
    _month(home)
    home.ok("sync")
    bob = home.last("bob")
    assert bob["last_touch"] == utc_ago(days=60)
    assert utc_ago(days=735) < bob["read_back_to"] < utc_ago(days=729)
    shown = home.run("last").out
    assert "not since" not in shown
    assert "Not everything" not in shown
    assert [one["state"] for one in home.ok("stale", "--days", "10") if one["name"] == "Bob Stone"] == ["stale"]


def test_what_was_read_once_stays_read(home: Household) -> None:
    home.ok("sync")
    before = home.last("bob")["read_back_to"]
    home.configure('backfill = "90d"')
    home.ok("sync")
    assert home.last("bob")["read_back_to"] == before


def test_while_the_first_pass_is_not_over_no_date_is_the_last(
    home: Household, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.ok("sync")
    with home.written() as log:
        log.execute("UPDATE source SET seen_through = NULL WHERE kind = 'imap'")
        log.execute("UPDATE place SET read_back_to = NULL")
    shown = home.run("last").out
    assert "not known yet" in shown
    assert "7 days ago" not in shown
    assert home.last("eve")["read_back_to"] is None
