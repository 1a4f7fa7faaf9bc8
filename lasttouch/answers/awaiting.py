"""Which conversations wait for an answer, ours or theirs?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from lasttouch.answers.question import Log, Question
from lasttouch.answers.waiting import Wanted, awaiting, counted
from lasttouch.naming import chosen, owner_named
from store.awaiting import Order, Side, Waiting
from store.health import SourceHealth, sources
from store.people import is_anybody_listed

__all__ = ["COUNTED", "SIDES", "Answer", "Order", "Side", "answer"]

SIDES: tuple[Side, ...] = ("us", "them")
COUNTED = 25  # of what has waited for longer: beyond that nobody reads the number, and it is half of the work
LOOKED_AT = 500  # conversations that end with a message of before


class Answer(NamedTuple):
    """`waiting`: what waits for us, then what waits for them, as of `now`; `more`: is there more of
    that?

    `back`: how far was looked back, None for without end; `older`: how many have waited for longer,
    COUNTED a side at most, and `even_more`: are there, or may there be, more than that (of each side the
    newest LOOKED_AT were looked at). `likely_alone`: what hardly wants an answer was left out. `is_empty`:
    nobody is listed yet.
    """

    now: datetime
    waiting: list[Waiting]
    more: bool
    back: timedelta | None
    older: int
    even_more: bool
    likely_alone: bool
    sources: list[SourceHealth]
    is_empty: bool


def answer(
    log: Log,
    question: Question,
    order: Order,
    most: int,
    sides: Sequence[Side] = SIDES,
    is_all: bool = False,
    settled: bool = False,
    back: timedelta | None = None,
) -> Answer:
    """At most so many a side. `is_all`: people who are no contacts too; `settled`: what was settled
    otherwise too.

    `back`: only what has waited for no longer than that, and, without `is_all`, only where an
    answer is likely expected; None for everything.
    """
    now, filters = question.now, question.filters
    recent = None if back is None else now - back
    contacts = chosen(log, question.who, company=filters.company, tag=filters.tag)
    wanted = Wanted(
        contacts=None if contacts is None else frozenset(contacts),
        unlisted=is_all,
        owner=None if filters.owner is None else owner_named(log, filters.owner),
        since=filters.since or recent,
        until=filters.until,
        order=order,
        as_of=filters.as_of is not None,
        likely=recent is not None and not is_all,
        settled=settled,
    )
    listed = [awaiting(log, now, side, wanted, most + 1) for side in sides]
    found = [one for side in listed for one in side[:most]][: filters.limit]
    longer = wanted._replace(since=None, until=recent, order="newest", likely=False)
    older = [counted(log, now, side, longer, COUNTED, LOOKED_AT) for side in sides if recent]
    more = sum(map(len, listed)) > len(found)
    return Answer(
        now,
        found,
        more,
        back,
        sum(number for number, _ in older),
        any(may_be_more for _, may_be_more in older),
        wanted.likely,
        sources(log),
        not is_anybody_listed(log),
    )
