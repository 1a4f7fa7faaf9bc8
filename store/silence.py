"""Reading: who has been silent, in order, by index: the longest first, the longest overdue, and those never touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from store.rows import timestamp
from store.touch_dates import Touches
from store.touches import derive_all


def longest_silent(
    connection: sqlite3.Connection, now: datetime, limit: int, before: datetime | None = None
) -> list[tuple[int, int]]:
    """(contact id, last touch in seconds since 1970) of the longest silent, with a last touch before `before`.

    Who was never touched is not among them.
    """
    until = timestamp(before or now)
    query = """SELECT contact_id, last_touch FROM contact_touch WHERE last_touch < ?1 AND (due IS NULL OR due > ?2)
        ORDER BY last_touch, contact_id LIMIT ?3"""
    return _first(connection, query, lambda touches: touches.last_touch()[0].at, until, now, limit)


def past_rhythm(
    connection: sqlite3.Connection, now: datetime, limit: int, latest_first: bool = False
) -> list[tuple[int, int]]:
    """(contact id, overdue since, in seconds since 1970) of those silent for longer than is usual with them.

    The longest overdue come first, or those who became so last.
    """
    order = "DESC" if latest_first else "ASC"
    query = f"""SELECT contact_id, overdue_at FROM contact_touch WHERE overdue_at < ?1 AND (due IS NULL OR due > ?2)
        ORDER BY overdue_at {order}, contact_id {order} LIMIT ?3"""
    return _first(connection, query, Touches.overdue_at, timestamp(now), now, limit, latest_first)


def never_touched(connection: sqlite3.Connection, now: datetime, limit: int) -> list[int]:
    """The first `limit` contacts that were never touched, by id."""
    query = """SELECT contact_id FROM contact_touch WHERE last_touch IS NULL AND (due IS NULL OR due > ?)
        ORDER BY contact_id LIMIT ?"""
    found = [contact_id for (contact_id,) in connection.execute(query, (timestamp(now), limit))]
    found += [contact_id for contact_id, touches in _due(connection, now).items() if touches.last_touch()[1] is None]
    return sorted(found)[:limit]


def _first(
    connection: sqlite3.Connection,
    query: str,
    instant_of: Callable[[Touches], int | None],
    until: int,
    now: datetime,
    limit: int,
    latest_first: bool = False,
) -> list[tuple[int, int]]:
    """The first of the rows that hold, and of those that have to be derived, whose instant is before `until`."""
    found = connection.execute(query, (until, timestamp(now), limit)).fetchall()
    derived = _due(connection, now)
    if not derived:
        return found
    dated = ((contact_id, instant_of(touches)) for contact_id, touches in derived.items())
    found += [(contact_id, at) for contact_id, at in dated if at is not None and at < until]
    return sorted(found, key=lambda row: (row[1], row[0]), reverse=latest_first)[:limit]


def _due(connection: sqlite3.Connection, now: datetime) -> dict[int, Touches]:
    """The contacts whose row says nothing as of now, derived."""
    due = connection.execute("SELECT contact_id FROM contact_touch WHERE due <= ?", (timestamp(now),))
    return derive_all(connection, [contact_id for (contact_id,) in due], now)
