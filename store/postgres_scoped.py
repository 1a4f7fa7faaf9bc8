"""The log on a server as one of several people may read it: a schema of the audience's own, of tables and views.

What stands in an audience's database beside a log in a file (see scoped.py) stands in a schema beside the log's: its
own tables, what is granted, and a view in place of each table of the log. The connection looks there and nowhere else:
where such a schema is gone, nothing is found.

The views are no security barriers: nobody's own SQL reads them but through those of a member's door, which are (see
postgres_members.py), and to a barrier a join cannot bring its rows: it would read all of the log for each question.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import psycopg
from psycopg import sql

from store.engine import Statement, closing, translated
from store.postgres_functions import FUNCTIONS
from store.postgres_log import ServerConnection, lock_key
from store.postgres_schema import ddl, no_table
from store.scoped_views import AUDIENCES_OWN
from store.server_place import Server
from store.transactions import writing

UNUSED_DAYS = 30
_AT_MOST = "1s"
_LOOKED_AT = 100
_OWN = ("learned", "followed", "shown")
_TABLES = (
    "CREATE TABLE learned (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE followed (number INTEGER PRIMARY KEY, kind INTEGER, ref INTEGER)",
    "CREATE TABLE shown (viewer TEXT NOT NULL, asked TEXT NOT NULL)",
    "CREATE TABLE opaque_key (key TEXT NOT NULL)",
)
_OPAQUE = re.compile(r"opaque\((\w\.\w+)\)")
_WITHOUT_OCCURRENCE = "regexp_replace({0}, '/[0-9]{{8}}(T[0-9]{{6}}Z)?$', '')"
_PLACES = re.compile(r"\b(temp|shared|near)\.")
_EXISTS = "EXISTS (SELECT "
_PAST_THE_VIEWS = re.compile(r"\b(shared|temp|near)\.")


class ScopedConnection(ServerConnection):
    """A connection that sees what an audience does, and writes to nothing but the audience's own tables.

    While it `is_open`, what derives an audience's dates reads the log itself.
    """

    def __init__(self, server: Server, audience: str) -> None:
        self.audience = _schema_of(server, audience)
        super().__init__(server, read_only=True, schema=self.audience)
        self._lock_key = lock_key(self.audience)
        self._near: str | None = None
        self.is_open = False

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.RawCursor[Any]:
        self._refuse(statement)
        return super().execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> psycopg.RawCursor[Any]:
        self._refuse(statement)
        return super().executemany(statement, rows)

    def insert_rows(self, into: str, values: str, rows: Sequence[Sequence[Any]], conflict: str) -> None:
        self._refuse(into)
        super().insert_rows(self._placed(into), values, rows, conflict)

    def _refuse(self, statement: str) -> None:
        """A belt beside the braces: the log itself, and what is granted, are read from within the views alone."""
        if not self.is_open and (_PAST_THE_VIEWS.search(statement) or f'"{self.server.schema}".' in statement):
            raise sqlite3.DatabaseError("access to the log itself is prohibited")

    def _placed(self, statement: str) -> str:
        """The names of SQLite's databases as those of schemas; what is the audience's own is found without."""
        schemas = {"shared": self.server.schema, "near": self._near or self.audience}
        return _PLACES.sub(lambda found: f'"{schemas[found[1]]}".' if found[1] in schemas else "", statement)

    def _known(self, statement: str) -> Statement:
        made = translated(self._placed(statement), self._table)
        if "near." not in statement:
            self._statements[statement] = made
        return made

    def begin_anew(self) -> None:
        """Nothing of it is left; within a transaction."""
        own = [*AUDIENCES_OWN, *_OWN]
        self.run(f"TRUNCATE {', '.join(map(quoted, own))} RESTART IDENTITY")

    def look_at_sizes(self) -> None:
        """Have the server look at how large the audience's own tables are, which have grown within this transaction."""
        query = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'"
        names = [quoted(name) for (name,) in self._asked(query, quoted(self.audience)).fetchall()]
        self.run(f"ANALYZE {', '.join(names)}")

    def written_columns(self, table: str) -> Sequence[str]:
        """Those of its columns that are not computed."""
        return self._table(table).columns

    def note_viewer(self, viewer: str) -> None:
        """Whose audience it is, and that it was used just now; within a transaction."""
        self._asked(
            sql.SQL("UPDATE {} SET viewer = %s, used_at = now() WHERE name = %s").format(self._of_log("log_audience")),
            viewer, self.audience,
        )  # fmt: skip

    def note_use(self) -> None:
        query = sql.SQL("SELECT 1 FROM {} WHERE name = %s AND used_at < now() - interval '1 hour'")
        if self._asked(query.format(self._of_log("log_audience")), self.audience).fetchone() is not None:
            update = sql.SQL("UPDATE {} SET used_at = now() WHERE name = %s")
            with writing(cast("sqlite3.Connection", self)):
                self._asked(update.format(self._of_log("log_audience")), self.audience)

    @contextlib.contextmanager
    def nearest(self, viewer: str) -> Iterator[bool]:
        """The last audience of the same viewer is what `near.` means meanwhile, if there is one."""
        query = sql.SQL("SELECT name FROM {} WHERE viewer = %s AND name <> %s ORDER BY used_at DESC LIMIT %s")
        rows = self._asked(query.format(self._of_log("log_audience")), viewer, self.audience, _LOOKED_AT).fetchall()
        for (name,) in rows:
            has_followed = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(name, "followed"))
            if self._asked(has_followed).fetchone() is not None:
                self._near = name
                break
        try:
            yield self._near is not None
        finally:
            self._near = None

    def show(self, rows: Mapping[str, Sequence[tuple[object, ...]]]) -> None:
        """What is granted now, where that is another than it was."""
        if all(self._has(name, wanted) for name, wanted in rows.items()):
            return
        with writing(cast("sqlite3.Connection", self)):
            for name, wanted in rows.items():
                if not self._has(name, wanted):
                    self.run(f"DELETE FROM {name}")
                    marks = ", ".join("?" * len(wanted[0])) if wanted else ""
                    self.executemany(f"INSERT INTO {name} VALUES ({marks})", wanted)

    def _has(self, name: str, wanted: Sequence[tuple[object, ...]]) -> bool:
        return set(self._asked(f"SELECT * FROM {name}".encode()).fetchall()) == set(wanted)

    def make(
        self, viewer: str, helpers: Mapping[str, str], views: Mapping[str, str], tables: Sequence[str], kept: int
    ) -> None:
        """The audience's schema, where there is none: its own tables, `helpers`, and what stands before `tables`.

        Of those that were made for this `viewer` the last `kept` stay.
        """
        if self._is_made():
            return
        with writing(cast("sqlite3.Connection", self)):
            self._asked("SELECT pg_advisory_xact_lock(%s)", lock_key(f"audiences of {self.server.schema}"))
            if not self._is_made():
                self.run("; ".join(self._script(viewer, helpers, views, tables)))
        self._sweep(viewer, kept)

    def shown(self) -> Sequence[str]:
        """The names of all tables and views by which something is read."""
        query = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'v')"
        names = {name for (name,) in self._asked(query, quoted(self.audience)).fetchall()}
        return sorted(names & {*AUDIENCES_OWN, *self._views()})

    def _views(self) -> set[str]:
        query = "SELECT viewname FROM pg_views WHERE schemaname = %s"
        return {name for (name,) in self._asked(query, self.audience).fetchall()}

    def _sweep(self, viewer: str, kept: int) -> None:
        """What nobody has asked for a while goes, and what one viewer has too many of; but nobody waits for who asks
        there just now: that goes another time."""
        query = sql.SQL("""SELECT name FROM {0} WHERE used_at < now() - %s * interval '1 day' UNION
            (SELECT name FROM {0} WHERE viewer = %s AND name <> %s ORDER BY used_at DESC OFFSET %s)""")
        values = UNUSED_DAYS, viewer, self.audience, kept - 1
        for (name,) in self._asked(query.format(self._of_log("log_audience")), *values).fetchall():
            with contextlib.suppress(sqlite3.OperationalError), writing(cast("sqlite3.Connection", self)):
                self.run(f"SET LOCAL lock_timeout = '{_AT_MOST}'; {_dropping(self, name)}")

    def _is_made(self) -> bool:
        return self._asked("SELECT to_regnamespace(quote_ident(%s))", self.audience).fetchone() != (None,)

    def _script(
        self, viewer: str, helpers: Mapping[str, str], views: Mapping[str, str], tables: Sequence[str]
    ) -> Iterator[str]:
        """One by one it would be two hundred ways to the server and back."""
        log = quoted(self.server.schema)
        yield f"""CREATE TABLE IF NOT EXISTS {log}.log_audience (
            name text PRIMARY KEY, viewer text, used_at timestamptz NOT NULL DEFAULT now())"""
        whose = viewer.replace("'", "''")
        yield f"""INSERT INTO {log}.log_audience (name, viewer) VALUES ('{self.audience}', '{whose}')
            ON CONFLICT (name) DO UPDATE SET viewer = excluded.viewer, used_at = now()"""
        yield f"CREATE SCHEMA {quoted(self.audience)}"
        yield FUNCTIONS
        for name in sorted(AUDIENCES_OWN):
            yield f"CREATE TABLE {quoted(name)} (LIKE {log}.{quoted(name)} INCLUDING ALL)"
        for text in (*_TABLES, *(f"CREATE TABLE {name} ({columns})" for name, columns in helpers.items())):
            yield ddl(text)
        yield "INSERT INTO opaque_key VALUES (gen_random_uuid()::text || gen_random_uuid()::text)"
        yield f"SET LOCAL search_path = {quoted(self.audience)}, {log}, pg_catalog"  # for what is read as a function
        for name in [*tables, *(one for one in views if one not in tables)]:
            if name not in AUDIENCES_OWN:
                nothing = f"SELECT * FROM {log}.{quoted(name)} WHERE false"
                shown = self._view(views[name]) if name in views else nothing
                yield f"CREATE VIEW {quoted(name)} AS {shown}"

    def _view(self, text: str) -> str:
        placed = _OPAQUE.sub(r"log_opaque_of(\1)", self._placed(text))
        said = _looked_up(translated(placed, no_table).text)
        return re.sub(r"log_opaque_of\((\w\.\w+)\)", lambda found: _opaque(found[1]), said)

    def _of_log(self, name: str) -> sql.Identifier:
        return sql.Identifier(self.server.schema, name)


def _opaque(identity: str) -> str:
    """In place of a Message-ID or UID: what tells activities and series apart, and nothing else.

    It is written out, not a function: whoever may call that could try what they guess.
    """
    series = _WITHOUT_OCCURRENCE.format(identity)
    return (
        f"('hash:' || left(encode(sha256(convert_to((SELECT key FROM opaque_key) || {series}, 'UTF8')), 'hex'), 32)"
        f" || substr({identity}, length({series}) + 1))"
    )


def _looked_up(text: str) -> str:
    """Whether there is something is looked up for each row that is asked about: of an EXISTS, PostgreSQL may collect
    all that there is in the log instead, for the sake of a hundred rows."""
    pieces = text.split(_EXISTS)
    for at in range(len(pieces) - 1, 0, -1):
        end = closing(pieces[at])
        pieces[at - 1 :] = [f"{pieces[at - 1]}((SELECT {pieces[at][:end]} LIMIT 1) IS NOT NULL{pieces[at][end:]}"]
    return pieces[0]


def drop_audiences(connection: ServerConnection) -> None:
    """Nothing that any audience of this log has derived is left."""
    if "log_audience" in connection.tables():
        for (name,) in connection.execute("SELECT name FROM log_audience").fetchall():
            connection.run(f"BEGIN READ WRITE; {_dropping(connection, name)}; COMMIT")


def _dropping(connection: ServerConnection, name: str) -> str:
    """Its schema goes with all that is in it, once nobody asks there; members who saw it by a role of their own see
    nothing until they are let in anew."""
    log = quoted(connection.server.schema)
    script = [
        f"DROP SCHEMA IF EXISTS {quoted(name)} CASCADE",
        f"DELETE FROM {log}.log_audience WHERE name = '{name}'",
    ]
    if "log_member" in connection.tables():
        script.append(f"UPDATE {log}.log_member SET audience = NULL WHERE audience = '{name}'")
    return "; ".join(script)


def _schema_of(server: Server, audience: str) -> str:
    """Several logs of a database may have audiences that see the same."""
    digest = hashlib.blake2b(f"{server.schema}\n{audience}".encode(), digest_size=16).hexdigest()
    return f"lasttouch_audience_{digest}"


def quoted(name: str) -> str:
    """A name of anything within a statement."""
    return '"' + name.replace('"', '""') + '"'
