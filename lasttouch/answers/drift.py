"""Whose contacts on paper are talked to by somebody else?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from lasttouch.answers.question import Log, Question
from lasttouch.answers.single_touches import are_shown
from lasttouch.moments import earlier
from lasttouch.naming import chosen
from store.accounts import accounts_known
from store.acquaintance import Acquaintance, known_by
from store.choosing import listed_owners
from store.health import SourceHealth, seen_through, sources
from store.people import Person, is_anybody_listed, people
from store.read_back import ReadBack, read_back

State = Literal["drifted", "unknown"]


class Drift(NamedTuple):
    """A contact, and who of us `talks` to them of late instead of the owner on paper, whose own last touch was
    `owner_last` (None: none is known).

    "unknown": what the owner's mailbox holds is not for who asks to see, so nobody says that the owner does not talk.
    """

    person: Person
    owner: str
    state: State
    talks: Acquaintance | None
    owner_last: datetime | None


class Answer(NamedTuple):
    """`drifts` as of `now`: drifted ones first, then those of whom it cannot be told; of late is from `since` on."""

    now: datetime
    since: datetime
    drifts: list[Drift]
    more: int
    through: datetime | None
    back: ReadBack
    sources: list[SourceHealth]
    is_empty: bool


def answer(log: Log, question: Question, of_late: timedelta, most: int) -> Answer:
    """Of the contacts with an owner on paper: listed with them, or with their company."""
    now, filters = question.now, question.filters
    since = now - of_late
    wanted = chosen(log, question.who, filters.owner, filters.company, filters.tag)
    owners = listed_owners(log)
    ids = sorted(owners.keys() if wanted is None else owners.keys() & set(wanted))
    touched = known_by(log, ids, now)
    of_late_by = known_by(log, ids, now, since)
    told = _whose_touches_are_told(log, owners.values())
    found = []
    for one in people(log, now, ids):
        owner = owners[one.id]
        drift = _drift(one, owner, owner.casefold() in told, touched.get(one.id, []), of_late_by.get(one.id, []), since)
        if drift is not None:
            found.append(drift)
    drifted = [one for one in found if one.state == "drifted"][:most]
    unknown = [one for one in found if one.state == "unknown"][:most]
    return Answer(
        now,
        since,
        [*drifted, *unknown],
        len(found) - len(drifted) - len(unknown),
        earlier(seen_through(log), now),
        read_back(log),
        sources(log),
        not is_anybody_listed(log),
    )


def _whose_touches_are_told(log: Log, owners: Iterable[str]) -> set[str]:
    """Those of these owners each of whose accounts shows single touches to who asks, casefolded."""
    known = accounts_known(log)
    return {
        owner
        for owner in {one.casefold() for one in owners}
        if are_shown(log, [one for one in known if owner in (one.owner.casefold(), one.name.casefold())])
    }


def _drift(
    one: Person, owner: str, is_told: bool, touched: list[Acquaintance], of_late: list[Acquaintance], since: datetime
) -> Drift | None:
    """None where the owner talks to them, or nobody does."""
    if any(known.is_of(owner) for known in of_late):
        return None
    if not is_told:
        talks_by_date = one.last_touch is not None and one.last_touch >= since
        if talks_by_date and owner.casefold() in ((one.last_touch_by or "").casefold(), one.last_touch_account):
            return None
        return Drift(one, owner, "unknown", None, None) if of_late or talks_by_date else None
    talks = of_late[0] if of_late else None
    owner_last = max((known.last_touch for known in touched if known.is_of(owner)), default=None)
    return None if talks is None else Drift(one, owner, "drifted", talks, owner_last)
