"""Which account exchanges most with a contact: whose a contact without an owner is.

`contact_account` is a cache beside contact_touch, derived with it: a row for every contact with a
touch that an account holds. The account with the most touches, those ahead included; between equals
the one with the newest, then the one that stands first in the configuration.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from store.codes import INBOUND, MEETING
from store.lists import change_among, chunks, placeholders, rows_among

OWNER = """coalesce(nullif(c.owner, ''), nullif(o.owner, ''), (SELECT coalesce(nullif(n.owner, ''), n.name)
    FROM contact_account x JOIN account n ON n.id = x.account_id WHERE x.contact_id = c.id), '')"""
"""The owner of contact `c` at company `o`, in SQL: as listed, else the company's, else whose
account exchanges most."""

_MOST = f"""SELECT r.contact_id, o.account_id, count(DISTINCT p.activity_id) AS held, max(p.at) AS newest
    FROM address r CROSS JOIN participation p ON p.address_id = r.id
    CROSS JOIN sighting s ON s.activity_id = p.activity_id
    JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id
    WHERE r.contact_id IN ({{}}) AND p.touch_code BETWEEN {INBOUND} AND {MEETING}
    GROUP BY r.contact_id, o.account_id ORDER BY held, newest, o.account_id DESC"""


def keep(connection: sqlite3.Connection, touched: dict[int, bool]) -> None:
    """Derive the rows of these contacts; beside each, whether it has touches."""
    derived = _derived(connection, touched)
    stored = _stored(connection, touched)
    connection.executemany(
        "INSERT OR REPLACE INTO contact_account (contact_id, account_id) VALUES (?, ?)",
        [(contact_id, account) for contact_id, account in derived.items() if stored.get(contact_id) != account],
    )
    gone = [contact_id for contact_id in stored if contact_id not in derived]
    change_among(connection, "DELETE FROM contact_account WHERE contact_id IN ({})", gone)


def wrong(connection: sqlite3.Connection, touched: dict[int, bool]) -> set[int]:
    """Those of these contacts whose row is not what the activities say."""
    derived, stored = _derived(connection, touched), _stored(connection, touched)
    return {contact_id for contact_id in touched if derived.get(contact_id) != stored.get(contact_id)}


def unseen_so_far(connection: sqlite3.Connection, place: int, activity_ids: Collection[int]) -> set[int]:
    """Those of these activities that no place of this one's account holds yet, where there are
    several accounts."""
    if not activity_ids or len(_accounts(connection)) < 2:
        return set()
    seen: set[int] = set()
    for chunk in chunks(list(activity_ids)):
        rows = connection.execute(
            "SELECT s.activity_id FROM sighting s JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id"
            f" WHERE s.activity_id IN ({placeholders(chunk)}) AND o.account_id = (SELECT account_id FROM source"
            " WHERE id = (SELECT source_id FROM place WHERE id = ?))",
            (*chunk, place),
        )
        seen.update(activity_id for (activity_id,) in rows)
    return set(activity_ids) - seen


def _derived(connection: sqlite3.Connection, touched: dict[int, bool]) -> dict[int, int]:
    with_touches = [contact_id for contact_id, has_touches in touched.items() if has_touches]
    accounts = _accounts(connection)
    if len(accounts) == 1:  # nothing to count
        return dict.fromkeys(with_touches, accounts[0])
    return {row[0]: row[1] for row in _rows(connection, with_touches)}


def _rows(connection: sqlite3.Connection, contact_ids: Sequence[int]) -> Iterable[tuple[int, int, int, int]]:
    """The best of each contact last."""
    return rows_among(connection, _MOST, contact_ids)


def _stored(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> dict[int, int]:
    query = "SELECT contact_id, account_id FROM contact_account WHERE contact_id IN ({})"
    return dict(rows_among(connection, query, contact_ids))


def _accounts(connection: sqlite3.Connection) -> list[int]:
    """Two of them at most: is there more than one?"""
    return [row_id for (row_id,) in connection.execute("SELECT id FROM account LIMIT 2")]
