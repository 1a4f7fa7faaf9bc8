"""Fault 27: a server that answers OK and leaves messages out is asked once again; then they are
named."""

from __future__ import annotations

import pytest
from mail_hosts import MemoryHost
from mail_log import Log, log_of, message

from activity.errors import Unreachable
from capture.mail import completeness, reading
from scripted_imap import Box, ScriptedIMAP, Session, fetch_response, header

REASON = "the mail server did not give it, though it was asked for twice"


class Forgetful(ScriptedIMAP):
    """It leaves out `absent` of INBOX, the first `times` times it is asked for any of them."""

    def __init__(self, messages: int, absent: set[int], times: int) -> None:
        super().__init__({"INBOX": Box({uid: header(uid) for uid in range(1, messages + 1)})})
        self.absent, self.times = absent, times
        self.fetched: list[list[int]] = []

    def answer_fetch(self, session: Session, tag: str, arguments: str) -> None:
        asked = self.asked(session, arguments)
        self.fetched.append(asked)
        forgotten = self.absent.intersection(asked) if self.times > 0 else set()
        self.times -= bool(forgotten)
        for uid in asked:
            if uid not in forgotten:
                session.send(fetch_response(uid))
        session.ok(tag)


def test_what_is_left_out_once_is_asked_for_again() -> None:
    with Forgetful(9, {3, 4, 8}, times=1) as server:
        log = log_of(server)
        log.sync()
        assert sorted(log.subjects()) == [f"Number {n}" for n in range(1, 10)]
        assert server.fetched == [[*range(1, 10)], [3, 4, 8], [3, 4, 8]]
        assert log.skipped == []
        assert log.sync() == []


@pytest.mark.parametrize("late", [{2}, {9}, {1, 2, 3, 4, 5, 6, 7, 8, 9}])
def test_what_comes_after_the_answer_is_completed_is_read_all_the_same(late: set[int]) -> None:
    """As Apache James sends it now and then; here it is always so."""

    def fetch(session: Session, tag: str, arguments: str) -> None:
        asked = server.asked(session, arguments)
        for uid in asked:
            if uid not in late:
                session.send(fetch_response(uid))
        session.ok(tag)
        for uid in asked:
            if uid in late:
                session.send(fetch_response(uid))

    boxes = {"INBOX": Box({uid: header(uid) for uid in range(1, 10)}), "Work": Box({2: header(77)})}
    with ScriptedIMAP(boxes, {"FETCH": fetch}) as server:
        log = log_of(server)
        assert log.try_sync() is None
        assert sorted(log.subjects()) == [f"Number {n}" for n in range(1, 10)]
        assert log.skipped == []


def test_what_is_left_out_twice_is_named_and_not_asked_for_for_ever() -> None:
    with Forgetful(9, {3, 4, 8}, times=100) as server:
        log = log_of(server)
        log.sync()
        assert [(skip.item, skip.reason) for skip in log.skipped] == [("UID 3:4", REASON), ("UID 8", REASON)]
        assert log.count() == 6
        assert log.sync() == []
        assert len(server.fetched) == 3  # the second time with one command more, to have what comes late


def test_what_is_gone_is_neither_asked_for_again_nor_named() -> None:
    with MemoryHost() as host:
        log = Log(host.server)
        host.put("INBOX", *map(message, range(3)))
        log.sync()
        host.put("INBOX", *map(message, range(3, 8)))
        host.expunge("INBOX", 5, 6)
        host.commands.clear()
        log.sync()
        assert log.count() == 6
        assert log.skipped == []
        assert (host.count("SEARCH"), sum("HEADER.FIELDS" in one for one in host.commands)) == (1, 1)


def test_who_leaves_out_nearly_everything_is_named_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completeness, "NAMED", 3)
    with Forgetful(30, set(range(1, 31, 2)), times=100) as server:
        log = log_of(server)
        log.sync()
        assert [skip.item for skip in log.skipped] == ["UID 1", "UID 3", "UID 5", "UID 7:29"]
        assert log.skipped[-1].reason == f"{REASON}: 15 messages in all"


@pytest.mark.parametrize("at", [1, 2, 3])
def test_the_cursor_never_passes_a_message_that_is_yet_to_come(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """The connection is lost at the answer to the `at`th set, or to the second question."""
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 3)
    with Forgetful(6, {2}, times=1) as server:
        log = log_of(server)
        honest, seen = server.answer_fetch, []

        def lost(session: Session, tag: str, arguments: str) -> None:
            seen.append(arguments)
            if len(seen) == at:
                session.close()
            else:
                honest(session, tag, arguments)

        server.scripts["FETCH"] = lost
        assert isinstance(log.try_sync(), Unreachable)
        server.times = 0
        log.sync()
        assert set(log.subjects()) == {f"Number {n}" for n in range(1, 7)}
        assert log.skipped == []
