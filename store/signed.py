"""What name each account's own copies sign an address with: once colleagues look, none learns it from another's copy.

Nothing is noted where one keeper sees everything. Of what was read before that was noted, nobody knows which copy an
address has its name from.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from store.lists import among, change_among, insert
from store.log import Log, Queryable
from store.rows import Entry
from store.settings import has_users

SIGNED = """
CREATE TABLE signed (
    id INTEGER PRIMARY KEY, address_id INTEGER NOT NULL REFERENCES address,
    account_id INTEGER NOT NULL REFERENCES account, name TEXT NOT NULL, UNIQUE (address_id, account_id)
) STRICT;
CREATE INDEX signed_account ON signed (account_id);
"""


def note(connection: sqlite3.Connection, place: int, entries: Sequence[Entry], emails: Mapping[str, int]) -> None:
    """In a log with users; the first name of each counts, as it does for the address. `emails` are the ids of the
    addresses."""
    query = "SELECT o.account_id FROM place l JOIN source o ON o.id = l.source_id WHERE l.id = ?"
    (account_id,) = connection.execute(query, (place,)).fetchone()
    names: dict[int, str] = {}
    for entry in entries:
        for person in entry.facts.participants:
            if person.address.name:
                names.setdefault(emails[person.address.email], person.address.name)
    rows = [(address_id, account_id, name) for address_id, name in names.items()]
    insert(connection, "INSERT OR IGNORE INTO signed (address_id, account_id, name)", "(?, ?, ?)", rows)


def taking_part(log: Queryable, activity_ids: Iterable[int]) -> set[int]:
    """The addresses that are in these activities."""
    return set(among(log, "SELECT address_id FROM participation WHERE activity_id IN ({})", activity_ids))


def forget_of(connection: sqlite3.Connection, account_id: int, address_ids: Collection[int]) -> None:
    """Names of which no copy of this account's is left."""
    held = (
        "SELECT 1 FROM participation p JOIN sighting s ON s.activity_id = p.activity_id"
        " JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id"
        f" WHERE p.address_id = signed.address_id AND o.account_id = {account_id:d}"
    )
    change_among(
        connection,
        f"DELETE FROM signed WHERE account_id = {account_id:d} AND address_id IN ({{}}) AND NOT EXISTS ({held})",
        sorted(address_ids),
    )
    rename(connection, address_ids)


def rename(connection: sqlite3.Connection, address_ids: Collection[int]) -> None:
    """Addresses are called as a copy that is left signs: nobody learns a name from one that is gone."""
    if has_users(Log(connection)):
        first = "SELECT n.name FROM signed n WHERE n.address_id = address.id ORDER BY n.id LIMIT 1"
        statement = f"UPDATE address SET name = coalesce(({first}), '') WHERE id IN ({{}}) AND name <> ''"
        change_among(connection, statement, sorted(address_ids))
