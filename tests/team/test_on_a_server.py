"""A team whose log is in a PostgreSQL: colleagues are answered as from a file, and nothing is seen
by another way."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import psycopg
import pytest
import time_machine
from test_through_the_service import Team

from activity.sharing import Level
from config_lines import head
from household import NOW, ago, mail
from postgres_server import PASSWORD, PostgresServer
from store import audiences
from store.log import Scope
from store.scoped import ScopedLog, open_scoped
from store.server_place import place_on_server

ASKED = ("last bob", "log", "today", "export", "access")


def _filled(folder: Path, database: str, top: str = "") -> Team:
    """Ana wrote to Bob and was answered, Ben to Zoe; Ana shares who it was."""
    folder.mkdir()
    team = Team(folder)
    team.head, team.top = head(database), top
    team.more["ana"] += 'share = "who"\n'
    team.receive("ana", mail("ana@acme.example", "bob@globex.example", ago(days=9), "one@acme.example", "an offer"))
    team.receive("ana", mail("bob@globex.example", "ana@acme.example", ago(days=8), "two@globex.example", "yes"))
    team.receive("ben", mail("zoe@hooli.example", "ben@acme.example", ago(days=7), "three@hooli.example", "a question"))
    team.sync()
    team.ok("ana", "contacts", "add", "Bob Stone", "bob@globex.example")
    team.ok("ben", "contacts", "add", "Zoe Quick", "zoe@hooli.example")
    return team


@pytest.fixture(autouse=True)
def at_one_moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def teams(tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Team, Team]]:
    """In a file, and on a server whose password only the service has."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOG_PASSWORD", PASSWORD)
    on_server = postgres.loopback_url(postgres.new_schema())
    both = _filled(tmp_path / "file", "log.db"), _filled(tmp_path / "on", on_server, 'password_env = "LOG_PASSWORD"\n')
    yield both
    for team in both:
        team.service.stop()


@pytest.mark.timeout(400)
def test_the_service_answers_each_colleague_as_from_a_file(teams: tuple[Team, Team]) -> None:
    in_a_file, on_a_server = teams
    for who in ("ana", "ben"):
        for words in ASKED:
            wanted, found = (team.ask(who, *words.split(), "--json") for team in (in_a_file, on_a_server))
            told, expected = (re.sub(r"\b\d{3,7}\b(?!-)", "number", one.out) for one in (found, wanted))
            assert (found.code, told, found.err) == (wanted.code, expected, wanted.err), (who, words)
    assert on_a_server.ask("ben", "last", "bob").code == 0
    on_a_server.ok("ana", "sharing", "set", "none")
    hidden, absent = (on_a_server.ask("ben", "last", name) for name in ("bob", "kim"))
    assert hidden.code == absent.code == 6
    assert hidden.err.replace("bob", "kim") == absent.err


@pytest.fixture
def seen(tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScopedLog]:
    """What Ben sees of it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    url = postgres.url()
    team = _filled(tmp_path / "team", url)
    log = open_scoped(place_on_server(url, tmp_path, None), Scope("ben", ((1, Level.DATES), (2, Level.OWN)), 1, 2), NOW)
    yield log
    log.close()
    team.service.stop()


def test_nothing_is_read_past_the_views_and_nothing_is_written_through_them(seen: ScopedLog) -> None:
    schema = seen.connection.server.schema  # type: ignore[attr-defined]
    assert seen.execute("SELECT count(*) FROM activity").fetchone() == (1,)
    for statement in (
        "SELECT * FROM shared.activity", "SELECT * FROM temp.granted", f'SELECT * FROM "{schema}".activity',
        "DELETE FROM activity", "UPDATE contact_touch SET last_touch = NULL",
    ):  # fmt: skip
        with pytest.raises(sqlite3.Error):
            seen.execute(statement)


def test_of_what_is_joined_only_what_belongs_together_is_looked_at(seen: ScopedLog) -> None:
    """Or each question reads all of the log: 10 seconds where there are 100,000 activities."""
    query = """EXPLAIN SELECT p.activity_id, r.email FROM participation p JOIN address r ON r.id = p.address_id
        JOIN sighting s ON s.activity_id = p.activity_id WHERE p.activity_id = 1"""
    seen.execute("SET enable_seqscan = off")  # there is little here
    plan = [line.strip() for (line,) in seen.execute(query)]
    assert "Index Cond: (id = p.address_id)" in plan
    assert "Index Cond: (activity_id = 1)" in plan
    assert not [line for line in plan if line.startswith("Hash Cond:") and "p." in line]


def test_where_an_audience_is_gone_nothing_is_found_instead(seen: ScopedLog, tmp_path: Path) -> None:
    server = seen.connection.server  # type: ignore[attr-defined]
    audiences.discard_all(place_on_server(f"{server.url}&schema={server.schema}", tmp_path, None))
    with pytest.raises(sqlite3.Error, match="does not exist"):
        seen.execute("SELECT count(*) FROM activity")
    with psycopg.connect(server.url) as other:
        left = "SELECT count(*) FROM pg_namespace WHERE nspname = %s"
        assert other.execute(left, [seen.connection.audience]).fetchone() == (0,)  # type: ignore[attr-defined]


def test_of_one_viewers_audiences_the_last_are_kept(
    seen: ScopedLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each set of people who are kept private is one more, of megabytes."""
    monkeypatch.setattr(audiences, "KEPT_OF_ONE", 3)
    server = seen.connection.server  # type: ignore[attr-defined]
    place = place_on_server(f"{server.url}&schema={server.schema}", tmp_path, None)

    def made_for_zoe(ana: Level, ben: Level) -> str:
        with contextlib.closing(open_scoped(place, Scope("zoe", ((1, ana), (2, ben)), 3, 3), NOW)) as opened:
            return str(opened.connection.audience)  # type: ignore[attr-defined]

    some = (Level.DATES, Level.WHO, Level.SUBJECTS)
    made = [made_for_zoe(*levels) for levels in list(product(some, repeat=2))[:5]]
    with psycopg.connect(server.url) as other:
        left = other.execute("SELECT nspname FROM pg_namespace WHERE nspname = ANY (%s)", [made])
        noted = other.execute(f'SELECT name FROM "{server.schema}".log_audience WHERE name = ANY (%s)', [made])
        assert {*left.fetchall()} == {*noted.fetchall()} == {(name,) for name in made[-3:]}
    assert seen.execute("SELECT count(*) FROM activity").fetchone() == (1,), "nobody else's goes"
