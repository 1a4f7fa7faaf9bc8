"""Small things the log has to remember about itself."""

from __future__ import annotations

import sqlite3

from store.log import Log

POLICY = "house"  # its name in a log: the digest of the rules by which all that is in the log was judged last
SWEPT = "swept"  # when one of several workers last saw to what is due by time alone
KEY = "forgetting-key"  # the log's own, of which what is hashed in it is keyed
CONFIGURATION = "configuration"  # the digest of the configuration that was last checked and followed


def has_users(log: Log) -> bool:
    """Does the configuration that is followed name any? Else one keeper sees everything."""
    return log.execute("SELECT 1 FROM user WHERE active LIMIT 1").fetchone() is not None


def read(log: Log, name: str) -> str | None:
    row = log.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def write(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
