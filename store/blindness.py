"""Reading: sources that were not read up to date, and who exchanges through their accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from activity import source_kind
from store.lists import grouped, placeholders
from store.log import Log
from store.rows import instant, timestamp

FRESH = timedelta(days=1)
"""A source that was read through so long ago is up to date."""
_EXCHANGE = """address r CROSS JOIN participation p ON p.address_id = r.id CROSS JOIN sighting s
    ON s.activity_id = p.activity_id CROSS JOIN place l ON l.id = +s.place_id CROSS JOIN source o ON o.id = l.source_id
    WHERE r.contact_id = c.id AND o.account_id = a.id"""
_SEEN_EXCHANGE = "exchange x WHERE x.contact_id = c.id AND x.account_id = a.id"


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


def seen_in(log: Log, account_ids: Collection[int], contact_ids: Sequence[int]) -> dict[int, set[int]]:
    """Those of these accounts that have an activity with any of these contacts → with which of them.

    One such activity is looked for, not all that there are.
    """
    if not account_ids:
        return {}
    exchange = _EXCHANGE if log.scope.viewer is None else _SEEN_EXCHANGE
    query = f"""SELECT a.id, c.id FROM account a CROSS JOIN contact c WHERE c.id IN ({{}})
        AND a.id IN ({", ".join(map(str, account_ids))}) AND (SELECT 1 FROM {exchange} LIMIT 1) IS NOT NULL"""
    return grouped(log, query, contact_ids)
