"""What happened, with somebody or with everybody?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import NamedTuple

from activity.errors import NotFound
from lasttouch.answers.question import Log, Question, Whole
from lasttouch.answers.weeks import last_weeks
from lasttouch.moments import earlier
from lasttouch.naming import chosen
from store.choosing import account_owners
from store.finding import Unlisted, find_unlisted
from store.timeline import Activity, newest


class Answer(NamedTuple):
    """`activities` in the order that was asked for, as of `now`; `owners`: whose each account is,
    by its name.

    `strangers` are those who are meant where no contact is. `weeks`: the touches of all who are
    meant in each of the last weeks, the oldest first. `is_narrowed`: not everything was asked for.
    """

    now: datetime
    activities: list[Activity]
    strangers: list[Unlisted]
    owners: Mapping[str, str]
    weeks: Sequence[int]
    is_narrowed: bool


def answer(log: Log, question: Question, whole: Whole, most: int, weeks: int = 0) -> Answer:
    """The newest activities of who is meant, or of everybody. Raises NotFound where there is
    nobody.

    `weeks`: of how many last weeks the touches are wanted.
    """
    now, filters = question.now, question.filters
    with ExitStack() as opened:
        ids, strangers = _concerned(log, question)
        if strangers or ids is None:
            log = opened.enter_context(whole())
        last = earlier(filters.until, now) or now
        found = newest(log, last, most, ids, [one.address_id for one in strangers])
        found = [one for one in found if filters.since is None or one.at >= filters.since]
        if filters.sort == "oldest":
            found.reverse()
        return Answer(
            now,
            found,
            strangers,
            account_owners(log),
            [sum(week) for week in zip(*last_weeks(log, ids or [], now, weeks).values(), strict=True)],
            bool(ids is not None or filters.since or filters.until or filters.as_of),
        )


def _concerned(log: Log, question: Question) -> tuple[list[int] | None, list[Unlisted]]:
    """Contacts (None for everybody) or, where these words mean none, people who are no contacts."""
    who, filters = question.who, question.filters
    try:
        return chosen(log, who, filters.owner, filters.company, filters.tag), []
    except NotFound:
        is_narrowed = filters.owner or filters.company or filters.tag
        strangers = find_unlisted(log, who) if who and not is_narrowed else []
        if not strangers:
            raise
        return [], strangers
