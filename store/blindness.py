"""Reading: sources that were not read up to date, and who exchanges through their accounts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from activity import source_kind
from store.rows import instant, timestamp

FRESH = timedelta(days=1)
"""A source that was read through so long ago is up to date."""


@dataclass(frozen=True, slots=True)
class Blind:
    """A source that was not read up to date. `seen_through` is aware UTC, None if it never was."""

    account_id: int
    account: str
    owner: str
    source: str
    seen_through: datetime | None
    error: str | None


def blind_sources(connection: sqlite3.Connection, now: datetime) -> list[Blind]:
    """The active sources of mail and meetings that are not up to date."""
    rows = connection.execute(
        "SELECT a.id, a.name, a.owner, s.kind, s.seen_through, s.error FROM source s JOIN account a"
        " ON a.id = s.account_id WHERE s.active AND a.active AND s.kind <> ?"
        " AND coalesce(s.seen_through, 0) < ? ORDER BY a.id, s.id",
        (source_kind.CONTACTS, timestamp(now - FRESH)),
    )
    return [
        Blind(row_id, account, owner, kind, instant(through), error)
        for row_id, account, owner, kind, through, error in rows
    ]


def seen_in(connection: sqlite3.Connection, account_id: int, contact_ids: Iterable[int]) -> set[int]:
    """Those of these contacts with whom this account has an activity."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM address r CROSS JOIN participation p ON p.address_id = r.id"
        " JOIN sighting s ON s.activity_id = p.activity_id JOIN place l ON l.id = s.place_id"
        " JOIN source o ON o.id = l.source_id WHERE r.contact_id = ? AND o.account_id = ?)"
    )
    return {one for one in contact_ids if connection.execute(query, (one, account_id)).fetchone()[0]}
