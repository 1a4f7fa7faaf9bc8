"""Reading: by whose account an activity came about, for a page of activities at once.

Of the accounts that took part by one of their own addresses, or whose mailbox or calendar holds it: who wrote or
organized it; else one that holds it before one that does not, in the order To and attendees, Cc, Bcc, none of these;
between equals the one that stands first in the configuration.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from store.codes import ROLE
from store.lists import rows_among

_SEEN = """SELECT s.activity_id, o.account_id FROM sighting s JOIN place l ON l.id = s.place_id
    JOIN source o ON o.id = l.source_id WHERE s.activity_id IN ({})"""
_IN_IT = """SELECT p.activity_id, p.role_code, d.account_id FROM participation p JOIN address r ON r.id = p.address_id
    JOIN account_address d ON d.email = r.email WHERE p.activity_id IN ({})"""
_AUTHORS = (ROLE["from"], ROLE["organizer"])
_RANK = {ROLE["to"]: 1, ROLE["attendee"]: 1, ROLE["cc"]: 2, ROLE["bcc"]: 3}
_NO_PART = 4


class ByWhom(NamedTuple):
    """The account, and whose it is (its name where the configuration does not say)."""

    account: str
    owner: str


def by_whom(connection: sqlite3.Connection, activity_ids: Sequence[int]) -> dict[int, ByWhom]:
    """Activity → by whose account, for those that any account took part in or holds."""
    accounts = {
        row_id: ByWhom(name, owner or name)
        for row_id, name, owner in connection.execute("SELECT id, name, owner FROM account")
    }
    seen: dict[int, set[int]] = {}
    for activity_id, account_id in rows_among(connection, _SEEN, activity_ids):
        seen.setdefault(activity_id, set()).add(account_id)
    if len(accounts) == 1:  # whoever else is one of us has no account
        return {activity_id: accounts[account_id] for activity_id, (account_id,) in seen.items()}
    ranks = {one: {account: (1, _NO_PART, account) for account in holders} for one, holders in seen.items()}
    for activity_id, role, account_id in rows_among(connection, _IN_IT, activity_ids):
        held = account_id in seen.get(activity_id, ())
        rank = (0, 0, account_id) if role in _AUTHORS else (1 if held else 2, _RANK[role], account_id)
        of_this = ranks.setdefault(activity_id, {})
        of_this[account_id] = min(rank, of_this.get(account_id, rank))
    return {activity_id: accounts[min(found.values())[2]] for activity_id, found in ranks.items()}
