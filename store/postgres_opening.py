"""Opening a log in PostgreSQL: its schema made where it is missing, and brought to this version."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Set
from typing import Any, NamedTuple, TypeVar, cast

from activity.errors import DatabaseError, ForeignDatabase, NotFound
from store import postgres_members as postgres_members  # noqa: PLC0414 - for members.py
from store.postgres_log import ServerConnection
from store.postgres_scoped import ScopedConnection, drop_audiences
from store.server_place import Server
from store.transactions import writing

Filled = TypeVar("Filled")
Seen = Callable[[sqlite3.Connection], Set[str]]
"""The names of the migrations that a log has had. Raises ForeignDatabase where a newer program was here."""


def open_for_writing(server: Server, known: Set[str], seen: Seen) -> sqlite3.Connection:
    """The log, made where it is missing, with all `known` migrations. Raises DatabaseError, ForeignDatabase."""
    connection = ServerConnection(server, read_only=False)
    try:
        _bring_to_this_version(connection, known, seen)
    except BaseException:
        connection.close()
        raise
    return cast("sqlite3.Connection", connection)


def open_for_reading(server: Server) -> sqlite3.Connection:
    """The log, for reading. Raises NotFound where nothing was synced yet, DatabaseError."""
    connection = ServerConnection(server, read_only=True)
    if not _has_tables(connection):
        connection.close()
        raise NotFound(f"there is no log at {server} yet", "run: lasttouch sync")
    return cast("sqlite3.Connection", connection)


def open_for_audience(server: Server, audience: str) -> ScopedConnection:
    """The log as those see it who are called so. Raises DatabaseError."""
    return ScopedConnection(server, audience)


def discard_audiences(server: Server) -> None:
    """Nothing that any audience of this log has derived is left."""
    connection = ServerConnection(server, read_only=False)
    try:
        drop_audiences(connection)
    finally:
        connection.close()


def is_begun(server: Server) -> bool:
    """Is there a log? Raises DatabaseError where the server cannot be asked."""
    connection = ServerConnection(server, read_only=True)
    try:
        return _has_tables(connection)
    finally:
        connection.close()


def _has_tables(connection: ServerConnection) -> bool:
    return "_sqlite_migrations" in connection.tables()


def _bring_to_this_version(connection: ServerConnection, known: Set[str], seen: Seen) -> None:
    """Whoever comes second waits, and finds it done."""
    as_others = cast("sqlite3.Connection", connection)
    if _has_tables(connection) and seen(as_others) == known:
        return
    with connection.exclusively():
        if not _has_tables(connection):
            _make(connection, lambda _: None)
        elif missing := known - seen(as_others):
            _migrate(connection, missing)


def made_by(server: Server, fill: Callable[[sqlite3.Connection], Filled]) -> Filled:
    """A new log, filled within the transaction that makes it, while none of its triggers runs; what `fill` returns.

    Raises DatabaseError where there is one.
    """
    connection = ServerConnection(server, read_only=False)
    try:
        with connection.exclusively():
            if _has_tables(connection):
                raise DatabaseError(f"there is a log at {server} already", "name another schema: …?schema=NAME")
            return _make(connection, fill)
    finally:
        connection.close()


def _make(connection: ServerConnection, fill: Callable[[sqlite3.Connection], Filled]) -> Filled:
    from store.new_log import make  # noqa: PLC0415 - once in the life of a log
    from store.postgres_schema import statements  # noqa: PLC0415

    made = sqlite3.connect(":memory:", isolation_level=None)
    make(made)
    as_others = cast("sqlite3.Connection", connection)
    with contextlib.closing(made), writing(as_others):
        connection.make_schema()
        if connection.tables():
            raise ForeignDatabase(
                f"the schema of {connection.server} holds the tables of another program",
                "name another in `database`: …?schema=NAME",
            )
        for statement in statements(made):
            connection.run(statement)
        connection.silence(silent=True)
        filled = fill(as_others)
        connection.silence(silent=False)
    return filled


class _Database(NamedTuple):
    """What a migration is given."""

    conn: ServerConnection


def _migrate(connection: ServerConnection, names: Set[str]) -> None:
    """Those that this log has not seen, each noted with what it does; views stand in the way of some."""
    drop_audiences(connection)
    from store.migrations import in_order  # noqa: PLC0415

    with writing(cast("sqlite3.Connection", connection)):
        for name, change in in_order():
            if name in names:
                change(cast("Any", _Database(connection)))
                connection.execute(
                    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('lasttouch', ?, '')",
                    (name,),
                )
