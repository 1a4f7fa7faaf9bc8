"""Which rows of the log a run wrote, as the database itself tells."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_BOOKKEEPING = ("account", "source", "place")  # of every pass: that it was made
_TABLES = """SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_%'
ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'"""


@contextlib.contextmanager
def written_rows(database: Path) -> Iterator[Counter[str]]:
    """Filled when the block ends: how often each table had a row inserted, updated or deleted,
    whatever came of it.

    Of the tables that note every pass only what decides about the next one counts: rows that come
    and go, and cursors.
    """
    written: Counter[str] = Counter()
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as log:
        tables = [name for (name,) in log.execute(_TABLES)]
        log.execute("CREATE TABLE written (name TEXT)")
        for name in tables:
            log.executescript("".join(_triggers(name)))
    yield written
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as log:
        written.update(name for (name,) in log.execute("SELECT name FROM written"))
        for (name,) in log.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'written on %'").fetchall():
            log.execute(f'DROP TRIGGER "{name}"')
        log.execute("DROP TABLE written")


def _triggers(table: str) -> Iterator[str]:
    updates = [] if table in _BOOKKEEPING else ["UPDATE"]
    updates = ["UPDATE OF cursor"] if table == "place" else updates
    for event in ("INSERT", "DELETE", *updates):
        yield f"""CREATE TRIGGER "written on {event} {table}" AFTER {event} ON "{table}"
        BEGIN INSERT INTO written VALUES ('{table}'); END;"""
