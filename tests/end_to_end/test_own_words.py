"""What the user says in one word is kept, shown as what it is, and taken back."""

from __future__ import annotations

import contextlib
import subprocess
from typing import Any

import pytest

from household import Household, ago, event, mail, utc, utc_ago
from store.database import open_for_reading


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    """Ana had a mail of Bob's, and another of his that answers hers; Eve wrote once."""
    household.add_account("ana", user, caldav=True)
    household.receive(
        user,
        mail("Bob Stone <bob@globex.example>", "ana@acme.example", ago(days=9), "b1"),
        mail("Bob Stone <bob@globex.example>", "ana@acme.example", ago(days=8), "b2", In_Reply_To="<b1>"),
        mail("Eve Hall <eve@hooli.example>", "ana@acme.example", ago(days=7), "e1"),
    )
    household.import_contacts("Bob Stone,bob@globex.example,Globex", "Eve Hall,eve@hooli.example,Hooli")
    household.ok("sync")
    return household


def _rows(household: Household, table: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(open_for_reading(household.database)) as log:
        return log.execute(f"SELECT * FROM {table}").fetchall()


def test_a_call_noted_by_hand_is_a_touch_and_says_that_it_is_noted(ana: Household) -> None:
    noted = ana.ok("note", "bob", "stone", "call", "--about", "prices")
    assert (noted["word"], noted["name"], noted["by"]) == ("call", "Bob Stone", "Ana")
    bob = ana.last("bob")
    assert (bob["last_touch_kind"], bob["last_touch_activity"]) == ("meeting", noted["activity"])
    assert bob["last_touch"] >= utc_ago(minutes=0)
    assert bob["last_touch"] == bob["last_meeting"] == bob["last_two_way"]
    proof = ana.ok("why", str(noted["activity"]))
    assert (proof["noted"], proof["verdict"], proof["reason"]) == ("call", "held", "noted by hand: a call")
    assert proof["sightings"] == [{"account": "ana", "place": "noted by hand"}]
    assert (proof["subject"], proof["message_id"]) == ("prices", None)
    (newest, *_) = ana.ok("log", "bob")
    assert (newest["activity"], newest["noted"], newest["kind"]) == (noted["activity"], "call", "meeting")
    assert "call (noted by hand)" in ana.run("log", "bob").out
    assert "noted by hand" in ana.run("last", "bob").out
    assert "noted by hand: a call" in ana.run("why", "bob").out
    assert '"noted": "call"' in ana.run("export").out.replace('"noted":"call"', '"noted": "call"')


def test_a_letter_is_ours_and_waits_for_nobody(ana: Household) -> None:
    ana.ok("note", "eve", "letter", "--at", utc_ago(days=2))
    eve = ana.last("eve")
    assert (eve["last_touch"], eve["last_touch_kind"]) == (utc_ago(days=2), "outbound")
    assert eve["last_outbound"] == utc_ago(days=2)
    (newest, *_) = ana.ok("log", "eve")
    assert (newest["kind"], newest["direction"], newest["noted"]) == ("email", "outbound", "letter")
    assert [one["activity"] for one in ana.ok("awaiting", "--on", "them")] == []


def test_a_note_is_taken_back_as_if_it_had_not_been(ana: Household) -> None:
    before = ana.last("bob")
    ana.ok("note", "bob", "met", "--at", "yesterday")
    ana.ok("note", "bob", "call")
    contents = ana.contents()
    assert ana.last("bob")["touches"] == 4
    undone = ana.ok("note", "bob", "--undo")
    assert (undone["word"], undone["undone"]) == ("note", True)
    assert ana.last("bob")["touches"] == 3
    assert ana.contents() != contents
    ana.ok("note", str(ana.last("bob")["last_meeting"] and ana.last("bob")["last_touch_activity"]), "--undo")
    assert ana.last("bob") == {**before, "seen_through": ana.last("bob")["seen_through"]}
    assert ana.run("note", "bob", "--undo").code == 6
    assert ana.run("note", str(before["last_touch_activity"]), "--undo").code == 6
    assert ana.ok("check")["differences"] == 0


def test_notes_outlive_a_recompute_and_a_reset_of_the_mailbox(ana: Household, user: str) -> None:
    noted = ana.ok("note", "bob", "call", "--at", utc_ago(days=1))
    ana.ok("done", "<b2>")
    config = str(ana.dovecot.base / "dovecot.conf")
    renew = ["doveadm", "-c", config, "mailbox", "update", "-u", user, "--uid-validity", "2000000000", "INBOX"]
    subprocess.run(renew, check=True, capture_output=True)
    ana.ok("sync")
    assert ana.ok("check")["differences"] == 0
    assert ana.last("bob")["last_touch_activity"] == noted["activity"]
    assert ana.last("bob")["last_touch"] == utc_ago(days=1)
    assert [one["word"] for one in ana.ok("why", "<b2>")["said"]] == ["done"]


def test_a_note_goes_with_whom_it_is_of(ana: Household) -> None:
    ana.import_contacts("Bobby,bob@home.example,")
    ana.ok("note", "bobby", "call", "--at", utc_ago(days=3))
    ana.ok("snooze", "bobby", "2w")
    ana.ok("contacts", "merge", "Bob Stone", "Bobby")
    assert ana.last("bob")["last_touch"] == utc_ago(days=3)
    (proof,) = ana.ok("why", "bob")
    assert [one["word"] for one in proof["said"]] == ["snooze"]
    ana.ok("contacts", "forget", "bob", "--yes")
    for name in ("said_of_contact", "said_of_activity", "activity"):
        assert "bob" not in str(_rows(ana, name)).lower()
    assert _rows(ana, "said_of_contact") == []


def test_what_is_said_of_somebody_is_shown_and_taken_back(ana: Household) -> None:
    ana.ok("snooze", "bob", "2w")
    ana.ok("cadence", "bob", "30d")
    ana.ok("done", "bob")
    ana.ok("ignore", "bob")
    (proof,) = ana.ok("why", "bob")
    said = {one["word"]: one for one in proof["said"]}
    assert sorted(said) == ["cadence", "done", "ignore", "snooze"]
    assert (said["cadence"]["days"], said["cadence"]["by"]) == (30, "Ana")
    assert utc_ago(days=-13) < said["snooze"]["until"] < utc_ago(days=-15)
    text = ana.run("why", "bob").out
    for words in ("cadence of 30 days", "snooze until", "never in a list", "done: settled as far as"):
        assert words in text
    for word in sorted(said):
        assert ana.ok(word, "bob", "--undo")["undone"] is True
        again = ana.run(word, "bob", "--undo")
        assert (again.code, "nothing to take back" in again.err) == (6, True)
    assert ana.ok("why", "bob")[0]["said"] == []


def test_done_is_said_of_what_the_conversation_has_come_to(ana: Household) -> None:
    done = ana.ok("done", "<b1>")
    assert done["activity"] == ana.ok("why", "<b1>")["activity"]
    assert [one["word"] for one in ana.ok("why", "<b2>")["said"]] == ["done"]
    ana.ok("done", str(done["activity"]), "--undo")
    assert ana.ok("why", "<b2>")["said"] == ana.ok("why", "<b1>")["said"] == []
    assert ana.run("done", "99999").code == 6


def test_a_cadence_may_be_a_company_s_or_everybody_s(ana: Household) -> None:
    assert ana.ok("cadence", "globex", "6w")["company"] == "Globex"
    assert ana.ok("cadence", "bob", "stone", "3months")["days"] in range(89, 93)
    assert ana.ok("cadence", "--default", "90d")["days"] == 90
    assert ana.ok("cadence", "globex", "--undo")["undone"] is True
    assert ana.ok("cadence", "--default", "--undo")["undone"] is True
    for wrong in (["cadence", "bob"], ["cadence", "bob", "soon"], ["cadence", "90d"], ["cadence"]):
        refused = ana.run(*wrong)
        assert (refused.code, "lasttouch cadence" in refused.err) == (2, True), wrong


def test_what_makes_no_sense_is_refused_with_an_example(ana: Household) -> None:
    for wrong in (
        ["note", "bob"],
        ["note", "bob", "dinner"],
        ["note", "bob", "call", "--at", "tomorrow"],
        ["snooze", "bob"],
        ["snooze", "bob", "yesterday"],
        ["confirm", "bob"],
        ["confirm", "<b1>"],
        ["done", "e"],
    ):
        refused = ana.run(*wrong)
        assert refused.code == 2, (wrong, refused)
    assert ana.run("snooze", "nobody", "2w").code == 6
    assert ana.run("done", "bob", "--by", "zoe").code == 6


def test_whose_word_it_is_is_said_where_there_are_several(ana: Household, user: str) -> None:
    ana.add_account("ben", f"{user}b")
    ana.ok("sync")
    assert ana.ok("snooze", "bob", "2w")["by"] is None
    assert ana.ok("snooze", "bob", "2w", "--by", "ben")["by"] == "Ben"
    assert ana.ok("snooze", "bob", "2w", "--by", "ana@acme.example")["by"] == "Ana"
    assert ana.ok("note", "bob", "call", "--by", "ben")["by"] == "Ben"


def test_a_meeting_may_be_confirmed(ana: Household, user: str) -> None:
    ana.radicale.put(user, "work", "m1", event("m1", ago(days=1), "bob@globex.example", organizer="ana@acme.example"))
    ana.ok("sync")
    meeting = ana.last("bob")["last_touch_activity"]
    assert ana.last("bob")["last_touch"] == utc(ago(days=1))
    ana.ok("confirm", str(meeting))
    assert [one["word"] for one in ana.ok("why", str(meeting))["said"]] == ["confirm"]
    ana.ok("confirm", str(meeting), "--undo")
    assert ana.ok("why", str(meeting))["said"] == []
