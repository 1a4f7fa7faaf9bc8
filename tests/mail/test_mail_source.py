"""The contract of the mail source, on a real server with every extension and on one with none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from mail_log import Log, message

from activity.errors import ServerFault
from capture.mail import reading, source
from capture.mail.source import MailSource
from dovecot_server import DovecotServer
from fault_proxy import FaultProxy

NOON = datetime(2024, 6, 15, 12, 0, tzinfo=UTC)


_ALWAYS = ("CAPABILITY", "AUTHENTICATE", "LOGIN", "LOGOUT", "ID", "NAMESPACE")


def commands(proxy: FaultProxy) -> list[str]:
    """The command words sent so far, without the login and what is asked beside it; forgets
    them."""
    lines = bytes(proxy.sent).decode().splitlines()
    proxy.sent.clear()
    words = [match[1] for line in lines if (match := re.match(r"[A-Z]{4}\d+ ((?:UID )?[A-Z]+)", line))]
    return [word for word in words if word not in _ALWAYS]


def test_a_first_pass_reads_all_and_the_next_only_what_is_new(imap: DovecotServer, log: Log, user: str) -> None:
    imap.append(user, "INBOX", [message(n) for n in range(3)], NOON)
    imap.append(user, "Clients/Acme", [message("filed")])
    batches = log.sync()
    assert log.subjects() == ["Number 0", "Number 1", "Number 2"]
    assert log.subjects("Clients/Acme") == ["Number filed"]
    assert {batch.found for batch in batches if batch.place == "INBOX"} == {3}
    assert log.seen["INBOX"][0].internal_date == NOON

    imap.append(user, "INBOX", [message(3)])
    imap.append(user, "New one", [message("first")])
    log.sync()
    assert log.subjects() == ["Number 0", "Number 1", "Number 2", "Number 3"]
    assert log.subjects("New one") == ["Number first"]
    assert log.count() == 6


def test_with_nothing_new_nothing_is_opened(imap: DovecotServer, log: Log, proxy: FaultProxy, user: str) -> None:
    imap.append(user, "INBOX", [message(1)])
    imap.append(user, "Work", [message(2)])
    log.sync()
    commands(proxy)
    assert log.sync() == []
    extended = "LIST-STATUS" in bytes(proxy.received).decode()
    assert commands(proxy) == (["LIST"] if extended else ["LIST", "STATUS", "STATUS", "STATUS"])


def test_only_changed_mailboxes_are_opened(imap: DovecotServer, log: Log, proxy: FaultProxy, user: str) -> None:
    imap.append(user, "INBOX", [message(1)])
    imap.append(user, "Work", [message(2)])
    log.sync()
    imap.append(user, "Work", [message(3)])
    commands(proxy)
    log.sync()
    assert [word for word in commands(proxy) if word not in ("LIST", "STATUS")] == ["EXAMINE", "UID FETCH"]


@pytest.mark.parametrize("few", [0, 500])
def test_old_mail_that_is_filed_later_is_passed_over(
    imap: DovecotServer, log: Log, user: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FEW_UIDS", few)
    imap.append(user, "INBOX", [message(1)])
    log.sync()
    imap.append(user, "INBOX", [message("old")], datetime(2019, 12, 31, 12, tzinfo=UTC))
    imap.append(user, "INBOX", [message(2)], datetime(2020, 1, 1, 12, tzinfo=UTC))
    log.sync()
    assert log.subjects() == ["Number 1", "Number 2"]
    assert log.sync() == []


def test_drafts_junk_and_trash_are_not_read(imap: DovecotServer, log: Log, user: str) -> None:
    for mailbox in ("Drafts", "Junk", "Trash", "Trash/Old", "Papierkorb", "Private/Kids", "Sent"):
        imap.append(user, mailbox, [message(mailbox)])
    log.exclude = ("Private",)
    log.sync()
    assert log.ids() == {("Sent", "<Sent@client.example>")}
    reasons = {mailbox.name for mailbox, _ in MailSource(log.server, log.since, log.exclude).choice().left_out}
    assert reasons >= {"Drafts", "Junk", "Trash", "Trash/Old", "Papierkorb", "Private/Kids"}


def test_a_message_flagged_as_a_draft_is_read_nowhere(imap: DovecotServer, log: Log, user: str) -> None:
    imap.append(user, "INBOX", [message("draft")], flags=(rb"\Draft",))
    imap.append(user, "INBOX", [message("sent")])
    log.sync()
    assert log.subjects() == ["Number sent"]
    assert log.skipped == []
    log.sync()  # a Dovecot that was never asked for MODSEQ before gives none the first time
    assert log.sync() == []


def test_a_draft_of_thunderbird_is_read_nowhere(imap: DovecotServer, log: Log, user: str) -> None:
    draft = message("draft").replace(b"Subject:", b"X-Mozilla-Draft-Info: internal/draft; vcard=0\r\nSubject:", 1)
    assert draft != message("draft")
    imap.append(user, "INBOX", [draft, message("mail")])
    log.sync()
    assert log.subjects() == ["Number mail"]


def test_a_draft_that_becomes_a_message_is_read_then(imap: DovecotServer, log: Log, user: str) -> None:
    imap.append(user, "INBOX", [message("kept"), message("sent"), message("gone")], flags=(rb"\Draft",))
    imap.append(user, "INBOX", [message(1)])
    log.sync()
    log.sync()
    assert log.subjects() == ["Number 1"]
    with imap.client(user) as client:
        client.select_folder("INBOX")
        client.remove_flags([2], [rb"\Draft"])
        client.delete_messages([3])
        client.expunge()
    log.sync()
    assert log.subjects() == ["Number 1", "Number sent"], "without CONDSTORE it is the number of messages that tells"
    imap.append(user, "INBOX", [message(2)])
    log.sync()
    assert sorted(log.subjects()) == ["Number 1", "Number 2", "Number sent"]
    assert log.sync() == []
    assert "[1]" in log.cursors["INBOX"]  # the one still a draft is remembered, the one gone is not


def test_a_renamed_mailbox_is_read_under_its_new_name_and_a_deleted_one_harms_nobody(
    imap: DovecotServer, log: Log, user: str
) -> None:
    for mailbox in ("Gone", "Old name", "Zoo"):
        imap.append(user, mailbox, [message(mailbox)])
    log.sync()
    with imap.client(user) as client:
        client.delete_folder("Gone")
        client.rename_folder("Old name", "New name")
    imap.append(user, "Zoo", [message("later")])
    assert log.try_sync() is None
    assert log.subjects("New name") == ["Number Old name"]
    assert log.subjects("Zoo") == ["Number Zoo", "Number later"]


def test_a_mailbox_deleted_during_the_pass_is_an_error_of_its_own(
    imap: DovecotServer, log: Log, proxy: FaultProxy, user: str
) -> None:
    for mailbox in ("A", "B", "C"):
        imap.append(user, mailbox, [message(mailbox)])
    batches = MailSource(log.server, log.since).batches({})
    first = next(batch for batch in batches if batch.place == "A")
    with imap.client(user) as client:
        client.delete_folder("B")
    rest = list(batches)
    assert first.items
    assert [(batch.place, type(batch.error)) for batch in rest if batch.error] == [("B", source.MailboxRefused)]
    assert [len(batch.items) for batch in rest if batch.place == "C"] == [1]
    assert proxy.connections == 1  # the refusal of one mailbox is no reason to log in again


def test_only_what_arrived_since_the_day_is_read(imap: DovecotServer, log: Log, user: str) -> None:
    for days in (400, 40, 4):
        imap.append(user, "INBOX", [message(days)], NOON - timedelta(days=days))
    log.since = date(2024, 4, 1)
    log.sync()
    assert log.subjects() == ["Number 40", "Number 4"]

    log.since = date(2024, 6, 12)  # the window moves on: nothing is read again
    assert log.sync() == []
    imap.append(user, "INBOX", [message("filed late")], NOON - timedelta(days=300))
    log.sync()
    assert log.subjects() == ["Number 40", "Number 4"]  # as if it had been there from the start

    log.since = date(2020, 1, 1)  # more is wanted than was read
    log.sync()
    assert set(log.subjects()) == {"Number 400", "Number 40", "Number 4", "Number filed late"}


def test_a_mailbox_with_old_mail_only_is_not_opened_every_time(
    imap: DovecotServer, log: Log, proxy: FaultProxy, user: str
) -> None:
    imap.append(user, "INBOX", [message(1)], NOON - timedelta(days=3000))
    log.since = date(2026, 1, 1)
    log.sync()
    commands(proxy)
    assert log.sync() == []
    assert "EXAMINE" not in commands(proxy)


def test_batches_are_bounded_and_each_has_its_cursor(
    imap: DovecotServer, log: Log, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 3)
    imap.append(user, "INBOX", [message(n) for n in range(8)])
    batches = [batch for batch in log.sync() if batch.place == "INBOX"]
    assert [len(batch.items) for batch in batches] == [3, 3, 2]
    assert len({batch.cursor for batch in batches}) == 3

    for batch in batches:  # whichever was the last to be stored, the next pass reads the rest
        again = Log(log.server)
        again.cursors = {"INBOX": str(batch.cursor)}
        again.sync()
        assert set(again.subjects()) == {f"Number {n}" for n in range(8)} - {
            one.subject for before in batches[: batches.index(batch) + 1] for one in before.items
        }  # type: ignore[union-attr]


def test_searches_go_through_a_large_mailbox_in_windows(
    imap: DovecotServer, log: Log, proxy: FaultProxy, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "SEARCH_UIDS", 3)
    imap.append(user, "INBOX", [message(n) for n in range(7)])
    log.sync()
    assert log.subjects() == [f"Number {n}" for n in range(7)]
    assert commands(proxy).count("UID SEARCH") == 3


def test_a_cursor_of_another_making_means_reading_again(imap: DovecotServer, log: Log, user: str) -> None:
    imap.append(user, "INBOX", [message(1)])
    log.sync()
    log.cursors["INBOX"] = "mbox:4711"
    log.sync()
    assert log.subjects() == ["Number 1", "Number 1"]


def test_the_header_is_all_that_is_asked_for(imap: DovecotServer, log: Log, proxy: FaultProxy, user: str) -> None:
    imap.append(user, "INBOX", [message(1, body="between us\r\n", X_Secret="not asked for")])
    log.sync()
    assert b"between us" not in proxy.received
    assert b"not asked for" not in proxy.received
    assert b"BODY.PEEK[HEADER.FIELDS" in proxy.sent
    assert b"BODY[" not in proxy.sent


def test_a_mailbox_one_may_not_read_is_an_error_to_show(imap: DovecotServer, log: Log, user: str) -> None:
    imap.append(user, "Locked", [message(1)])
    imap.append(user, "Open", [message(2)])
    folder = imap.base / "home" / user / "mail" / "mailboxes" / "Locked" / "dbox-Mails"
    for path in folder.glob("dovecot.index*"):
        path.unlink()
    folder.chmod(0o000)
    try:
        error = log.try_sync()
    finally:
        folder.chmod(0o700)
    assert isinstance(error, ServerFault)
    assert log.subjects("Open") == ["Number 2"]
