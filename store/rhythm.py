"""Reading: how often there is usually a touch with somebody, and which accounts would know of a newer one."""

from __future__ import annotations

import itertools
import sqlite3
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.addresses import chunks, marks
from store.rows import instant, timestamp

FEWEST_GAPS = 4
DAY = 86400


def usual_gap(days: Sequence[int]) -> timedelta | None:
    """The median gap between days with a touch (whole numbers, ascending, each once); None below FEWEST_GAPS gaps."""
    gaps = [later - earlier for earlier, later in itertools.pairwise(days)]
    return timedelta(days=statistics.median(gaps)) if len(gaps) >= FEWEST_GAPS else None


def usual_gaps(
    connection: sqlite3.Connection, contact_ids: Sequence[int], moment: datetime
) -> dict[int, timedelta | None]:
    """The usual gap of each of these contacts, from the activities up to `moment`; days are those of UTC."""
    days: dict[int, list[int]] = defaultdict(list)
    for chunk in chunks(contact_ids):
        for contact_id, day in connection.execute(
            "SELECT DISTINCT r.contact_id, p.at / ?1 FROM address r CROSS JOIN participation p ON p.address_id = r.id"
            " JOIN activity a ON a.id = p.activity_id WHERE p.touch IN ('inbound', 'outbound', 'meeting')"
            f" AND p.at <= ?2 AND coalesce(a.ends, p.at) <= ?2 AND r.contact_id IN ({marks(chunk)}) ORDER BY 1, 2",
            (DAY, timestamp(moment), *chunk),
        ):
            days[contact_id].append(day)
    return {contact_id: usual_gap(days[contact_id]) for contact_id in contact_ids}


@dataclass(frozen=True, slots=True)
class Blind:
    """A source that was not read up to date. `seen_through` is aware UTC, None if it never was."""

    account_id: int
    account: str
    owner: str
    source: str
    seen_through: datetime | None
    error: str | None


def blind_sources(connection: sqlite3.Connection, fresh_since: datetime, kinds: Sequence[str]) -> list[Blind]:
    """The active sources of these kinds that were not read through `fresh_since`."""
    rows = connection.execute(
        "SELECT a.id, a.name, a.owner, s.kind, s.seen_through, s.error FROM source s JOIN account a"
        f" ON a.id = s.account_id WHERE s.active AND a.active AND s.kind IN ({marks(kinds)})"
        " AND coalesce(s.seen_through, 0) < ? ORDER BY a.id, s.id",
        (*kinds, timestamp(fresh_since)),
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
