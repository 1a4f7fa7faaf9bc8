"""Reading: sources that were not read up to date, and who exchanges through their accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from activity import source_kind
from store.lists import chunks, placeholders
from store.log import Log
from store.rows import instant, timestamp

FRESH = timedelta(days=1)
"""A source that was read through so long ago is up to date."""


class Blind(NamedTuple):
    """A source that was not read up to date. `seen_through` is aware UTC, None if it never was."""

    account_id: int
    account: str
    owner: str
    source: str
    seen_through: datetime | None
    error: str | None


def blind_sources(log: Log, now: datetime) -> list[Blind]:
    """The active sources of mail and meetings that are not up to date."""
    rows = log.execute(
        "SELECT a.id, a.name, a.owner, s.kind, s.seen_through, s.error FROM source s JOIN account a"
        " ON a.id = s.account_id WHERE s.active AND a.active AND s.kind"
        f" NOT IN ({placeholders(source_kind.CONTACTS)})"
        " AND coalesce(s.seen_through, 0) < ? ORDER BY a.id, s.id",
        (*source_kind.CONTACTS, timestamp(now - FRESH)),
    )
    return [
        Blind(row_id, account, owner, kind, instant(through), error)
        for row_id, account, owner, kind, through, error in rows
    ]


def seen_in(log: Log, account_id: int, contact_ids: Sequence[int]) -> set[int]:
    """Those of these contacts with whom this account has an activity."""
    query = "SELECT p.id FROM place p JOIN source s ON s.id = p.source_id WHERE s.account_id = ?"
    places = [row_id for (row_id,) in log.execute(query, (account_id,))]
    if not places:
        return set()
    found: set[int] = set()
    for chunk in chunks(contact_ids):
        rows = log.execute(
            f"SELECT r.contact_id FROM address r WHERE r.contact_id IN ({placeholders(chunk)}) AND EXISTS (SELECT 1"
            " FROM participation p CROSS JOIN sighting s ON s.activity_id = p.activity_id"
            f" WHERE p.address_id = r.id AND +s.place_id IN ({','.join(map(str, places))}))",
            chunk,
        )
        found.update(contact_id for (contact_id,) in rows)
    return found
