"""Leases: who reads a source or tells a target of a log that several hosts share, by the server's clock alone.

A lease ends by itself where its holder does. What a holder may still have under way then is kept out by its epoch,
which every lease raises: whoever stores renews the lease within the same transaction, or stores nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Literal, NamedTuple

from activity.errors import LeaseLost
from store.log import Log
from store.transactions import writing

LEASES = """
ALTER TABLE source ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN holder TEXT;
ALTER TABLE source ADD COLUMN leased_until INTEGER;
ALTER TABLE target ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE target ADD COLUMN holder TEXT;
ALTER TABLE target ADD COLUMN leased_until INTEGER;
"""
"""`leased_until` is NULL where nobody holds it; in a file, where the kernel knows who is at work, always."""

NOW = "CAST(strftime('%s', 'now') AS INTEGER)"
"""Seconds since 1970, by the one clock that all hosts share."""

Of = Literal["source", "target"]


class Lease(NamedTuple):
    of: Of
    id: int
    epoch: int


def holder_of(host: str, pid: int, run: str) -> str:
    """What a process is called as a holder; `run` is by chance, and of it alone."""
    return f"{host}:{pid}:{run}"


def take(connection: sqlite3.Connection, of: Of, row_id: int, holder: str, seconds: int) -> Lease | None:
    """The lease of a source or target for so long; None where somebody else holds it. `holder` is told to people."""
    with writing(connection):
        row = connection.execute(
            f"UPDATE {of} SET epoch = epoch + 1, holder = ?, leased_until = {NOW} + ?"
            f" WHERE id = ? AND coalesce(leased_until, 0) < {NOW} RETURNING epoch",
            (holder, seconds, row_id),
        ).fetchone()
    return None if row is None else Lease(of, row_id, row[0])


def renew(connection: sqlite3.Connection, lease: Lease, seconds: int) -> bool:
    """Hold it for so long from now on; False where it has gone to somebody else.

    Within a transaction nobody else can take it before that ends.
    """
    row = connection.execute(
        f"UPDATE {lease.of} SET leased_until = {NOW} + ? WHERE id = ? AND epoch = ? RETURNING id",
        (seconds, lease.id, lease.epoch),
    ).fetchone()
    return row is not None


def insist(connection: sqlite3.Connection, lease: Lease, seconds: int) -> None:
    """The first statement of a transaction that stores something. Raises LeaseLost."""
    if not renew(connection, lease, seconds):
        raise LeaseLost("somebody else has taken this over meanwhile", "what they read will be in the log")


def give_back(connection: sqlite3.Connection, leases: Sequence[Lease]) -> None:
    """Let others have them at once. Whatever is still under way in their name stores nothing more."""
    for lease in leases:
        connection.execute(
            f"UPDATE {lease.of} SET epoch = epoch + 1, leased_until = NULL WHERE id = ? AND epoch = ?",
            (lease.id, lease.epoch),
        )


def end(connection: sqlite3.Connection, holder: str) -> None:
    """All that a holder has who is dead: should they live after all, they keep what nobody takes."""
    for of in ("source", "target", "shard"):
        connection.execute(f"UPDATE {of} SET leased_until = NULL WHERE holder = ? AND leased_until >= {NOW}", (holder,))


def holders(log: Log) -> list[str]:
    """Who holds a lease now."""
    query = " UNION ".join(f"SELECT holder FROM {of} WHERE leased_until >= {NOW}" for of in ("source", "target"))
    return [holder for (holder,) in log.execute(f"{query} ORDER BY 1")]
