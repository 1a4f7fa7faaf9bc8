"""Whom a user keeps to themselves: a contact, an address, or everybody at a company. No level shares what is marked."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from store.log import Log


class Marked(NamedTuple):
    """What is marked private: "contact", "address" or "company", and what it is called."""

    kind: str
    name: str


_TABLES = {
    "contact": ("private_contact", "contact_id"),
    "company": ("private_company", "company_id"),
    "address": ("private_address", "canonical"),
}


def keep(connection: sqlite3.Connection, user_id: int, what: Marked, key: str, at: int) -> None:
    """Mark it; `key` is the id of a contact or company, of an address its canonical form: the log may not know it."""
    if what.kind == "address":
        connection.execute(
            "INSERT OR IGNORE INTO private_address (user_id, canonical, email, said_at) VALUES (?, ?, ?, ?)",
            (user_id, key, what.name, at),
        )
    else:
        table, column = _TABLES[what.kind]
        statement = f"INSERT OR IGNORE INTO {table} (user_id, {column}, said_at) VALUES (?, ?, ?)"
        connection.execute(statement, (user_id, int(key), at))


def take_back(connection: sqlite3.Connection, user_id: int, what: Marked, key: str) -> bool:
    """False where it was not marked."""
    table, column = _TABLES[what.kind]
    value = key if what.kind == "address" else int(key)
    query = f"DELETE FROM {table} WHERE user_id = ? AND {column} = ?"
    return connection.execute(query, (user_id, value)).rowcount > 0


def keep_marks(connection: sqlite3.Connection, contact_id: int) -> None:
    """A contact is struck off the list: whoever marked it still keeps its addresses to themselves."""
    connection.execute(
        "INSERT OR IGNORE INTO private_address (user_id, canonical, email, said_at)"
        " SELECT m.user_id, e.canonical, e.email, m.said_at FROM private_contact m"
        " JOIN contact_email e ON e.contact_id = m.contact_id WHERE m.contact_id = ?",
        (contact_id,),
    )


def move_marks(connection: sqlite3.Connection, into: int, other: int) -> None:
    """Those of a contact that is merged into another."""
    connection.execute(
        "INSERT OR IGNORE INTO private_contact SELECT user_id, ?, said_at FROM private_contact WHERE contact_id = ?",
        (into, other),
    )


def move_company_marks(connection: sqlite3.Connection, into: int, other: int) -> None:
    """Those of a company that another takes in."""
    connection.execute("UPDATE OR IGNORE private_company SET company_id = ? WHERE company_id = ?", (into, other))
    connection.execute("DELETE FROM private_company WHERE company_id = ?", (other,))


def marks_of(log: Log, user_id: int) -> list[Marked]:
    """All that this user keeps to themselves; a contact that others alone list is called by its number."""
    named = (
        "CASE WHEN EXISTS (SELECT 1 FROM contact_holder h WHERE h.contact_id = c.id) THEN coalesce((SELECT"
        " coalesce(h.name, c.name) FROM contact_holder h JOIN account n ON n.id = h.account_id"
        " WHERE h.contact_id = c.id AND n.user_id = ?1), '#' || c.id) ELSE c.name END"
    )
    rows = log.execute(
        f"SELECT 'contact', {named} FROM private_contact m JOIN contact c ON c.id = m.contact_id WHERE m.user_id = ?1"
        " UNION SELECT 'address', email FROM private_address WHERE user_id = ?1 UNION SELECT 'company', o.name"
        " FROM private_company m JOIN company o ON o.id = m.company_id WHERE m.user_id = ?1 ORDER BY 1, 2",
        (user_id,),
    )
    return [Marked(*row) for row in rows]
