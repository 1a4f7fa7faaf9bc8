"""The contract of the mail source: on the in-memory twin, on Dovecot with and without its
extensions, on Cyrus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mail_hosts import CyrusHost, DovecotHost, Host, MemoryHost
from mail_log import Log, message

from activity.batch import MarksNow
from capture.mail import reading
from capture.mail.listing import MailboxRefused
from capture.mail.source import MailSource
from dovecot_server import DovecotServer


@pytest.fixture(params=["memory", "dovecot", "plain_dovecot", "cyrus"])
def host(request: pytest.FixtureRequest, user: str) -> Iterator[Host]:
    if request.param == "memory":
        with MemoryHost() as memory:
            yield memory
    elif request.param == "cyrus":
        yield CyrusHost(request.getfixturevalue("cyrus"), user)
    else:
        dovecot: DovecotServer = request.getfixturevalue(request.param)
        yield DovecotHost(dovecot, user)


@pytest.fixture
def log(host: Host) -> Log:
    return Log(host.server)


def test_first_all_then_what_is_new_then_nothing(host: Host, log: Log) -> None:
    host.put("INBOX", message(1), message(2))
    host.put("Clients/Acme", message("filed"))
    log.sync()
    assert log.subjects() == ["Number 1", "Number 2"]
    assert log.subjects("Clients/Acme") == ["Number filed"]
    host.put("INBOX", message(3))
    host.put("Later", message("first"))
    assert {batch.place for batch in log.sync()} == {"INBOX", "Later"}
    assert log.subjects() == ["Number 1", "Number 2", "Number 3"]
    assert log.subjects("Later") == ["Number first"]
    assert log.sync() == []


def test_an_empty_mailbox_is_read_once(host: Host, log: Log) -> None:
    host.put("Empty")
    log.sync()
    assert log.count() == 0
    assert log.sync() == []


def test_expunged_messages_stay_in_the_log_and_leave_no_gap(host: Host, log: Log) -> None:
    host.put("INBOX", *map(message, range(1, 5)))
    log.sync()
    host.expunge("INBOX", 2, 4)
    (left,) = log.sync()
    assert (left.items, left.marks) == ([], MarksNow(1, {1: 0, 3: 0})), "what has left the inbox is told of"
    assert log.sync() == []
    host.put("INBOX", message(5))
    log.sync()
    assert log.subjects() == [f"Number {n}" for n in range(1, 6)]


def test_everything_expunged_is_nothing_new(host: Host, log: Log) -> None:
    host.put("INBOX", message(1))
    log.sync()
    host.expunge("INBOX", 1)
    assert [(left.items, left.marks) for left in log.sync()] == [([], MarksNow(1, {}))]
    assert log.sync() == []


def test_another_uidvalidity_means_reading_again(host: Host, log: Log) -> None:
    host.put("Work", message(1), message(2))
    log.sync()
    host.remove("Work")
    host.put("Work", message(2), message(3))
    log.sync()
    assert log.ids() == {("Work", f"<{n}@client.example>") for n in (1, 2, 3)}
    assert log.subjects("Work").count("Number 3") == 1
    assert log.sync() == []


def test_a_renamed_mailbox_is_a_new_place_with_the_same_messages(host: Host, log: Log) -> None:
    host.put("Work", message(1))
    log.sync()
    host.rename("Work", "Done")
    log.sync()
    assert log.ids() == {("Work", "<1@client.example>"), ("Done", "<1@client.example>")}
    assert log.sync() == []


def test_a_mailbox_that_vanishes_during_the_pass_is_named_and_hides_no_other(host: Host, log: Log) -> None:
    for name in ("A", "B", "C"):
        host.put(name, message(name))
    batches = MailSource(log.server, log.since).batches({})
    assert next(batch for batch in batches if batch.place == "A").items
    host.remove("B")
    rest = list(batches)
    assert [(batch.place, type(batch.error)) for batch in rest if batch.error] == [("B", MailboxRefused)]
    assert [len(batch.items) for batch in rest if batch.place == "C"] == [1]


CYRUS_ALLOWS_NONE = ('say "hi"', "back\\slash", "a*b%c")


@pytest.mark.parametrize(
    "name", ["Ärger & Co", "日本語", 'say "hi"', "back\\slash", "with space", "007", "NIL", "a*b%c"]
)
def test_mailbox_names_of_all_kinds(host: Host, log: Log, name: str) -> None:
    if isinstance(host, CyrusHost) and name in CYRUS_ALLOWS_NONE:
        pytest.skip("Cyrus allows no such name")
    host.put(name, message(1))
    log.sync()
    assert log.subjects(name) == ["Number 1"]
    host.put(name, message(2))
    log.sync()
    assert log.subjects(name) == ["Number 1", "Number 2"]
    assert log.sync() == []


def test_a_folder_that_only_holds_others_is_not_opened(host: Host, log: Log) -> None:
    host.put("Top/Child", message(1))
    assert log.try_sync() is None
    assert log.ids() == {("Top/Child", "<1@client.example>")}
    left_out = {box.name: why for box, why in MailSource(log.server, log.since).choice().left_out}
    assert left_out.get("Top") == (None if isinstance(host, CyrusHost) else "cannot be opened")


def test_drafts_junk_and_trash_are_not_read(host: Host, log: Log) -> None:
    for name in ("Drafts", "Junk", "Trash/Old", "Papierkorb", "Sent"):
        host.put(name, message(name))
    log.sync()
    assert log.ids() == {("Sent", "<Sent@client.example>")}


def test_a_draft_is_read_once_it_is_none(host: Host, log: Log) -> None:
    host.put("INBOX", message("draft"), flags=r"\Draft")
    host.put("INBOX", message(1))
    log.sync()
    assert log.subjects() == ["Number 1"]
    host.unflag_draft("INBOX", 1)
    host.put("INBOX", message(2))
    log.sync()
    assert sorted(log.subjects()) == ["Number 1", "Number 2", "Number draft"]
    assert log.sync() == []


def test_what_is_in_sent_mail_was_sent_whatever_its_flags(host: Host, log: Log) -> None:
    host.put("Sent", message(1), flags=r"\Draft")
    host.put("Work", message(2), flags=r"\Draft")
    log.sync()
    assert log.ids() == {("Sent", "<1@client.example>")}


def test_an_interrupted_pass_goes_on_where_it_was(host: Host, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 2)
    host.put("INBOX", *map(message, range(5)))
    first = next(iter(MailSource(log.server, log.since).batches({})))
    assert len(first.items) == 2
    log.cursors = {"INBOX": str(first.cursor)}
    log.sync()
    assert log.subjects() == ["Number 2", "Number 3", "Number 4"]


def test_nothing_is_changed_by_reading(dovecot: DovecotServer, user: str) -> None:
    """What the twin cannot prove of itself."""
    host = DovecotHost(dovecot, user)
    host.put("INBOX", message(1))
    Log(host.server).sync()
    with dovecot.client(user) as client:
        assert client.select_folder("INBOX")[b"RECENT"] == 1
        assert client.get_flags([1]) == {1: (b"\\Recent",)}
