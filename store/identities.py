"""Activities by what names them everywhere: a Message-ID, or the UID and RECURRENCE-ID of a
meeting.

Such a name is no secret, and whoever knows it may write it into a mail or an invitation of their
own. So an activity is told from others by whose it is as well: the From of a message, the ORGANIZER
of a meeting; and where several users read the log, by what store.told_apart says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from store.codes import ROLE, VERDICT
from store.lists import rows_among
from store.log import Log
from store.told_apart import of_stored, said

if TYPE_CHECKING:
    from activity.facts import Facts  # queries start sooner without
    from activity.participant import Participant

NOTE = "note:"
"""What the identity of a note begins with, which no server gives."""


@lru_cache(maxsize=16_384)  # every new message asks three times
def identity_hash(identity: str) -> int:
    """An identity as a 63-bit number, which is what the index holds; what is found by it has still
    to be compared."""
    return int.from_bytes(hashlib.blake2b(identity.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1


NOBODY = "-"


class Name(NamedTuple):
    """What tells an activity from all others.

    `by`: of a message the addresses in From; of a meeting its organizer, "" for one of us or none
    (who puts down a meeting without an organizer is whose calendar it is), NOBODY where nobody at
    all is named. `apart`: what store.told_apart tells it from others by; "" where one keeper reads
    everything.
    """

    identity: str
    by: str
    apart: str = ""


def name_of(facts: Facts, is_self: Callable[[str], bool], read_by: str) -> Name:
    """`read_by`: see store.told_apart, of where it was seen."""
    if facts.kind == "email":
        return Name(facts.identity, _author(facts.participants), said(facts) if read_by else "")
    organizers = [one.address.email for one in facts.participants if one.role == "organizer"]
    by = _joined([email for email in organizers if not is_self(email)])
    return Name(facts.identity, by if facts.participants else NOBODY, read_by)


@lru_cache(maxsize=4096)
def _author(participants: tuple[Participant, ...]) -> str:
    return _joined([person.address.email for person in participants if person.role == "from"])


def _joined(emails: Sequence[str]) -> str:
    return emails[0] if len(emails) == 1 else " ".join(sorted(set(emails)))


def named(log: Log, names: Collection[Name]) -> dict[Name, int]:
    """Name → activity id, for those that are in the log; of several rows of one name the oldest
    that is not suspect."""
    wanted = {identity_hash(name.identity) for name in names}
    query = f"SELECT verdict_code = {VERDICT['suspect']}, id, identity FROM activity WHERE identity_hash IN ({{}})"
    rows = sorted(rows_among(log, query, wanted))
    stored = names_of(log, {row_id: identity for _, row_id, identity in rows}, names) if rows else {}
    found: dict[Name, int] = {}
    for _, row_id, _ in rows:
        found.setdefault(stored[row_id], row_id)
    return found


def names_of(log: Log, identities: Mapping[int, str], beside: Iterable[Name]) -> dict[int, Name]:
    """The names of stored activities, by their ids; told apart as those are that they stand `beside`."""
    by = whose(log, identities)
    looked_for = {name.apart for name in beside if name.apart}
    apart = of_stored(log, identities, looked_for) if looked_for else {}
    return {
        row_id: Name(identity, by.get(row_id, NOBODY), apart.get(row_id, "")) for row_id, identity in identities.items()
    }


def whose(log: Log, ids: Iterable[int]) -> dict[int, str]:
    """For each of these activities, whose it is (see `Name.by`); what nobody is in is not among
    them."""
    query = (
        "SELECT p.activity_id, p.role_code, r.email, r.rule = 'self' FROM participation p"
        f" JOIN address r ON r.id = p.address_id WHERE p.role_code <> {ROLE['title']} AND p.activity_id IN ({{}})"
    )
    found: dict[int, list[str]] = {}
    for row_id, role, email, ours in rows_among(log, query, ids):
        named_by = found.setdefault(row_id, [])
        if role == ROLE["from"] or (role == ROLE["organizer"] and not ours):
            named_by.append(email)
    return {row_id: _joined(emails) for row_id, emails in found.items()}


def bearing(log: Log, identities: Iterable[str]) -> dict[str, list[int]]:
    """Identity → the ids of all activities that bear it, the oldest row first, for those that are
    in the log.

    A copy's own Message-ID (see `Facts.other_id`) is borne by what it is a copy of.
    """
    wanted = {identity_hash(identity): identity for identity in identities}
    found: dict[str, list[int]] = {}
    query = "SELECT identity, id FROM activity WHERE identity_hash IN ({}) ORDER BY id"
    for identity, row_id in rows_among(log, query, wanted):
        found.setdefault(identity, []).append(row_id)
    query = "SELECT identity_hash, activity_id FROM other_id WHERE identity_hash IN ({}) ORDER BY activity_id"
    for key, row_id in rows_among(log, query, wanted):
        if row_id not in (ids := found.setdefault(wanted[key], [])):
            ids.append(row_id)
    return found
