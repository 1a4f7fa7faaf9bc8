"""Reading: who of us knows a contact, and what we answered to a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from store.codes import INBOUND, MEETING, OUTBOUND
from store.lists import chunks, placeholders, rows_among
from store.log import Log
from store.rows import HIDES_PEOPLE, instant, timestamp


class Acquaintance(NamedTuple):
    """An account that had touches with a contact, and when last; `owner` is whose account it is, or
    its name."""

    account: str
    owner: str
    last_touch: datetime

    def is_of(self, owner: str) -> bool:
        """Is it this owner's, by name or by the account's?"""
        return owner.casefold() in (self.owner.casefold(), self.account.casefold())


def known_by(
    log: Log, contact_ids: Sequence[int], now: datetime, since: datetime | None = None
) -> dict[int, list[Acquaintance]]:
    """By contact, the accounts whose mail or calendar shows a touch with them; the latest first.

    `since`: a touch of then or later; who has most of those first.
    """
    if since is None:
        return _newest_of_each(log, contact_ids, now)
    found: dict[int, list[Acquaintance]] = {}
    for chunk in chunks(contact_ids):
        rows = log.execute(
            "SELECT r.contact_id, a.name, a.owner, max(p.at) AS last FROM address r"
            " JOIN participation p ON p.address_id = r.id JOIN activity t ON t.id = p.activity_id"
            " JOIN sighting s ON s.activity_id = p.activity_id JOIN place c ON c.id = s.place_id"
            " JOIN source o ON o.id = c.source_id JOIN account a ON a.id = o.account_id"
            f" WHERE r.contact_id IN ({placeholders(chunk)}) AND p.touch_code IN ({INBOUND}, {OUTBOUND}, {MEETING})"
            " AND coalesce(t.ends, p.at) <= ? AND p.at >= ? GROUP BY r.contact_id, a.id, a.name, a.owner"
            " ORDER BY count(DISTINCT p.activity_id) DESC, last DESC, a.name",
            (*chunk, timestamp(now), timestamp(since)),
        )
        for contact_id, account, owner, last in rows:
            found.setdefault(contact_id, []).append(Acquaintance(account, owner or account, instant(last)))
    return found


_NEWEST_FIRST = """SELECT p.at, o.account_id FROM participation p
    CROSS JOIN activity t ON t.id = p.activity_id AND coalesce(t.ends, p.at) <= ?1
    CROSS JOIN sighting s ON s.activity_id = p.activity_id
    JOIN place c ON c.id = s.place_id JOIN source o ON o.id = c.source_id
    WHERE p.address_id = ?2 AND p.touch_code = ?3 AND p.at <= ?1 ORDER BY p.at DESC"""


def _newest_of_each(log: Log, contact_ids: Sequence[int], now: datetime) -> dict[int, list[Acquaintance]]:
    """Of an address and a kind no more is read than until every account had its newest touch."""
    accounts = {row_id: (name, owner) for row_id, name, owner in log.execute("SELECT id, name, owner FROM account")}
    newest: dict[int, dict[int, int]] = {}
    addresses = "SELECT contact_id, id FROM address WHERE contact_id IN ({})"
    for contact_id, address_id in list(rows_among(log, addresses, contact_ids)):
        known = newest.setdefault(contact_id, {})
        for touch in (INBOUND, OUTBOUND, MEETING):
            seen: set[int] = set()
            for at, account in log.execute(_NEWEST_FIRST, (timestamp(now), address_id, touch)):
                if account in accounts and account not in seen:
                    seen.add(account)
                    known[account] = max(at, known.get(account, at))
                    if len(seen) == len(accounts):
                        break
    return {
        contact_id: [
            Acquaintance(name, owner or name, instant(at))
            for name, owner, at in sorted(
                ((*accounts[account], at) for account, at in known.items()), key=lambda one: (-one[2], one[0])
            )
        ]
        for contact_id, known in newest.items()
        if known
    }


def own_answers(log: Log, activity_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Meeting → account → the answer its owner gave to it (PARTSTAT), for those that were asked."""
    found: dict[int, dict[str, str]] = {}
    query = (
        "SELECT s.activity_id, a.name, max(s.answer) FROM sighting s JOIN place p ON p.id = s.place_id"
        " JOIN source o ON o.id = p.source_id JOIN account a ON a.id = o.account_id"
        f" WHERE s.activity_id IN ({{}}) AND s.answer <> '{HIDES_PEOPLE}'"
        " GROUP BY s.activity_id, a.name ORDER BY s.activity_id, a.name"
    )
    for row_id, account, answer in rows_among(log, query, activity_ids):
        found.setdefault(row_id, {})[account] = answer
    return found
