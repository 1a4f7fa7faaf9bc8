"""What waits for an answer, ours or theirs; and of what that cannot be said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from lasttouch.answers.expectations import expectations, hopeful, past
from lasttouch.answers.settling import settling_words
from store import awaiting as conversations
from store.awaiting import PAGE, Order, Side, Waiting
from store.blindness import FRESH
from store.log import Log
from store.rows import timestamp

LOOKED_AT = 2
"""So many times the limit are looked at of a list in the order of chance; what stands behind them
is hardly likely."""


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
    """The first `limit` that wait for this side as of `moment`; `bare` as `store.awaiting` gives
    them."""
    late = wanted.order == "likely" and wanted.likely and wanted.owner is None  # most are left out
    read = conversations.awaiting(
        log, moment, side, wanted.order, wanted.since, wanted.as_of, wanted.contacts, wanted.unlisted, bare=late
    )
    found = _fitting(read, wanted)
    if wanted.order == "likely" and wanted.likely:
        found = islice(found, None if limit is None else max(PAGE, LOOKED_AT * limit))
    judged = _judged(log, found, side, moment, wanted, late)
    if wanted.order != "likely":
        return list(islice(judged, limit))
    first = sorted(judged, key=lambda one: (not one.likely, -one.chance, -one.at.timestamp()))[:limit]
    return list(conversations.told(log, first)) if late and not bare else first


def is_known(one: Waiting, moment: datetime) -> bool:
    """False where an answer may have been sent that we could not read."""
    return one.read_through is not None and moment - one.read_through <= FRESH


def _judged(
    log: Log, found: Iterable[Waiting], side: Side, moment: datetime, wanted: Wanted, late: bool
) -> Iterator[Waiting]:
    """Those that wait still, with what is to be thought of them; if `late`, what settles them is
    not known yet."""
    rest = iter(found)
    learned = past(log, side == "us", wanted.probable)
    while page := list(islice(rest, PAGE)):
        if late:
            hoped = hopeful(log, learned, {one.activity_id: one.chance for one in page})
            page = conversations.settled(log, side, moment, [one for one in page if one.activity_id in hoped])
        settled = _settled(log, page, moment)
        page = [one._replace(settled_by=settled.get(one.activity_id)) for one in page]
        if not wanted.settled:
            page = [one for one in page if one.settled_by is None]
        ids = {one.activity_id: one.conversation for one in page}
        ages = {one.activity_id: timestamp(one.at) for one in page}
        thought = expectations(log, learned, ids, ages, moment)
        for one in page:
            chance, likely, because, is_settled = thought[one.activity_id]
            by = one.settled_by or (because if is_settled else None)
            likely = likely and by is None
            if (by is None or wanted.settled) and (likely or not wanted.likely):
                yield one._replace(chance=chance, likely=likely, because=because, settled_by=by)


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


def _fitting(found: Iterator[Waiting], wanted: Wanted) -> Iterator[Waiting]:
    for one in found:
        if wanted.since is not None and one.at < wanted.since:
            if wanted.order != "newest":
                continue
            return
        if wanted.until is not None and one.at > wanted.until:
            if wanted.order == "oldest":
                return
            continue
        if wanted.owner is None or wanted.owner in whose(one):
            yield one


def whose(one: Waiting) -> list[str]:
    """The colleagues who hold the conversation, then the owners of the contacts in it; each once."""
    owners = [owner for _, owner in one.accounts] + [other.owner for other in one.others]
    return list(dict.fromkeys(owner for owner in owners if owner))
