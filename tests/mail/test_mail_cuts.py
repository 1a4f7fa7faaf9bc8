"""Fault 1: the connection ends at any byte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from generated import stride
from mail_hosts import MemoryHost
from mail_log import Log, message, server_of

from activity.errors import SourceError, Unreachable
from capture.mail import reading, source
from dovecot_server import DovecotServer
from fault_proxy import Fault, FaultProxy

MESSAGES = 200
STEP = stride(2903)
FINE_STEP = 499


@pytest.fixture(scope="module")
def filled(dovecot: DovecotServer) -> str:
    """A user with a mailbox of 200 messages, some long, and two small ones."""
    user = "cut"
    long_list = ", ".join(f"p{n}@x.example" for n in range(40))
    dovecot.append(user, "INBOX", [message(n, **({"Cc": long_list} if n % 20 == 0 else {})) for n in range(MESSAGES)])
    dovecot.append(user, "Sent", [message("sent")])
    dovecot.append(user, "Work", [message("work")])
    return user


@pytest.fixture
def proxy(dovecot: DovecotServer) -> Iterator[FaultProxy]:
    with FaultProxy(dovecot.port) as between:
        yield between


def _cut_and_again(proxy: FaultProxy, whole: Log, fault: Fault) -> tuple[SourceError | None, dict[str, str]]:
    """A pass with this fault and one without read together what `whole` holds, each message once.

    What ended the first, and the cursors that it left.
    """
    proxy.fault = fault
    log = Log(whole.server)
    ended, kept = log.try_sync(), dict(log.cursors)
    proxy.fault = None
    assert log.try_sync() is None, fault
    assert (log.ids(), log.count(), log.cursors) == (whole.ids(), len(whole.ids()), whole.cursors), fault
    assert log.sync() == [], fault
    return ended, kept


def test_cut_anywhere_nothing_is_missing_after_the_next_pass(
    dovecot: DovecotServer, proxy: FaultProxy, filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 40)
    server = server_of(dovecot, filled, port=proxy.port)
    whole = Log(server)
    whole.sync()
    session_bytes = len(proxy.received)
    assert len(whole.ids()) == MESSAGES + 2
    kept_something = 0
    for after in [*range(0, 1500, 131), *range(1500, session_bytes, STEP)]:
        ended, kept = _cut_and_again(proxy, whole, Fault("reset" if after % 3 == 0 else "cut", after))
        assert isinstance(ended, Unreachable), after
        kept_something += bool(kept)
    assert kept_something > 10


def test_cut_at_any_byte_of_the_twins_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """As above, with cuts close to each other: in every part of a response, and of the literals."""
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 40)
    with MemoryHost() as host, FaultProxy(host.port) as proxy:
        host.put("INBOX", *(message(n) for n in range(MESSAGES)))
        host.put("Work", message("work"))
        server = host.server._replace(port=proxy.port)
        whole = Log(server)
        whole.sync()
        places: Counter[bytes] = Counter()
        session = bytes(proxy.received)
        for after in range(0, len(session) - 100, FINE_STEP):
            ended, _ = _cut_and_again(proxy, whole, Fault("cut", after))
            assert isinstance(ended, Unreachable), after
            places[session[:after].rpartition(b"\r\n")[2][:2]] += 1
        assert places[b"* "] > 20  # in the line of a response
        assert sum(places.values()) - places[b"* "] > 50  # within a literal


def test_cut_while_commands_are_sent(dovecot: DovecotServer, proxy: FaultProxy, filled: str) -> None:
    server = server_of(dovecot, filled, port=proxy.port)
    whole = Log(server)
    whole.sync()
    for after in range(0, len(proxy.sent), stride(41)):
        _cut_and_again(proxy, whole, Fault("cut", after, "up"))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_cut_within_tls(dovecot: DovecotServer, filled: str, security: str) -> None:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    with FaultProxy(port) as proxy:
        server = server_of(dovecot, filled, security, port=proxy.port)
        whole = Log(server)
        whole.sync()
        for after in range(0, len(proxy.received) - 2000, stride(len(proxy.received) // 25)):
            ended, _ = _cut_and_again(proxy, whole, Fault("cut", after))
            assert isinstance(ended, Unreachable), after


def test_one_lost_connection_does_not_end_the_pass(dovecot: DovecotServer, proxy: FaultProxy, filled: str) -> None:
    server = server_of(dovecot, filled, port=proxy.port)
    log = Log(server)
    batches = iter(source.MailSource(server, log.since).batches({}))
    proxy.fault = Fault("cut", 6000)
    first = next(batches)  # the cut comes while INBOX is fetched
    proxy.fault = None
    rest = list(batches)
    assert (first.place, type(first.error), first.items) == ("INBOX", Unreachable, [])
    assert {batch.place: len(batch.items) for batch in rest} == {"Sent": 1, "Work": 1}


def test_a_server_that_loses_every_connection_is_given_up(
    dovecot: DovecotServer, proxy: FaultProxy, filled: str
) -> None:
    many = "lossy"
    for name in "ABCDEFGH":
        dovecot.append(many, name, [message(n) for n in range(30)])
    whole = Log(server_of(dovecot, many, port=proxy.port))
    whole.sync()
    proxy.connections = 0
    proxy.fault = Fault("cut", 4000)
    assert isinstance(Log(whole.server).try_sync(), Unreachable)
    assert proxy.connections <= source.LOST_CONNECTIONS + 1
