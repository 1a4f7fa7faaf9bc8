"""Keyed hashes: of the addresses that were erased for good, and of messages that a never_log rule
kept out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from store.log import Log


def hashes(log: Log) -> frozenset[bytes]:
    """The keyed hashes of all addresses that were erased."""
    return frozenset(value for (value,) in log.execute("SELECT hash FROM forgotten"))


def remember(connection: sqlite3.Connection, values: Iterable[bytes]) -> None:
    connection.executemany("INSERT OR IGNORE INTO forgotten (hash) VALUES (?)", [(value,) for value in values])


def note_withheld(connection: sqlite3.Connection, values: Iterable[bytes]) -> None:
    """Keyed hashes of messages that a never_log rule kept out, so that `why` can say so."""
    connection.executemany("INSERT OR IGNORE INTO withheld (hash) VALUES (?)", [(value,) for value in values])


def is_withheld(log: Log, value: bytes) -> bool:
    return log.execute("SELECT 1 FROM withheld WHERE hash = ?", (value,)).fetchone() is not None
