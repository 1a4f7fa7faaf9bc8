"""Fault 6: servers that hang or drip are given up."""

from __future__ import annotations

import fcntl
import resource
import socket
import time
from collections.abc import Iterator

import pytest
from mail_log import Log

from activity.errors import Unreachable
from capture.mail import connection, server, source
from capture.mail.guarded_stream import PROGRESS_BYTES, GuardedStream, Stalled
from capture.mail.server import MailServer
from dovecot_server import DovecotServer
from fault_proxy import Fault, FaultProxy
from scripted_imap import Box, ScriptedIMAP, Session, fetch_response, header

STALL = 0.3
GIVEN_UP = 30 * STALL  # generous: the machine may be busy


@pytest.fixture(autouse=True)
def _short_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", STALL)


@pytest.fixture
def boxes() -> dict[str, Box]:
    return {name: Box({uid: header(uid) for uid in range(1, 4)}) for name in ("INBOX", "A", "B", "C", "D", "E")}


def give_up(port: int, security: str = "none", ca_file: str | None = None) -> None:
    started = time.monotonic()
    error = Log(MailServer("127.0.0.1", port, security, "ana", lambda: "pw", ca_file, STALL)).try_sync()
    assert isinstance(error, Unreachable), error
    assert time.monotonic() - started < GIVEN_UP


@pytest.fixture
def deaf() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("security", ["none", "tls", "starttls"])
def test_no_greeting_and_no_tls_handshake(deaf: int, security: str) -> None:
    give_up(deaf, security)


def test_a_port_that_does_not_even_connect() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = []
        for _ in range(4):  # the backlog is full: further connections wait
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        give_up(listener.getsockname()[1])
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("kind", ["hang", "drip"])
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_within_the_tls_handshake(dovecot: DovecotServer, kind: str, security: str) -> None:
    tls = security == "tls"
    fault = Fault("hang" if kind == "hang" else "drip", 200 if tls else 900, interval=STALL / 8)
    with FaultProxy(dovecot.tls_port if tls else dovecot.port, fault) as proxy:
        give_up(proxy.port, security, str(dovecot.ca_file))


@pytest.mark.parametrize("kind", ["hang", "drip"])
@pytest.mark.parametrize("command", ["CAPABILITY", "AUTHENTICATE", "LIST", "EXAMINE", "SEARCH", "FETCH"])
def test_at_each_command(boxes: dict[str, Box], command: str, kind: str) -> None:
    def endless(session: Session, tag: str, _: str) -> None:
        if kind == "hang":
            return
        answer = fetch_response(1) if command == "FETCH" else b"* OK " + b"still here " * 50 + b"\r\n"
        while True:
            for octet in answer:
                session.send(bytes([octet]))
                time.sleep(STALL / 8)  # the server's own pace, not a synchronisation

    with ScriptedIMAP(boxes, {command: endless}) as scripted:
        give_up(scripted.port)


def test_all_waiting_of_a_pass_together_is_bounded(boxes: dict[str, Box]) -> None:
    def hang(session: Session, tag: str, _: str) -> None:
        pass

    with ScriptedIMAP(boxes, {"FETCH": hang}) as scripted:
        started = time.monotonic()
        log = Log(MailServer("127.0.0.1", scripted.port, "none", "ana", lambda: "pw", None, 1.2))
        assert isinstance(log.try_sync(), Unreachable)
        assert scripted.connections == source.LOST_CONNECTIONS + 1
        assert time.monotonic() - started < 2 * 1.2  # 1.2, then 0.3, then 0.075
    patience = server.STALL_SECONDS * sum(source.PATIENCE_SHRINKS**-n for n in range(source.LOST_CONNECTIONS + 1))
    assert patience < 60


def test_one_mailbox_that_hangs_does_not_hide_the_others(boxes: dict[str, Box]) -> None:
    def hang_in_a(session: Session, tag: str, arguments: str) -> None:
        if session.selected != "A":
            scripted.answer_fetch(session, tag, arguments)

    with ScriptedIMAP(boxes, {"FETCH": hang_in_a}) as scripted:
        log = Log(MailServer("127.0.0.1", scripted.port, "none", "ana", lambda: "pw", None, STALL * 2))
        assert isinstance(log.try_sync(), Stalled)
        assert [place for place in log.seen if log.seen[place]] == ["INBOX", "B", "C", "D", "E"]


def test_a_slow_but_steady_server_is_waited_for() -> None:
    """What extends the deadline is progress: with a clock of the test's own, for hours."""
    clock = [0.0]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stream = GuardedStream(ours, 10.0, lambda: clock[0])
        for _ in range(1000):
            clock[0] += 9.0
            theirs.sendall(b"x" * PROGRESS_BYTES)
            assert len(stream.read(PROGRESS_BYTES)) == PROGRESS_BYTES
        clock[0] += 11.0
        theirs.sendall(b"x")
        with pytest.raises(Stalled):
            stream.read(1)


def test_a_connection_may_be_one_of_thousands() -> None:
    """select() takes no descriptor beyond 1023."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4_000), most))
    ours, theirs = socket.socketpair()
    try:
        with socket.socket(fileno=fcntl.fcntl(ours, fcntl.F_DUPFD, 1_500)) as far:
            stream = GuardedStream(far, 10.0)
            assert not stream.ready(0.01)
            theirs.sendall(b"* 1 EXISTS\r\n")
            assert stream.ready(10.0)
            assert stream.readline() == b"* 1 EXISTS\r\n"
            theirs.close()
            assert stream.ready(10.0), "the end is something as well"
            assert stream.readline() == b""
    finally:
        ours.close()
        theirs.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
