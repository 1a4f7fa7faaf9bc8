"""Reading: people really exchanged with who are no contacts."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from store.rows import instant, timestamp


@dataclass(frozen=True, slots=True)
class Stranger:
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


def unmatched(connection: sqlite3.Connection, now: datetime, limit: int | None = None) -> list[Stranger]:
    """Those with two-way exchanges first, then by how many and how recent. Only what counts as a touch counts here."""
    rows = connection.execute(
        "SELECT a.email, a.name, c.name, count(*) FILTER (WHERE p.touch = 'inbound') AS inbound,"
        " count(*) FILTER (WHERE p.touch = 'outbound') AS outbound, count(*) FILTER (WHERE p.touch = 'meeting') AS met,"
        " min(p.at), max(p.at)"
        " FROM participation p JOIN address a ON a.id = p.address_id LEFT JOIN company c ON c.id = a.company_id"
        " WHERE p.touch IN ('inbound', 'outbound', 'meeting') AND p.at <= ? AND a.contact_id IS NULL"
        " AND a.rule IN ('none', 'company-domain') GROUP BY a.id"
        " ORDER BY (inbound AND outbound) OR met DESC, count(*) DESC, max(p.at) DESC, a.email DESC LIMIT ?",
        (timestamp(now), -1 if limit is None else limit),
    )
    return [
        Stranger(email, name, company, inbound, outbound, meetings, instant(first), instant(last))
        for email, name, company, inbound, outbound, meetings, first, last in rows
    ]
