"""Fault 13: literals of any announced size, in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mail_log import Log, log_of, message

from activity.batch import Skip
from activity.errors import ServerFault
from capture.mail import fetch
from dovecot_server import DovecotServer
from scripted_imap import HEADER_ITEM, Box, ScriptedIMAP, Session, fetch_response, header

MEGABYTE = 1 << 20


def test_a_header_over_two_megabytes_is_skipped_and_named(imap: DovecotServer, log: Log, user: str) -> None:
    endless = message("long", To=",\r\n ".join(f"p{n}@x{n}.example" for n in range(130_000)))
    assert len(endless) > 3 * MEGABYTE
    imap.append(user, "INBOX", [message(1), endless, message(2)])
    log.sync()
    assert log.subjects() == ["Number 1", "Number 2"]
    (skip,) = log.skipped
    assert skip.item == "UID 2"
    assert "header" in skip.reason
    assert log.sync() == []


@pytest.mark.parametrize("uid_behind", [False, True])
def test_the_message_behind_a_huge_literal_is_read(uid_behind: bool) -> None:
    size = 40 * MEGABYTE
    head, tail = (b"", b" UID 1") if uid_behind else (b"UID 1 ", b"")

    def huge(session: Session, tag: str, _: str) -> None:
        session.send(b"* 1 FETCH (" + head + HEADER_ITEM + b" {%d}\r\n" % size)
        for _ in range(40):
            session.send(b"x" * MEGABYTE)
        session.send(tail + b")\r\n" + fetch_response(2))
        session.ok(tag)

    with ScriptedIMAP({"INBOX": Box({1: b"", 2: header(2)})}, {"FETCH": huge}) as scripted:
        log = log_of(scripted)
        log.sync()
        assert log.skipped == [Skip("UID 1", f"its header is {size:,} bytes long")]
        assert log.subjects() == ["Number 2"]


@pytest.mark.parametrize("command", ["LIST", "EXAMINE", "SEARCH", "CAPABILITY"])
def test_a_huge_literal_anywhere_else_is_a_fault_of_the_server(command: str) -> None:
    def huge(session: Session, tag: str, _: str) -> None:
        session.send('* LIST () "/" {2147483648}\r\nxxxx')

    with ScriptedIMAP({"INBOX": Box({1: header(1)})}, {command: huge}) as scripted:
        error = log_of(scripted).try_sync()
        assert isinstance(error, ServerFault)
        assert "2,147,483,648" in error.message


@pytest.mark.parametrize("command", ["LIST", "EXAMINE", "SEARCH"])
def test_an_answer_without_end_is_a_fault_of_the_server(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capture.mail.guarded_imap.ANSWER_BYTES", MEGABYTE)

    def endless(session: Session, tag: str, _: str) -> None:
        for number in range(10**6):
            session.send(f'* LIST () "/" "Mailbox {number}"\r\n' * 1000)

    with ScriptedIMAP({"INBOX": Box({1: header(1)})}, {command: endless}) as scripted:
        assert isinstance(log_of(scripted).try_sync(), ServerFault)


def test_huge_headers_are_handed_on_before_they_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set may be stored in parts; its cursor comes with the last, so that nothing is lost between
    them."""
    monkeypatch.setattr(fetch, "HELD_BYTES", 5000)
    boxes = {"INBOX": Box({uid: header(uid, X_Long="x" * 1000) for uid in range(1, 21)})}
    with ScriptedIMAP(boxes) as scripted:
        log = log_of(scripted)
        batches = log.sync()
        assert log.subjects() == [f"Number {uid}" for uid in range(1, 21)]
        assert len(batches) > 3
        assert [batch.cursor is not None for batch in batches] == [False] * (len(batches) - 1) + [True]


CHILD = """
import re, sys
from mail_log import Log
from capture.mail.server import MailServer
log = Log(MailServer("127.0.0.1", int(sys.argv[1]), "none", "ana", lambda: "pw", None, 20.0))
error = log.try_sync()
print(error, log.count(), len(log.skipped), re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


def run_apart(scripted: ScriptedIMAP) -> tuple[str, int]:
    """What a pass in a process of its own came to, and the most memory it took, in bytes."""
    here = Path(__file__).parent
    path = ":".join(map(str, (here, here.parent, here.parent.parent)))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(scripted.port)],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outcome, _, kilobytes = done.stdout.strip().rpartition(" ")
    return outcome, int(kilobytes) * 1024


def test_a_literal_of_two_gigabytes_takes_no_memory() -> None:
    def announced(session: Session, tag: str, _: str) -> None:
        session.send(b"* 1 FETCH (UID 1 " + HEADER_ITEM + b" {2147483648}\r\n")
        for _ in range(300):
            session.send(b"x" * MEGABYTE)
        session.close()

    with ScriptedIMAP({"INBOX": Box({1: b""})}, {"FETCH": announced}) as scripted:
        outcome, used = run_apart(scripted)
    assert "closed the connection" in outcome
    assert used < 100 * MEGABYTE


def test_many_messages_to_huge_crowds_take_little_memory() -> None:
    crowd = header(1, To=",".join(f"{n}@x.example" for n in range(100_000)))
    assert len(crowd) < fetch.HEADER_BYTES

    def all_alike(session: Session, tag: str, arguments: str) -> None:
        for uid in scripted.asked(session, arguments):
            session.send(fetch_response(uid, crowd))
        session.ok(tag)

    with ScriptedIMAP({"INBOX": Box(dict.fromkeys(range(1, 41), b""))}, {"FETCH": all_alike}) as scripted:
        outcome, used = run_apart(scripted)
    assert outcome == "None 40 0"
    assert used < 300 * MEGABYTE
