"""Reading: contacts without any touch."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from store.rows import timestamp
from store.touches import derive_all


def never_touched(connection: sqlite3.Connection, now: datetime, limit: int) -> list[int]:
    """The first `limit` contacts that were never touched, by id."""
    moment = timestamp(now)
    query = """SELECT contact_id FROM contact_touch WHERE last_touch IS NULL AND (due IS NULL OR due > ?)
        ORDER BY contact_id LIMIT ?"""
    found = [contact_id for (contact_id,) in connection.execute(query, (moment, limit))]
    due = [
        contact_id
        for (contact_id,) in connection.execute("SELECT contact_id FROM contact_touch WHERE due <= ?", (moment,))
    ]
    derived = derive_all(connection, due, now)
    found += [contact_id for contact_id, touches in derived.items() if touches.last_touch()[1] is None]
    return sorted(found)[:limit]
