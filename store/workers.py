"""The workers of a log that several hosts keep up to date: which are at work, and which sources are due."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from store import leases
from store.leases import NOW
from store.log import Log
from store.places import SourceRow
from store.rows import instant, timestamp
from store.transactions import be_known_as, is_gone

WORKERS = """
CREATE TABLE worker (
    name TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL, reading INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
"""All by the server's clock; `reading` is how many sources it reads."""
SILENT_SECONDS = 30
_FORGOTTEN_SECONDS = 3600


class Worker(NamedTuple):
    """One at work. Instants are aware UTC, by the server's clock."""

    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    reading: int


class Due(NamedTuple):
    """A source that may be read now: `last_attempt` for one of which nobody said when."""

    row: SourceRow
    next_attempt: datetime | None
    last_attempt: datetime | None


def come(connection: sqlite3.Connection, name: str, host: str, pid: int) -> None:
    """Be at work from now on, and for as long as this connection, or one after it, lives."""
    be_known_as(connection, name)
    is_at_work(connection, name, host, pid, 0)


def bury(connection: sqlite3.Connection, name: str) -> list[str]:
    """The names of those, but of `name`, whose connection has ended without a word: what they held is free at once.

    Who is only cut off, or stopped, keeps their connection for a while, and what they hold for as long as it is theirs.
    """
    others = connection.execute("SELECT name, host, pid FROM worker WHERE name <> ?", (name,)).fetchall()
    dead = [row for row in others if is_gone(connection, row[0])]
    for one, host, pid in dead:
        leases.end(connection, leases.holder_of(host, pid, one))
        has_left(connection, one)
    return [one for one, _, _ in dead]


def is_at_work(connection: sqlite3.Connection, name: str, host: str, pid: int, reading: int) -> None:
    """Let the others know, and forget who has been silent for an hour."""
    connection.execute(
        f"INSERT INTO worker (name, host, pid, started_at, seen_at, reading) VALUES (?, ?, ?, {NOW}, {NOW}, ?)"
        " ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, reading = excluded.reading",
        (name, host, pid, reading),
    )
    connection.execute(f"DELETE FROM worker WHERE seen_at < {NOW} - ?", (_FORGOTTEN_SECONDS,))


def has_left(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("DELETE FROM worker WHERE name = ?", (name,))


def workers(log: Log) -> list[Worker]:
    """Those that were heard of lately, in the order of their hosts."""
    query = f"SELECT host, pid, started_at, seen_at, reading FROM worker WHERE seen_at >= {NOW} - ? ORDER BY host, pid"
    return [
        Worker(host, pid, instant(started), instant(seen), reading)
        for host, pid, started, seen, reading in log.execute(query, (SILENT_SECONDS,))
    ]


def now(log: Log) -> datetime:
    """By the server's clock."""
    found: datetime = instant(log.execute(f"SELECT {NOW}").fetchone()[0])
    return found


def due(log: Log, at: datetime) -> list[Due]:
    """Active sources that nobody reads now, and of which nobody said that they wait for longer than until `at`."""
    rows = log.execute(
        "SELECT s.id, a.name, s.kind, s.next_attempt, s.last_attempt FROM source s JOIN account a"
        " ON a.id = s.account_id WHERE s.active AND a.active AND coalesce(s.next_attempt, 0) <= ?"
        f" AND coalesce(s.leased_until, 0) < {NOW} ORDER BY coalesce(s.next_attempt, 0), s.id",
        (timestamp(at),),
    ).fetchall()
    return [Due(SourceRow(row_id, name, kind), instant(at), instant(last)) for row_id, name, kind, at, last in rows]


def put_off(connection: sqlite3.Connection, source_id: int, until: datetime) -> None:
    """Let nobody read a source before, where nobody said so already. Who reads it now will say so, or is dead."""
    connection.execute(
        "UPDATE source SET next_attempt = ?1 WHERE id = ?2 AND coalesce(next_attempt, 0) < ?1"
        f" AND coalesce(leased_until, 0) < {NOW}",
        (timestamp(until), source_id),
    )
