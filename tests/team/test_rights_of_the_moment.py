"""A process that is kept works out anew what may be read where that may be another, and only
there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from team_log import Fed, users

from activity.sharing import Level
from engine_switch import ON_POSTGRESQL
from fed_log import Log
from lasttouch.keeping import held, viewing
from lasttouch.keeping.held import Held
from store import access, grants
from store.database import open_for_reading
from store.log import Log as Read
from store.log import Scope
from store.scoped import part_of
from store.transactions import writing

NOW = Log.start + timedelta(days=100)
Asking = Callable[[], Level]


@pytest.fixture
def team(fed: Fed) -> Iterator[Log]:
    with fed(users("ana", "ben"), ana='user = "ana"\nshare = "who"\n', ben='user = "ben"\n') as log:
        yield log


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[Scope]:
    """What was worked out for Ben so far."""
    found: list[Scope] = []

    def note(log: Read) -> Scope:
        found.append(viewing.scope_of(log, "ben-os"))
        return found[-1]

    monkeypatch.setattr(held, "scope_of_asker", note)
    return found


@pytest.fixture
def asking(team: Log) -> Iterator[Asking]:
    """What Ana's account grants to Ben, by a process that is kept."""
    holding, path = Held(), team.agent.loaded.database
    holding.hold()

    def ask() -> Level:
        log = holding.log(path)
        scope = holding.scope(log)
        holding.done(holding.seen(log, path, scope))
        holding.done(log)
        return dict(scope.levels).get(1, Level.NONE)

    yield ask
    holding.let_go()


def _narrow(log: Log, level: Level | None) -> None:
    with writing(log.connection):
        log.connection.execute("DELETE FROM narrowed_share")
        if level is not None:
            log.connection.execute("INSERT INTO narrowed_share VALUES (1, '', ?, 1)", (int(level),))


def test_mail_that_comes_and_who_looked_change_nothing_of_it(
    team: Log, asking: Asking, worked_out: list[Scope]
) -> None:
    team.mail("bob@client.example", "ana@acme.example", 2)  # into a place that is new
    assert asking() is Level.WHO
    team.mail("bob@client.example", "ana@acme.example", 3)
    with writing(team.connection):
        access.record(team.connection, NOW, 2, "last", {1: (Level.WHO, 1)}, None)
    assert asking() is Level.WHO
    assert len(worked_out) == (2 if ON_POSTGRESQL else 1)  # nothing is held open of a log on a server
    for level in (Level.NONE, Level.DATES, None):
        _narrow(team, level)
        assert asking() is (Level.WHO if level is None else level)


def test_what_changes_while_it_is_worked_out_is_not_what_is_held(
    team: Log, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ana shares for a moment alone: all that says so is as before, but was otherwise in between."""
    _narrow(team, Level.NONE)

    def share_meanwhile(log: Read) -> Scope:
        _narrow(team, None)
        found = viewing.scope_of(log, "ben-os")
        _narrow(team, Level.NONE)
        return found

    monkeypatch.setattr(held, "scope_of_asker", share_meanwhile)
    asking()
    monkeypatch.setattr(held, "scope_of_asker", lambda log: viewing.scope_of(log, "ben-os"))
    assert asking() is Level.NONE


def test_somebody_who_is_kept_private_makes_it_worked_out_each_time(
    team: Log, asking: Asking, worked_out: list[Scope]
) -> None:
    with writing(team.connection):
        team.connection.execute("INSERT INTO private_address VALUES (1, 'bob@client.example', 'bob@client.example', 1)")
    asking()
    team.mail("bob@client.example", "ana@acme.example", 3)
    asking()
    assert len(worked_out) == 2


def test_all_that_says_what_may_be_read_is_looked_at(team: Log) -> None:
    path = team.agent.loaded.database
    looked_at = _read_by(path, grants.all_asked)
    asked = _read_by(path, lambda log: part_of(log, path, viewing.scope_of(log, "ben-os")))
    assert ("narrowed_share", "level") in asked
    assert {one for one in asked - looked_at if not one[0].startswith("sqlite_")} == set()


def _read_by(path: Path, ask: Callable[[Read], object]) -> set[tuple[str, str]]:
    """The tables and columns."""
    found = set()

    def note(action: int, table: str | None, column: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table and column:
            found.add((table, column))
        return sqlite3.SQLITE_OK

    log = open_for_reading(path)
    log.connection.set_authorizer(note)
    ask(log)
    log.close()
    return found
