"""New logs of a session are copies of one that was migrated: to migrate each anew takes longer than
most tests."""

from __future__ import annotations

import sqlite3
import threading

import store.migrations

_really_migrate = store.migrations.migrate
_lock = threading.Lock()
_made: list[sqlite3.Connection] = []


def migrate(connection: sqlite3.Connection) -> None:
    """As `store.migrations.migrate`, which is asked where there is anything in the database already."""
    with _lock:
        if connection.in_transaction or connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
            _really_migrate(connection)
            return
        if not _made:
            _made.append(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
            _really_migrate(_made[0])
        _made[0].backup(connection)
