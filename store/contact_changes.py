"""Contacts put together, added to and taken away; the history stays and is matched anew by the caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence


def merge(connection: sqlite3.Connection, into: int, others: Sequence[int]) -> None:
    """All addresses of `others` become those of `into`, which keeps its name and takes what it has not got."""
    for other in others:
        connection.execute("UPDATE OR IGNORE contact_email SET contact_id = ? WHERE contact_id = ?", (into, other))
        connection.execute(
            "UPDATE contact SET company_id = coalesce(company_id, (SELECT company_id FROM contact WHERE id = ?1)),"
            " owner = CASE owner WHEN '' THEN (SELECT owner FROM contact WHERE id = ?1) ELSE owner END WHERE id = ?2",
            (other, into),
        )
    remove(connection, others)
    connection.execute("DELETE FROM contact_touch WHERE contact_id = ?", (into,))


def add_emails(
    connection: sqlite3.Connection, contact_id: int, emails: Sequence[str], canonical: Callable[[str], str]
) -> None:
    """Further addresses of a contact, behind those it has; one it has already changes nothing."""
    query = "SELECT coalesce(max(position), 0) FROM contact_email WHERE contact_id = ?"
    (last,) = connection.execute(query, (contact_id,)).fetchone()
    connection.executemany(
        "INSERT OR IGNORE INTO contact_email (email, contact_id, position, canonical) VALUES (?, ?, ?, ?)",
        [(email, contact_id, last + offset, canonical(email)) for offset, email in enumerate(emails, 1)],
    )


def remove(connection: sqlite3.Connection, contact_ids: Sequence[int]) -> None:
    """These are contacts no more; what was exchanged with them stays in the log as with anybody unlisted."""
    for contact_id in contact_ids:
        connection.execute("UPDATE address SET contact_id = NULL, rule = 'none' WHERE contact_id = ?", (contact_id,))
        for table, column in (("contact_touch", "contact_id"), ("contact_email", "contact_id"), ("contact", "id")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (contact_id,))
