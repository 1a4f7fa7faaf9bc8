"""Watches among servers that allow few connections, drop them, or have news without end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pytest

from capture.mail.server import MailServer
from capture.mail.source import MailSource
from lasttouch.daemon import watching as module
from lasttouch.daemon.watching import Watching
from running_daemon import until
from scripted_imap import Box, ScriptedIMAP, Session, header


class Watched:
    """A scripted server with INBOX and Sent, and what a Watching asks for because of it."""

    def __init__(self, most: int = 100) -> None:
        self.most = most
        self.open = 0
        self.knocked = 0
        self.now = 0.0
        self.asked: list[float] = []
        self.news: list[str] = []
        self.idling: list[Session] = []
        self._lock = threading.Lock()
        boxes = {name: Box({1: header(1)}) for name in ("INBOX", "Sent")}
        scripts = {"AUTHENTICATE": self._let_in, "IDLE": self._idle, "LOGOUT": self._leave}
        capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR IDLE"
        self.server = ScriptedIMAP(boxes, scripts, f"* OK [CAPABILITY {capabilities}] ready\r\n", capabilities)
        self.watching = Watching(lambda _, seconds: self.asked.append(seconds), lambda: self.now)
        address = MailServer("127.0.0.1", self.server.port, "none", "ana", lambda: "pw", None, 5.0)
        self.source = MailSource(address, date(2020, 1, 1))

    def _let_in(self, session: Session, tag: str, _: str) -> None:
        with self._lock:
            self.knocked += 1
            self.open += 1
            if self.open > self.most:
                self.open -= 1
                session.send(f"{tag} NO [UNAVAILABLE] Maximum number of connections exceeded\r\n")
                return
        session.ok(tag)

    def _leave(self, session: Session, tag: str, _: str) -> None:
        with self._lock:
            self.open -= 1
        session.ok(tag)

    def _idle(self, session: Session, tag: str, _: str) -> None:
        session.send("+ idling\r\n" + "".join(self.news))
        self.idling.append(session)
        if not session.readline():  # closed, or DONE
            with self._lock:
                self.open -= 1
            return
        session.ok(tag)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(module, "BREATH_SECONDS", 0.01)
    monkeypatch.setattr(module, "ROOM_SECONDS", 0.01)
    one = Watched()
    with one.server:
        yield one
        one.watching.drop_all()


def test_where_all_can_be_watched_they_are(watched: Watched) -> None:
    watched.watching.keep(1, watched.source)
    until(lambda: watched.asked)
    assert len(watched.idling) == 2
    assert watched.watching.allowed(1) is None


def test_whoever_is_dropped_before_their_turn_is_not_knocked_for(watched: Watched) -> None:
    turns = watched.watching._opening = threading.BoundedSemaphore(1)
    with turns:
        watched.watching.keep(1, watched.source)
        watched.watching.drop([1])
    watched.watching.keep(2, watched.source)
    until(lambda: watched.asked)
    assert watched.knocked == 3, "to list the mailboxes, and for each of two"


def test_what_is_open_is_kept_where_there_is_room_for_no_more(watched: Watched) -> None:
    watched.most = 1
    watched.watching.keep(1, watched.source)
    until(lambda: watched.asked)
    assert (len(watched.idling), watched.open) == (1, 1)
    assert watched.watching.allowed(1) == 1


def test_watches_make_room_for_a_pass_and_are_fewer_afterwards(watched: Watched) -> None:
    for allowed in (1, 0):
        watched.asked.clear()
        watched.watching.keep(1, watched.source)
        until(lambda: watched.asked)
        assert watched.watching.make_room(1, "127.0.0.1")
        until(lambda: watched.open == 0)
        watched.watching.room_was_needed(1)
        assert watched.watching.allowed(1) == allowed
    watched.watching.keep(1, watched.source)  # none is borne: nothing is tried
    assert not watched.watching.make_room(1, "127.0.0.1")


def test_room_that_did_not_help_teaches_nothing(watched: Watched) -> None:
    watched.watching.keep(1, watched.source)
    until(lambda: watched.asked)
    assert watched.watching.make_room(1, "127.0.0.1")
    assert watched.watching.allowed(1) is None


def test_watches_of_others_on_the_same_host_make_room_as_well(watched: Watched) -> None:
    watched.watching.keep(1, watched.source)
    until(lambda: watched.asked)
    assert not watched.watching.make_room(2, "another.example")
    assert watched.watching.make_room(2, "127.0.0.1")
    watched.asked.clear()
    watched.watching.room_was_needed(2)
    assert (watched.watching.allowed(1), watched.watching.allowed(2)) == (1, None)
    assert watched.asked == [10]  # whose watches were closed is read, and watched again


def test_a_watch_that_is_lost_at_once_is_renewed_with_pauses(watched: Watched) -> None:
    for pauses in ([10], [30], [60], [], []):
        watched.asked.clear()
        watched.idling.clear()
        watched.watching.keep(1, watched.source)
        until(lambda: watched.asked and len(watched.idling) == 2)
        watched.asked.clear()
        watched.now += 5
        for session in watched.idling:
            session.close()
        until(lambda: not watched.watching._kept)
        if pauses:
            until(lambda: watched.asked)
        assert watched.asked == pauses


def test_a_watch_that_lived_is_renewed_after_a_moment(watched: Watched) -> None:
    watched.watching.keep(1, watched.source)
    until(lambda: watched.asked)
    watched.asked.clear()
    watched.now += 3600
    watched.idling[0].send("* BYE shutting down\r\n")
    assert 2 <= until(lambda: watched.asked)[0] <= 3


def test_a_watch_that_cannot_be_opened_is_tried_again_with_pauses(watched: Watched) -> None:
    watched.most = 0
    for pause in (10, 30, 60):
        watched.asked.clear()
        watched.watching.keep(1, watched.source)
        until(lambda: not watched.watching._kept)
        assert until(lambda: watched.asked) == [pause]


def test_news_without_end_are_followed_ever_more_rarely(watched: Watched) -> None:
    watched.news = [f"* {number} EXISTS\r\n" for number in range(2, 50)]
    watched.watching.was_read(1, brought=False)
    watched.watching.keep(1, watched.source)
    until(lambda: len(watched.asked) > 20)
    assert set(watched.asked) == {2}
    for gap in (4, 8, 16):
        watched.watching.was_read(1, brought=False)
        watched.asked.clear()
        until(lambda: watched.asked)
        assert watched.asked[-1] == gap
