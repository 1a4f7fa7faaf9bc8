"""The log as one of several people may read it: views in place of its tables, and dates derived from what they show.

The connection's own database is that of the audience (see audiences.py); the log is attached to it, for reading alone.
A temporary view of the same name stands before each table, and SQLite looks there first. So all that reads works
within the scope without knowing of it, and what forgets to be careful finds nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

from activity.series import series_identity
from store import audience_kin, audiences, grants
from store.database import create_private, database_errors, engine_of_servers, open_for_reading, reader_cache_kib
from store.file_owner import as_owner_of
from store.log import Log, Scope
from store.scoped_views import AUDIENCES_OWN, BESIDE, SHARED, hidden, of_scope
from store.server_place import Server, server_of

BUSY_SECONDS = 45
_STATEMENTS = 512  # what stands in the views makes them dear to prepare


_HELPERS = {
    "granted": "place_id INTEGER PRIMARY KEY, account_id INTEGER, level INTEGER",
    "granted_account": "account_id INTEGER PRIMARY KEY, level INTEGER",
    "kept_back": "owner TEXT PRIMARY KEY",
    "marked": "address_id INTEGER, account_id INTEGER, PRIMARY KEY (address_id, account_id)",
    "marked_contact": "contact_id INTEGER, account_id INTEGER, PRIMARY KEY (contact_id, account_id)",
    "secret": "contact_id INTEGER PRIMARY KEY",
}
"""The temporary tables that the views ask, with their columns."""

Followed = Callable[[Log, datetime], None]


class Part(NamedTuple):
    """What of a log is seen within a scope as the log is now; it is the same as long as all of this is.

    `rows` are those of the temporary tables by their names, `asked` the same in words, `views` what stands before the
    log's `tables`; `audience` is the database of those who see the same.
    """

    scope: Scope
    rows: Mapping[str, Sequence[tuple[object, ...]]]
    asked: str
    views: Mapping[str, str]
    tables: Sequence[str]
    audience: Path


class Belt(Protocol):
    """While it `is_open`, what derives an audience's dates reads the log itself."""

    is_open: bool


class ScopedLog(Log):
    """A log within a scope, which can follow what has changed in it since."""

    __slots__ = ("_asked", "_belt")

    def __init__(self, connection: sqlite3.Connection, path: Path, part: Part, belt: Belt) -> None:
        super().__init__(connection, part.scope, path)
        self._asked = part.asked
        self._belt = belt

    def follow(self, now: datetime, then: Followed | None = None) -> None:
        """Bring its dates to where the log is, as of `now`; `then` is called where anything had changed."""
        self._belt.is_open = True
        try:
            if audiences.follow(self, self._asked, now) and then is not None:
                then(self, now)
        finally:
            self._belt.is_open = False


def open_scoped(path: Path, scope: Scope, now: datetime, then: Followed | None = None) -> ScopedLog:
    """The log at `path` within a scope, its dates as of `now`; `then` is called where anything had changed.

    Raises NotFound and DatabaseError as `store.database.open_for_reading` does.
    """
    whole = open_for_reading(path)
    with contextlib.closing(whole.connection):
        part = part_of(whole, path, scope)
    return open_part(path, part, now, then)


def part_of(whole: Log, path: Path, scope: Scope) -> Part:
    """What of the log at `path` is seen within a scope; nothing is made."""
    granted = grants.of_scope(whole, scope)
    tables = [name for (name,) in whole.execute(_TABLES)]
    views, in_words = _views(scope, granted.marks)
    shown = [*map(repr, granted.audience), in_words, repr(tables)]
    return Part(
        scope, granted.rows, audience_kin.in_words(granted.rows), views, tables, audiences.path_of(path, scope, shown)
    )


def open_part(path: Path, part: Part, now: datetime, then: Followed | None = None) -> ScopedLog:
    """The same log, of which this part is seen."""
    if (server := server_of(path)) is not None:
        with database_errors(path):
            return _opened_on_server(server, path, part, now, then)
    with as_owner_of(path):
        audiences.make_room_for(part.audience)
        try:
            return _opened(path, part, now, then)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # a cache that is damaged is made anew
            audiences.discard(part.audience)
            return _opened(path, part, now, then)


@lru_cache(maxsize=4)
def _views(scope: Scope, has_marks: bool) -> tuple[Mapping[str, str], str]:
    """What stands before the tables, and all of it as one text; a process that is kept asks for the same each time."""
    views = of_scope(scope, has_marks)
    return views, repr(sorted(views.items()))


_TABLES = """SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'
    AND name NOT LIKE 'log_%' ORDER BY name"""


def _opened(path: Path, part: Part, now: datetime, then: Followed | None) -> ScopedLog:
    audience = part.audience
    with contextlib.suppress(FileExistsError):
        if not audience.exists():
            os.close(create_private(audience))
    connection = sqlite3.connect(
        audience.absolute().as_uri(),
        uri=True,
        isolation_level=None,
        timeout=BUSY_SECONDS,
        check_same_thread=False,
        cached_statements=_STATEMENTS,
    )
    try:
        for pragma in ("journal_mode = WAL", "synchronous = OFF", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"ATTACH ? AS {SHARED}", (f"{path.absolute().as_uri()}?mode=ro",))
        connection.execute(f"PRAGMA {SHARED}.cache_size = -{reader_cache_kib()}")
        key = audience.name.encode()
        connection.create_function("opaque", 1, lambda identity: _opaque(identity, key), deterministic=True)
        connection.executescript(_made(part.rows, part.views, part.tables))
        belt = _Belt(frozenset((*part.tables, *BESIDE)) - AUDIENCES_OWN)
        log = ScopedLog(connection, path, part, belt)
        log.follow(now, then)
        connection.set_authorizer(belt)
        return log
    except BaseException:
        connection.close()
        raise


def _opened_on_server(server: Server, path: Path, part: Part, now: datetime, then: Followed | None) -> ScopedLog:
    connection = engine_of_servers().open_for_audience(server, part.audience.stem)
    try:
        viewer = audience_kin.called(part.scope)
        connection.make(viewer, _HELPERS, part.views, part.tables, audiences.KEPT_OF_ONE)
        connection.show(part.rows)
        connection.note_use()
        log = ScopedLog(connection, path, part, connection)
        log.follow(now, then)
        return log
    except BaseException:
        connection.close()
        raise


def _made(rows: Mapping[str, Sequence[tuple[object, ...]]], views: Mapping[str, str], tables: Sequence[str]) -> str:
    """All that is temporary, in one transaction: one by one it takes half as long again."""
    script = ["BEGIN"]
    for name, columns in _HELPERS.items():
        script.append(f"CREATE TEMP TABLE {name} ({columns})")
        if values := ", ".join([f"({', '.join(map(_literal, row))})" for row in rows[name]]):
            script.append(f"INSERT INTO temp.{name} VALUES {values}")
    script += [
        f'CREATE TEMP VIEW "{name}" AS {views.get(name) or hidden(name)}'
        for name in tables
        if name not in AUDIENCES_OWN
    ]
    script += [f"CREATE TEMP VIEW {name} AS {views[name]}" for name in BESIDE]
    return ";".join([*script, "COMMIT"])


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else f"CAST(X'{str(value).encode().hex()}' AS TEXT)"


def _opaque(identity: str, key: bytes) -> str:
    """In place of a Message-ID or UID: what tells activities and series apart, and nothing else."""
    series = series_identity(identity)
    digest = hashlib.blake2b(series.encode("utf-8", "replace"), digest_size=16, key=key[:64]).hexdigest()
    return f"hash:{digest}{identity[len(series) :]}"


class _Belt:
    """A belt beside the braces: the log itself, and what is granted, are read from within these views alone.

    Of a table of whose columns none is wanted SQLite does not tell who asks. While it `is_open`, what derives an
    audience's dates reads the log itself.
    """

    def __init__(self, views: frozenset[str]) -> None:
        self._views = views
        self.is_open = False

    def __call__(self, action: int, one: str | None, column: str | None, database: str | None, by: str | None) -> int:
        if self.is_open:
            return sqlite3.SQLITE_OK
        is_hidden = database == SHARED or (database == "temp" and one in _HELPERS)
        if action == sqlite3.SQLITE_READ and is_hidden and column and by not in self._views:
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_DENY if action in _FORBIDDEN else sqlite3.SQLITE_OK


_FORBIDDEN = frozenset((sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_DROP_TEMP_VIEW))
