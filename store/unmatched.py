"""Reading: people really exchanged with who are no contacts."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from store.lists import ALL
from store.log import Log
from store.rows import instant, timestamp
from store.strangers import DUE


class Stranger(NamedTuple):
    """An address that is nobody's yet: how often each way, first and last, and the name as they sign."""

    address: str
    name: str
    company: str | None
    inbound: int
    outbound: int
    meetings: int
    first_touch: datetime
    last_touch: datetime

    @property
    def exchanges(self) -> int:
        return self.inbound + self.outbound + self.meetings

    @property
    def two_way(self) -> bool:
        """Did both sides write, or did they meet?"""
        return bool((self.inbound and self.outbound) or self.meetings)


# those ignored; for who would make contacts by himself (?4) those removed too
_ASIDE = """(SELECT x.id FROM put_aside w JOIN address x ON x.canonical = w.canonical
    WHERE (w.kind = 'ignored' OR ?4 <> 0) AND w.user_id = coalesce(?5, w.user_id))"""
_BOTH_WAYS = "CASE WHEN (inbound > 0 AND outbound > 0) OR meetings > 0 THEN 1 ELSE 0 END"
# both halves come in order, so that only as many rows as are wanted are looked at
_RANKED = f"""WITH derived AS MATERIALIZED ({DUE}), ranked AS (
    SELECT * FROM (SELECT two_way, exchanges, last_touch, first_touch, address_id, inbound, outbound, meetings
        FROM stranger WHERE last_touch IS NOT NULL AND coalesce(due, ?1 + 1) > ?1 AND two_way >= ?3
        AND address_id NOT IN {_ASIDE} ORDER BY two_way DESC, exchanges DESC, last_touch DESC, address_id DESC
        LIMIT ?2)
    UNION ALL SELECT {_BOTH_WAYS}, inbound + outbound + meetings, last_touch,
        first_touch, address_id, inbound, outbound, meetings FROM derived
        WHERE last_touch IS NOT NULL AND {_BOTH_WAYS} >= ?3
        AND address_id NOT IN {_ASIDE})
SELECT a.email, a.name, c.name, r.inbound, r.outbound, r.meetings, r.first_touch, r.last_touch
    FROM ranked r JOIN address a ON a.id = r.address_id LEFT JOIN company c ON c.id = a.company_id
    ORDER BY r.two_way DESC, r.exchanges DESC, r.last_touch DESC, a.email DESC LIMIT ?2"""


def unmatched(
    log: Log,
    now: datetime,
    limit: int | None = None,
    two_way: bool = False,
    to_be_listed: bool = False,
    aside_of: int | None = None,
) -> list[Stranger]:
    """Those with two-way exchanges first (or they alone), then by how many and how recent; none who is ignored.

    Only what counts as a touch counts here. `to_be_listed`: without those who were contacts and were removed;
    `aside_of`: without those whom this user put aside, None for whoever is known to have done so.
    """
    most = ALL if limit is None else limit
    rows = log.execute(_RANKED, (timestamp(now), most, two_way, to_be_listed, aside_of))
    return [
        Stranger(email, name, company, inbound, outbound, meetings, instant(first), instant(last))
        for email, name, company, inbound, outbound, meetings, first, last in rows
    ]
