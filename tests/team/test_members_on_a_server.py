"""A colleague who asks the log's PostgreSQL by raw SQL finds what they may see, and no way to more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from test_on_a_server import _filled
from test_through_the_service import Team

import cli
from household import ago, mail
from postgres_server import PostgresServer
from store import audiences
from store.server_place import place_on_server

pytestmark = pytest.mark.timeout(400)


class Member:
    """Ben, connected as himself."""

    def __init__(self, team: Team, server: PostgresServer, log: str) -> None:
        self.team, self.server, self.log, self.door = team, server, log, f"{log}_as_ben_{log}"
        url = server.url(log).partition("&schema=")[0].replace("lasttouch@", f"ben_{log}@")
        self.connection = psycopg.connect(url, autocommit=True)

    def rows(self, query: str) -> list[Any]:
        return self.connection.execute(query.replace("DOOR", self.door).replace("LOG", self.log)).fetchall()

    def keeper(self, *words: str) -> int:
        return cli.run(["--config", str(self.team.config), *words])


@pytest.fixture(scope="module")
def ben(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Member]:
    """Ana shares who it was."""
    folder = tmp_path_factory.mktemp("members")
    log = postgres.new_schema()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        team = _filled(folder / "team", postgres.url(log))
        with psycopg.connect(postgres.url(log).partition("&schema=")[0], autocommit=True) as keeper:
            keeper.execute(f"CREATE ROLE ben_{log} LOGIN")
            keeper.execute(f"CREATE ROLE ana_{log} LOGIN")
            keeper.execute(f"GRANT ana_{log} TO ben_{log}")
        member = Member(team, postgres, log)
        assert member.keeper("accounts", "let-in", "benn", "--role", f"ben_{log}") == 6, "names are those of [[users]]"
        assert member.keeper("accounts", "let-in", "Ben Ode", "--role", f"ben_{log}") == 0
        assert member.keeper("accounts", "let-in", "Ana Kim", "--role", f"ana_{log}") == 0
        assert member.keeper("accounts", "let-in", "Cleo Roy", "--role", "lasttouch") == 2, "it reads everything"
        yield member
        member.connection.close()
        team.service.stop()


def test_it_is_what_they_are_told(ben: Member) -> None:
    names = {row["name"] for row in ben.team.ok("ben", "contacts", "list")}
    assert {name for (name,) in ben.rows("SELECT name FROM DOOR.contact")} == names == {"Bob Stone", "Zoe Quick"}
    assert ben.rows("SELECT subject FROM DOOR.activity ORDER BY subject NULLS FIRST") == [
        (None,),
        (None,),
        ("a question",),
    ]
    (bob,) = ben.team.ok("ben", "last", "bob")
    query = "SELECT to_char(to_timestamp(last_touch) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    assert (bob["last_touch"],) in ben.rows(f"{query} FROM DOOR.contact_touch")


@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT * FROM LOG.activity", "SELECT count(*) FROM LOG.contact_touch", "SELECT * FROM LOG.log_member",
        "TABLE LOG.setting",
        "SET ROLE lasttouch", "SET SESSION AUTHORIZATION lasttouch", "SELECT LOG.log_sees('x')",
        "UPDATE LOG.log_member SET user_id = 1", "DELETE FROM DOOR.activity", "UPDATE DOOR.contact SET name = ''",
        "CREATE TABLE DOOR.mine (a int)", "TRUNCATE LOG.access", "SELECT * FROM LOG.v_activities",
        "COPY LOG.activity TO STDOUT", "SELECT lo_import('/etc/passwd')", "SELECT pg_read_file('/etc/passwd')",
        "CREATE RULE r AS ON SELECT TO DOOR.activity DO INSTEAD SELECT 1",
    ],
)  # fmt: skip
def test_nothing_else_is_to_be_had(ben: Member, attempt: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ben.rows(attempt)


def test_being_another_role_for_a_while_shows_nothing_of_theirs(ben: Member) -> None:
    door = f"{ben.log}_as_ana_{ben.log}"
    ben.rows(f"SELECT set_config('role', 'ana_{ben.log}', false)")
    try:
        assert ben.rows(f"SELECT * FROM {door}.activity") == []
        ben.rows("SELECT set_config('search_path', 'LOG', false), set_config('session.user', 'ana', false)")
        assert ben.rows(f"SELECT count(*) FROM {door}.contact") == [(0,)]
    finally:
        ben.connection.execute("RESET ALL")
        ben.connection.execute("RESET ROLE")


def test_no_function_of_theirs_sees_a_row_before_the_view_has_hidden_it(ben: Member) -> None:
    ben.connection.execute(
        "CREATE FUNCTION pg_temp.told(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001"
        " AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$"
    )
    said: list[str] = []
    ben.connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    ben.rows("SELECT id FROM DOOR.activity WHERE pg_temp.told(subject) AND pg_temp.told(identity)")
    assert said
    assert not any("offer" in one or "acme.example" in one for one in said)


def test_what_is_made_anew_is_shown_to_them_after_the_next_pass(ben: Member, tmp_path: Path) -> None:
    """Audiences go where nobody asks, or somebody is erased."""
    place = place_on_server(ben.server.url(ben.log), tmp_path, None)
    seen = ben.rows("SELECT name FROM DOOR.contact ORDER BY name")
    audiences.discard_all(place)
    with pytest.raises(psycopg.errors.UndefinedTable):
        ben.rows("SELECT name FROM DOOR.contact ORDER BY name")
    assert ben.keeper("sync") == 0
    assert ben.rows("SELECT name FROM DOOR.contact ORDER BY name") == seen


def test_what_ana_takes_back_is_gone_at_once_and_the_rest_is_back_after_the_next_pass(ben: Member) -> None:
    ben.team.ok("ana", "sharing", "set", "none")
    assert ben.rows("SELECT * FROM DOOR.contact") == [], "whatever is out of date shows nothing"
    ben.team.receive("ben", mail("zoe@hooli.example", "ben@acme.example", ago(days=1), "four@hooli.example", "again"))
    assert ben.keeper("sync") == 0
    assert ben.rows("SELECT name FROM DOOR.contact") == [("Zoe Quick",)]
    assert ben.keeper("accounts", "let-in", "Ben Ode", "--undo") == 0
    with pytest.raises(psycopg.errors.Error):
        ben.rows("SELECT * FROM DOOR.contact")
