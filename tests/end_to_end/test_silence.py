"""Who has been silent for too long, and of whom that cannot be said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from household import NOW, Household, ago, event, mail, utc_ago


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    """Bob wrote every ten days until 40 days ago, Carl once, Dora every day until 3 days ago, Zoe
    never."""
    household.add_account("ana", user, caldav=True)
    household.receive(
        user,
        *(mail("bob@globex.example", "ana@acme.example", ago(days=d), f"b{d}") for d in (80, 70, 60, 50, 40)),
        mail("carl@globex.example", "ana@acme.example", ago(days=100), "c"),
        *(mail("dora@hooli.example", "ana@acme.example", ago(days=d), f"d{d}") for d in range(3, 9)),
    )
    household.radicale.put(user, "work", "m.ics", event("m", NOW + timedelta(days=5), "dora@hooli.example"))
    rows = (
        "Bob,bob@globex.example,Globex,Ana",
        "Carl,carl@globex.example,Globex,Ana",
        "Dora,dora@hooli.example,Hooli,Ben",
    )
    path = household.folder / "c.csv"
    path.write_text("\n".join(["name,email,company,owner", *rows, "Zoe,zoe@other.example,,Ben", ""]), encoding="utf-8")
    household.ok("contacts", "import", str(path))
    household.ok("sync")
    return household


@pytest.mark.parametrize(
    ("gap", "silent", "stale"),
    [(20, 29, False), (20, 31, True), (10, 14.5, False), (10, 15.5, True), (1, 60, False), (100, 149, False)],
)
def test_one_and_a_half_times_the_usual_gap_makes_somebody_stale(
    household: Household, user: str, gap: float, silent: float, stale: bool
) -> None:
    household.add_account("ana", user)
    days = [silent + gap * number for number in range(5)]
    letters = [mail("bob@globex.example", "ana@acme.example", ago(days=day), f"b{day}") for day in days]
    household.dovecot.append(user, "INBOX", letters)
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    assert bool(household.ok("stale")) == stale


def test_two_bursts_are_too_few_for_a_rhythm(household: Household, user: str) -> None:
    household.add_account("ana", user)
    letters = [mail("bob@globex.example", "ana@acme.example", ago(days=day), f"b{day}") for day in (90, 85, 64, 60)]
    household.dovecot.append(user, "INBOX", letters)
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    assert household.ok("stale") == []
    (bob,) = household.ok("stale", "--days", "30")
    assert (bob["silent_days"], bob["usual_days"], bob["ratio"]) == (60, None, None)


@pytest.mark.parametrize("settled", ["meeting", "snooze", "ignore"])
def test_who_is_met_soon_or_was_put_off_or_aside_is_not_stale(ana: Household, user: str, settled: str) -> None:
    assert [one["name"] for one in ana.ok("stale") if one["state"] == "stale"] == ["Bob"]
    if settled == "meeting":
        soon = event("soon", NOW + timedelta(days=9), "bob@globex.example")
        ana.radicale.put(user, "work", "soon.ics", soon)
        ana.ok("sync")
    else:
        ana.ok(settled, "bob", *(["2w"] if settled == "snooze" else []))
    assert [one["name"] for one in ana.ok("stale") if one["state"] == "stale"] == []
    assert "Bob" not in [one["name"] for one in ana.ok("stale", "--days", "30")]


def test_past_the_cadence_that_was_set(ana: Household) -> None:
    ana.ok("cadence", "carl", "90d")
    ana.ok("cadence", "bob", "50d")
    (carl, *_) = ana.ok("stale")
    assert (carl["name"], carl["because"]) == ("Carl", "silent 100 days, past the 90 days set")
    assert [one["name"] for one in ana.ok("stale") if one["state"] == "stale"] == ["Carl"]
    (reason,) = [one for one in ana.ok("today")["reasons"] if one["kind"] == "cadence"]
    assert (reason["name"], reason["because"]) == ("Carl", "silent for 100 days, past the 90 days you set")


def test_stale_by_own_rhythm_shows_its_arithmetic(ana: Household) -> None:
    found = ana.ok("stale")
    assert [(one["name"], one["state"]) for one in found] == [("Bob", "stale"), ("Zoe", "never")]
    assert found[0] == {
        **ana.last("bob"),
        "state": "stale",
        "silent_days": 40,
        "usual_days": 10,
        "ratio": 4.0,
        "unknown_since": None,
        "because": "silent 40 days, usually every 10 days: 4.0x",
    }
    shown = ana.run("stale").out
    assert "Bob\t40 days\tevery 10 days\t4.0x\t" in shown
    ana.ok("done", "bob")  # else that he wrote is told of first
    assert "Bob: silent 40 days, usually every 10 days: 4.0x" in ana.run("today").out
    assert "Never touched: Zoe." in shown
    assert "by length: lasttouch stale --days 90" in shown


def test_stale_by_length_and_its_filters(ana: Household) -> None:
    def names(*words: str) -> list[str]:
        return [one["name"] for one in ana.ok("stale", *words) if one["state"] == "stale"]

    assert names("--days", "30") == ["Carl", "Bob"]
    assert names("--sort", "rhythm") == names("--owner", "ana") == ["Bob"]
    assert names("--days", "30", "--sort", "name") == ["Bob", "Carl"]
    assert names("--days", "99") == ["Carl"]
    assert names("--days", "1", "--owner", "ben") == []
    assert names("--days", "1", "--company", "glob") == ["Carl", "Bob"]
    assert names("--days", "1", "--limit", "1") == ["Carl"]
    assert names("--days", "1", "--as-of", "60d") == ["Carl"]
    assert ana.run("stale", "--owner", "nobody").code == 6
    assert ana.run("stale", "--company", "nowhere").code == 6


def test_who_exchanges_through_an_account_that_was_not_read_is_unknown(ana: Household) -> None:
    with ana.written() as log:
        log.execute("UPDATE source SET seen_through = seen_through - 3 * 86400 WHERE kind = 'imap'")
    found = {one["name"]: one for one in ana.ok("stale")}
    assert found["Bob"]["state"] == "unknown"
    assert found["Bob"]["unknown_since"] == ana.last("bob")["seen_through"]
    assert found["Zoe"]["state"] == "unknown"
    assert "Unknown since" in ana.run("stale").out
    with ana.written() as log:
        log.execute("UPDATE source SET seen_through = NULL WHERE kind = 'imap'")
    assert {one["state"] for one in ana.ok("stale")} == {"unknown"}
    assert ana.ok("stale")[0]["unknown_since"] is None


def test_an_account_that_has_nothing_to_do_with_somebody_leaves_them_stale(ana: Household) -> None:
    with ana.written() as log:
        log.execute("INSERT INTO account (name, owner, active) VALUES ('ben', 'Ben', 1)")
        log.execute(
            "INSERT INTO source (account_id, kind, active) SELECT id, 'imap', 1 FROM account WHERE name = 'ben'"
        )
    found = {one["name"]: one["state"] for one in ana.ok("stale", "--days", "1")}
    assert found == {"Bob": "stale", "Carl": "stale", "Zoe": "unknown"}


def test_as_of_a_day_only_what_had_happened_counts(ana: Household) -> None:
    then = ana.ok("last", "bob", "--as-of", "55d")[0]
    assert (then["last_touch"], then["touches"], then["last_inbound"]) == (utc_ago(days=60), 3, utc_ago(days=60))
    assert then["seen_through"] <= utc_ago(days=54)
    assert [one["last_touch"] for one in ana.ok("last", "dora", "--as-of", "30d")] == [None]
    assert ana.ok("last", "dora")[0]["next_meeting"] is not None
    assert [one["at"] for one in ana.ok("log", "bob", "--as-of", "65d")] == [utc_ago(days=70), utc_ago(days=80)]
    before = ana.ok("stale", "--as-of", "35d")
    assert [(one["name"], one["state"]) for one in before] == [("Zoe", "never")], "Dora's meeting lay ahead"
    assert ana.ok("check")["differences"] == 0


def test_a_meeting_that_lay_ahead_then_is_upcoming_then(household: Household, user: str) -> None:
    household.add_account("ana", user, caldav=True)
    household.radicale.put(user, "work", "m.ics", event("m", ago(days=10), "bob@globex.example"))
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    assert household.last("bob")["last_meeting"] == utc_ago(days=10)
    (then,) = household.ok("last", "bob", "--as-of", "20d")
    assert (then["last_meeting"], then["next_meeting"], then["last_touch"]) == (None, utc_ago(days=10), None)
    (firm,) = household.ok("last", "--company", "globex", "--as-of", "20d")
    assert firm["last_touch"] is None


@pytest.mark.parametrize("word", ["someday", "2026-13-01", "", "3", "99999y"])
def test_a_moment_that_cannot_be_read_says_how_to_write_one(ana: Household, word: str) -> None:
    outcome = ana.run("last", "--since", word)
    assert outcome.code == 2
    assert "write a day such as 2026-11-01" in outcome.err


def test_a_day_ahead_is_no_day_to_answer_as_of(ana: Household) -> None:
    today = datetime.now(UTC)
    assert ana.run("last", "--as-of", f"{today + timedelta(days=2):%Y-%m-%d}").code == 2
    assert ana.ok("last", "--as-of", f"{today:%Y-%m-%d}") == [
        {**one, "seen_through": one["seen_through"]} for one in ana.ok("last")
    ]


def test_last_can_be_narrowed_and_ordered(ana: Household) -> None:
    def names(*words: str) -> list[str]:
        return [one["name"] for one in ana.ok("last", *words)]

    assert names() == ["Zoe", "Carl", "Bob", "Dora"]
    assert names("--since", "50d") == ["Bob", "Dora"]
    assert names("--until", "50d") == ["Zoe", "Carl"]
    assert names("--sort", "recent", "--limit", "2") == ["Dora", "Bob"]
    assert names("--sort", "touches") == ["Dora", "Bob", "Carl", "Zoe"]
    assert names("--sort", "company") == ["Carl", "Bob", "Dora", "Zoe"]
    assert names("--owner", "Ben", "--sort", "name") == ["Dora", "Zoe"]
    assert names("globex", "--owner", "ana") == ["Carl", "Bob"]
    assert [one["name"] for one in ana.ok("companies", "list", "--sort", "name")] == ["Globex", "Hooli"]
    assert [one["name"] for one in ana.ok("companies", "list", "--owner", "ben")] == ["Hooli"]
    assert [one["name"] for one in ana.ok("companies", "list", "--until", "20d")] == ["Globex"]
