"""The documents that messages came with: what they are called, of what type and size, and no more.

A message that has none, or of which that was not read, has no row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from activity.attachment import Attachment
from store.lists import change_among, rows_among

if TYPE_CHECKING:
    from store.log import Queryable
    from store.mentions import Mentions

ATTACHMENTS = """
CREATE TABLE attachment (
    activity_id INTEGER NOT NULL REFERENCES activity, number INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    size INTEGER, link TEXT, PRIMARY KEY (activity_id, number)
) STRICT, WITHOUT ROWID;
"""


def keep(connection: sqlite3.Connection, told: Mapping[int, Sequence[Attachment]]) -> None:
    """The documents of these activities, which have none so far."""
    connection.executemany(
        "INSERT INTO attachment (activity_id, number, name, type, size, link) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (activity_id, number, one.name, one.type, one.size, one.link or None)
            for activity_id, all_of_it in told.items()
            for number, one in enumerate(all_of_it)
        ],
    )


def replace(connection: sqlite3.Connection, told: Mapping[int, Sequence[Attachment]]) -> None:
    """Of these activities, these are the documents from now on."""
    erase_of(connection, list(told))
    keep(connection, told)


def of(log: Queryable, activity_ids: Iterable[int]) -> dict[int, tuple[Attachment, ...]]:
    """Activity → its documents in their order, for those that have any."""
    query = "SELECT activity_id, name, type, size, link FROM attachment WHERE activity_id IN ({}) ORDER BY 1, number"
    found: dict[int, tuple[Attachment, ...]] = {}
    for activity_id, name, kind, size, link in rows_among(log, query, activity_ids):
        found[activity_id] = (*found.get(activity_id, ()), Attachment(name, kind, size, link or ""))
    return found


def erase_of(connection: sqlite3.Connection, activity_ids: Sequence[int]) -> None:
    """Nothing is kept of the documents of these activities."""
    change_among(connection, "DELETE FROM attachment WHERE activity_id IN ({})", activity_ids)


def erase_all(connection: sqlite3.Connection) -> None:
    """None are to be kept."""
    connection.execute("DELETE FROM attachment")


def unname(connection: sqlite3.Connection, names: Sequence[str], mentions: Mentions, where: str = "") -> None:
    """Names of documents that speak of these people, and links with them, say nothing any more; of all rows, or
    `where`."""
    from store.mentions import named_within  # noqa: PLC0415 - where somebody is erased

    folded = [name.casefold() for name in names]
    rows = connection.execute(f"SELECT activity_id, number, name, link FROM attachment{where}").fetchall()
    telling = [
        (activity_id, number)
        for activity_id, number, name, link in rows
        if any(text and (mentions.within(text) or named_within(text, folded)) for text in (name, link))
    ]
    connection.executemany("UPDATE attachment SET name = '', link = NULL WHERE activity_id = ? AND number = ?", telling)
