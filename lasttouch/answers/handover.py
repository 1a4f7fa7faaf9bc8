"""What a colleague takes over from another: whom, what is open, and what ends with the other's calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

from activity.errors import UsageError
from lasttouch.answers.question import Log, Question
from lasttouch.answers.series import Series, by_series, told
from lasttouch.answers.single_touches import are_shown
from lasttouch.answers.waiting import Wanted, awaiting
from lasttouch.moments import earlier
from lasttouch.naming import owner_named
from store.accounts import Account, accounts_known, addresses_of
from store.acquaintance import Acquaintance, known_by
from store.awaiting import Waiting
from store.choosing import of_owner
from store.health import SourceHealth, seen_through, sources
from store.people import Person, is_anybody_listed, people
from store.read_back import ReadBack, read_back
from store.timeline import Activity, ahead

HOSTS = ("organizer", "from")
_T = TypeVar("_T")


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
    us, them = (_open(awaiting(log, now, side, wanted, None) if ids else [], leaving) for side in ("us", "them"))
    theirs = [one for one in accounts_known(log) if one.owner.casefold() == leaving.casefold()]
    series = _ending(log, now, theirs, ids)
    known = known_by(log, ids, now)
    return Answer(
        now,
        leaving,
        to,
        are_shown(log, theirs),
        [
            Handover(
                one,
                us.get(one.id, []),
                them.get(one.id, []),
                series.get(one.id, []),
                [a for a in known.get(one.id, []) if not a.is_of(leaving) and not a.is_of(to)],
                next((a for a in known.get(one.id, []) if a.is_of(to)), None),
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


def _open(waits: Iterable[Waiting], leaving: str) -> dict[int | None, list[Waiting]]:
    """By contact, those in a mailbox of who leaves."""
    theirs = [one for one in waits if any(owner.casefold() == leaving.casefold() for _, owner in one.accounts)]
    return _by_contact((one, {other.contact_id for other in one.others}) for one in theirs)


def _ending(log: Log, now: datetime, theirs: list[Account], ids: list[int]) -> dict[int | None, list[Series]]:
    """By contact, the series that whoever leaves, whose accounts these are, has called: with more than one meeting
    known to come."""
    addresses = {email for one in theirs for email in addresses_of(log, one.id)}
    names = {one.name for one in theirs}
    series = by_series(ahead(log, now, None, ids, None)) if ids else []
    found = told(log, [meetings for meetings in series if len(meetings) > 1])
    ending = [one for one in found if _is_called_by(one.meeting, addresses, names)]
    return _by_contact((one, {part.contact_id for part in one.meeting.parts}) for one in ending)


def _by_contact(found: Iterable[tuple[_T, Iterable[int | None]]]) -> dict[int | None, list[_T]]:
    ordered: dict[int | None, list[_T]] = {}
    for one, contacts in found:
        for contact_id in contacts:
            ordered.setdefault(contact_id, []).append(one)
    return ordered


def _is_called_by(meeting: Activity, addresses: set[str], accounts: set[str]) -> bool:
    """By the organizer's address; where that is not to be seen, by whose calendar alone it stands in."""
    hosts = [part.address for part in meeting.parts if part.role in HOSTS]
    if hosts:
        return any(host in addresses for host in hosts)
    return {account for account, _ in meeting.sightings} <= accounts
