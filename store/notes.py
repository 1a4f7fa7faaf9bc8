"""Notes among the activities: found, and taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from store.forgetting import delete_activities
from store.identities import NOTE
from store.log import Log
from store.said import ONE_KEEPER
from store.viewers import is_own

_IS_NOTE = f"substr(identity, 1, {len(NOTE)}) = '{NOTE}'"


def newest_note(log: Log, contact_id: int, user_id: int = ONE_KEEPER) -> int | None:
    """The note with this contact that was taken last, by this user where there are several."""
    rows = log.execute(
        "SELECT a.id FROM address r JOIN participation p ON p.address_id = r.id"
        f" JOIN activity a ON a.id = p.activity_id WHERE r.contact_id = ? AND {_IS_NOTE} ORDER BY a.id DESC",
        (contact_id,),
    )
    return next((row_id for (row_id,) in rows if user_id == ONE_KEEPER or is_own(log, user_id, row_id)), None)


def is_note(log: Log, activity_id: int) -> bool:
    query = f"SELECT 1 FROM activity WHERE id = ? AND {_IS_NOTE}"
    return log.execute(query, (activity_id,)).fetchone() is not None


def speak_by(connection: sqlite3.Connection, emails: Iterable[str], address_id: int) -> None:
    """Notes of whoever had these addresses name another one of theirs."""
    theirs = (
        "address_id = (SELECT id FROM address WHERE email = ?1)"
        f" AND (SELECT {_IS_NOTE} FROM activity a WHERE a.id = participation.activity_id)"
    )
    for email in emails:
        connection.execute(f"UPDATE OR IGNORE participation SET address_id = ?2 WHERE {theirs}", (email, address_id))
        connection.execute(f"DELETE FROM participation WHERE address_id <> ?2 AND {theirs}", (email, address_id))


def take_back(connection: sqlite3.Connection, activity_id: int) -> None:
    """It is gone as if it had never been noted; within the caller's transaction."""
    delete_activities(connection, [activity_id])
