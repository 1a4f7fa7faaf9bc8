"""When did we last talk to them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from activity.errors import NotFound
from lasttouch.answers.question import Log, Question, Whole, people_reader
from lasttouch.answers.weeks import last_weeks
from lasttouch.moments import earlier
from lasttouch.naming import chosen, without_ignored
from store.finding import Unlisted, find_unlisted
from store.health import SourceHealth, seen_through, sources
from store.people import Person
from store.read_back import ReadBack, read_back


class Answer(NamedTuple):
    """`people` in the order that was asked for, as of `now`.

    `strangers` are those who are meant where no contact is; then `people` are they. `through`: up
    to when everything was read, None where something never was; `back`: from when on. `is_empty`:
    nobody was asked for by name and nobody is listed yet. `weeks` are the touches of the last weeks
    by contact.
    """

    now: datetime
    people: list[Person]
    strangers: list[Unlisted]
    through: datetime | None
    back: ReadBack
    sources: list[SourceHealth]
    is_empty: bool = False
    weeks: Mapping[int, Sequence[int]] | None = None


def answer(log: Log, question: Question, whole: Whole, weeks: int = 0) -> Answer:
    """Of the contacts who are meant, or else of people who are none yet. Raises NotFound where
    there is nobody.

    `weeks`: of how many last weeks the touches are wanted beside each contact.
    """
    now, filters = question.now, question.filters
    try:
        ids = chosen(log, question.who, filters.owner, filters.company, filters.tag)
    except NotFound:
        if not question.who or filters.owner or filters.company or filters.tag or filters.as_of:
            raise
        strangers = [one for one in find_unlisted(log, question.who) if not one.is_ours]
        if not strangers:
            raise
        return _of_strangers(strangers, question, whole)
    back = read_back(log)
    everybody = people_reader(filters.as_of)(log, now, ids)
    if len(everybody) > 1:
        everybody = vouched_order(everybody, back)
    found = filters.applied(everybody if question.who else without_ignored(log, everybody))
    return Answer(
        now,
        found,
        [],
        earlier(seen_through(log), now),
        back,
        sources(log),
        is_empty=not everybody and ids is None,
        weeks=last_weeks(log, [one.id for one in found], now, weeks),
    )


def vouched_order(people: Sequence[Person], back: ReadBack) -> list[Person]:
    """The longest silent first, as they come; those whose last date is not known for sure stand
    together, by name."""

    def place(one: Person) -> tuple[int, str]:
        if one.last_touch is None:
            return 0, ""
        return (2, "") if back.vouches_for(one.last_touch) else (1, one.name.casefold())

    return sorted(people, key=place)


def _of_strangers(strangers: list[Unlisted], question: Question, whole: Whole) -> Answer:
    """With the meetings among strangers, which nothing else here needs."""
    from store.unlisted_people import unlisted_people  # noqa: PLC0415 - most are contacts

    now = question.now
    with whole() as log:
        found = question.filters.applied(unlisted_people(log, now, strangers))
        return Answer(now, found, strangers, earlier(seen_through(log), now), read_back(log), sources(log))
