"""Every statement that the store executes in a test on a log in a file is one that PostgreSQL
understands, with the values that it was given."""

from __future__ import annotations

import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from postgres_server import PostgresServer

_ASKED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
_OF_SQLITE = re.compile(
    r"sqlite_schema|sqlite_master|sqlite_sequence|pragma_|rowid|dbstat|_sqlite_migrations|temp\."
    r"|nullif\(\?, ''\)"  # how lists.insert_given speaks to SQLite alone
    r"|json_group_array"  # what is asked where a log is held open, which one on a server is not
    r"|identity_hash\((?!\))|_before\b"  # of migrations, which older logs had that were files
)
_THEN = datetime(2026, 1, 1, tzinfo=UTC)
_seen: set[str] = set()


class Recording(sqlite3.Connection):
    """What it was asked, with the values of the first time."""

    asked: ClassVar[dict[str, Sequence[Any]]] = {}

    def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor:
        if statement not in _seen and _is_ours():
            self.asked.setdefault(statement, values)
        return super().execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[Any], /) -> sqlite3.Cursor:
        rows = list(rows)
        if rows and statement not in _seen and _is_ours():
            self.asked.setdefault(statement, rows[0])
        return super().executemany(statement, rows)


def _is_ours() -> bool:
    """Is it the store that asks, not a test?"""
    return Path(sys._getframe(2).f_code.co_filename).parent.name == "store"


@contextmanager
def recorded() -> Iterator[dict[str, Sequence[Any]]]:
    """What is asked of logs in files meanwhile, but for what was looked at before."""
    Recording.asked = {}
    connect = sqlite3.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sqlite3.connect", lambda *args, **more: connect(*args, **{"factory": Recording} | more))
        yield Recording.asked


def refused(asked: dict[str, Sequence[Any]], server: PostgresServer) -> dict[str, str]:
    """Those that PostgreSQL does not understand, neither of the log nor of an audience's → what it says of them."""
    ours = {one: values for one, values in asked.items() if _ASKED.match(one) and not _OF_SQLITE.search(one)}
    _seen.update(asked)
    if not ours:
        return {}
    from activity.sharing import Level
    from store.database import open_for_writing
    from store.log import Scope
    from store.scoped import open_scoped
    from store.server_place import place_on_server

    place = place_on_server(server.url("statements"), Path(tempfile.gettempdir()), None)
    connection: Any
    with closing(open_for_writing(place)) as connection:
        wrong = _refused_by(connection, ours)
    if wrong:
        with closing(open_scoped(place, Scope("ana", ((1, Level.OWN), (2, Level.WHO)), 1, 1), _THEN)) as seen:
            connection = seen.connection
            connection.is_open = True
            wrong = _refused_by(connection, {one: ours[one] for one in wrong})
    return wrong


def _refused_by(connection: Any, asked: dict[str, Sequence[Any]]) -> dict[str, str]:
    wrong = {}
    for statement, values in asked.items():
        try:
            known = connection._known(statement)
            with connection._cursor() as cursor:
                cursor.execute(f"EXPLAIN {known.text}", known.bound(values) or None)
        except sqlite3.Error as error:
            wrong[statement] = str(error)
    return wrong
