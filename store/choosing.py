"""Reading: whose contacts, and at which company."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from store.exchanges import OWNER
from store.finding import escaped
from store.lists import among

_CONTACTS = "contact c LEFT JOIN company o ON o.id = c.company_id"


def of_owner(connection: sqlite3.Connection, owner: str) -> set[int]:
    """The contacts of a colleague, in any case."""
    query = f"SELECT c.id FROM {_CONTACTS} WHERE lower({OWNER}) = lower(?)"
    return {row_id for (row_id,) in connection.execute(query, (owner,))}


def companies_of_owner(connection: sqlite3.Connection, owner: str) -> set[int]:
    """The companies of a colleague: owned as a whole, or with a contact of theirs."""
    query = (
        "SELECT id FROM company WHERE lower(owner) = lower(?1)"
        f" UNION SELECT c.company_id FROM {_CONTACTS} WHERE lower({OWNER}) = lower(?1)"
    )
    return {row_id for (row_id,) in connection.execute(query, (owner,)) if row_id is not None}


def at_companies(connection: sqlite3.Connection, company_ids: Sequence[int]) -> set[int]:
    """The contacts at these companies."""
    return set(among(connection, "SELECT id FROM contact WHERE company_id IN ({})", company_ids))


def owners_like(connection: sqlite3.Connection, word: str) -> list[str]:
    """The owners of contacts, accounts and companies with this name, else those with it as a part of theirs."""
    names = (
        "SELECT owner FROM contact UNION SELECT owner FROM company"
        " UNION SELECT coalesce(nullif(owner, ''), name) FROM account"
    )
    for condition, value in (("lower(owner) = lower(?)", word), ("owner LIKE ? ESCAPE '\\'", f"%{escaped(word)}%")):
        query = f"SELECT owner FROM ({names}) WHERE owner <> '' AND {condition} ORDER BY owner"
        if found := [owner for (owner,) in connection.execute(query, (value,))]:
            return list({owner.casefold(): owner for owner in found}.values())
    return []


def owners_listed(connection: sqlite3.Connection) -> list[str]:
    """The owners of contacts and companies, as they are written."""
    query = "SELECT owner FROM contact WHERE owner <> '' UNION SELECT owner FROM company WHERE owner <> ''"
    return [owner for (owner,) in connection.execute(query)]


def listed_owners(connection: sqlite3.Connection) -> dict[int, str]:
    """Contact → its owner as listed, or its company's, for those that have one."""
    query = f"SELECT c.id, coalesce(nullif(c.owner, ''), o.owner) FROM {_CONTACTS}"
    return {row_id: owner for row_id, owner in connection.execute(query) if owner}


def rename_owner(connection: sqlite3.Connection, owner: str, name: str) -> None:
    for table in ("contact", "company"):
        connection.execute(f"UPDATE {table} SET owner = ? WHERE owner = ?", (name, owner))


def account_owners(connection: sqlite3.Connection) -> dict[str, str]:
    """Account name → whose it is."""
    return dict(connection.execute("SELECT name, owner FROM account"))
