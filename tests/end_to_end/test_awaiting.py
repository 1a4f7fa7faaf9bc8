"""What waits for an answer, and the page of the day."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from household import NOW, Household, ago, event, mail, utc_ago

BOB, ANA = "Bob <bob@globex.example>", "ana@acme.example"


@pytest.fixture
def ana(household: Household, new_user: Callable[[], str]) -> Household:
    household.add_account("ana", new_user(), caldav=True)
    household.import_contacts("Bob,bob@globex.example,Globex", "Carl,carl@globex.example,Globex")
    return household


def _in(household: Household, *messages: bytes) -> None:
    household.dovecot.append(_user(household), "INBOX", messages)


def _sent(household: Household, *messages: bytes) -> None:
    household.dovecot.append(_user(household), "Sent", messages)


def _user(household: Household, account: str = "ana") -> str:
    return household.accounts[account].partition('username = "')[2].partition('"')[0]


def _waits(household: Household, *words: str) -> list[tuple[str, str]]:
    """What waits; what is kept and what the activities say must agree."""
    found = household.ok("awaiting", *words)
    if "--as-of" not in words:
        assert household.ok("awaiting", *words, "--as-of", "1s") == found
    return [(one["message_id"], one["waits_for"]) for one in found]


def test_whoever_did_not_write_last_is_waited_for(ana: Household) -> None:
    _in(ana, mail(BOB, ANA, ago(days=5), "q1", "An offer"), mail(BOB, ANA, ago(days=4), "q2"))
    _sent(ana, mail(ANA, "bob@globex.example", ago(days=3), "a2", In_Reply_To="<q2>"))
    ana.ok("sync")
    assert _waits(ana) == [("<q1>", "us"), ("<a2>", "them")]
    assert _waits(ana, "--on", "them") == [("<a2>", "them")]
    assert ana.ok("awaiting", "--on", "us") == [
        {
            "activity": ana.ok("why", "<q1>")["activity"],
            "message_id": "<q1>",
            "waits_for": "us",
            "since": utc_ago(days=5),
            "direction": "inbound",
            "subject": "An offer",
            "with": [
                {
                    "address": "bob@globex.example",
                    "name": "Bob",
                    "contact": ana.last("bob")["id"],
                    "company": "Globex",
                    "owner": "Ana",
                }
            ],
            "accounts": ["ana"],
            "owners": ["Ana"],
            "seen_through": ana.ok("status")["accounts"][0]["seen_through"],
            "likely": True,
            "chance": 0.57,
            "because": "nothing like it yet: a word, first of a conversation",
            "settled_by": None,
        }
    ]
    assert _waits(ana, "--as-of", "4d") == [("<q2>", "us"), ("<q1>", "us")]
    assert _waits(ana, "--as-of", "4d", "--sort", "oldest", "--limit", "1") == [("<q1>", "us")]
    assert _waits(ana, "--since", "4d") == [("<a2>", "them")]
    assert _waits(ana, "--until", "4d", "bob") == [("<q1>", "us")]
    assert _waits(ana, "carl") == []
    assert _waits(ana, "--company", "globex", "--owner", "ana", "--on", "us") == [("<q1>", "us")]


def test_an_automatic_reply_is_no_answer(ana: Household) -> None:
    _sent(ana, mail(ANA, "bob@globex.example", ago(days=5), "q"))
    _in(ana, mail(BOB, ANA, ago(days=4), "ooo", In_Reply_To="<q>", Auto_Submitted="auto-replied"))
    _in(ana, mail("carl@globex.example", ANA, ago(days=4), "c"))
    _sent(ana, mail(ANA, "carl@globex.example", ago(days=3), "v", In_Reply_To="<c>", Auto_Submitted="auto-replied"))
    ana.ok("sync")
    assert _waits(ana) == [("<c>", "us"), ("<q>", "them")]


def test_being_copied_and_what_we_write_among_us_ask_for_nothing_and_answer_nothing(ana: Household) -> None:
    _in(
        ana,
        mail(BOB, "carl@globex.example", ago(days=5), "copied", Cc=ANA),
        mail(BOB, ANA, ago(days=4), "q"),
        mail("ben@acme.example", ANA, ago(days=3), "among", In_Reply_To="<q>"),
    )
    ana.ok("sync")
    assert _waits(ana) == [("<q>", "us")]


def test_an_answer_from_another_account_counts(ana: Household, new_user: Callable[[], str]) -> None:
    ben = new_user()
    ana.add_account("ben", ben)
    _in(ana, mail(BOB, f"{ANA}, ben@acme.example", ago(days=5), "q"))
    ana.ok("sync")
    assert _waits(ana) == [("<q>", "us")]
    ana.dovecot.append(ben, "Sent", [mail("ben@acme.example", BOB, ago(days=4), "a", In_Reply_To="<q>")])
    ana.ok("sync")
    assert _waits(ana) == [("<a>", "them")]
    assert _waits(ana, "--owner", "ben") == [("<a>", "them")]


def test_an_answer_that_came_back_is_none(ana: Household) -> None:
    _in(ana, mail(BOB, ANA, ago(days=5), "q"))
    _sent(ana, mail(ANA, "bob@globex.example", ago(days=4), "a", In_Reply_To="<q>"))
    _in(
        ana,
        mail(
            "mailer-daemon@mx.example", ANA, ago(days=4), "n",
            In_Reply_To="<a>", X_Failed_Recipients="bob@globex.example", Auto_Submitted="auto-replied",
        ),
    )  # fmt: skip
    ana.ok("sync")
    assert _waits(ana) == [("<q>", "us")]


def test_a_meeting_since_settles_it(ana: Household) -> None:
    _in(ana, mail(BOB, ANA, ago(days=5), "q"), mail("carl@globex.example", ANA, ago(days=5), "c"))
    _sent(ana, mail(ANA, "bob@globex.example", ago(days=2), "later"))
    ana.radicale.put(_user(ana), "work", "m.ics", event("m", ago(days=3), "bob@globex.example"))
    ana.radicale.put(_user(ana), "work", "n.ics", event("n", NOW + timedelta(days=3), "carl@globex.example"))
    ana.ok("sync")
    assert _waits(ana) == [("<c>", "us"), ("<later>", "them")]
    assert _waits(ana, "bob", "--as-of", "4d") == [("<q>", "us")]


def test_people_are_shown_the_last_90_days_and_told_of_the_rest(ana: Household) -> None:
    _in(ana, mail(BOB, ANA, ago(days=400), "year", "Long ago"), mail(BOB, ANA, ago(days=95), "spring", "In spring"))
    ana.ok("sync")
    assert _waits(ana) == [("<spring>", "us"), ("<year>", "us")], "programs are told all"
    told = ana.ok("awaiting")
    assert [one["likely"] for one in told] == [False, False], "what is likely is what people are shown"
    assert all(one["because"].endswith("; for longer than 90 days") for one in told)
    assert ana.run("awaiting").out == (
        "Nothing of the last 90 days waits for an answer.\n"
        "2 conversations have waited for longer than 90 days: lasttouch awaiting --until 90d\n"
        "Where an answer is hardly expected, by what was answered before: lasttouch awaiting --all\n"
    )
    assert ana.run("awaiting", "--until", "90d").out.count("Bob") == 2
    assert ana.run("awaiting", "bob").out.count("Bob") == 2
    assert "Long ago" in ana.run("awaiting", "--since", "2y").out
    _in(ana, mail(BOB, ANA, ago(days=4), "new", "This week"), mail(BOB, ANA, ago(days=3), "newer"))
    ana.ok("sync")
    assert [one["likely"] for one in ana.ok("awaiting", "--since", "90d")] == [True, True]
    shown = ana.run("awaiting", "--sort", "oldest", "--limit", "1").out
    assert "This week" in shown
    assert "In spring" not in shown
    assert "There are more: raise --limit.\n2 conversations have waited" in shown
    assert "1 conversation has waited" in ana.run("awaiting", "--as-of", "100d", "--company", "globex").out


def test_people_who_are_no_contacts_are_told_on_demand(ana: Household) -> None:
    _in(ana, mail("Zoe <zoe@other.example>", ANA, ago(days=5), "z"))
    ana.ok("sync")
    assert _waits(ana) == []
    (one,) = ana.ok("awaiting", "--all")
    assert (one["with"][0]["name"], one["with"][0]["contact"]) == ("Zoe", None)


def test_what_we_may_have_answered_unread_is_unknown_not_owed(ana: Household) -> None:
    _in(ana, mail(BOB, ANA, ago(days=5), "q"))
    ana.ok("sync")
    _unread(ana, 2)
    assert _waits(ana) == [("<q>", "unknown")]
    assert "unknown since" in ana.run("awaiting").out
    assert "Unknown since" in ana.run("awaiting").out
    page = ana.run("today").out
    assert page.index("NOT READ UP TO NOW") < page.index("WHO NEEDS YOU")
    assert ana.ok("today")["unknown"][0]["account"] == "ana"


def _unread(household: Household, days: int) -> None:
    with household.written() as log:
        log.execute("UPDATE source SET seen_through = seen_through - ?", (days * 86400,))


def test_the_page_of_the_day(ana: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    _in(ana, mail(BOB, ANA, ago(days=5), "q", "The offer"), mail(BOB, ANA, ago(days=50), "old", "Long ago"))
    ana.radicale.put(
        _user(ana), "work", "m.ics", event("m", noon, "bob@globex.example", "carl@globex.example", SUMMARY="Kick-off")
    )
    ana.radicale.put(_user(ana), "work", "t.ics", event("t", noon + timedelta(days=1), "bob@globex.example"))
    ana.ok("sync")
    page: dict[str, Any] = ana.ok("today")
    assert list(page) == ["date", "unknown", "reasons", "more", "awaiting", "meetings", "stale", "suggests"]
    assert page["date"] == f"{noon:%Y-%m-%d}"
    waiting = [] if noon + timedelta(hours=1) <= datetime.now(UTC) else ["The offer"]  # after the meeting it is settled
    assert [one["subject"] for one in page["awaiting"]] == waiting
    (meeting,) = page["meetings"]
    assert meeting["subject"] == "Kick-off"
    assert [one["name"] for one in meeting["contacts"]] == ["Bob", "Carl"]
    shown = ana.run("today").out
    assert "12:00–13:00 Kick-off" in shown
    assert "\t" not in shown
    assert "\x1b" not in shown
    assert shown.count("\n") < 25
    assert ana.ok("today", "--owner", "Ana")["meetings"] == page["meetings"]


@pytest.mark.parametrize(
    ("subject", "content_type", "waits"),
    [
        ("Re: The offer", "text/vnd.google.email-reaction+json", []),
        ("👍 Reacted to: The offer", "text/plain", []),
        ("Out of order", "text/plain", [("<react>", "us")]),
    ],
)
@pytest.mark.parametrize("known_before", [False, True])
def test_a_sign_instead_of_words_is_an_answer_that_asks_for_none(
    ana: Household, subject: str, content_type: str, waits: list[tuple[str, str]], known_before: bool
) -> None:
    _sent(ana, mail(ANA, "bob@globex.example", ago(days=3), "offer", "The offer"))
    if known_before:
        ana.ok("sync")
    headers = {"In_Reply_To": "<offer>", "Content_Type": content_type}
    _in(ana, mail(BOB, ANA, ago(days=2), "react", f"=?utf-8?b?{b64encode(subject.encode()).decode()}?=", **headers))
    ana.ok("sync")
    assert _waits(ana) == waits
    assert ana.ok("check")["differences"] == 0


def _lists(household: Household) -> dict[tuple[str, bool], str]:
    (bob,) = household.ok("why", "bob")
    return {(one["list"], one["listed"]): one["because"] for one in bob["lists"]}


def test_why_tells_of_each_list_whether_they_are_on_it_and_why_not(ana: Household) -> None:
    assert _lists(ana)["awaiting", False].startswith("no conversation with them ends")
    _in(ana, mail(BOB, ANA, ago(days=3), "q", "May I have an offer?"))
    ana.ok("sync")
    found = ana.ok("awaiting", "--on", "us")
    assert [one["likely"] for one in found] == [True]
    lists = _lists(ana)
    assert found[0]["because"] in lists["awaiting", True]
    assert "three bursts" in lists["stale", False]
    ana.ok("done", "bob")
    assert "you said it is done" in _lists(ana)["awaiting", False]
    assert "on the lists:" in ana.run("why", "bob").out


def test_why_tells_what_keeps_somebody_off_the_silent_ones(ana: Household) -> None:
    _in(ana, *[mail(BOB, ANA, ago(days=days), f"m{days}") for days in (200, 170, 140, 110)])
    ana.ok("sync")
    assert "usually every 30 days" in _lists(ana)["stale", True]
    ana.ok("snooze", "bob", "2w")
    assert "you put them off until" in _lists(ana)["stale", False]
    ana.ok("snooze", "bob", "--undo")
    ana.ok("cadence", "bob", "1y")
    assert "not yet past the 365 days you set" in _lists(ana)["stale", False]
    ana.ok("ignore", "bob")
    assert _lists(ana)["stale", False] == "you ignore them"


def test_a_silence_is_told_however_long_it_has_lasted(ana: Household) -> None:
    _in(ana, *[mail(BOB, ANA, ago(days=days), f"m{days}") for days in (700, 680, 660, 640)])
    ana.ok("sync")
    assert [one["name"] for one in ana.ok("stale") if one["state"] == "stale"] == ["Bob"]
    assert [one["kind"] for one in ana.ok("today")["reasons"]] == ["rhythm"]


def test_after_a_series_of_meetings_it_is_said_that_it_is_over_and_not_that_they_are_silent(ana: Household) -> None:
    weekly = event("w", ago(days=120), "bob@globex.example", RRULE="FREQ=DAILY;INTERVAL=20;COUNT=5")
    ana.radicale.put(_user(ana), "work", "w.ics", weekly)
    ana.ok("sync")
    assert ana.last("bob")["touches"] == 5
    assert "the last of a series of meetings" in _lists(ana)["stale", False]
    assert [one["kind"] for one in ana.ok("today")["reasons"]] == ["series-over"]


def test_a_page_with_nothing_on_it_can_be_left_out(ana: Household) -> None:
    ana.ok("sync")
    assert ana.run("today", "--quiet-if-empty").out == ""
    assert "WHO NEEDS YOU" in ana.run("today").out
    _in(ana, mail(BOB, ANA, ago(days=3), "q", "May I have an offer?"))
    ana.ok("sync")
    page = ana.run("today", "--quiet-if-empty").out
    assert "Bob: wrote 3 days ago" in page
    (settle,) = re.findall(r"Settled: lasttouch (done \d+);", page)
    ana.ok(*settle.split())
    assert ana.run("today", "--quiet-if-empty").out == "", "what the page offers settles its first line"


def test_a_question_of_ours_is_told_as_what_they_did_not_answer(ana: Household) -> None:
    _sent(ana, mail(ANA, "bob@globex.example", ago(days=5), "offer", "The offer"))
    ana.ok("sync")
    assert "  Bob: has not answered what you wrote 5 days ago (“The offer”); " in ana.run("today").out


@pytest.mark.parametrize("kept", ["true", "false"])
def test_what_is_answered_with_the_same_subject_elsewhere_is_settled_whether_subjects_are_kept_or_not(
    ana: Household, kept: str
) -> None:
    ana.configure(f"store_subjects = {kept}")
    _sent(ana, mail(ANA, "bob@globex.example", ago(days=6), "offer", "The offer"))
    _in(ana, mail(BOB, ANA, ago(days=5), "q", "Re: The offer", In_Reply_To="<offer>"))
    _in(ana, mail("Carl <carl@globex.example>", ANA, ago(days=5), "c", "Re: The other offer"))
    _sent(ana, mail(ANA, "bob@globex.example", ago(days=4), "a", "The offer"))
    ana.ok("sync")
    assert _waits(ana, "--on", "us") == [("<c>", "us")]
    (settled,) = [one for one in ana.ok("awaiting", "--on", "us", "--settled") if one["message_id"] == "<q>"]
    assert settled["settled_by"]
