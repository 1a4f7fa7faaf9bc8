"""From real servers to the answers: what the first poll promises."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from calendar_samples import calendar_mail
from generated import stride
from kept_bytes import kept
from written_rows import written_rows

import cli
from household import NOW, Household, ago, event, mail, utc


def _ana_with_bob(household: Household, user: str) -> None:
    """Ana's mailbox and calendar with one of everything, and Bob in the contacts."""
    household.add_account("ana", user, caldav=True)
    box = household.dovecot
    box.append(
        user,
        "INBOX",
        [
            mail("Bob <bob@globex.example>", "ana@acme.example", ago(days=20), "q1@globex.example"),
            mail("Bob <Bob@Globex.example>", "ana@acme.example", ago(days=2), "away", Auto_Submitted="auto-replied"),
            mail(
                "Globex <news@globex.example>",
                "ana@acme.example",
                ago(days=1),
                "news",
                List_Unsubscribe=f"<https://globex.example/{'x' * 300}>",
            ),
            mail("Zoe <zoe@other.example>", "ana@acme.example", ago(days=3), "zoe", Cc="bob@globex.example"),
        ],
    )
    box.append(
        user,
        "Sent",
        [mail("ana@acme.example", "bob@globex.example", ago(days=19), "a1", In_Reply_To="<q1@globex.example>")],
    )
    box.append(user, "Junk", [mail("Bob <bob@globex.example>", "ana@acme.example", ago(hours=5), "spam")])
    box.append(user, "Drafts", [mail("ana@acme.example", "bob@globex.example", ago(hours=5), "draft")])
    calendar = household.radicale
    calendar.put(
        user,
        "work",
        "met",
        event("met", ago(days=10), "bob@globex.example;PARTSTAT=ACCEPTED", organizer="ana@acme.example"),
    )
    calendar.put(
        user,
        "work",
        "no",
        event("no", ago(days=4), "ana@acme.example;PARTSTAT=DECLINED", organizer="bob@globex.example"),
    )
    calendar.put(user, "work", "off", event("off", ago(days=5), "bob@globex.example", STATUS="CANCELLED"))
    calendar.put(
        user, "work", "soon", event("soon", NOW + timedelta(days=3), "bob@globex.example", organizer="ana@acme.example")
    )
    calendar.put(
        user, "work", "doc", event("doc", ago(days=6), "bob@globex.example", CLASS="PRIVATE", SUMMARY="Kardiologe")
    )
    household.import_contacts("Bob Stone,bob@globex.example,Globex", "Dan,dan@initech.example,Initech")


def test_every_date_is_true(household: Household, user: str) -> None:
    _ana_with_bob(household, user)
    report = household.ok("sync")
    assert [(one["source"], one["error"]) for one in report["accounts"]] == [("imap", None), ("caldav", None)]
    bob = household.last("bob")
    assert bob["last_inbound"] == utc(ago(days=20))
    assert bob["last_outbound"] == utc(ago(days=19))
    assert bob["last_meeting"] == utc(ago(days=10))
    assert bob["next_meeting"] == utc(NOW + timedelta(days=3))
    assert bob["last_copied"] == utc(ago(days=3))
    assert bob["last_two_way"] == utc(ago(days=10))
    assert (bob["last_touch"], bob["last_touch_kind"]) == (utc(ago(days=10)), "meeting")
    assert bob["touches"] == 3
    assert bob["seen_through"] is not None
    assert household.last("dan")["last_touch"] is None
    assert household.ok("check")["differences"] == 0
    assert [one["name"] for one in household.ok("last")] == ["Dan", "Bob Stone"]


def test_every_date_can_be_proved(household: Household, user: str) -> None:
    _ana_with_bob(household, user)
    household.ok("sync")
    bob = household.last("bob")
    proof = household.ok("why", str(bob["last_touch_activity"]))
    assert (proof["kind"], proof["verdict"]) == ("meeting", "held")
    assert {"contact": bob["id"], "name": "Bob Stone", "field": "last_touch"} in proof["sets"]
    away = household.ok("why", "<away>")
    assert (away["verdict"], away["sets"]) == ("auto-reply", [])
    assert away["not_counted_because"] == "auto-reply: Auto-Submitted: auto-replied"
    assert household.ok("why", "no")["verdict"] == "declined"
    assert household.ok("why", "soon")["verdict"] == "upcoming"
    (about_bob,) = household.ok("why", "bob")
    assert about_bob["dates"]["last_inbound"]["verdict"] == "person"
    assert household.run("why", "<spam>").code == 6
    assert "never" in household.run("why", "dan").out


def test_nothing_private_and_no_body_is_kept(household: Household, user: str) -> None:
    _ana_with_bob(household, user)
    household.ok("sync")
    content = kept(household.database)
    assert b"bob@globex.example" in content
    assert b"Kardiologe" not in content
    assert b"nobody's business" not in content
    assert {path.stat().st_mode & 0o777 for path in household.folder.glob("lasttouch.db*")} <= {0o600}


def test_messages_stay_unseen(household: Household, user: str) -> None:
    _ana_with_bob(household, user)
    household.ok("sync")
    with household.dovecot.client(user) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("SEEN") == []
        assert len(client.search("UNSEEN")) == 4


def test_a_second_pass_with_nothing_new_changes_nothing(household: Household, user: str) -> None:
    _ana_with_bob(household, user)
    household.ok("sync")
    before = household.contents()
    report = household.ok("sync")
    assert [(one["read"], one["new"], one["removed"]) for one in report["accounts"]] == [(0, 0, 0), (0, 0, 0)]
    assert household.contents() == before
    assert household.ok("check")["differences"] == 0


def test_two_accounts_share_a_message_and_a_meeting(household: Household, new_user: Callable[[], str]) -> None:
    ana, ben = new_user(), new_user()
    shared = mail("bob@globex.example", "ana@acme.example, ben@acme.example", ago(days=5), "both")
    meeting = event(
        "review", ago(days=3), "ana@acme.example;PARTSTAT=DECLINED", "ben@acme.example;PARTSTAT=ACCEPTED",
        organizer="bob@globex.example",
    )  # fmt: skip
    for name, user in (("ana", ana), ("ben", ben)):
        household.add_account(name, user, caldav=True)
        household.dovecot.append(user, "INBOX", [shared])
        household.radicale.put(user, "work", "review", meeting)
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.ok("sync")
    log = household.ok("log", "bob")
    assert [one["kind"] for one in log] == ["meeting", "email"]
    for one in log:
        assert [seen["account"] for seen in one["sightings"]] == ["ana", "ben"]
    # Ana declined, but Ben went
    assert household.last("bob")["last_meeting"] == utc(ago(days=3))
    assert household.ok("check")["differences"] == 0


def test_one_unreachable_account_does_not_stop_the_other(household: Household, new_user: Callable[[], str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        household.add_account("ana", new_user(), port=closed.getsockname()[1])
        ben = new_user()
        household.add_account("ben", ben)
        household.dovecot.append(ben, "INBOX", [mail("bob@globex.example", "ben@acme.example", ago(days=5), "b")])
        household.import_contacts("Bob,bob@globex.example,Globex")
        outcome = household.run("sync", "--json")
    assert outcome.code == 4
    assert [(one["account"], one["error"] is None) for one in outcome.json["accounts"]] == [
        ("ana", False),
        ("ben", True),
    ]
    ana, ben_status = household.ok("status")["accounts"]
    assert "refuses connections" in ana["error"]
    assert ana["failing_since"] is not None
    assert (ana["last_success"], ana["seen_through"]) == (None, None)
    assert ben_status["error"] is None
    bob = household.last("bob")
    assert bob["last_inbound"] == utc(ago(days=5))
    assert bob["seen_through"] is None
    assert "Unknown: ana's imap was never read" in household.run("last").out


def _killed_at(household: Household, step: int) -> bool:
    """Sync in a child that is killed before its `step`-th SQL statement; False if it came to its
    end."""
    child = os.fork()
    if child == 0:
        connect = sqlite3.connect
        left = step

        def count(_statement: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        def counted(*arguments: Any, **options: Any) -> sqlite3.Connection:
            connection = connect(*arguments, **options)
            connection.set_trace_callback(count)
            return connection

        sqlite3.connect = counted  # type: ignore[misc,assignment]
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os._exit(cli.run(["sync", "--json"]))
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.timeout(300)
def test_killed_at_any_step_the_next_pass_makes_it_whole(household: Household, user: str) -> None:
    _ana_with_bob(household, user)
    contacts = household.database.read_bytes()
    household.ok("sync")
    whole = household.contents()
    step, killed = 1, 0
    while True:
        for path in household.folder.glob("lasttouch.db*"):
            path.unlink()
        household.database.write_bytes(contacts)
        if not _killed_at(household, step):
            break
        killed += 1
        household.ok("sync")
        assert household.contents() == whole, f"killed at statement {step}"
        step += stride(7)
    assert killed > 15
    with written_rows(household.database) as written:
        household.ok("sync")
    assert not written
    assert household.contents() == whole


def test_an_invitation_by_mail_is_no_touch_and_says_why(household: Household, user: str) -> None:
    """What Outlook, Google, Zimbra, Nextcloud and Apple send beside a text; and what only looks
    like it."""
    household.add_account("ana", user)
    household.dovecot.append(user, "INBOX", [sample.message for sample in calendar_mail()])
    household.import_contacts("Tom,tom@widgets.example,Widgets")
    household.ok("sync")
    for sample in calendar_mail():
        why = household.ok("why", message_from_bytes(sample.message)["Message-ID"])
        assert why["verdict"] == sample.verdict, sample.name
        assert ("a part of it is text/calendar; method=" in why["reason"]) == (sample.verdict == "calendar")
    people = [sample for sample in calendar_mail() if sample.verdict == "person"]
    assert household.last("tom")["touches"] == len(people)
    assert household.ok("check")["differences"] == 0


def test_the_end_of_a_sync_counts_those_who_became_contacts_by_it(household: Household, user: str) -> None:
    household.head += 'contacts_from = "two-way"\n'
    household.add_account("ana", user)
    box = household.dovecot
    box.append(user, "INBOX", [mail("bob@globex.example", "ana@acme.example", ago(days=2), "in")])
    box.append(user, "Sent", [mail("ana@acme.example", "bob@globex.example", ago(days=1), "out")])
    assert "2 new in the log. It holds 2 activities, 1 contact, 2 touches." in household.run("sync").out
    assert "Nothing new. It holds 2 activities" in household.run("sync").out


def test_why_does_not_say_never_of_what_is_yet_to_come(household: Household) -> None:
    household.add_account("ana", "nobody")
    household.import_contacts("Bob,bob@globex.example,Globex")
    said = household.run("why", "bob").out
    assert "last_meeting  never" in said
    assert "next_meeting  none planned" in said
