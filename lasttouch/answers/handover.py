"""What a colleague takes over from another: whom, what is open, and what ends with the other's calendar."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from activity.errors import UsageError
from activity.sharing import Level
from lasttouch.answers.question import Log, Question
from lasttouch.answers.series import Series, by_series
from lasttouch.answers.waiting import Wanted, awaiting
from lasttouch.moments import earlier
from lasttouch.naming import owner_named
from store.accounts import accounts_known, addresses_of
from store.acquaintance import Acquaintance, known_by
from store.awaiting import Waiting
from store.choosing import of_owner
from store.health import SourceHealth, seen_through, sources
from store.people import Person, is_anybody_listed, people
from store.read_back import ReadBack, read_back
from store.timeline import Activity, ahead

HOSTS = ("organizer", "from")


class Handover(NamedTuple):
    """A contact of who leaves.

    `open_us` and `open_them` are the conversations in their mailboxes that wait for us and for them, `ending` the
    series ahead that they have called, `others` who else of us knows the contact, `successor` whoever takes over, where
    they do.
    """

    person: Person
    open_us: list[Waiting]
    open_them: list[Waiting]
    ending: list[Series]
    others: list[Acquaintance]
    successor: Acquaintance | None


class Answer(NamedTuple):
    """What `leaving` hands over `to` somebody, as of `now`; `is_told`: all accounts of who leaves show single touches,
    else what is open, what is usual and what ends with the calendar cannot be told."""

    now: datetime
    leaving: str
    to: str
    is_told: bool
    handovers: list[Handover]
    more: int
    through: datetime | None
    back: ReadBack
    sources: list[SourceHealth]
    is_empty: bool


def answer(log: Log, question: Question, leaving: str, to: str, most: int) -> Answer:
    """Raises NotFound for who is none of us, UsageError where both are one."""
    now = question.now
    leaving, to = owner_named(log, leaving), owner_named(log, to)
    if leaving.casefold() == to.casefold():
        raise UsageError(f"{leaving} cannot take over from themselves", "name two colleagues")
    everybody = people(log, now, sorted(of_owner(log, leaving)))
    found = sorted(everybody, key=_last_first)[:most]
    ids = [one.id for one in found]
    wanted = Wanted(contacts=frozenset(ids))
    us, them = (awaiting(log, now, side, wanted, None) if ids else [] for side in ("us", "them"))
    series = _ending(log, now, leaving, ids)
    known = known_by(log, ids, now)
    return Answer(
        now,
        leaving,
        to,
        _is_told(log, leaving),
        [
            Handover(
                one,
                [w for w in us if _is_open(w, one.id, leaving)],
                [w for w in them if _is_open(w, one.id, leaving)],
                [s for s in series if _meets(s.meeting, one.id)],
                [a for a in known.get(one.id, []) if not _is(a, leaving) and not _is(a, to)],
                next((a for a in known.get(one.id, []) if _is(a, to)), None),
            )
            for one in found
        ],
        len(everybody) - len(found),
        earlier(seen_through(log), now),
        read_back(log),
        sources(log),
        not is_anybody_listed(log),
    )


def _last_first(one: Person) -> tuple[bool, float, str]:
    return (one.last_touch is None, -one.last_touch.timestamp() if one.last_touch else 0.0, one.name.casefold())


def _is_told(log: Log, owner: str) -> bool:
    levels = dict(log.scope.levels)
    theirs = [one for one in accounts_known(log) if one.owner.casefold() == owner.casefold()]
    return bool(theirs) and (
        log.scope.viewer is None or all(levels.get(one.id, Level.NONE) >= Level.WHO for one in theirs)
    )


def _ending(log: Log, now: datetime, leaving: str, ids: list[int]) -> list[Series]:
    """The series of these contacts that whoever leaves has called: with more than one meeting known to come."""
    theirs = {
        email
        for one in accounts_known(log)
        if one.owner.casefold() == leaving.casefold()
        for email in addresses_of(log, one.id)
    }
    held = {one.name for one in accounts_known(log) if one.owner.casefold() == leaving.casefold()}
    found = by_series(ahead(log, now, None, ids, None)) if ids else []
    return [one for one in found if one.further and _is_called_by(one.meeting, theirs, held)]


def _is_called_by(meeting: Activity, addresses: set[str], accounts: set[str]) -> bool:
    """By the organizer's address; where that is not to be seen, by whose calendar alone it stands in."""
    hosts = [part.address for part in meeting.parts if part.role in HOSTS]
    if hosts:
        return any(host in addresses for host in hosts)
    return {account for account, _ in meeting.sightings} <= accounts


def _is_open(one: Waiting, contact_id: int, leaving: str) -> bool:
    """Is it with this contact, and in a mailbox of who leaves?"""
    theirs = any(owner.casefold() == leaving.casefold() for _, owner in one.accounts)
    return theirs and any(other.contact_id == contact_id for other in one.others)


def _meets(meeting: Activity, contact_id: int) -> bool:
    return any(part.contact_id == contact_id for part in meeting.parts)


def _is(known: Acquaintance, owner: str) -> bool:
    return owner.casefold() in (known.owner.casefold(), known.account.casefold())
