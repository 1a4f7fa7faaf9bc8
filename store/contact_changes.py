"""Contacts put together, added to and taken away; the history stays and is matched anew by the caller."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from store.holding import move_holders, tell_apart
from store.lists import chunks, placeholders, rows_among
from store.log import Log
from store.own_words import move_words
from store.private_marks import keep_marks, move_marks
from store.rows import timestamp
from store.tags import move_tags

_ABOUT_A_CONTACT = (
    "contact_touch", "contact_email", "contact_key", "said_of_contact", "contact_account", "contact_tag",
    "contact_holder", "private_contact",
)  # fmt: skip


def merge(connection: sqlite3.Connection, into: int, others: Sequence[int]) -> None:
    """All addresses of `others` become those of `into`, which keeps its name and takes what it has not got."""
    for other in others:
        tell_apart(connection, into, other)
        # an import that brings the merged one again must find it here, and leave the name alone
        connection.executemany(
            "INSERT OR REPLACE INTO contact_key (key, contact_id, merged) VALUES (?, ?, 1)",
            [(signature(name, email), into) for name, email in _signatures(connection, other)],
        )
        connection.execute(
            "UPDATE contact_email SET given_up_at = NULL WHERE contact_id = ?1 AND given_up_at IS NOT NULL"
            " AND email IN (SELECT email FROM contact_email WHERE contact_id = ?2 AND given_up_at IS NULL)",
            (into, other),
        )
        connection.execute("UPDATE OR IGNORE contact_email SET contact_id = ? WHERE contact_id = ?", (into, other))
        connection.execute("UPDATE contact_key SET contact_id = ?, merged = 1 WHERE contact_id = ?", (into, other))
        move_words(connection, into, other)
        move_tags(connection, into, other)
        move_holders(connection, into, other)
        move_marks(connection, into, other)
        connection.execute("UPDATE access SET contact_id = ? WHERE contact_id = ?", (into, other))
        connection.execute(
            "UPDATE contact SET company_id = coalesce(company_id, (SELECT company_id FROM contact WHERE id = ?1)),"
            " owner = CASE owner WHEN '' THEN (SELECT owner FROM contact WHERE id = ?1) ELSE owner END WHERE id = ?2",
            (other, into),
        )
    remove(connection, others)


def add_emails(
    connection: sqlite3.Connection, contact_id: int, emails: Sequence[str], canonical: Callable[[str], str]
) -> None:
    """Further addresses of a contact, behind those it has; one it has already is not given up any more."""
    wanted = list(dict.fromkeys(emails))
    known: dict[str, int | None] = {}
    for chunk in chunks(wanted):
        query = (
            f"SELECT email, given_up_at FROM contact_email WHERE contact_id = ? AND email IN ({placeholders(chunk)})"
        )
        known.update(connection.execute(query, (contact_id, *chunk)).fetchall())
    again = sorted(email for email, given_up in known.items() if given_up is not None)
    if again:
        statement = "UPDATE contact_email SET given_up_at = NULL WHERE contact_id = ? AND email = ?"
        connection.executemany(statement, [(contact_id, email) for email in again])
    new = [email for email in wanted if email not in known]
    if new:
        query = "SELECT coalesce(max(position), 0) FROM contact_email WHERE contact_id = ?"
        (last,) = connection.execute(query, (contact_id,)).fetchone()
        connection.executemany(
            "INSERT INTO contact_email (email, contact_id, position, canonical) VALUES (?, ?, ?, ?)",
            [(email, contact_id, last + offset, canonical(email)) for offset, email in enumerate(new, 1)],
        )


def drop_emails(connection: sqlite3.Connection, contact_id: int, emails: Sequence[str]) -> None:
    """These are no addresses of the contact's any more."""
    connection.executemany(
        "DELETE FROM contact_email WHERE contact_id = ? AND email = ?", [(contact_id, email) for email in emails]
    )


def contact_with_key(connection: sqlite3.Connection, key: str) -> int | None:
    """The contact that a file or address book knows by this key."""
    row = connection.execute("SELECT contact_id FROM contact_key WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def contacts_with_keys(log: Log, keys: Iterable[str]) -> dict[str, int]:
    """Contact ids by those of these keys that are known."""
    return dict(rows_among(log, "SELECT key, contact_id FROM contact_key WHERE key IN ({})", keys))


def signature(name: str, email: str) -> str:
    """The key of a contact that was merged, for files that give no keys of their own."""
    return f"merged:{name.casefold()}\n{email}"


def _signatures(connection: sqlite3.Connection, contact_id: int) -> list[tuple[str, str]]:
    query = "SELECT c.name, e.email FROM contact c JOIN contact_email e ON e.contact_id = c.id WHERE c.id = ?"
    return connection.execute(query, (contact_id,)).fetchall()


def add_key(connection: sqlite3.Connection, contact_id: int, key: str) -> None:
    """A further key of a contact; a key that is another contact's stays that one's. "" is none."""
    if key:
        connection.execute("INSERT OR IGNORE INTO contact_key (key, contact_id) VALUES (?, ?)", (key, contact_id))


def move_key(connection: sqlite3.Connection, contact_id: int, key: str) -> None:
    """The key is this contact's now, whosever it was."""
    connection.execute(
        "INSERT INTO contact_key (key, contact_id) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET contact_id = ?2"
        " WHERE contact_key.contact_id <> ?2",
        (key, contact_id),
    )


def mark_present(connection: sqlite3.Connection, contact_id: int, from_book: bool) -> None:
    """An address book shows the contact; `from_book` if it was listed by that alone."""
    connection.execute(
        "UPDATE contact SET vanished_at = NULL, from_book = max(from_book, ?1) WHERE id = ?2"
        " AND (vanished_at IS NOT NULL OR from_book < ?1)",
        (int(from_book), contact_id),
    )


def mark_vanished(connection: sqlite3.Connection, contact_id: int, now: datetime) -> None:
    """The contact's address book does not show it any more."""
    connection.execute("UPDATE contact SET vanished_at = ? WHERE id = ?", (timestamp(now), contact_id))


def is_from_book_alone(log: Log, contact_id: int) -> bool:
    """Was the contact listed by an address book and by nobody else before, and is no other card of it left?"""
    query = (
        "SELECT from_book <> 0 AND NOT EXISTS (SELECT 1 FROM contact_key WHERE contact_id = c.id"
        " AND key LIKE 'carddav:%') FROM contact c WHERE id = ?"
    )
    (alone,) = log.execute(query, (contact_id,)).fetchone()
    return bool(alone)


def rename_owner(connection: sqlite3.Connection, owner: str, name: str) -> None:
    """Contacts and companies of this owner, as it is written, are those of `name`."""
    for table in ("contact", "company"):
        connection.execute(f"UPDATE {table} SET owner = ? WHERE owner = ?", (name, owner))


def remove(connection: sqlite3.Connection, contact_ids: Sequence[int]) -> None:
    """These are contacts no more; what was exchanged with them stays in the log as with anybody unlisted."""
    for contact_id in contact_ids:
        keep_marks(connection, contact_id)
        connection.execute("UPDATE address SET contact_id = NULL, rule = 'none' WHERE contact_id = ?", (contact_id,))
        delete(connection, contact_id)


def delete(connection: sqlite3.Connection, contact_id: int) -> None:
    """Take every row of a contact away; no address may point to it any more."""
    keys = "SELECT key FROM contact_key WHERE contact_id = ?"
    connection.execute(f"DELETE FROM card_address WHERE key IN ({keys})", (contact_id,))
    for table in _ABOUT_A_CONTACT:
        connection.execute(f"DELETE FROM {table} WHERE contact_id = ?", (contact_id,))
    connection.execute("UPDATE access SET contact_id = NULL WHERE contact_id = ?", (contact_id,))
    connection.execute("DELETE FROM contact WHERE id = ?", (contact_id,))
