"""What waits for an answer, ours or theirs; and of what that cannot be said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from lasttouch.answers.expectations import expectations, has_as_answered, hopeful, past
from lasttouch.answers.settling import settling_words
from store import awaiting as conversations
from store.awaiting import PAGE, PAGE_OF_LIKELY, Order, Side, Waiting
from store.blindness import FRESH
from store.log import Log

LOOKED_AT = 2
"""So many times the limit are looked at of a list in the order of chance; what stands behind them
is hardly likely."""

FEW = 16  # are looked up together at least


class Wanted(NamedTuple):
    """Which conversations: `contacts` None for all; `owner` is the colleague whose mailbox or
    contact it is.

    `as_of` says that the moment asked for is an earlier one. `likely`: only where an answer is
    likely expected; `probable`: what is likelier than not is. `settled`: what was settled
    otherwise too.
    """

    contacts: frozenset[int] | None = None
    unlisted: bool = False
    owner: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "newest"
    as_of: bool = False
    likely: bool = False
    probable: bool = False
    settled: bool = False


def awaiting(
    log: Log, moment: datetime, side: Side, wanted: Wanted, limit: int | None, bare: bool = False
) -> list[Waiting]:
    """The first `limit` that wait for this side as of `moment`; `bare` without what `told` looks up."""
    found = _asked_for(log, moment, side, wanted)
    if wanted.order == "likely":
        if wanted.likely:
            found = islice(found, None if limit is None else max(PAGE, LOOKED_AT * limit))
        judged = _judged(log, found, side, moment, wanted)
        first = sorted(judged, key=lambda one: (not one.likely, -one.chance, -one.at.timestamp()))[:limit]
    else:
        first = list(islice(_judged(log, found, side, moment, wanted, limit), limit))
    return first if bare else list(conversations.told(log, first))


def counted(
    log: Log, moment: datetime, side: Side, wanted: Wanted, most: int, look: int | None = None
) -> tuple[int, bool]:
    """How many `awaiting` would list, `most` at most, whatever is to be thought of them; and are there, or may there
    be, more?

    `look`: unless these are contacts', no more than the newest so many are looked at, whosever they are.
    """
    until = wanted.until or moment
    is_short = look is not None and wanted.contacts is None and not (wanted.as_of or wanted.settled)
    if look is not None and is_short:
        rest = conversations.newest(log, side, until, moment, look, wanted.unlisted)
    else:
        rest = _asked_for(log, moment, side, wanted._replace(owner=None))
    number = 0
    while number < most and (page := list(islice(rest, max(FEW, most - number)))):
        if not wanted.settled:
            page = [one for one in conversations.settled(log, side, moment, page) if one.settled_by is None]
            ids = [one.activity_id for one in page]
            gone = {*_settled(log, page, moment), *has_as_answered(log, side == "us", ids)}
            page = [one for one in page if one.activity_id not in gone]
        number += len(page if wanted.owner is None else list(_of(log, page, wanted.owner)))
    may_be_more = number >= most or (is_short and conversations.are_more_than(log, side, until, look or 0))
    return min(number, most), may_be_more


def is_known(one: Waiting, moment: datetime) -> bool:
    """False where an answer may have been sent that we could not read."""
    return one.read_through is not None and moment - one.read_through <= FRESH


def _judged(
    log: Log,
    found: Iterable[Waiting],
    side: Side,
    moment: datetime,
    wanted: Wanted,
    limit: int | None = None,
) -> Iterator[Waiting]:
    """Those that wait still, with what is to be thought of them. With a `limit`, no more than are left of it
    are looked at in vain."""
    rest = iter(found)
    learned = past(log, side == "us", wanted.probable)
    size, given = PAGE_OF_LIKELY if wanted.likely or limit is None else min(PAGE, limit), 0
    while page := list(islice(rest, size)):
        if wanted.likely:  # most are left out
            hoped = hopeful(log, learned, {one.activity_id: one.chance for one in page})
            page = [one for one in page if one.activity_id in hoped]
        page = conversations.settled(log, side, moment, page)
        settled = _settled(log, page, moment)
        page = [one._replace(settled_by=settled.get(one.activity_id)) for one in page]
        if not wanted.settled:
            page = [one for one in page if one.settled_by is None]
        thought = expectations(log, learned, page, moment)
        for one in page:
            chance, likely, because, is_settled = thought[one.activity_id]
            by = one.settled_by or (because if is_settled else None)
            likely = likely and by is None
            if (by is None or wanted.settled) and (likely or not wanted.likely):
                yield one._replace(chance=chance, likely=likely, because=because, settled_by=by)
                given += 1
        if limit is not None:
            size = min(size, max(FEW, limit - given))


def _settled(log: Log, page: Sequence[Waiting], moment: datetime) -> dict[int, str]:
    """By activity, what settles it: a meeting, or the word of its owner."""
    contacts = {other.contact_id for one in page for other in one.others if other.contact_id is not None}
    words = settling_words(log, [one.activity_id for one in page], contacts, moment)
    found: dict[int, str] = {}
    for one in page:
        people = {other.contact_id for other in one.others}
        if by := one.settled_by or words.settle(one.activity_id, one.at, people):
            found[one.activity_id] = by
    return found


def _asked_for(log: Log, moment: datetime, side: Side, wanted: Wanted) -> Iterator[Waiting]:
    """Those wanted, in the order wanted; what settles them and what to think of them is asked later."""
    found = conversations.awaiting(
        log, moment, side, wanted.order, wanted.since, wanted.as_of, wanted.contacts, wanted.unlisted, wanted.until
    )
    if wanted.since is not None:
        found = _since(found, wanted.since, wanted.order == "newest")
    return found if wanted.owner is None else _of(log, found, wanted.owner)


def _since(found: Iterable[Waiting], since: datetime, newest_first: bool) -> Iterator[Waiting]:
    for one in found:
        if one.at >= since:
            yield one
        elif newest_first:
            return


def _of(log: Log, found: Iterable[Waiting], owner: str) -> Iterator[Waiting]:
    """Those of `whose` this colleague is one. Who holds a conversation is looked up only where the contacts in it are
    somebody else's."""
    rest = iter(found)
    while page := list(islice(rest, PAGE)):
        named = conversations.named(log, page)
        listed = {one.activity_id for one in named if any(other.owner == owner for other in one.others)}
        holders = conversations.owners(log, [one.activity_id for one in page if one.activity_id not in listed])
        yield from (one for one in page if one.activity_id in listed or owner in holders.get(one.activity_id, ()))


def whose(one: Waiting) -> list[str]:
    """The colleagues who hold the conversation, then the owners of the contacts in it; each once."""
    owners = [owner for _, owner in one.accounts] + [other.owner for other in one.others]
    return list(dict.fromkeys(owner for owner in owners if owner))
