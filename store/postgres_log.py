"""A log in PostgreSQL, by the part of SQLite's interface that the store uses.

One log is one schema, and one process at a time writes to it: whoever begins a transaction that writes waits for the
log's own lock, as in SQLite. What fails is raised as SQLite's errors are, so that nobody has to know the engine.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.adapt import Loader
from psycopg.pq import TransactionStatus
from psycopg.types.array import ListDumper
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumper

from activity.errors import DatabaseError
from store.engine import Statement, Table, translated, with_conflicts
from store.postgres_schema import ddl
from store.postgres_statistics import Statistics
from store.server_place import Server

LOCK_SECONDS = 45
IDLE_SECONDS = 60
"""How long a transaction may be left alone by who is not told another time; see `end_idle_transactions_after`."""
STOPPED_SECONDS = 10
"""After so long of waiting for the log's lock, whoever has it and was stopped amid what they sent loses it."""
GONE_SECONDS = 20
"""So long who is at the other end of the network may be silent, before either side takes the connection for lost."""
_END_WHO_IS_STOPPED = """SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND (l.classid::bigint << 32 | l.objid::bigint) = $1
    AND a.datname = current_database() AND a.state = 'active' AND a.wait_event = 'ClientRead'
    AND a.state_change < clock_timestamp() - $2 * interval '1 second' AND a.query NOT ILIKE 'COPY%'"""
"""Amid statements that are sent without waiting for answers a transaction is not idle, and has no end by itself."""
_PAST_POOLERS = "name the server itself as `database`: lasttouch keeps few connections, and needs each as it is"
_FETCHED = 10_000
_DDL = ("CREATE ", "ALTER ", "DROP TRIGGER ")
_INTO = re.compile(r"INSERT (OR IGNORE |OR REPLACE )?INTO (?P<table>\w+) \((?P<columns>[^)]*)\)")
_OTHERWISE = {
    "PRAGMA data_version": "SELECT number FROM log_revision",
    "PRAGMA quick_check(1)": "SELECT 'ok'",  # what is damaged is found by checksums, when it is read
    "PRAGMA integrity_check(1)": "SELECT 'ok'",
    "PRAGMA journal_mode": "SELECT 'wal'",
    "PRAGMA wal_checkpoint(TRUNCATE)": "SELECT 1",
}
"""What is asked of SQLite itself."""


class _Truth(Loader):
    """SQLite has 1 and 0."""

    def load(self, data: Any) -> int:
        return 1 if data in (b"t", b"\x01") else 0


class _Number(Loader):
    """What sums and averages are."""

    def load(self, data: Any) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text or text in ("NaN", "Infinity") else int(text)


class _TruthDumper(Int8Dumper):
    def dump(self, obj: Any) -> bytes:
        return b"1" if obj else b"0"


class _TextDumper(StrDumper):
    """There is no NUL in a text of PostgreSQL; in its place stands what stands for any unreadable character."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class _ListDumper(ListDumper):
    """Lists are long, and hold numbers or texts: they are written as a whole, not item by item."""

    def dump(self, obj: list[Any]) -> Any:
        if self.sub_dumper is not None and self.sub_dumper.oid == Int8Dumper.oid:
            numbers = str(obj)[1:-1].replace("None", "NULL").replace("True", "1").replace("False", "0")
            return f"{{{numbers}}}".encode()
        if isinstance(self.sub_dumper, _TextDumper):
            texts = ",".join(["NULL" if one is None else _in_array(one) for one in obj])
            return f"{{{texts}}}".replace("\0", "\ufffd").encode()
        return super().dump(obj)


def _in_array(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class ServerConnection:
    """What `store` needs of a connection, as sqlite3.Connection has it.

    One that was lost is made anew by the next statement, but within a transaction, of which nothing is left then.
    """

    def __init__(self, server: Server, *, read_only: bool, schema: str | None = None) -> None:
        """`schema` is where names are looked for, the log's own where none is given."""
        self.server = server
        self.total_changes = 0
        self._read_only = read_only
        self._idle_seconds = IDLE_SECONDS
        self._begun = False
        self._is_wanted = True
        self._known_as: str | None = None
        self._tables: dict[str, Table] = {}
        self._column_types: dict[str, dict[str, str]] = {}
        self._statements = {one: Statement(other) for one, other in _OTHERWISE.items()}
        self._schema = schema or server.schema
        self._statistics = Statistics()
        self._connection = _connected(server, self._schema, read_only, IDLE_SECONDS)
        self._lock_key = lock_key(server.schema)

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.RawCursor[Any]:
        if statement == "BEGIN IMMEDIATE":
            return self._begin()
        self._reopen_if_lost()
        if statement == "ROLLBACK" and self._connection.closed:
            self._begun = False
            return psycopg.RawCursor(self._connection)
        known = self._statements.get(statement) or self._known(statement)
        if statement in ("COMMIT", "ROLLBACK"):
            self._begun = False
        with self._cursor() as cursor:
            cursor.execute(known.text, known.bound(values) or None)
        self._begun |= statement.startswith("BEGIN")
        if statement == "COMMIT" and not self._read_only:
            self._statistics.keep_up(self._connection)
        return cursor

    def _begin(self) -> psycopg.RawCursor[Any]:
        """A transaction that nobody else writes beside; where it is waited for in vain, there is none."""
        self._begun = False
        self._reopen_if_lost()
        with self._cursor() as cursor:
            try:
                self._begin_within(cursor, STOPPED_SECONDS)
            except psycopg.errors.LockNotAvailable:
                cursor.execute(_END_WHO_IS_STOPPED, [self._lock_key, STOPPED_SECONDS])
                self._begin_within(cursor, LOCK_SECONDS - STOPPED_SECONDS)
        self._begun = True
        return cursor

    def _begin_within(self, cursor: psycopg.RawCursor[Any], seconds: int) -> None:
        try:
            cursor.execute(f"BEGIN READ WRITE; SELECT pg_try_advisory_xact_lock({self._lock_key})")
            cursor.nextset()
            if cursor.fetchone() == (0,):
                waiting = "SELECT set_config('lock_timeout', $1, true), pg_advisory_xact_lock($2)"
                cursor.execute(waiting, [f"{seconds}s", self._lock_key])
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        except psycopg.Error:
            if not self._connection.closed:
                cursor.execute("ROLLBACK")
            raise

    def _reopen_if_lost(self) -> None:
        if self._connection.closed and self._is_wanted and not self._begun:
            self._connection = _connected(self.server, self._schema, self._read_only, self._idle_seconds)
            if self._known_as is not None:
                self.be_known_as(self._known_as)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> psycopg.RawCursor[Any]:
        known = self._statements.get(statement) or self._known(statement)
        values = [known.bound(row) for row in rows]
        with self._cursor() as cursor:
            if values:  # to send nothing is a way to the server and back, too
                cursor.executemany(known.text, values)
        return cursor

    def insert_rows(self, into: str, values: str, rows: Sequence[Sequence[Any]], conflict: str) -> None:
        """Many rows by one statement; see `store.lists.insert`."""
        if not rows:
            return
        self._statistics.added += len(rows)
        found = _INTO.fullmatch(into)
        if found is None or "UPDATE" in conflict or set(values) - set("(?, )"):
            self.executemany(f"{into} VALUES {values}{conflict}", rows)
            return
        types = self._types(found["table"])
        columns = [one.strip() for one in found["columns"].split(",")]
        lists = ", ".join(f"${at}::{types[one]}[]" for at, one in enumerate(columns, 1))
        text = with_conflicts(f"{into} SELECT * FROM unnest({lists}){conflict}", self._table)
        with self._cursor() as cursor:
            cursor.execute(text, [list(one) for one in zip(*rows, strict=True)])

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query of any length, as they come; within a transaction."""
        with psycopg.RawServerCursor(self._connection, name="lasttouch") as cursor, _refused():
            cursor.itersize = _FETCHED
            cursor.execute(self._known(statement).text)
            yield from cursor

    def copy_in(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Rows into a table, by the shortest way. Raises sqlite3.Error."""
        cursor = psycopg.RawCursor(self._connection)
        with _refused(), cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def number_from(self, highest: Mapping[str, int]) -> None:
        """Let every table that numbers its rows go on beyond what it has, and beyond what it ever gave."""
        for name, column in self._numbered():
            (newest,) = self.execute(f'SELECT coalesce(max({column}), 0) FROM "{name}"').fetchone() or (0,)
            if (number := max(newest, highest.get(name, 0))) > 0:
                self._asked("SELECT setval(%s::regclass, %s)", f'"{name}_{column}_seq"', number)

    def _numbered(self) -> list[tuple[str, str]]:
        query = """SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attidentity <> ''"""
        return self._asked(query).fetchall()

    def silence(self, *, silent: bool) -> None:
        """Let no trigger of this log run, or let them run again."""
        for name in sorted(self.tables()):
            self.run(f'ALTER TABLE "{name}" {"DISABLE" if silent else "ENABLE"} TRIGGER USER')

    @property
    def in_transaction(self) -> bool:
        status = self._connection.info.transaction_status
        return self._begun or status not in (TransactionStatus.IDLE, TransactionStatus.UNKNOWN)

    def close(self) -> None:
        self._is_wanted = False
        self._connection.close()

    def another(self) -> ServerConnection:
        """A connection to the same log, for a thread of its own. Raises DatabaseError."""
        return ServerConnection(self.server, read_only=self._read_only, schema=self._schema)

    def end_idle_transactions_after(self, seconds: int) -> None:
        """Have the server undo a transaction in which we ask nothing for so long."""
        if seconds != self._idle_seconds:
            self._reopen_if_lost()
            self.run(f"SET idle_in_transaction_session_timeout = '{seconds}s'")
            self._idle_seconds = seconds

    def be_known_as(self, name: str) -> None:
        """Keep a lock of this name for as long as there is a session, and again in the one after it."""
        self._known_as = name
        self._asked("SELECT pg_advisory_lock_shared(%s)", lock_key(f"{self.server.schema} {name}"))

    def is_gone(self, name: str) -> bool:
        """Has nobody a session who is known by this name? Outside of transactions."""
        query = "SELECT pg_try_advisory_xact_lock(%s)"
        (free,) = self._asked(query, lock_key(f"{self.server.schema} {name}")).fetchone() or (0,)
        return bool(free)

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """While nobody else makes or changes tables of this log; waits for whoever does."""
        self._asked("SELECT pg_advisory_lock(%s)", self._lock_key)
        try:
            yield
        finally:
            self._asked("SELECT pg_advisory_unlock(%s)", self._lock_key)

    def run(self, script: str) -> None:
        """Statements in PostgreSQL's own words, one or many."""
        self._asked(script.encode())

    def tables(self) -> set[str]:
        """The names of the tables that stand in the schema."""
        query = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
        return {name for (name,) in self._asked(query, self.server.schema)}

    def make_schema(self) -> None:
        self._asked(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(self.server.schema)))

    def _asked(self, statement: str | bytes | sql.Composed, *values: object) -> psycopg.Cursor[Any]:
        """In PostgreSQL's own words; with values one statement. Raises sqlite3.Error."""
        with _refused():
            return self._connection.execute(statement, values or None)

    def _known(self, statement: str) -> Statement:
        if statement.lstrip().startswith(_DDL):
            return Statement(ddl(statement, self._table))
        if len(self._statements) > 4_096:
            self._statements.clear()
        self._statements[statement] = made = translated(statement, self._table)
        return made

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            query = """SELECT a.attname, a.attnum = ANY (i.indkey) FROM pg_attribute a
                JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
                WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                ORDER BY a.attnum"""
            rows = self._asked(query, f'"{name}"').fetchall()
            self._tables[name] = Table([one for one, _ in rows], [one for one, is_key in rows if is_key])
        return self._tables[name]

    def _types(self, name: str) -> dict[str, str]:
        if name not in self._column_types:
            query = """SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
                WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"""
            self._column_types[name] = dict(self._asked(query, f'"{name}"').fetchall())
        return self._column_types[name]

    @contextmanager
    def _cursor(self) -> Iterator[psycopg.RawCursor[Any]]:
        """For one statement; what it changes is counted."""
        cursor = psycopg.RawCursor(self._connection)
        with _refused():
            yield cursor
        said = cursor.statusmessage
        if said is not None and not said.startswith("SELECT"):
            self.total_changes += max(cursor.rowcount, 0)


@contextmanager
def _refused() -> Iterator[None]:
    """What the server refuses is raised as SQLite would."""
    try:
        yield
    except psycopg.Error as error:
        raise in_sqlites_words(error) from None


def in_sqlites_words(error: psycopg.Error) -> sqlite3.Error:
    """The error that SQLite would raise; its text is the server's first line, in which no value stands."""
    said = error.diag.message_primary or _said_here(error)
    if isinstance(error, psycopg.errors.IntegrityError):
        return sqlite3.IntegrityError(said)
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return sqlite3.OperationalError("the database is locked")
    if isinstance(error, psycopg.errors.DiskFull):
        return sqlite3.OperationalError("database or disk is full")
    if isinstance(error, psycopg.OperationalError | psycopg.InternalError | psycopg.errors.InsufficientPrivilege):
        return sqlite3.OperationalError(said)
    if isinstance(error, psycopg.DataError):
        return sqlite3.DataError(said)
    return sqlite3.ProgrammingError(said)


def _said_here(error: psycopg.Error) -> str:
    """The server said nothing: what was noticed on this side is the end of the connection, or a mistake of ours."""
    if isinstance(error, psycopg.OperationalError):
        return "the connection to the server is lost"
    return (str(error).splitlines() or [type(error).__name__])[0]


def connecting(server: Server, schema: str, read_only: bool, idle_seconds: int) -> tuple[str, dict[str, Any]]:
    """The address, and with what a connection to this log is made, the password among it."""
    settings = [
        f"search_path={_quoted(schema)},pg_catalog", "client_min_messages=error", "timezone=UTC",
        "plan_cache_mode=force_generic_plan", "jit=off",  # statements are short and many: to plan them costs the most
        f"tcp_keepalives_idle={GONE_SECONDS // 2}", f"tcp_keepalives_interval={GONE_SECONDS // 4}",
        "tcp_keepalives_count=2", f"tcp_user_timeout={GONE_SECONDS}s",
        f"lock_timeout={LOCK_SECONDS}s", f"idle_in_transaction_session_timeout={idle_seconds}s",
    ]  # fmt: skip
    if read_only:
        settings.append("default_transaction_read_only=on")
    options: dict[str, Any] = {
        "application_name": "lasttouch", "connect_timeout": 10, "client_encoding": "utf8",
        "keepalives_idle": GONE_SECONDS // 2, "keepalives_interval": GONE_SECONDS // 4, "keepalives_count": 2,
        "tcp_user_timeout": GONE_SECONDS * 1000,
        "options": " ".join(f"-c {one}" for one in settings),
    }  # fmt: skip
    if server.password is not None and (secret := server.password()) is not None:
        options["password"] = secret
    if server.is_to_be_verified:
        options |= {"sslmode": "verify-full", "sslrootcert": "system"}
    return server.url, options


def _connected(server: Server, schema: str, read_only: bool, idle_seconds: int) -> psycopg.Connection[Any]:
    """Raises DatabaseError in plain words; no password is in any of them."""
    url, options = connecting(server, schema, read_only, idle_seconds)
    try:
        connection = psycopg.connect(url, autocommit=True, **options)
        (pid,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
    except psycopg.OperationalError as error:
        raise unreachable(server, error) from None
    except psycopg.Error as error:
        raise DatabaseError(f"{server} cannot be opened: {_plain(error)}", "check `database`") from None
    if pid != connection.info.backend_pid:
        connection.close()
        raise DatabaseError(
            f"{server} is behind a pooler, which may change connections between transactions", _PAST_POOLERS
        )
    adapters = connection.adapters
    adapters.register_dumper(int, Int8Dumper)
    adapters.register_dumper(bool, _TruthDumper)
    adapters.register_dumper(str, _TextDumper)
    adapters.register_dumper(list, _ListDumper)
    adapters.register_loader("bool", _Truth)
    adapters.register_loader("numeric", _Number)
    return connection


def unreachable(server: Server, error: psycopg.OperationalError) -> DatabaseError:
    """Why no connection could be made, in plain words."""
    return DatabaseError(f"{server} cannot be reached: {_plain(error)}", _hint(str(error)))


def lock_key(name: str) -> int:
    """Of an advisory lock."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") >> 1


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("\\", "\\\\").replace(" ", "\\ ") + '"'


def _plain(error: psycopg.Error) -> str:
    """The last line of what libpq says, which is why; the first ones are where."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rpartition("FATAL:")[2].strip() if lines else "it does not answer"


def _hint(said: str) -> str:
    if "startup parameter" in said:  # as PgBouncer says it
        return _PAST_POOLERS
    if "password" in said or "authentication" in said:
        return "check the user in `database` and the password that password_command, _env, _file or _keyring gives"
    if "does not exist" in said:
        return "make it: createdb --encoding UTF8 --template template0 NAME"
    if "too many" in said or "remaining connection slots" in said:
        return "the server takes no more connections; try again in a minute, or raise its max_connections"
    return "check `database`, and whether the server runs and lets this machine in (pg_hba.conf)"
