"""What a lead asks: who is quiet, whose contacts have drifted, what is handed over; within what the
levels allow."""

from __future__ import annotations

from pathlib import Path

import pytest
from colleagues import Colleagues
from json_page import fields, named_in, section

from household import ago, utc_ago

BOB, ZOE, TOM = "bob@globex.example", "zoe@hooli.example", "tom@initech.example"
ANA, BEN, CLEO = "ana@acme.example", "ben@acme.example", "cleo@acme.example"


def _series(path: Path, organizer: str, guest: str, uid: str, summary: str) -> None:
    start = ago(days=-3).strftime("%Y%m%dT090000Z")
    path.write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:{summary}\r\n"
        f"ORGANIZER:mailto:{organizer}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{organizer}\r\n"
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{guest}\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        encoding="utf-8",
    )


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    """Bob is Ana's on paper, but it is Ben who talks to him; Zoe is Ana's, who asks her something;
    nobody talks to Tom of late. Cleo leads, and sees what each shares."""
    colleagues.receive("ana", BOB, ANA, 300, message_id="b0@globex.example", subject="Old")
    colleagues.receive("ben", BOB, BEN, 20, message_id="b1@globex.example", subject="Racks")
    colleagues.receive("ben", BEN, BOB, 19, message_id="n1@acme.example", subject="Re: Racks")
    colleagues.receive("ana", ANA, ZOE, 30, message_id="a1@acme.example", subject="The lease")
    colleagues.receive(
        "ana", ZOE, ANA, 5, message_id="z1@hooli.example", subject="Could you send the lease?",
        **{"In-Reply-To": "<a1@acme.example>"},
    )  # fmt: skip
    colleagues.receive("ben", BEN, ZOE, 40, message_id="n2@acme.example", subject="Hello")
    colleagues.receive("ana", TOM, ANA, 200, message_id="t1@initech.example", subject="Long ago")
    _series(colleagues.folder / "ana" / "weekly.ics", ANA, ZOE, "s1@acme.example", "Weekly")
    _series(colleagues.folder / "ana" / "theirs.ics", ZOE, ANA, "s2@hooli.example", "Hers")
    for name in ("ana", "ben"):
        colleagues.accounts[name]["share"] = "subjects"
    colleagues.sync()
    for name, email, company in (("Bob", BOB, "Globex"), ("Zoe", ZOE, "Hooli"), ("Tom", TOM, "Initech")):
        colleagues.ok("cleo", "contacts", "add", name, email, "--company", company, "--owner", "ana")
    return colleagues


def test_companies_to_which_nobody_of_us_talked(here: Colleagues) -> None:
    def quiet(who: str) -> dict[str, tuple[int | None, str]]:
        given = here.ok(who, "last", "--company", "--quiet", "60d")
        return {one["name"]: (one["quiet_days"], one["quiet"]) for one in given}

    assert quiet("cleo") == {"Initech": (200, "certain")}
    here.ok("ben", "sharing", "set", "none")
    assert quiet("cleo") == {"Globex": (300, "unknown"), "Initech": (200, "unknown")}
    shown = here.run("cleo", "last", "--company", "--quiet", "60d").out
    assert "Cannot tell for sure" in shown
    assert "1 account shares nothing with you" in shown
    assert here.run("cleo", "last", "--quiet", "60d").code == 2
    assert here.run("cleo", "last", "--company", "--quiet", "soon").code == 2
    lines = here.run("cleo", "last", "--company", "--quiet", "60d", "--csv").out.splitlines()
    assert lines[0].endswith("quiet_days,quiet")


def test_drift_is_told_where_the_owner_s_accounts_are_seen_and_else_not(here: Colleagues) -> None:
    (bob,) = here.ok("cleo", "drift")
    assert (bob["name"], bob["owner"], bob["state"], bob["talks"]) == ("Bob", "Ana", "drifted", "Ben")
    assert (bob["talks_last"], bob["owner_last"]) == (utc_ago(days=19), utc_ago(days=300))
    shown = here.run("cleo", "drift").out
    assert "Bob" in shown
    assert "Zoe" not in shown
    assert here.ok("cleo", "drift", "--days", "10") == [], "nobody talked to him of late"
    assert here.ok("cleo", "drift", "--days", "365") == [], "Ana did, in that time"
    for level, whom in (("dates", {"Bob"}), ("none", {"Bob", "Zoe"})):  # that Ana talks to Zoe, her dates do tell
        here.ok("ana", "sharing", "set", level)
        given = here.ok("ben", "drift")
        assert {(one["name"], one["state"], one["talks"]) for one in given} == {(one, "unknown", None) for one in whom}
        assert "Cannot tell: " in here.run("ben", "drift").out


def test_what_is_handed_over(here: Colleagues) -> None:
    given = here.ok("cleo", "handover", "ana", "--to", "ben")
    assert [one["name"] for one in given] == ["Zoe", "Bob", "Tom"]
    zoe, bob, tom = given
    assert (zoe["last_touch"], zoe["successor"], zoe["successor_last"]) == (utc_ago(days=5), "Ben", utc_ago(days=40))
    assert [one["subject"] for one in zoe["open_us"]] == ["Could you send the lease?"]
    assert zoe["open_them"] == []
    assert [one["subject"] for one in zoe["ending"]] == ["Weekly"], "what Zoe has called goes on without Ana"
    assert zoe["next_meeting"] is not None
    assert zoe["others"] == []
    assert bob["successor_last"] == utc_ago(days=19)
    assert (tom["successor_last"], tom["others"], tom["is_told"]) == (None, [], True)
    shown = here.run("cleo", "handover", "ana", "--to", "ben").out
    assert "Weekly" in shown
    assert here.run("cleo", "handover", "ana", "--to", "ben", "--csv").out.count("\n") == 4
    assert [one["name"] for one in here.ok("cleo", "handover", "ana", "--to", "ben", "--limit", "1")] == ["Zoe"]


def test_a_handover_tells_no_more_than_is_shared(here: Colleagues) -> None:
    here.ok("ana", "sharing", "set", "dates")
    given = here.ok("cleo", "handover", "ana", "--to", "ben")
    assert {one["is_told"] for one in given} == {False}
    assert all(one["open_us"] == one["ending"] == [] and one["usual_days"] is None for one in given)
    shown = here.run("cleo", "handover", "ana", "--to", "ben").out
    assert "Cannot tell" in shown
    assert "lease" not in shown
    here.ok("ana", "sharing", "set", "none")
    real = here.run("ben", "handover", "cleo", "--to", "ben")
    absent = here.run("ben", "handover", "dora", "--to", "ben")
    assert (real.code, real.err) == (6, absent.err.replace("dora", "cleo"))
    assert here.run("ben", "handover", "ben", "--to", "ben").code == 2


def test_no_command_counts_colleagues(here: Colleagues) -> None:
    (bob,) = here.ok("cleo", "drift")
    known = set(here.ok("cleo", "last", BOB)[0])
    assert set(bob) - known == {"state", "talks", "talks_last", "owner_last", "because"}
    zoe = here.ok("cleo", "handover", "ana", "--to", "ben")[0]
    assert set(zoe) - known == {
        "usual_days", "open_us", "open_them", "ending", "others", "successor", "successor_last", "is_told",
    }  # fmt: skip
    for one in here.ok("cleo", "handover", "cleo", "--to", "ben"):
        assert all(set(known_by) == {"owner", "last_touch"} for known_by in one["others"])


def test_every_field_is_documented(here: Colleagues) -> None:
    for command, words in (("drift", ""), ("handover", "ana --to ben")):
        named = set(fields(here.ok("cleo", command, *words.split())))
        assert "owner" in named
        assert named - {"hidden_accounts"} <= named_in(section(command) + section("last")), command
