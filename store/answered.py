"""Whom a message answers that could be a person's or a machine's: what the log knows of the message
it replies to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from store.codes import ROLE
from store.identities import identity_hash
from store.lists import rows_among
from store.log import Log

if TYPE_CHECKING:
    from activity.facts import Facts  # queries start sooner without

# The sign that leaves it open: tracked mail from one person to one other bears it as newsletters do.
DOUBTFUL = "list-unsubscribe"
_PEOPLE = """SELECT p.identity_hash, x.role_code, a.email FROM activity p
    JOIN participation x ON x.activity_id = p.id JOIN address a ON a.id = x.address_id
    WHERE p.ends IS NULL AND p.identity_hash IN ({})"""


def authors_answered(
    log: Log, named: Mapping[int, str], senders: Mapping[int, Collection[str]]
) -> dict[int, tuple[str, ...]]:
    """Who wrote the message that each activity replies to (`named`, by activity id), if that one
    was to somebody who wrote the activity itself (`senders`): an id that a stranger found proves
    nothing."""
    hashes = {row_id: identity_hash(name) for row_id, name in named.items()}
    authors: dict[int, list[str]] = {}
    recipients: dict[int, set[str]] = {}
    for hashed, role, email in rows_among(log, _PEOPLE, set(hashes.values())):
        if role == ROLE["from"]:
            authors.setdefault(hashed, []).append(email)
        else:
            recipients.setdefault(hashed, set()).add(email)
    return {
        row_id: tuple(sorted(authors[hashed]))
        for row_id, hashed in hashes.items()
        if hashed in authors and not recipients.get(hashed, set()).isdisjoint(senders[row_id])
    }


def is_doubtful(facts: Facts) -> bool:
    """Does the class of a message depend on whom it answers?"""
    return DOUBTFUL in facts.evidence and bool(facts.references)


def doubtful(log: Log, ids: Collection[int]) -> set[int]:
    """The activities, of these, for which it does."""
    query = f"SELECT id FROM activity WHERE evidence LIKE '%{DOUBTFUL}%' AND replies_to IS NOT NULL AND id IN ({{}})"
    return {row_id for (row_id,) in rows_among(log, query, set(ids))}
