"""Message-IDs of copies that bear another than the message they are copies of: answers to either
answer it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from store.identities import identity_hash


def note(connection: sqlite3.Connection, own: Iterable[tuple[int, str]]) -> set[int]:
    """Remember (activity id, Message-ID of a copy of it); the activities for which one of them is
    new."""
    added = set()
    for row_id, identity in own:
        before = connection.total_changes
        connection.execute(
            "INSERT OR IGNORE INTO other_id (activity_id, identity_hash) VALUES (?, ?)",
            (row_id, identity_hash(identity)),
        )
        if connection.total_changes > before:
            added.add(row_id)
    return added
