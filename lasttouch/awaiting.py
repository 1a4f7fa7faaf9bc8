"""What waits for an answer, ours or theirs; and of what that cannot be said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from store import awaiting as log
from store.awaiting import Side, Waiting
from store.blindness import FRESH


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations: `contacts` None for all; `owner` is the colleague whose mailbox or contact it is.

    `as_of` says that the moment asked for is an earlier one.
    """

    contacts: frozenset[int] | None = None
    unlisted: bool = False
    owner: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    oldest_first: bool = False
    as_of: bool = False


def awaiting(
    connection: sqlite3.Connection, moment: datetime, side: Side, wanted: Wanted, limit: int | None
) -> list[Waiting]:
    """The first `limit` that wait for this side as of `moment`."""
    found = log.awaiting(connection, moment, side, not wanted.oldest_first, wanted.as_of)
    return list(islice(_fitting(found, wanted), limit))


def is_known(one: Waiting, moment: datetime) -> bool:
    """False where an answer may have been sent that we could not read."""
    return one.read_through is not None and moment - one.read_through <= FRESH


def _fitting(found: Iterator[Waiting], wanted: Wanted) -> Iterator[Waiting]:
    for one in found:
        if wanted.since is not None and one.at < wanted.since:
            if wanted.oldest_first:
                continue
            return
        if wanted.until is not None and one.at > wanted.until:
            if wanted.oldest_first:
                return
            continue
        if _is_wanted(one, wanted):
            yield one


def _is_wanted(one: Waiting, wanted: Wanted) -> bool:
    contacts = {other.contact_id for other in one.others if other.contact_id is not None}
    if not contacts and not wanted.unlisted:
        return False
    if wanted.contacts is not None and not contacts & wanted.contacts:
        return False
    return wanted.owner is None or wanted.owner in whose(one)


def whose(one: Waiting) -> list[str]:
    """The colleagues who hold the conversation, then the owners of the contacts in it; each once."""
    owners = [owner for _, owner in one.accounts] + [other.owner for other in one.others]
    return list(dict.fromkeys(owner for owner in owners if owner))
