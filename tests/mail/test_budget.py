"""Fault 26: what never ends by progress alone is given up; what is slow but honest is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_log import Log, log_of, three

from activity.errors import ServerFault
from capture.mail import reading, source
from capture.mail.budget import EARNED_SECONDS, Budget, Exhausted
from capture.mail.guarded_stream import PROGRESS_BYTES, GuardedStream
from capture.mail.server import MailServer
from scripted_imap import Box, ScriptedIMAP, Session, fetch_response, header

MEGABYTE = 1 << 20
IMPATIENT = 0.5
GIVEN_UP = 20.0  # generous: the machine may be busy


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "Budget", lambda: Budget(IMPATIENT))


def exhausts(scripted: ScriptedIMAP) -> Exhausted:
    started = time.monotonic()
    error = Log(MailServer("127.0.0.1", scripted.port, "none", "ana", lambda: "pw", None, 60.0)).try_sync()
    assert isinstance(error, Exhausted), error
    assert time.monotonic() - started < GIVEN_UP
    return error


# --- the sum ---


@given(st.lists(st.floats(0, 0.9 * EARNED_SECONDS)))
def test_who_gives_something_every_few_seconds_is_never_given_up(pauses: list[float]) -> None:
    _spend_all(Budget(EARNED_SECONDS), pauses)


@given(st.lists(st.floats(EARNED_SECONDS + 4, 40), min_size=30))
def test_who_gives_something_now_and_then_only_is_given_up(pauses: list[float]) -> None:
    with pytest.raises(Exhausted):
        _spend_all(Budget(), pauses)


def _spend_all(budget: Budget, pauses: list[float]) -> None:
    for pause in pauses:
        budget.spend(pause)
        budget.earn()


def test_what_is_read_counts_as_well_as_time() -> None:
    with pytest.raises(Exhausted):
        Budget().spend(0, 4096 * MEGABYTE)
    Budget().spend(0, 100 * MEGABYTE)


class Junk:
    """A socket that brings just enough, just in time, by a clock of its own."""

    now = 0.0

    def settimeout(self, _: float) -> None:
        pass

    def recv_into(self, buffer: memoryview) -> int:
        self.now += 20.0
        buffer[:PROGRESS_BYTES] = b"x" * PROGRESS_BYTES
        return PROGRESS_BYTES


def test_junk_that_comes_just_fast_enough_is_given_up_within_two_minutes() -> None:
    junk = Junk()
    stream = GuardedStream(junk, 40.0, lambda: junk.now)  # type: ignore[arg-type]
    with pytest.raises(Exhausted):
        stream.discard(1000 * PROGRESS_BYTES)
    assert junk.now <= 120


# --- servers ---


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("command", ["LIST", "EXAMINE", "SEARCH", "FETCH"])
def test_lines_without_end_at_a_leisurely_pace(command: str) -> None:
    def endless(session: Session, tag: str, _: str) -> None:
        while True:
            session.send(b"* OK " + b"still here " * 300 + b"\r\n")
            time.sleep(0.02)  # the server's own pace, not a synchronisation

    with ScriptedIMAP(three(), {command: endless}) as scripted:
        error = exhausts(scripted)
        assert ("mailbox INBOX" in error.message) == (command != "LIST")
        assert scripted.connections == 1


@pytest.mark.usefixtures("_impatient")
def test_the_same_message_without_end() -> None:
    def again(session: Session, tag: str, _: str) -> None:
        while True:
            session.send(fetch_response(1) * 5)
            time.sleep(0.01)  # the server's own pace, not a synchronisation

    with ScriptedIMAP(three(), {"FETCH": again}) as scripted:
        exhausts(scripted)


@pytest.mark.usefixtures("_impatient")
def test_mailboxes_that_give_nothing_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capture.mail.budget.EARNED_SECONDS", 0.05)

    def slowly(session: Session, tag: str, arguments: str) -> None:
        time.sleep(0.2)  # the server's own pace, not a synchronisation
        scripted.answer_examine(session, tag, arguments)

    boxes = {f"Box {number}": Box() for number in range(500)}
    with ScriptedIMAP(boxes, {"EXAMINE": slowly}) as scripted:
        exhausts(scripted)
        assert scripted.count("EXAMINE") < 10


def test_more_names_than_anybody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capture.mail.guarded_imap.ANSWER_LINES", 1000)

    def endless(session: Session, tag: str, _: str) -> None:
        for number in range(10**6):
            session.send(f'* LIST () "/" "{number}"\r\n' * 100)

    with ScriptedIMAP(three(), {"LIST": endless}) as scripted:
        error = log_of(scripted).try_sync()
        assert isinstance(error, ServerFault)
        assert "1,000 lines" in error.message


@pytest.mark.parametrize("uidnext", [1, 3, 10**18, 2**32, 2**32 - 1, 4_000_000_000])
def test_a_uidnext_out_of_all_proportion_costs_little_and_hides_nothing(uidnext: int) -> None:
    boxes = three()
    boxes["INBOX"].next_uid = uidnext
    with ScriptedIMAP(boxes) as scripted:
        log = log_of(scripted)
        assert log.try_sync() is None
        assert log.subjects() == ["Number 1", "Number 2", "Number 3"]
        boxes["INBOX"].messages[4] = header(4)  # its UID lies below the UIDNEXT of before
        log.sync()
        assert "Number 4" in log.subjects()
        assert scripted.count("SEARCH") <= 4


def test_windows_that_hold_nothing_are_not_gone_through_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SEARCH_UIDS", 2)
    boxes = {"INBOX": Box({uid: header(uid) for uid in (1, 2, 3, 999)}, next_uid=1000)}
    with ScriptedIMAP(boxes) as scripted:
        log = log_of(scripted)
        log.sync()
        assert log.count() == 4
        assert scripted.count("SEARCH") <= reading.EMPTY_WINDOWS + 4
        assert log.sync() == []
