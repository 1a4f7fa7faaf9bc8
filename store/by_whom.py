"""Reading: by whose account an activity came about, for a page of activities at once.

Of the accounts that took part by one of their own addresses, or whose mailbox or calendar holds it:
who wrote or organized it; else one that holds it before one that does not, in the order To and
attendees, Cc, Bcc, none of these; between equals the one that stands first in the configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from store.accounts import OURS_IN_IT
from store.codes import NOTES, ROLE
from store.lists import rows_among
from store.log import Log

_SEEN = f"""SELECT s.activity_id, n.id, n.name, n.owner, o.kind = '{NOTES}',
    (SELECT count(*) FROM (SELECT id FROM account LIMIT 2))
    FROM sighting s JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id
    JOIN account n ON n.id = o.account_id WHERE s.activity_id IN ({{}})"""
_IN_IT = f"""SELECT p.activity_id, n.id, n.name, n.owner, p.role_code FROM {OURS_IN_IT}
    JOIN account n ON n.id = d.account_id WHERE p.activity_id IN ({{}})"""
_AUTHORS = (ROLE["from"], ROLE["organizer"])
_RANK = {ROLE["to"]: 1, ROLE["attendee"]: 1, ROLE["cc"]: 2, ROLE["bcc"]: 3}
_NO_PART = 4


class ByWhom(NamedTuple):
    """The account, whose it is (its name where the configuration does not say), and if it was noted
    by hand."""

    account: str
    owner: str
    noted: bool = False


def by_whom(log: Log, activity_ids: Sequence[int]) -> dict[int, ByWhom]:
    """Activity → by whose account, for those that any account took part in or holds."""
    best: dict[int, tuple[tuple[int, int, int], ByWhom]] = {}
    held: set[tuple[int, int]] = set()
    noted: set[int] = set()
    accounts = 0  # or 1, or several

    def offer(activity_id: int, rank: tuple[int, int, int], name: str, owner: str) -> None:
        if activity_id not in best or rank < best[activity_id][0]:
            best[activity_id] = rank, ByWhom(name, owner or name)

    for activity_id, account_id, name, owner, is_note, count in rows_among(log, _SEEN, activity_ids):
        accounts = count
        held.add((activity_id, account_id))
        offer(activity_id, (1, _NO_PART, account_id), name, owner)
        if is_note:
            noted.add(activity_id)
    if accounts > 1:  # else whoever besides is one of us has no account
        for activity_id, account_id, name, owner, role in rows_among(log, _IN_IT, activity_ids):
            holds = 1 if (activity_id, account_id) in held else 2
            rank = (0, 0, account_id) if role in _AUTHORS else (holds, _RANK[role], account_id)
            offer(activity_id, rank, name, owner)
    return {row_id: author._replace(noted=True) if row_id in noted else author for row_id, (_, author) in best.items()}
