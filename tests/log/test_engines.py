"""What the log is on PostgreSQL that it is in a file: who waits for whom, what is refused, what a
text may hold."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from activity.errors import DatabaseError, ForeignDatabase, NotFound
from postgres_server import PASSWORD, PostgresServer
from store.database import MIGRATIONS, data_version, empty_log, open_for_reading, open_for_writing
from store.engine import NEVER_NULL, Table, translated
from store.lists import insert
from store.numbers import insert_numbered
from store.server_place import Server, place_on_server
from store.transactions import undone_on_error, writing

Place = Callable[[], Path]


@pytest.fixture
def place(postgres: PostgresServer, tmp_path: Path) -> Path:
    return place_on_server(postgres.url(), tmp_path, None)


@pytest.fixture
def connection(place: Path) -> Iterator[Any]:
    opened = open_for_writing(place)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("for_sqlite", "for_postgresql"),
    [
        ("SELECT a FROM t WHERE b = ? AND c IN (?,?,?)", "SELECT a FROM t WHERE b = $1 AND c = ANY ($2)"),
        ("SELECT a FROM t WHERE b NOT IN (?, ?)", "SELECT a FROM t WHERE b <> ALL ($1)"),
        (
            "SELECT a FROM t WHERE b NOT IN () AND c IS ?",
            "SELECT a FROM t WHERE b <> ALL ('{}') AND c IS NOT DISTINCT FROM $1",
        ),
        ("SELECT ?2, ?1, ? FROM t WHERE a IS NOT b", "SELECT $2, $1, $3 FROM t WHERE a IS DISTINCT FROM   b"),
        ("SELECT a FROM t WHERE b IS NOT NULL", "SELECT a FROM t WHERE b IS NOT NULL"),
        ("SELECT a FROM t ORDER BY a IS NOT 1, id", "SELECT a FROM t ORDER BY a IS DISTINCT FROM   1 NULLS FIRST, id"),
        ("SELECT a FROM t ORDER BY b DESC, t.id", "SELECT a FROM t ORDER BY b DESC NULLS LAST, t.id"),
        ("SELECT a FROM t CROSS JOIN u ON u.b = t.b", "SELECT a FROM t INNER JOIN u ON u.b = t.b"),
        ("SELECT 'IS ?', name FROM user", "SELECT 'IS ?', name FROM \"user\""),
        ("SELECT a FROM t WHERE NOT active AND b", "SELECT a FROM t WHERE   active = 0 AND b"),
        ("SELECT a FROM (SELECT a FROM t)", "SELECT a FROM (SELECT a FROM t) AS unnamed_4"),
        ("INSERT OR IGNORE INTO t (k, a) VALUES (?, ?)", "INSERT INTO t (k, a) VALUES ($1, $2) ON CONFLICT DO NOTHING"),
        (
            "INSERT OR REPLACE INTO t (k, a) VALUES (?, ?)",
            "INSERT INTO t (k, a) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET a = excluded.a, b = DEFAULT",
        ),
    ],
)
def test_what_is_written_for_one_is_said_to_the_other(for_sqlite: str, for_postgresql: str) -> None:
    assert translated(for_sqlite, lambda _: Table(["k", "a", "b"], ["k"])).text == for_postgresql


def test_columns_that_are_never_null_are_so_in_every_table() -> None:
    log = empty_log()
    tables = [name for (name,) in log.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    wrong = [
        f"{table}.{column}"
        for table in tables
        for _, column, _, needed, _, place in log.execute(f'PRAGMA table_info("{table}")')
        if column in NEVER_NULL and not (needed or place)
    ]
    assert wrong == ["user.email"], "no list is ordered by it"


def test_the_same_order_whatever_is_null(connection: Any) -> None:
    in_memory = empty_log().connection
    found = []
    for log in (in_memory, connection):
        with writing(log):
            for number, at in enumerate((3, None, 1, None, 2), 1):
                log.execute("INSERT INTO contact (id, name, vanished_at) VALUES (?, ?, ?)", (number, f"Ä{number}", at))
        found.append(
            [
                log.execute(f"SELECT id FROM contact ORDER BY vanished_at {how}, id").fetchall()
                for how in ("", "DESC", "ASC")
            ]
        )
    assert found[0] == found[1]


def test_two_that_begin_at_once_make_one_log(place: Path) -> None:
    opened: list[Any] = []
    threads = [threading.Thread(target=lambda: opened.append(open_for_writing(place))) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seen = [one.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0] for one in opened]
    assert seen == [len(MIGRATIONS)] * 3
    for one in opened:
        one.close()


def test_an_older_program_refuses_a_newer_log(place: Path, connection: Any) -> None:
    connection.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('lasttouch', 'x', '')")
    with pytest.raises(ForeignDatabase, match="newer lasttouch"):
        open_for_writing(place)


def test_tables_of_another_program_are_left_alone(place: Path, postgres: PostgresServer) -> None:
    schema = place.server.schema  # type: ignore[attr-defined]
    with psycopg.connect(postgres.url().partition("&schema=")[0], autocommit=True) as other:
        other.execute(f"CREATE SCHEMA {schema}")
        other.execute(f"CREATE TABLE {schema}.theirs (a int)")
        with pytest.raises(ForeignDatabase, match="another program"):
            open_for_writing(place)
        assert other.execute(f"SELECT count(*) FROM {schema}.theirs").fetchone() == (0,)


def test_a_question_makes_nothing_and_changes_nothing(place: Path) -> None:
    with pytest.raises(NotFound):
        open_for_reading(place)
    open_for_writing(place).close()
    log = open_for_reading(place)
    with pytest.raises(sqlite3.OperationalError, match="read-only"):
        log.execute("DELETE FROM setting")
    log.close()


def test_whoever_writes_waits_for_who_is_writing(place: Path, connection: Any) -> None:
    other = open_for_writing(place)
    order: list[str] = []

    def write() -> None:
        with writing(other):
            order.append("second")

    with writing(connection):
        thread = threading.Thread(target=write)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join()
    other.close()
    assert order == ["first", "second"]


def test_a_part_that_fails_is_undone_alone(connection: Any) -> None:
    with writing(connection):
        connection.execute("INSERT INTO setting (name, value) VALUES ('a', '1')")
        with pytest.raises(sqlite3.IntegrityError, match="unique"):
            _write_two(connection)
    assert connection.execute("SELECT name FROM setting").fetchall() == [("a",)]


def _write_two(connection: Any) -> None:
    with undone_on_error(connection):
        connection.execute("INSERT INTO setting (name, value) VALUES ('b', '1')")
        connection.execute("INSERT INTO setting (name, value) VALUES ('a', '2')")


def test_the_revision_counts_what_is_judged_by_and_not_what_is_read(place: Path, connection: Any) -> None:
    other = open_for_writing(place)
    before = data_version(connection)
    other.execute("INSERT INTO setting (name, value) VALUES ('learned', 'x')")
    other.execute("INSERT INTO activity (identity_hash, at, verdict_code, identity) VALUES (1, 1, 0, '<a@x>')")
    assert data_version(connection) == before, "what other workers read is no reason to judge anew"
    other.execute("INSERT INTO forgotten (hash) VALUES (?)", (b"x",))
    assert data_version(connection) > before
    other.close()


def test_a_transaction_is_one_revision_whatever_of_it_is_undone(place: Path, connection: Any) -> None:
    other = open_for_writing(place)
    before, forget = data_version(connection), "INSERT INTO forgotten (hash) VALUES (?)"
    with writing(other):
        with contextlib.suppress(LookupError), undone_on_error(other):
            other.execute(forget, (b"x",))
            raise LookupError
        for one in (b"y", b"z"):
            other.execute(forget, (one,))
    other.close()
    assert data_version(connection) == before + 1


def test_texts_that_postgresql_does_not_take(connection: Any) -> None:
    long = "ä" * 500_000
    connection.execute("INSERT INTO setting (name, value) VALUES (?, ?)", ("a\0b", long))
    assert connection.execute("SELECT name, value FROM setting").fetchall() == [("a\ufffdb", long)]
    with pytest.raises(UnicodeEncodeError):  # as SQLite does
        connection.execute("INSERT INTO setting (name, value) VALUES (?, ?)", ("c", "\udcff"))


def test_a_table_that_grew_many_times_over_is_looked_at_for_plans(connection: Any) -> None:
    """Until the server does so by itself it reads whole tables, as long as a first pass takes."""
    known = "SELECT reltuples FROM pg_class WHERE oid = 'address'::regclass"

    def known_after(first: int, last: int) -> float:
        rows = [(one, f"{one}@x.example", f"{one}@x.example", "x.example", "", "none") for one in range(first, last)]
        into = "INSERT INTO address (id, email, canonical, site, name, rule)"
        with writing(connection):
            connection.insert_rows(into, "(?, ?, ?, ?, ?, ?)", rows, "")
        return float(connection.execute(known).fetchone()[0])

    with writing(connection):  # the other tables may hold much
        settings = [(str(number), "x") for number in range(50_000)]
        insert(connection, "INSERT INTO setting (name, value)", "(?, ?)", settings)
    assert known_after(1, 500) == -1
    assert known_after(500, 1001) == 1000
    assert known_after(1001, 2001) == 1000
    assert known_after(2001, 6001) == 6000


def test_what_somebody_took_part_in_is_found_by_the_touch_also_where_there_is_none(connection: Any) -> None:
    """Whether they were ever written to, when they last wrote: of those with thousands of messages not all are read."""
    connection.execute("SET enable_seqscan = off")  # there is little here
    for condition in ("(touch_code IS NULL)", "(touch_code > 0)", "(touch_code = 2) AND (at < 5)"):
        query = f"EXPLAIN SELECT 1 FROM participation WHERE address_id = 1 AND {condition}"
        (found,) = [line.strip() for (line,) in connection.execute(query) if "Index Cond" in line]
        assert found == f"Index Cond: ((address_id = 1) AND {condition})"


def test_a_number_by_chance_is_no_obstacle_for_those_that_follow_each_other(connection: Any) -> None:
    given = [
        insert_numbered(connection, "company", number, {"name": name})
        for name, number in (("Acme", None), ("Globex", 2), ("Initech", None), ("Umbrella", None))
    ]
    assert given == [1, 2, 3, 4]


def test_a_server_that_goes_is_told_of_in_plain_words(place: Path, connection: Any, postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.url().partition("&schema=")[0], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.execute("SELECT pg_backend_pid()").fetchone()[0]])
    with pytest.raises(sqlite3.OperationalError), writing(connection):
        pytest.fail("there is no connection")
    open_for_writing(place).close()


def _pooler(port: int, listener: socket.socket) -> None:
    """As PgBouncer: who connects is told a process of its own invention, in whatever mode it is."""
    client, _ = listener.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
        answers = server.makefile("rb")
        while head := answers.read(5):
            body = answers.read(int.from_bytes(head[1:], "big") - 4)
            client.sendall(head + (b"\0\0\0\1" + body[4:] if head[:1] == b"K" else body))


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := client.recv(65_536):
            server.sendall(data)
        server.shutdown(socket.SHUT_RDWR)


def test_a_pooler_is_noticed(postgres: PostgresServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_pooler, args=(postgres.port, listener), daemon=True).start()
        port = listener.getsockname()[1]
        url = f"postgresql://lasttouch@127.0.0.1:{port}/postgres?sslmode=disable&gssencmode=disable&schema=pooled"
        with pytest.raises(DatabaseError, match="behind a pooler") as told:
            open_for_writing(place_on_server(url, tmp_path, lambda: PASSWORD))
    assert "the server itself" in told.value.hint


def test_a_pooler_that_refuses_what_we_ask_of_every_connection_is_told_of(tmp_path: Path) -> None:
    def refuse(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client:
            client.recv(65_536)
            fields = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
            client.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=refuse, args=(listener,), daemon=True).start()
        url = (
            f"postgresql://lasttouch@127.0.0.1:{listener.getsockname()[1]}/postgres?sslmode=disable&gssencmode=disable"
        )
        with pytest.raises(DatabaseError, match="unsupported startup parameter") as told:
            open_for_writing(place_on_server(url, tmp_path, None))
    assert "the server itself" in told.value.hint


def test_whoever_may_make_no_schema_is_told_so(postgres: PostgresServer, tmp_path: Path) -> None:
    with psycopg.connect(postgres.url().partition("&schema=")[0], autocommit=True) as other:
        other.execute("CREATE ROLE reader LOGIN")
    url = postgres.url().replace("//lasttouch@", "//reader@")
    with pytest.raises(DatabaseError, match="permission denied") as told:
        open_for_writing(place_on_server(url, tmp_path, None))
    assert "permissions" in told.value.hint


def test_what_a_server_refuses_of_what_only_it_is_asked_is_an_error_of_sqlites(
    connection: Any, postgres: PostgresServer
) -> None:
    with psycopg.connect(postgres.url().partition("&schema=")[0], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.execute("SELECT pg_backend_pid()").fetchone()[0]])
    asked: list[Callable[[], Any]] = [
        connection.tables,
        connection.make_schema,
        lambda: connection.number_from({}),
        lambda: list(connection.stream("SELECT id FROM contact")),
        lambda: connection.insert_rows("INSERT INTO contact (id, name)", "(?, ?)", [(1, "Ana")], ""),
        lambda: connection.exclusively().__enter__(),
    ]
    for ask in asked:
        with pytest.raises(sqlite3.OperationalError):
            ask()


def test_a_log_in_a_file_needs_no_driver(tmp_path: Path) -> None:
    text = f"""
import sys; from pathlib import Path
from store.database import open_for_writing, open_for_reading
from lasttouch.keeping.opening import opened
open_for_writing(Path({str(tmp_path / "log.db")!r})).close(); open_for_reading(Path({str(tmp_path / "log.db")!r}))
sys.exit("psycopg" in sys.modules)"""
    subprocess.run([sys.executable, "-c", text], check=True, cwd=Path(__file__).parents[2])


def test_without_the_driver_it_is_said_what_to_install(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.startswith("store.postgres_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("store.postgres_opening", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseError, match="needs psycopg"):
        open_for_writing(place)


@pytest.mark.parametrize(
    ("database", "verified"),
    [
        ("postgresql:///log", False),
        ("postgresql://ana@localhost:5432,[::1]:5433/log", False),
        ("postgresql:///log?host=::1", False),
        ("postgresql:///log?host=/run/postgresql,127.0.0.1", False),
        ("postgresql://ana@db.example/log?sslmode=require", False),
        ("postgresql://ana@db.example/log", True),
        ("postgresql://ana@db.example/with_sslmode", True),
        ("postgresql://ana@localhost,db.example/log", True),
        ("postgresql://ana@localhost/log?host=db.example", True),
    ],
)
def test_a_server_that_is_reached_over_a_network_has_to_prove_who_it_is(database: str, verified: bool) -> None:
    assert Server(database, None).is_to_be_verified is verified
