"""The server tells of new mail by itself, and we notice when it no longer can."""

from __future__ import annotations

import threading

import pytest
from mail_log import SINCE, message, server_of

from activity.errors import Throttled, Unreachable
from capture.mail.guarded_stream import Stalled
from capture.mail.idle import IdleNotOffered, Outcome, Watch
from capture.mail.listing import MailboxRefused
from capture.mail.mailboxes import Choice, Mailbox, worth_watching
from capture.mail.server import MailServer
from capture.mail.source import MailSource
from dovecot_server import DovecotServer
from fault_proxy import FaultProxy
from scripted_imap import Box, ScriptedIMAP, Session, header

INBOX = Mailbox(b"INBOX", "INBOX", "/", frozenset())
HANG_GUARD = 60.0


class Waiting:
    """A thread that waits; `outcome` is what it came back with."""

    def __init__(self, watch: Watch, seconds: float = HANG_GUARD) -> None:
        self._outcome: list[Outcome] = []
        self._thread = threading.Thread(target=lambda: self._outcome.append(watch.wait(seconds)), daemon=True)
        self._thread.start()

    @property
    def outcome(self) -> Outcome:
        self._thread.join(HANG_GUARD)
        return self._outcome[0]


def scripted_watch(scripted: ScriptedIMAP, renew_seconds: float = 240.0, stall_seconds: float = 5.0) -> Watch:
    server = MailServer("127.0.0.1", scripted.port, "none", "ana", lambda: "pw", None, stall_seconds)
    return Watch(server, INBOX, renew_seconds)


def idling(news: str) -> ScriptedIMAP:
    """A server with IDLE that says `news` once, when it first idles, and honours DONE."""
    once = [news]

    def idle(session: Session, tag: str, _: str) -> None:
        session.send("+ idling\r\n" + (once.pop() if once else ""))
        session.readline()
        session.ok(tag)

    return ScriptedIMAP({"INBOX": Box({1: header(1)})}, {"IDLE": idle}, capabilities="IMAP4rev1 IDLE AUTH=PLAIN")


@pytest.mark.parametrize("security", ["none", "tls", "starttls"])
def test_new_mail_wakes_whoever_waits(dovecot: DovecotServer, user: str, security: str) -> None:
    dovecot.append(user, "INBOX", [message(1)])
    watch = Watch(server_of(dovecot, user, security), INBOX)
    assert watch.wait(0.0) == "quiet"
    for number in (2, 3):
        waiting = Waiting(watch)
        dovecot.append(user, "INBOX", [message(number)])
        assert waiting.outcome == "changed"
    watch.close()


def test_mail_that_comes_while_nobody_waits_is_told_later(dovecot: DovecotServer, user: str) -> None:
    watch = Watch(server_of(dovecot, user), INBOX)
    dovecot.append(user, "INBOX", [message(1)])
    assert watch.wait(HANG_GUARD) == "changed"
    assert watch.wait(0.0) == "quiet"
    watch.close()


def test_inbox_and_sent_mail_are_worth_watching(dovecot: DovecotServer, user: str) -> None:
    source = MailSource(server_of(dovecot, user), SINCE)
    inbox, sent = source.worth_watching()
    assert (inbox.name, sent.name) == ("INBOX", "Sent")
    watch = source.watch(sent)
    waiting = Waiting(watch)
    dovecot.append(user, "Sent", [message(1)])
    assert waiting.outcome == "changed"
    watch.close()


def test_what_is_worth_watching() -> None:
    def named(*mailboxes: Mailbox) -> list[str]:
        return [mailbox.name for mailbox in worth_watching(Choice(list(mailboxes), []))]

    def box(name: str, *flags: str) -> Mailbox:
        return Mailbox(name.encode(), name, "/", frozenset(flags))

    assert named(box("INBOX"), box("Sent"), box("Objets", "\\sent"), box("Work")) == ["INBOX", "Objets"]
    assert named(box("INBOX"), box("INBOX/Gesendet"), box("Work/Sent")) == ["INBOX", "INBOX/Gesendet"]
    assert named(box("[Gmail]/Tous les messages", "\\all")) == ["[Gmail]/Tous les messages"]
    assert named(box("Work")) == []


def test_watching_changes_nothing(dovecot: DovecotServer, user: str) -> None:
    with FaultProxy(dovecot.port) as proxy:
        watch = Watch(server_of(dovecot, user, port=proxy.port), INBOX)
        dovecot.append(user, "INBOX", [message(1)])
        assert watch.wait(HANG_GUARD) == "changed"
        watch.close()
        assert b"EXAMINE" in proxy.sent
        assert b"SELECT" not in proxy.sent
    with dovecot.client(user) as client:
        assert client.select_folder("INBOX")[b"RECENT"] == 1


def test_close_wakes_at_once(dovecot: DovecotServer, user: str) -> None:
    for security in ("none", "tls"):
        watch = Watch(server_of(dovecot, user, security), INBOX)
        waiting = Waiting(watch, 10 * HANG_GUARD)
        watch.close()
        assert waiting.outcome == "gone"
        assert watch.error is None
        assert watch.wait(HANG_GUARD) == "gone"


def test_it_is_renewed_and_hears_what_came_in_between(dovecot: DovecotServer, user: str) -> None:
    with FaultProxy(dovecot.port) as proxy:
        watch = Watch(server_of(dovecot, user, port=proxy.port), INBOX, renew_seconds=0.01)
        waiting = Waiting(watch)
        while proxy.sent.count(b"DONE") < 3:
            assert b"BAD" not in proxy.received
        dovecot.append(user, "INBOX", [message(1)])
        assert waiting.outcome == "changed"
        watch.close()


def test_a_frozen_connection_is_noticed(dovecot: DovecotServer, user: str) -> None:
    with FaultProxy(dovecot.port) as proxy:
        server = server_of(dovecot, user, port=proxy.port, stall_seconds=0.5)
        watch = Watch(server, INBOX, renew_seconds=0.2)
        proxy.frozen.set()
        assert watch.wait(HANG_GUARD) == "gone"
        assert isinstance(watch.error, Stalled)
        watch.close()


def test_a_connection_that_is_cut_is_noticed_at_once(dovecot: DovecotServer, user: str) -> None:
    with FaultProxy(dovecot.port) as proxy:
        watch = Watch(server_of(dovecot, user, port=proxy.port), INBOX)
        waiting = Waiting(watch)
        proxy.__exit__()
        assert waiting.outcome == "gone"
        assert isinstance(watch.error, Unreachable)


def test_a_server_without_it_says_so(plain_dovecot: DovecotServer, user: str) -> None:
    with pytest.raises(IdleNotOffered, match="does not offer IDLE"):
        Watch(server_of(plain_dovecot, user), INBOX)


def test_a_mailbox_that_is_not_there_is_told_apart(dovecot: DovecotServer, user: str) -> None:
    with pytest.raises(MailboxRefused):
        Watch(server_of(dovecot, user), INBOX._replace(wire=b"Gone"))


@pytest.mark.parametrize(
    ("news", "outcome"),
    [
        ("* 2 EXISTS\r\n", "changed"),
        ("* 1 EXISTS\r\n", "quiet"),  # as many as before
        ("* 1 EXPUNGE\r\n* 0 EXISTS\r\n", "quiet"),
        ("* 1 EXPUNGE\r\n* 1 EXISTS\r\n", "changed"),  # one gone, one new
        ("* OK Still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 1 RECENT\r\n", "quiet"),
    ],
)
def test_what_counts_as_new(news: str, outcome: str) -> None:
    with idling(news) as scripted:
        watch = scripted_watch(scripted, renew_seconds=0.02)
        assert watch.wait(HANG_GUARD if outcome == "changed" else 0.2) == outcome
        assert watch.error is None
        watch.close()


@pytest.mark.parametrize(
    ("news", "kind"),
    [
        ("* BYE shutting down\r\n", Unreachable),
        ("* BYE Too many connections\r\n", Throttled),
        ("A1 BAD IDLE\r\n", Exception),
        ("\r\n", Exception),
    ],
)
def test_how_a_watch_may_end(news: str, kind: type[Exception]) -> None:
    with idling(news) as scripted:
        watch = scripted_watch(scripted)
        assert watch.wait(HANG_GUARD) == "gone"
        assert isinstance(watch.error, kind)


def test_a_server_that_talks_without_end_is_given_up() -> None:
    def idle(session: Session, tag: str, _: str) -> None:
        while True:
            session.send("* OK still here\r\n" * 500)

    scripts = {"IDLE": idle}
    with (
        ScriptedIMAP(scripts=scripts, capabilities="IMAP4rev1 IDLE AUTH=PLAIN") as scripted,
        pytest.raises(Exception, match="responses instead"),
    ):
        scripted_watch(scripted)
