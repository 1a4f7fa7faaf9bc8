"""Calendar objects as last seen, and what happens to meetings that vanish from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from activity.meeting import CalendarObject
from store.addresses import chunks, marks
from store.rows import timestamp
from store.touches import forget_touches


class StoredObject(NamedTuple):
    id: int
    place_id: int
    href: str
    etag: str
    text: str


def keep(connection: sqlite3.Connection, place: int, item: CalendarObject, expanded_to: datetime | None) -> int:
    """Store an object's text as it is now; its id. `expanded_to` is None where no later occurrence can come."""
    until = None if expanded_to is None else timestamp(expanded_to)
    (row_id,) = connection.execute(
        "INSERT INTO calendar_object (place_id, href, etag, text, expanded_to) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (place_id, href) DO UPDATE SET etag = excluded.etag, text = excluded.text,"
        " expanded_to = excluded.expanded_to RETURNING id",
        (place, item.href, item.etag, item.text, until),
    ).fetchone()
    return int(row_id)


def others_than(connection: sqlite3.Connection, place: int, holds: Iterable[str]) -> list[str]:
    """The hrefs of objects stored for a place that are not among those it holds."""
    rows = connection.execute("SELECT href FROM calendar_object WHERE place_id = ?", (place,))
    return sorted({href for (href,) in rows} - set(holds))


def to_expand_again(connection: sqlite3.Connection, source_id: int, before: datetime) -> list[StoredObject]:
    """Recurring objects of a source whose occurrences are known up to an instant earlier than `before` only."""
    return [
        StoredObject(*row)
        for row in connection.execute(
            "SELECT o.id, o.place_id, o.href, o.etag, o.text FROM calendar_object o JOIN place p ON p.id = o.place_id"
            " WHERE p.source_id = ? AND o.expanded_to < ? ORDER BY o.id",
            (source_id, timestamp(before)),
        )
    ]


def drop_vanished(
    connection: sqlite3.Connection, object_id: int, shown: Iterable[str], since: datetime, now: datetime
) -> set[int]:
    """The object shows only the occurrences with identities `shown`, from `since` on: the others are gone from it.

    Returns the activities that must be judged again. What it showed before `since` lies outside the window
    that was looked at and stays.
    """
    rows = connection.execute(
        "SELECT a.id, a.identity FROM sighting s JOIN activity a ON a.id = s.activity_id"
        " WHERE s.object_id = ? AND a.ends >= ?",
        (object_id, timestamp(since)),
    ).fetchall()
    still = set(shown)
    return _unsee(connection, object_id, [row_id for row_id, identity in rows if identity not in still], now)


def remove(
    connection: sqlite3.Connection, place: int, hrefs: Sequence[str], now: datetime, outright: bool = False
) -> set[int]:
    """Objects that are gone from their calendar; the activities that must be judged again.

    `outright`: they may not be kept (any more), so meetings that nobody else shows go without a trace.
    """
    changed: set[int] = set()
    for chunk in chunks(hrefs):
        for (object_id,) in connection.execute(
            f"SELECT id FROM calendar_object WHERE place_id = ? AND href IN ({marks(chunk)})", [place, *chunk]
        ).fetchall():
            seen = connection.execute("SELECT activity_id FROM sighting WHERE object_id = ?", (object_id,)).fetchall()
            changed |= _unsee(connection, object_id, [row_id for (row_id,) in seen], now, outright)
            connection.execute("DELETE FROM calendar_object WHERE id = ?", (object_id,))
    return changed


def _unsee(
    connection: sqlite3.Connection, object_id: int, activity_ids: Sequence[int], now: datetime, outright: bool = False
) -> set[int]:
    """These meetings are seen here no more; one that nobody shows any more is marked, or gone if it was not over.

    The last sighting of a marked one stays, without its object: it tells what the owner had answered.
    """
    changed: set[int] = set()
    for activity_id in activity_ids:
        forget_touches(connection, [activity_id])
        shown = "SELECT 1 FROM sighting WHERE activity_id = ? AND object_id IS NOT NULL AND object_id <> ?"
        if connection.execute(shown, (activity_id, object_id)).fetchone():
            connection.execute("DELETE FROM sighting WHERE activity_id = ? AND object_id = ?", (activity_id, object_id))
            changed.add(activity_id)
            continue
        (ends,) = connection.execute("SELECT ends FROM activity WHERE id = ?", (activity_id,)).fetchone()
        if outright or (ends is not None and ends > timestamp(now)):
            for table, column in (("sighting", "activity_id"), ("participation", "activity_id"), ("activity", "id")):
                connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (activity_id,))
        else:
            connection.execute("UPDATE sighting SET object_id = NULL WHERE activity_id = ?", (activity_id,))
            connection.execute("UPDATE activity SET deleted_at = ? WHERE id = ?", (timestamp(now), activity_id))
            changed.add(activity_id)
    return changed
