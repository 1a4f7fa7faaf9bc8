"""Shares of all mail sources, each watched for new mail by one of the hosts that have a log in common."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from store.leases import NOW
from store.lists import placeholders, rows_among
from store.log import Log
from store.places import SourceRow
from store.rows import instant
from store.workers import SILENT_SECONDS

SHARDS = 32
"""A source is of the one that is its id modulo this; no more hosts than these watch."""

TABLES = """
CREATE TABLE shard (
    id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL DEFAULT 0, holder TEXT, leased_until INTEGER
) STRICT;
ALTER TABLE worker ADD COLUMN watches INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN brought_at INTEGER;
"""
"""`brought_at`: when a pass last brought anything, by the server's clock; known only where workers read the log."""


class Watched(NamedTuple):
    """A mail source that may be watched; `read_at` and `brought_at` are those of its last passes that went well."""

    row: SourceRow
    read_at: datetime | None
    brought_at: datetime | None
    error_code: str | None


class Turn(NamedTuple):
    """`number` grows by each pass that begins after this one was asked for, and by no other."""

    number: int
    is_read_now: bool


def make(connection: sqlite3.Connection) -> None:
    """All shards, once for each log."""
    connection.executemany("INSERT OR IGNORE INTO shard (id) VALUES (?)", [(number,) for number in range(SHARDS)])


def watches(connection: sqlite3.Connection, name: str) -> None:
    """The worker of this name takes a share."""
    connection.execute("UPDATE worker SET watches = 1 WHERE name = ?", (name,))


def share(log: Log) -> int:
    """How many shards each of those who watch takes at most."""
    query = f"SELECT count(*) FROM worker WHERE watches = 1 AND seen_at >= {NOW} - ?"
    among: int = log.execute(query, (SILENT_SECONDS,)).fetchone()[0]
    return -(-SHARDS // max(1, among))


def renew(connection: sqlite3.Connection, held: Sequence[int], holder: str, seconds: int) -> list[int]:
    """Those of these that are the holder's still; no more than one statement, for nobody is to wait for a batch."""
    rows = connection.execute(
        f"UPDATE shard SET leased_until = {NOW} + ? WHERE holder = ? AND id IN ({placeholders(held)}) RETURNING id",
        (seconds, holder, *held),
    )
    return [number for (number,) in rows.fetchall()]


def take(connection: sqlite3.Connection, most: int, holder: str, seconds: int) -> list[int]:
    """As many that nobody holds."""
    rows = connection.execute(
        f"UPDATE shard SET epoch = epoch + 1, holder = ?, leased_until = {NOW} + ? WHERE id IN (SELECT id FROM shard"
        f" WHERE coalesce(leased_until, 0) < {NOW} ORDER BY id LIMIT ?) AND coalesce(leased_until, 0) < {NOW}"
        " RETURNING id",
        (holder, seconds, most),
    )
    return [number for (number,) in rows.fetchall()]


def give_back(connection: sqlite3.Connection, held: Sequence[int], holder: str) -> None:
    """Let others have these at once."""
    connection.execute(
        f"UPDATE shard SET leased_until = NULL WHERE holder = ? AND id IN ({placeholders(held)})", (holder, *held)
    )


def mail_sources(log: Log, shards: Sequence[int]) -> list[Watched]:
    """Those of these shards that tell of new mail by themselves."""
    if not shards:
        return []
    rows = log.execute(
        "SELECT s.id, a.name, s.kind, s.last_success, s.brought_at, s.error_code FROM source s JOIN account a"
        f" ON a.id = s.account_id WHERE s.active AND a.active AND s.kind = 'imap' AND s.id % {SHARDS} IN"
        f" ({placeholders(shards)}) ORDER BY s.id",
        shards,
    ).fetchall()
    return [
        Watched(SourceRow(row_id, account, kind), instant(read), instant(brought), error)
        for row_id, account, kind, read, brought, error in rows
    ]


def turns(log: Log, ids: Collection[int]) -> dict[int, Turn]:
    """By the ids of sources. An epoch grows where a lease is taken, and where it is given back."""
    query = f"SELECT id, epoch, coalesce(leased_until, 0) >= {NOW} FROM source WHERE id IN ({{}})"
    return {row_id: Turn(epoch + now, bool(now)) for row_id, epoch, now in rows_among(log, query, ids)}


def note_brought(connection: sqlite3.Connection, source_id: int) -> None:
    """A pass brought something, so that who watches the source knows that its news were worth following."""
    connection.execute(f"UPDATE source SET brought_at = {NOW} WHERE id = ?", (source_id,))
