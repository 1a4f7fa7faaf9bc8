"""Whose a message is: the outsider who wrote it, or the only one whom mail of ours goes to.

Mail of ours to several is nobody's. What is somebody's answers only what is his or nobody's, and what is nobody's only
the same: so a conversation hangs on what we wrote and on one person's mail, never on a third's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from store.codes import ROLE
from store.lists import grouped
from store.log import Queryable

if TYPE_CHECKING:
    from activity.facts import Facts  # queries start sooner without

NOBODYS = 0
_OUTSIDERS = f"""SELECT p.activity_id, CASE p.role_code WHEN {ROLE["from"]} THEN -p.address_id ELSE p.address_id END
    FROM participation p JOIN address a ON a.id = p.address_id
    WHERE p.activity_id IN ({{}}) AND a.rule IS NOT 'self'"""


def parties(log: Queryable, ids: Iterable[int]) -> dict[int, int]:
    """Activity → the address it is exchanged with; not there, or NOBODYS: several, or none."""
    return {row_id: _party(found) for row_id, found in grouped(log, _OUTSIDERS, ids).items()}


def party_of(facts: Facts, emails: Mapping[str, int], ours: Collection[int]) -> int:
    """The same of a message that is stored with these facts; `emails` are the ids of all addresses in it, `ours` those
    of them that are our own."""
    outsiders = {
        -address if role == "from" else address
        for person, role, _ in facts.participants
        if (address := emails[person.email]) not in ours
    }
    return _party(outsiders)


def _party(outsiders: Collection[int]) -> int:
    """Of address ids, those of authors negative."""
    authors = [-one for one in outsiders if one < 0]
    one_of = authors or list(outsiders)
    return one_of[0] if len(one_of) == 1 else NOBODYS


def may_answer(party: int, answered: int) -> bool:
    """May a message of `party` belong to the conversation of one that is `answered`'s?"""
    return answered in (NOBODYS, party)
