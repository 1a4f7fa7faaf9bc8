"""How often and when we exchanged with each address that is nobody's: a cache like contact_touch.

It has a row for every address without a contact, none else: whoever adds addresses adds theirs, and triggers of the
schema follow what becomes of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime

from store.codes import INBOUND, MEETING, OUTBOUND
from store.lists import among, change_among
from store.rows import timestamp

_TOUCHES = f"p.address_id = s.address_id AND p.touch_code BETWEEN {INBOUND} AND {MEETING} AND p.at <= ?1"
_NEXT = f"""(SELECT min(n.at) FROM participation n WHERE n.address_id = s.address_id
    AND n.touch_code IN ({INBOUND}, {OUTBOUND}, {MEETING}) AND n.at > ?1) AS due"""
# two halves: of who took part in nothing that counts an outer join would tell too, but no view can take part in one
_DERIVED = f"""SELECT s.address_id,
    count(DISTINCT CASE WHEN p.touch_code = {INBOUND} THEN p.activity_id END) AS inbound,
    count(DISTINCT CASE WHEN p.touch_code = {OUTBOUND} THEN p.activity_id END) AS outbound,
    count(DISTINCT CASE WHEN p.touch_code = {MEETING} THEN p.activity_id END) AS meetings,
    min(p.at) AS first_touch, max(p.at) AS last_touch, {_NEXT}
    FROM stranger s CROSS JOIN participation p ON {_TOUCHES} WHERE {{0}} GROUP BY s.address_id
    UNION ALL SELECT s.address_id, 0, 0, 0, NULL, NULL, {_NEXT}
    FROM stranger s WHERE {{0}} AND NOT EXISTS (SELECT 1 FROM participation p WHERE {_TOUCHES})"""
DUE = _DERIVED.format("s.address_id IN (SELECT address_id FROM stranger WHERE due <= ?1)")
"""Those whose row says nothing as of ?1, derived: the columns of stranger in their order."""

_INTO = "INSERT OR REPLACE INTO stranger (address_id, inbound, outbound, meetings, first_touch, last_touch, due)"
_KEEP = f"{_INTO} VALUES (?, ?, ?, ?, ?, ?, ?)"
_STRANGE = "SELECT id FROM address WHERE contact_id IS NULL AND rule IN ('none', 'company-domain')"


def add_between(connection: sqlite3.Connection, first: int, last: int) -> None:
    """Rows, yet to be derived, of the addresses of these numbers, which are new."""
    connection.execute(f"INSERT INTO stranger (address_id) {_STRANGE} AND id BETWEEN ? AND ?", (first, last))


def make_due(connection: sqlite3.Connection, address_ids: Collection[int]) -> None:
    """The rows of these, as far as they have one, say nothing until they are derived again."""
    change_among(connection, "UPDATE stranger SET due = 0 WHERE address_id IN ({}) AND due IS NOT 0", address_ids)


def derive(connection: sqlite3.Connection, address_ids: Collection[int], now: datetime) -> None:
    """The rows of these addresses anew, and none of those that are somebody's, within the caller's transaction."""
    change_among(connection, "DELETE FROM stranger WHERE address_id IN ({})", address_ids)
    strange = list(among(connection, f"{_STRANGE} AND id IN ({{}})", address_ids))
    connection.executemany("INSERT INTO stranger (address_id) VALUES (?)", [(one,) for one in strange])
    refresh(connection, now)


def refresh(connection: sqlite3.Connection, now: datetime) -> None:
    """Derive what is unknown or overtaken by time, within the caller's transaction."""
    connection.execute(f"{_INTO} {DUE}", (timestamp(now),))


def correct(connection: sqlite3.Connection, now: datetime) -> int:
    """Compare every row with what the activities say and set it right; how many were wrong.

    Rows that are due are derived too, but were not wrong.
    """
    wrong = connection.execute(f"DELETE FROM stranger WHERE address_id NOT IN ({_STRANGE})").rowcount
    wrong += connection.execute(f"INSERT OR IGNORE INTO stranger (address_id) {_STRANGE}").rowcount
    refresh(connection, now)
    stored = "SELECT address_id, inbound, outbound, meetings, first_touch, last_touch, due FROM stranger"
    query = f"{_DERIVED.format('true')} EXCEPT {stored}"
    different = connection.execute(query, (timestamp(now),)).fetchall()
    connection.executemany(_KEEP, different)
    return wrong + len(different)
