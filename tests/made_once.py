"""New logs of a session are copies of one that was made: to make each anew takes longer than many
tests."""

from __future__ import annotations

import sqlite3
import threading

import store.new_log

_really_make = store.new_log.make
_lock = threading.Lock()
_made: list[sqlite3.Connection] = []


def make(connection: sqlite3.Connection) -> None:
    """As `store.new_log.make`, which is asked where there is anything in the database already."""
    with _lock:
        if connection.in_transaction or connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
            _really_make(connection)
            return
        if not _made:
            _made.append(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
            _really_make(_made[0])
        _made[0].backup(connection)
