"""Whom the titles of meetings name: contacts by their names, titles by their words, and the parts that follow.

Derived throughout. `contact_name` has the key of every contact with a full name; `title_pair` the hash of each two
words that follow one another in a title, with what bears it: an activity by its id, a deferred calendar object by its
negated id. `name_due` are contacts whose name, addresses or being have changed since `names_renewed`: triggers of the
schema put them there, as they take the words of a title away that changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping

from activity.participant import TITLE
from store.codes import ROLE
from store.identities import identity_hash
from store.lists import among, change_among, grouped, rows_among
from store.log import Log
from store.touches import forget_touches

_TITLE = ROLE[TITLE]
_UNLISTED = "ends IS NOT NULL AND subject IS NOT NULL AND instr(coalesce(evidence, ''), '\"invited\"') = 0"

_OF_US = """SELECT name FROM user WHERE active UNION SELECT name FROM account
    UNION SELECT owner FROM account WHERE owner <> ''"""
_KNOWN_TO_ALL = f"""SELECT c.id, c.name FROM contact c LEFT JOIN company f ON f.id = c.company_id
    WHERE NOT EXISTS (SELECT 1 FROM contact_holder h WHERE h.contact_id = c.id)
    AND (coalesce(nullif(c.owner, ''), f.owner, '') NOT IN ({_OF_US})
        OR NOT EXISTS (SELECT 1 FROM user WHERE active))"""


def holders(log: Log, keys: Iterable[str]) -> dict[str, set[int]]:
    """Key → the contacts of that name, for those that are somebody's."""
    return grouped(log, "SELECT key, contact_id FROM contact_name WHERE key IN ({})", keys)


def make_due(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> None:
    connection.executemany("INSERT OR IGNORE INTO name_due VALUES (?)", [(one,) for one in contact_ids])


def make_all_due(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT OR IGNORE INTO name_due SELECT id FROM contact")


def due(log: Log) -> list[int]:
    return [contact_id for (contact_id,) in log.execute("SELECT contact_id FROM name_due")]


def names(log: Log, contact_ids: Iterable[int] | None = None) -> dict[int, str]:
    """Contact → name, of those whom all know who read the log; those that are gone are not among them.

    Whoever reads a title may write it: one that named whom a colleague alone lists would tell of them.
    """
    if contact_ids is None:
        return dict(log.execute(_KNOWN_TO_ALL))
    return dict(rows_among(log, f"{_KNOWN_TO_ALL} AND c.id IN ({{}})", contact_ids))


def keys_of(log: Log, contact_ids: Iterable[int] | None = None) -> dict[int, str]:
    """Contact → the key that is noted."""
    if contact_ids is None:
        return dict(log.execute("SELECT contact_id, key FROM contact_name"))
    query = "SELECT contact_id, key FROM contact_name WHERE contact_id IN ({})"
    return dict(rows_among(log, query, contact_ids))


def names_renewed(connection: sqlite3.Connection, stored: Mapping[int, str], wanted: Mapping[int, str]) -> int:
    """Note `wanted` where `stored` is; nobody is due any more. How many were different."""
    gone = [one for one, key in stored.items() if wanted.get(one) != key]
    new = [(one, key) for one, key in wanted.items() if stored.get(one) != key]
    change_among(connection, "DELETE FROM contact_name WHERE contact_id IN ({})", gone)
    connection.executemany("INSERT INTO contact_name (contact_id, key) VALUES (?, ?)", new)
    connection.execute("DELETE FROM name_due")
    return len({*gone, *(one for one, _ in new)})


def bearing(log: Log, pairs: Iterable[str]) -> list[int]:
    """What bears a title with one of these pairs of words."""
    hashes = [identity_hash(pair) for pair in pairs]
    return sorted(set(among(log, "SELECT ref FROM title_pair WHERE hash IN ({})", hashes)))


def index(connection: sqlite3.Connection, titles: Mapping[int, Collection[str]]) -> int:
    """Note the pairs of words of what bears a title; of how many they were others."""
    wanted = {ref: {identity_hash(pair) for pair in pairs} for ref, pairs in titles.items()}
    stored = grouped(connection, "SELECT ref, hash FROM title_pair WHERE ref IN ({})", wanted)
    changed = [ref for ref, hashes in wanted.items() if hashes != stored.get(ref, set())]
    change_among(connection, "DELETE FROM title_pair WHERE ref IN ({})", changed)
    rows = [(value, ref) for ref in changed for value in wanted[ref]]
    connection.executemany("INSERT INTO title_pair (hash, ref) VALUES (?, ?)", rows)
    return len(changed)


def drop_strays(connection: sqlite3.Connection) -> int:
    """Nothing is noted of a title that is gone; how much was."""
    return connection.execute(
        "DELETE FROM title_pair WHERE CASE WHEN ref > 0 THEN NOT EXISTS (SELECT 1 FROM activity WHERE id = ref)"
        " ELSE NOT EXISTS (SELECT 1 FROM calendar_object WHERE id = -ref AND deferred_since IS NOT NULL) END"
    ).rowcount


def of_objects(log: Log, object_ids: Collection[int]) -> set[int]:
    """The activities that these calendar objects show."""
    return set(among(log, "SELECT activity_id FROM sighting WHERE object_id IN ({})", object_ids))


def named_by_objects(log: Log, object_ids: Collection[int]) -> set[int]:
    """Those of them whose titles are held to name somebody."""
    query = (
        "SELECT s.activity_id FROM sighting s CROSS JOIN participation p ON p.activity_id = s.activity_id"
        f" AND p.role_code = {_TITLE} WHERE s.object_id IN ({{}})"
    )
    return set(among(log, query, object_ids))


def with_parts(log: Log, activity_ids: Iterable[int]) -> dict[int, tuple[int, int | None]]:
    """Activity → the address by which its title names somebody, and whose that is, for those that do."""
    query = (
        "SELECT p.activity_id, p.address_id, r.contact_id FROM participation p JOIN address r ON r.id = p.address_id"
        f" WHERE p.role_code = {_TITLE} AND p.activity_id IN ({{}})"
    )
    return {row_id: (address, contact) for row_id, address, contact in rows_among(log, query, activity_ids)}


def all_concerned(log: Log) -> list[int]:
    """Every activity whose title may name somebody, or is held to."""
    query = (
        f"SELECT id FROM activity WHERE {_UNLISTED} UNION SELECT ref FROM title_pair WHERE ref > 0"
        f" UNION SELECT activity_id FROM participation WHERE role_code = {_TITLE}"
    )
    return [row_id for (row_id,) in log.execute(query)]


def name_by(connection: sqlite3.Connection, activity_id: int, address_id: int | None) -> None:
    """The title names whose this address is, and nobody else; None for nobody. The caller judges it again."""
    forget_touches(connection, [activity_id])
    connection.execute(f"DELETE FROM participation WHERE activity_id = ? AND role_code = {_TITLE}", (activity_id,))
    if address_id is not None:
        connection.execute(
            "INSERT INTO participation (activity_id, address_id, role_code, at)"
            f" SELECT id, ?, {_TITLE}, at FROM activity WHERE id = ?",
            (address_id, activity_id),
        )
    forget_touches(connection, [activity_id])
