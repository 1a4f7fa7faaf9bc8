"""What a scope shows of each table: every one of them has its view, and nothing is read past the
views."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from activity.sharing import Level
from config_lines import account, files
from fed_log import Log as Fed
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from store import audiences, changes
from store.database import empty_log
from store.log import Log, Scope
from store.scoped import open_scoped
from store.scoped_views import AUDIENCES_OWN, BESIDE, NOTHING, of_scope
from store.transactions import writing

NOW = Fed.start + timedelta(days=100)
SCOPES = [
    Scope("ben", tuple((number, level) for number, level in enumerate(levels, 1)), 0, 2)
    for levels in ((), (Level.NONE, Level.OWN), *((level, Level.OWN) for level in Level if level))
]
_DENIED = re.compile("prohibited|not authorized")
Asked = Callable[[Scope], Log]


@pytest.fixture
def fed(tmp_path: Path) -> Iterator[Fed]:
    """Accounts 1 (Ana) and 2 (Ben), with changes noted."""
    config = tmp_path / "config.toml"
    config.write_text('database = "log.db"\n' + account("ana", files("x")) + account("ben", files("y")))
    with opened(load_config(config), lambda: NOW) as agent:
        with writing(agent.connection):
            changes.note_from_now_on(agent.connection, True)
        yield Fed(agent)


@pytest.fixture
def asked(fed: Fed) -> Iterator[Asked]:
    """Opens the log within a scope."""
    logs: list[Log] = []

    def ask(scope: Scope) -> Log:
        logs.append(open_scoped(fed.agent.loaded.database, scope, NOW))
        return logs[-1]

    yield ask
    for log in logs:
        log.close()


def _tables(log: Log) -> dict[str, list[str]]:
    """Table → its columns, for all of a log."""
    rows = log.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall()
    return {name: [row[1] for row in log.execute(f"PRAGMA table_xinfo('{name}')")] for (name,) in rows}


@pytest.mark.parametrize("scope", SCOPES)
def test_every_table_and_every_column_has_its_place(scope: Scope) -> None:
    views = of_scope(scope, has_marks=True)
    tables = _tables(empty_log())
    assert set(tables) == (set(views) - set(BESIDE)) | AUDIENCES_OWN | set(NOTHING)


def test_views_have_the_columns_of_their_tables(fed: Fed, asked: Asked) -> None:
    whole = _tables(Log(fed.connection))
    for scope in SCOPES:
        log = asked(scope)
        for name, columns in whole.items():
            shown = [one[0] for one in log.execute(f"SELECT * FROM {name} LIMIT 0").description]
            assert sorted(shown) == sorted(columns), name


@pytest.mark.parametrize("scope", SCOPES)
def test_nothing_is_read_past_the_views(fed: Fed, asked: Asked, scope: Scope) -> None:
    fed.contact("Tom", "tom@client.example")
    fed.mail("tom@client.example", "ana@acme.example", 5)
    log = asked(scope)
    for name in _tables(Log(fed.connection)):
        log.execute(f"SELECT * FROM {name}").fetchall()
        with pytest.raises(sqlite3.DatabaseError, match=_DENIED):
            log.execute(f"SELECT * FROM shared.{name}").fetchall()
    for view in ("v_contacts", "v_activities", "v_touches", "v_participants", "v_sightings", "v_sources"):
        assert log.execute(f"SELECT * FROM {view}").fetchall() == []
        with pytest.raises(sqlite3.DatabaseError, match=_DENIED):
            log.execute(f"SELECT * FROM shared.{view}").fetchall()
    for statement in (
        "ATTACH ':memory:' AS other",
        "DETACH shared",
        "DROP VIEW activity",
        "SELECT owner FROM temp.kept_back",
        "DELETE FROM shared.activity",
    ):
        with pytest.raises(sqlite3.DatabaseError):
            log.execute(statement).fetchall()


def test_an_audience_is_its_keepers_alone_and_goes_when_somebody_is_erased(fed: Fed, asked: Asked) -> None:
    asked(SCOPES[2])
    database = fed.agent.loaded.database
    folder = audiences.folder_of(database)
    assert folder.stat().st_mode & 0o777 == 0o700
    (made,) = folder.glob("*/*.db")
    assert made.stat().st_mode & 0o777 == 0o600
    audiences.discard_all(database)
    assert not folder.exists()


def test_a_damaged_audience_is_made_anew(fed: Fed, asked: Asked) -> None:
    fed.contact("Tom", "tom@client.example")
    asked(SCOPES[1]).close()
    (made,) = audiences.folder_of(fed.agent.loaded.database).glob("*/*.db")
    for beside in made.parent.glob(f"{made.name}-*"):
        beside.unlink()
    made.write_bytes(b"x" * 5000)
    assert asked(SCOPES[1]).execute("SELECT count(*) FROM contact_touch").fetchone() == (1,)
