"""Fault 25: servers that allow few connections, and those that say so by hanging up."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from activity.errors import Throttled, Unreachable
from capture.mail.mailboxes import Choice
from capture.mail.source import MailSource
from daemon_words import an_account, from_bob, is_in_the_log, state
from dovecot_server import DovecotServer
from household import Household
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import sync
from lasttouch.passes.source_pass import Manner
from loopback_process import server_folder
from running_daemon import RunningDaemon, until
from scripted_imap import Box, ScriptedIMAP, Session, header


@pytest.fixture(params=[1, 2, 3])
def stingy(request: pytest.FixtureRequest, dovecot: DovecotServer) -> Iterator[tuple[int, DovecotServer]]:
    """How many connections a user may have, and a Dovecot that holds them to it."""
    base = server_folder("ltfc")
    server = DovecotServer(base, extra=f"protocol imap {{\n  mail_max_userip_connections = {request.param}\n}}\n")
    try:
        yield request.param, server.start()
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


@pytest.mark.usefixtures("bob")
def test_every_source_is_read_however_few_connections_are_allowed(
    household: Household, user: str, stingy: tuple[int, DovecotServer]
) -> None:
    most, server = stingy
    an_account(household, "ana", user, "1s", port=server.port)
    with RunningDaemon(household.folder) as daemon:
        daemon.has_said("ana imap:", 5)
        server.append(user, "INBOX", [from_bob("ana", "late")])
        is_in_the_log(household, "late")
        if most < 3:
            until(lambda: state(household, "ana").get("watches_allowed") == most - 1)
            assert "few connections" in household.run("status").out
            assert "few connections" in household.run("doctor", "--offline").out
        before = state(household, "ana")["last_success"]
        until(lambda: state(household, "ana")["last_success"] != before)
        assert state(household, "ana")["error"] is None
        assert daemon.stopped() == 0


class Courier(ScriptedIMAP):
    """It hangs up on whoever comes while it has so many connections: before the greeting, or where
    one logs in."""

    def __init__(self, most: int, before_the_greeting: bool) -> None:
        self.most = most
        self.held: set[Session] = set()
        self._lock = threading.Lock()
        self._before_the_greeting = before_the_greeting
        capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR IDLE"
        boxes = {name: Box({1: header(1)}) for name in ("INBOX", "Sent")}
        super().__init__(boxes, {}, f"* OK [CAPABILITY {capabilities}] ready\r\n", capabilities)

    def _serve(self, session: Session) -> None:
        if self._before_the_greeting and not self._let_in(session):
            return
        super()._serve(session)
        with self._lock:
            self.held.discard(session)

    def _let_in(self, session: Session) -> bool:
        with self._lock:
            if len(self.held) >= self.most:
                session.close()
                return False
            self.held.add(session)
            return True

    def answer_authenticate(self, session: Session, tag: str, _: str) -> None:
        if self._before_the_greeting or self._let_in(session):
            session.ok(tag)

    def answer_logout(self, session: Session, tag: str, _: str) -> None:
        session.close()

    def answer_idle(self, session: Session, tag: str, _: str) -> None:
        session.send("+ idling\r\n")
        if session.readline():
            session.ok(tag)


@pytest.mark.parametrize("before_the_greeting", [True, False])
@pytest.mark.parametrize("most", [1, 2])
def test_a_server_that_hangs_up_on_one_too_many_is_read_all_the_same(
    household: Household, user: str, most: int, before_the_greeting: bool
) -> None:
    with Courier(most, before_the_greeting) as server:
        an_account(household, "ana", user, "1s", port=server.port)
        with RunningDaemon(household.folder):
            until(lambda: state(household, "ana").get("watches_allowed") == most - 1)
            server.boxes["INBOX"].messages[2] = header(2)
            is_in_the_log(household, "2@client.example")


@pytest.mark.parametrize("error", [Unreachable("gone"), Throttled("too many connections")])
@pytest.mark.parametrize("helps", [True, False])
def test_a_pass_makes_room_once(
    household: Household, user: str, monkeypatch: pytest.MonkeyPatch, error: Exception, helps: bool
) -> None:
    household.add_account("ana", user)
    asked: list[bool] = []

    real = MailSource._choose

    def refuse(source: MailSource, *arguments: Any) -> Choice:
        if not (asked and helps):
            raise error
        return real(source, *arguments)

    def make_room() -> bool:
        asked.append(True)
        return True

    monkeypatch.setattr("capture.mail.source.MailSource._choose", refuse)
    with opened(load_config(household.folder / "config.toml")) as agent:
        (report,) = sync(agent, manner=replace(Manner(), make_room=make_room))
    assert asked == [True]
    assert report.error is (None if helps else error)


def test_nobody_makes_room_for_a_pass_that_was_let_in(household: Household, user: str) -> None:
    household.add_account("ana", user)
    with opened(load_config(household.folder / "config.toml")) as agent:
        (report,) = sync(agent, manner=replace(Manner(), make_room=lambda: pytest.fail("asked")))
    assert report.error is None
