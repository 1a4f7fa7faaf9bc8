"""The words by which the user sorts contacts; one in another case is the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from store.lists import rows_among
from store.log import Log


def tags_of(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Contact → its tags in order, for those that have any."""
    found: dict[int, tuple[str, ...]] = {}
    query = "SELECT contact_id, tag FROM contact_tag WHERE contact_id IN ({}) ORDER BY contact_id, lower(tag)"
    for contact_id, tag in rows_among(connection, query, contact_ids):
        found[contact_id] = (*found.get(contact_id, ()), tag)
    return found


def with_tag(log: Log, tag: str) -> set[int]:
    """The contacts that have this tag."""
    query = "SELECT contact_id FROM contact_tag WHERE lower(tag) = lower(?)"
    return {contact_id for (contact_id,) in log.execute(query, (tag,))}


def all_tags(log: Log) -> list[str]:
    return [tag for (tag,) in log.execute("SELECT tag FROM contact_tag GROUP BY tag ORDER BY lower(tag), tag")]


def add_tags(connection: sqlite3.Connection, contact_id: int, tags: Iterable[str]) -> None:
    connection.executemany(
        "INSERT INTO contact_tag (contact_id, tag) SELECT ?1, ?2 WHERE NOT EXISTS"
        " (SELECT 1 FROM contact_tag WHERE contact_id = ?1 AND lower(tag) = lower(?2))",
        [(contact_id, tag) for tag in tags],
    )


def remove_tags(connection: sqlite3.Connection, contact_id: int, tags: Iterable[str]) -> None:
    connection.executemany(
        "DELETE FROM contact_tag WHERE contact_id = ? AND lower(tag) = lower(?)", [(contact_id, tag) for tag in tags]
    )


def move_tags(connection: sqlite3.Connection, into: int, other: int) -> None:
    """Those of a contact that is merged into another."""
    add_tags(connection, into, tags_of(connection, [other]).get(other, ()))
