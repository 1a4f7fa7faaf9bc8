"""What changes what the log says already: contacts, bounces, edits, deletions, answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from kept_bytes import kept

from household import NOW, Household, ago, event, mail, utc


def test_contacts_added_later_know_their_history(household: Household, user: str) -> None:
    household.add_account("ana", user)
    household.dovecot.append(user, "INBOX", [mail("Eve <eve@hooli.example>", "ana@acme.example", ago(days=8), "e")])
    household.ok("sync")
    assert household.ok("contacts", "add", "Eve", "eve@hooli.example", "--company", "Hooli")["rematched"] == 1
    assert household.last("eve")["last_inbound"] == utc(ago(days=8))
    # and whoever else writes from there is known to be at Hooli
    household.dovecot.append(user, "INBOX", [mail("Fay <fay@hooli.example>", "ana@acme.example", ago(days=7), "f")])
    household.ok("sync")
    (hooli,) = household.ok("last", "--company", "hooli")
    assert (hooli["last_touch"], hooli["last_touch_contact"]) == (utc(ago(days=7)), None)
    assert [one["address"] for one in hooli["unlisted"]] == ["fay@hooli.example"]


@pytest.mark.parametrize("reference", [{"In_Reply_To": "<s2>"}, {}], ids=["naming the message", "naming none"])
def test_a_bounce_takes_the_touch_back(household: Household, user: str, reference: dict[str, str]) -> None:
    household.add_account("ana", user)
    household.import_contacts("Bob,bob@globex.example,Globex")
    sent = [mail("ana@acme.example", "bob@globex.example", ago(days=d), f"s{d}") for d in (9, 2)]
    bounce = mail(
        "MAILER-DAEMON@mx.example", "ana@acme.example", ago(days=1.98), "dsn", "Undelivered",
        X_Failed_Recipients="bob@globex.example", Auto_Submitted="auto-replied", **reference,
    )  # fmt: skip
    # the bounce is read first: INBOX comes before Sent
    household.dovecot.append(user, "INBOX", [bounce])
    household.dovecot.append(user, "Sent", sent)
    household.ok("sync")
    assert household.last("bob")["last_outbound"] == utc(ago(days=9))
    assert household.ok("why", "<s2>")["not_counted_because"] == "it did not reach bob@globex.example"


def test_a_meeting_that_is_edited_or_deleted_takes_its_touch_with_it(household: Household, user: str) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    household.import_contacts("Bob,bob@globex.example,Globex")
    put = household.radicale.put
    put(user, "work", "a", event("a", ago(days=3), "bob@globex.example"))
    put(user, "work", "b", event("b", ago(days=6), "bob@globex.example"))
    put(user, "work", "c", event("c", ago(days=40), "bob@globex.example"))
    household.ok("sync")
    assert household.last("bob")["last_meeting"] == utc(ago(days=3))
    put(user, "work", "a", event("a", NOW + timedelta(days=3), "bob@globex.example"))
    household.ok("sync")
    assert household.last("bob")["last_meeting"] == utc(ago(days=6))
    assert household.last("bob")["next_meeting"] == utc(NOW + timedelta(days=3))
    household.radicale.delete(user, "work", "b")
    household.radicale.delete(user, "work", "c")
    assert household.ok("sync")["accounts"][0]["removed"] == 2
    # deleted within a week after its end: it did not happen; long after: somebody tidied up
    assert household.ok("why", "b")["verdict"] == "deleted"
    assert household.last("bob")["last_meeting"] == utc(ago(days=40))
    household.radicale.delete(user, "work", "a")
    household.ok("sync")
    assert household.last("bob")["next_meeting"] is None
    assert household.ok("check")["differences"] == 0


def test_a_meeting_made_private_later_leaves_no_trace(household: Household, user: str) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    meeting = event("m", ago(days=40), "ana@acme.example", "bob@globex.example", SUMMARY="Kardiologe")
    household.radicale.put(user, "work", "m", meeting)
    household.ok("sync")
    assert b"Kardiologe" in kept(household.database)
    household.radicale.put(user, "work", "m", meeting.replace("SUMMARY", "CLASS:PRIVATE\r\nSUMMARY"))
    household.ok("sync")
    assert household.ok("log") == []
    assert household.run("check").code == 0
    assert b"Kardiologe" not in kept(household.database)


@pytest.mark.parametrize("order", ["ABC", "CBA", "CAB", "BCA"])
def test_an_answer_is_found_through_its_thread_in_whatever_order_its_messages_come(
    household: Household, user: str, order: str
) -> None:
    """C answers A by way of B, which went to somebody else."""
    household.add_account("ana", user)
    household.import_contacts("Bob Stone,bob@globex.example,Globex")
    letters = {
        "A": ("Sent", mail("ana@acme.example", "bob@globex.example", ago(days=9), "a@acme.example")),
        "B": (
            "Sent",
            mail("ana@acme.example", "zoe@other.example", ago(days=8), "b@acme.example", References="<a@acme.example>"),
        ),
        "C": (
            "INBOX",
            mail("bob@globex.example", "ana@acme.example", ago(days=7), "c@x", In_Reply_To="<b@acme.example>"),
        ),
    }
    for name in order:
        mailbox, letter = letters[name]
        household.dovecot.append(user, mailbox, [letter])
        household.ok("sync")
    assert household.last("bob")["last_two_way"] == utc(ago(days=7))
