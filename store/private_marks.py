"""Whom a user keeps to themselves: a contact, an address, or everybody at a company. No level shares what is marked."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from store.log import Log


class Marked(NamedTuple):
    """What is marked private: "contact", "address" or "company", and what it is called."""

    kind: str
    name: str


def mark_contact(connection: sqlite3.Connection, user_id: int, contact_id: int, at: int) -> None:
    statement = "INSERT OR IGNORE INTO private_contact (user_id, contact_id, said_at) VALUES (?, ?, ?)"
    connection.execute(statement, (user_id, contact_id, at))


def unmark_contact(connection: sqlite3.Connection, user_id: int, contact_id: int) -> bool:
    """False where it was not marked."""
    statement = "DELETE FROM private_contact WHERE user_id = ? AND contact_id = ?"
    return connection.execute(statement, (user_id, contact_id)).rowcount > 0


def mark_address(connection: sqlite3.Connection, user_id: int, email: str, canonical: str, at: int) -> None:
    """It may be somebody whom the log has never seen."""
    connection.execute(
        "INSERT OR IGNORE INTO private_address (user_id, canonical, email, said_at) VALUES (?, ?, ?, ?)",
        (user_id, canonical, email, at),
    )


def unmark_address(connection: sqlite3.Connection, user_id: int, canonical: str) -> bool:
    statement = "DELETE FROM private_address WHERE user_id = ? AND canonical = ?"
    return connection.execute(statement, (user_id, canonical)).rowcount > 0


def mark_company(connection: sqlite3.Connection, user_id: int, company_id: int, at: int) -> None:
    statement = "INSERT OR IGNORE INTO private_company (user_id, company_id, said_at) VALUES (?, ?, ?)"
    connection.execute(statement, (user_id, company_id, at))


def unmark_company(connection: sqlite3.Connection, user_id: int, company_id: int) -> bool:
    statement = "DELETE FROM private_company WHERE user_id = ? AND company_id = ?"
    return connection.execute(statement, (user_id, company_id)).rowcount > 0


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
    """All that this user keeps to themselves."""
    rows = log.execute(
        "SELECT 'contact', c.name FROM private_contact m JOIN contact c ON c.id = m.contact_id WHERE m.user_id = ?1"
        " UNION SELECT 'address', email FROM private_address WHERE user_id = ?1 UNION SELECT 'company', o.name"
        " FROM private_company m JOIN company o ON o.id = m.company_id WHERE m.user_id = ?1 ORDER BY 1, 2",
        (user_id,),
    )
    return [Marked(*row) for row in rows]
