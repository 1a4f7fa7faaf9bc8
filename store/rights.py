"""Who reads a mailbox or calendar here because they may read it where it lives (`readers = "inherit"`).

Told anew by each pass, place by place; a place of which nothing is told is read by nobody but its user.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from store.log import Queryable
from store.rows import timestamp

RIGHTS = """
ALTER TABLE account ADD COLUMN inherits_readers INTEGER;
CREATE TABLE place_rights (
    place_id INTEGER PRIMARY KEY REFERENCES place, told_at INTEGER NOT NULL, unknown TEXT
) STRICT;
CREATE TABLE place_reader (
    place_id INTEGER NOT NULL REFERENCES place, user_id INTEGER NOT NULL REFERENCES user,
    PRIMARY KEY (place_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_reader_user ON place_reader (user_id);
"""

_OF_SOURCE = "place_id IN (SELECT id FROM place WHERE source_id = ?)"
_OF_OTHERS = """place_id IN (SELECT l.id FROM place l JOIN source o ON o.id = l.source_id JOIN account n
    ON n.id = o.account_id WHERE n.inherits_readers IS NULL)"""


class Inherited(NamedTuple):
    """A place of an account that inherits its readers; `unknown` is why nothing is told of it, "" where that is."""

    account: str
    kind: str
    place: str
    readers: tuple[str, ...]
    unknown: str


def tell(connection: sqlite3.Connection, place: int, users: Collection[str], unknown: str, at: datetime) -> None:
    """These users may read the place, and nobody else; within the caller's transaction."""
    connection.execute(
        "INSERT INTO place_rights (place_id, told_at, unknown) VALUES (?1, ?2, ?3) ON CONFLICT (place_id) DO UPDATE SET"
        " told_at = excluded.told_at, unknown = excluded.unknown",
        (place, timestamp(at), unknown or None),
    )
    connection.execute("DELETE FROM place_reader WHERE place_id = ?", (place,))
    connection.executemany(
        "INSERT INTO place_reader (place_id, user_id) SELECT ?, id FROM user WHERE name = ? AND active",
        [(place, name) for name in sorted(users)],
    )


def lapse(connection: sqlite3.Connection, source: int, before: datetime | None = None) -> None:
    """What was told of a source's places, all of it or what was told before then, holds no more."""
    told = "" if before is None else f" AND told_at < {timestamp(before)}"
    query = f"SELECT place_id FROM place_rights WHERE {_OF_SOURCE}{told}"
    places = [row_id for (row_id,) in connection.execute(query, (source,))]
    for table in ("place_reader", "place_rights"):
        connection.executemany(f"DELETE FROM {table} WHERE place_id = ?", [(one,) for one in places])


def keep_inheriting(connection: sqlite3.Connection, account_ids: Iterable[int]) -> None:
    """These accounts inherit their readers, and no others; within the caller's transaction."""
    connection.execute("UPDATE account SET inherits_readers = NULL WHERE inherits_readers IS NOT NULL")
    connection.executemany("UPDATE account SET inherits_readers = 1 WHERE id = ?", [(one,) for one in account_ids])
    for table in ("place_reader", "place_rights"):
        connection.execute(f"DELETE FROM {table} WHERE {_OF_OTHERS}")


def places_read(log: Queryable, user_id: int) -> list[tuple[int, int]]:
    """(place, account) of what this user inherits."""
    query = (
        "SELECT r.place_id, o.account_id FROM place_reader r JOIN place l ON l.id = r.place_id"
        " JOIN source o ON o.id = l.source_id WHERE r.user_id = ? ORDER BY r.place_id"
    )
    return [(place, account) for place, account in log.execute(query, (user_id,))]


def inherited(log: Queryable) -> list[Inherited]:
    """All places of the accounts that inherit their readers, as far as anything was read there."""
    query = """SELECT n.name, o.kind, l.name, t.place_id, t.unknown, (SELECT group_concat(name, char(10)) FROM (
            SELECT u.name FROM place_reader r JOIN user u ON u.id = r.user_id WHERE r.place_id = l.id ORDER BY u.name))
        FROM account n JOIN source o ON o.account_id = n.id JOIN place l ON l.source_id = o.id
        LEFT JOIN place_rights t ON t.place_id = l.id
        WHERE n.inherits_readers = 1 AND n.active AND o.active AND l.name <> ''
            AND (t.place_id IS NOT NULL OR EXISTS (SELECT 1 FROM sighting s WHERE s.place_id = l.id))
        ORDER BY n.id, o.id, l.name"""
    return [
        Inherited(
            account, kind, place, tuple(readers.split("\n")) if readers else (),
            (unknown or "") if told is not None else NOT_TOLD,
        )
        for account, kind, place, told, unknown, readers in log.execute(query)
    ]  # fmt: skip


NOT_TOLD = "nothing tells who may read it"
