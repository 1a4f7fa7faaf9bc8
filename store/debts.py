"""What each target is yet to be told, what it is known to have, and what is yet to be blanked there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from store.lists import among, change_among, insert, rows_among
from store.log import Log
from store.moved import Last, columns_of, last_of
from store.rows import instant, timestamp

NO_NAME = "contact:"
"""What begins the name under which is kept what a target was told that has no names of its own."""


class Owed(NamedTuple):
    """What a target is yet to be told: that the last touch of a contact is `last` now, and was `before`.

    `parked` says why nothing more is tried, None where something is.
    """

    id: int
    contact_id: int
    message: str
    noted_at: datetime
    last: Last
    before: Last
    attempts: int
    next_attempt: datetime | None
    parked: str | None


class Delivered(NamedTuple):
    """What a target is known to have of somebody, whom it calls `remote`; see outward_tables.py."""

    remote: str
    contact_id: int
    last: Last
    by_whom: str | None
    unsure: bool


def owed(log: Log, target_id: int, contact_ids: Iterable[int] | None = None) -> list[Owed]:
    """All that a target is owed, or of these contacts, in the order it came about."""
    query = (
        "SELECT id, contact_id, message, noted_at, last, kind_code, before, before_code, attempts, next_attempt, parked"
        f" FROM outbox WHERE target_id = {target_id:d}"
    )
    if contact_ids is None:
        rows = log.execute(f"{query} ORDER BY id").fetchall()
    else:
        rows = sorted(rows_among(log, f"{query} AND contact_id IN ({{}})", contact_ids))
    return [
        Owed(
            row_id, contact_id, message, instant(noted), last_of(last, kind), last_of(before, was), attempts,
            instant(again), parked,
        )
        for row_id, contact_id, message, noted, last, kind, before, was, attempts, again, parked in rows
    ]  # fmt: skip


def is_owed_anything(log: Log, target_id: int, now: datetime) -> bool:
    """Is there anything that may be tried now?"""
    query = """SELECT EXISTS (SELECT 1 FROM outbox WHERE target_id = ?1 AND parked IS NULL
        AND coalesce(next_attempt, 0) <= ?2) OR EXISTS (SELECT 1 FROM to_blank WHERE target_id = ?1)
        OR EXISTS (SELECT 1 FROM delivered WHERE target_id = ?1 AND unsure)"""
    (found,) = log.execute(query, (target_id, timestamp(now))).fetchone()
    return bool(found)


def delivered(log: Log, target_id: int) -> list[Delivered]:
    """What a target is known to have."""
    rows = log.execute(
        "SELECT remote, contact_id, last, kind_code, by_whom, unsure FROM delivered WHERE target_id = ?", (target_id,)
    )
    return [
        Delivered(remote, contact_id, last_of(last, kind), by, bool(unsure))
        for remote, contact_id, last, kind, by, unsure in rows
    ]


def to_blank(log: Log, target_id: int) -> list[str]:
    """By what names a target has the people whose field is yet to be blanked."""
    query = "SELECT remote FROM to_blank WHERE target_id = ? ORDER BY remote"
    return [remote for (remote,) in log.execute(query, (target_id,))]


def put_out(
    connection: sqlite3.Connection, target_id: int, moves: Sequence[tuple[str, int, datetime, Last, Last]], each: bool
) -> None:
    """Owe a target these: (message, contact, noted at, last, before). `each`: beside what it is owed of them already;
    else in its place, with where that began."""
    if not each:
        ids = [contact_id for _, contact_id, _, _, _ in moves]
        change_among(connection, f"DELETE FROM outbox WHERE target_id = {target_id:d} AND contact_id IN ({{}})", ids)
    insert(
        connection,
        "INSERT INTO outbox (target_id, message, contact_id, noted_at, last, kind_code, before, before_code)",
        "(?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (target_id, message, contact_id, timestamp(noted), *columns_of(last), *columns_of(before))
            for message, contact_id, noted, last, before in moves
        ],
    )


def settle(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """These were acknowledged."""
    change_among(connection, "DELETE FROM outbox WHERE id IN ({})", ids)


def put_off(connection: sqlite3.Connection, row_id: int, attempts: int, next_attempt: datetime) -> None:
    """It was tried so often, and is tried again then."""
    connection.execute(
        "UPDATE outbox SET attempts = ?, next_attempt = ? WHERE id = ?", (attempts, timestamp(next_attempt), row_id)
    )


def park(connection: sqlite3.Connection, row_id: int, why: str) -> None:
    """It is tried no more, until somebody asks for it or the date moves again."""
    connection.execute("UPDATE outbox SET parked = ?, next_attempt = NULL WHERE id = ?", (why, row_id))


def unpark(connection: sqlite3.Connection, target_id: int) -> None:
    connection.execute(
        "UPDATE outbox SET parked = NULL, attempts = 0, next_attempt = NULL WHERE target_id = ?", (target_id,)
    )


def keep_delivered(connection: sqlite3.Connection, target_id: int, rows: Iterable[Delivered]) -> None:
    """This is what it has now."""
    connection.executemany(
        "INSERT OR REPLACE INTO delivered (target_id, remote, contact_id, last, kind_code, by_whom, unsure)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(target_id, one.remote, one.contact_id, *columns_of(one.last), one.by_whom, int(one.unsure)) for one in rows],
    )


def drop_delivered(connection: sqlite3.Connection, target_id: int, remotes: Iterable[str]) -> None:
    """Whom it calls so is nobody of ours any more."""
    statement = f"DELETE FROM delivered WHERE target_id = {target_id:d} AND remote IN ({{}})"
    change_among(connection, statement, remotes)


def blanked(connection: sqlite3.Connection, target_id: int, remotes: Iterable[str]) -> None:
    statement = f"DELETE FROM to_blank WHERE target_id = {target_id:d} AND remote IN ({{}})"
    change_among(connection, statement, remotes)


def erase(connection: sqlite3.Connection, contact_ids: Sequence[int]) -> None:
    """Nothing of these people is left here but the debt to blank their fields; within the caller's transaction.

    A message that was not acknowledged is nobody's business any more.
    """
    change_among(
        connection,
        "INSERT OR IGNORE INTO to_blank (target_id, remote) SELECT target_id, remote FROM delivered"
        f" WHERE remote NOT LIKE '{NO_NAME}%' AND (last IS NOT NULL OR unsure) AND contact_id IN ({{}})",
        contact_ids,
    )
    for table in ("delivered", "outbox", "target_note"):
        change_among(connection, f"DELETE FROM {table} WHERE contact_id IN ({{}})", contact_ids)


def lost_contacts(log: Log, contact_ids: Iterable[int]) -> set[int]:
    """Those of these who are no contacts any more: removed, or merged with another."""
    wanted = set(contact_ids)
    return wanted - set(among(log, "SELECT id FROM contact WHERE id IN ({})", wanted))
