"""Shares of mail sources, watched for new mail by one of several workers each, and by another when that one is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import config_lines
from capture.mail.server import MailServer
from capture.mail.source import MailSource
from lasttouch.configuration.config import load_config
from lasttouch.daemon.watching import Watching
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.opening import opened
from lasttouch.work.watcher import Watcher
from postgres_server import PostgresServer
from running_daemon import until
from scripted_imap import Box, ScriptedIMAP, Session, header
from store import shards, workers
from store.transactions import writing

ACCOUNTS = 40


class Host:
    """A worker that watches; `watched` are the ids of the sources that it keeps connections for."""

    def __init__(self, agent: Agent, number: int) -> None:
        self.agent = agent
        self.name = f"w{number}"
        self.number = number
        self.watcher = Watcher(agent.clock)
        self.watched: set[int] = set()
        workers.come(agent.connection, self.name, f"host{number}", number)
        shards.make(agent.connection)

    def look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            patch.setattr("lasttouch.keeping.turns.holder", lambda: f"host{self.number}:{self.number}:{self.name}")
            patch.setattr(Watching, "keep", lambda _, row_id, __: self.watched.add(row_id))
            patch.setattr(Watching, "drop", lambda _, ids: self.watched.difference_update(ids))
            self.watcher.look(self.agent, self.name)

    def die(self) -> None:
        connection: Any = self.agent.connection
        connection._connection.close()


@pytest.fixture
def another(postgres: PostgresServer, tmp_path: Path) -> Iterator[Callable[[], Agent]]:
    """Opens the log of many mailboxes that were read once, as another host would."""
    path = tmp_path / "config.toml"
    accounts = [config_lines.account(f"a{n}", config_lines.imap(1, f"a{n}", "SECRET")) for n in range(ACCOUNTS)]
    path.write_text(config_lines.head(postgres.url()) + "".join(accounts))
    path.chmod(0o600)
    loaded = load_config(path)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(opened(loaded))


def _was_read(agent: Agent, at: int = 1, but: int = 0) -> set[int]:
    with writing(agent.connection):
        agent.connection.execute("UPDATE source SET last_success = ? WHERE id <> ?", (at, but))
    return {row_id for (row_id,) in agent.log.execute("SELECT id FROM source")}


def test_each_source_is_watched_by_one_and_those_of_a_dead_one_by_the_others(
    another: Callable[[], Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = [Host(another(), number) for number in range(3)]
    everything = _was_read(hosts[0].agent)

    def looked(among: list[Host]) -> list[set[int]]:
        for _ in range(2):  # who has too much gives it back first
            for host in among:
                host.look(monkeypatch)
        found = [host.watched for host in among]
        assert sum(map(len, found)) == len(everything) == len(set().union(*found))
        return found

    assert looked(hosts[:1]) == [everything]
    assert min(map(len, looked(hosts))) >= 10, "they share it"
    before = [set(host.watched) for host in hosts[1:]]
    hosts[0].die()
    until(lambda: workers.bury(hosts[1].agent.connection, "w1"))  # the server may not know at once
    after = looked(hosts[1:])
    assert all(one <= other for one, other in zip(before, after, strict=True)), "what was watched goes on"
    workers.is_at_work(hosts[0].agent.connection, "w0", "host0", 0, 0)  # it was only cut off
    looked(hosts)


def test_who_was_never_read_or_is_not_let_in_is_not_knocked_for(
    another: Callable[[], Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(another(), 1)
    host.look(monkeypatch)
    assert host.watched == set()
    everything = _was_read(host.agent, 1, but=7)
    host.agent.connection.execute("UPDATE source SET error_code = 'authentication' WHERE id = 8")
    host.look(monkeypatch)
    assert host.watched == everything - {7, 8}
    host.watched.clear()  # lost, all of them
    host.look(monkeypatch)
    assert host.watched == set(), "before anybody read them again"
    _was_read(host.agent, 2, but=9)
    host.look(monkeypatch)
    assert host.watched == everything - {8, 9}


def test_news_is_followed_by_a_pass_that_began_after_it_and_by_no_more(another: Callable[[], Agent]) -> None:
    host = Host(another(), 1)
    agent = host.agent
    other = another()
    with other.turns.alone(5, 0.0):  # under way already: it may have looked before
        host.watcher._told(5, 0.0)
        assert host.watcher.due(agent) == []
    assert host.watcher.due(agent) == [5]
    assert host.watcher.due(agent) == [5], "until somebody reads it"
    with other.turns.alone(5, 0.0):
        assert host.watcher.due(agent) == []
    assert host.watcher.due(agent) == []
    host.watcher._told(6, 3600.0)
    assert host.watcher.due(agent) == [], "its news have brought nothing lately"


def test_new_mail_at_a_server_makes_a_source_due(another: Callable[[], Agent], monkeypatch: pytest.MonkeyPatch) -> None:
    idling: list[Session] = []

    def idle(session: Session, tag: str, _: str) -> None:
        session.send("+ idling\r\n")
        idling.append(session)
        session.readline()

    capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR IDLE"
    greeting = f"* OK [CAPABILITY {capabilities}] ready\r\n"
    with ScriptedIMAP({"INBOX": Box({1: header(1)})}, {"IDLE": idle}, greeting, capabilities) as server:
        address = MailServer("127.0.0.1", server.port, "none", "ana", lambda: "pw", None, 5.0)
        monkeypatch.setattr("lasttouch.work.watcher.mail_source_of", lambda *_: MailSource(address, date(2020, 1, 1)))
        agent = another()
        workers.come(agent.connection, "w", "host", 1)
        shards.make(agent.connection)
        agent.connection.execute("UPDATE source SET last_success = 1 WHERE id = 3")
        watcher = Watcher(agent.clock)
        watcher.look(agent, "w")
        until(lambda: watcher.due(agent) == [3])  # what came before it was open is told by none
        with agent.turns.alone(3, 0.0):
            until(lambda: watcher.due(agent) == [])
        assert watcher.due(agent) == []
        until(lambda: len(idling) == 1)
        idling[0].send("* 2 EXISTS\r\n")
        until(lambda: watcher.due(agent) == [3])
        watcher.open_anew()
        watcher.look(agent, "w")
        until(lambda: len(idling) == 2)
        watcher.leave(agent)
