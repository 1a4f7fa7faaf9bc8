"""Whom to get back to?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from lasttouch.answers.ordering import ordered
from lasttouch.answers.question import Log, Question, people_reader
from lasttouch.answers.silence import Silence, State, candidates, most_overdue_first, silences
from lasttouch.answers.weeks import last_weeks
from lasttouch.moments import earlier
from lasttouch.naming import chosen
from store.health import SourceHealth, seen_through, sources
from store.people import is_anybody_listed
from store.read_back import ReadBack, read_back

_STATES: tuple[State, ...] = ("stale", "unknown", "never")


class Answer(NamedTuple):
    """`silences` as of `now`: stale ones first, then those of whom it is unknown, then who was
    never touched.

    `more`: how many are not among them, as far as was looked. `longer_than`: what was asked for,
    None for longer than usual. `through` and `back`: up to when, and from when on, everything was
    read. `weeks` are the touches of the last weeks by contact. `is_empty`: nobody is listed yet.
    """

    now: datetime
    longer_than: timedelta | None
    silences: list[Silence]
    more: int
    through: datetime | None
    back: ReadBack
    sources: list[SourceHealth]
    weeks: Mapping[int, Sequence[int]]
    is_empty: bool


def answer(log: Log, question: Question, longer_than: timedelta | None, most: int, weeks: int = 0) -> Answer:
    """Silent for `longer_than`, or for longer than usual (None); at most so many of each state."""
    now, filters = question.now, question.filters
    ids = chosen(log, question.who, filters.owner, filters.company, filters.tag)
    if ids is None and filters.as_of is None and filters.sort == "overdue":
        ids = candidates(log, now, longer_than, most + 1)
    everybody = silences(log, people_reader(filters.as_of)(log, now, ids), now, longer_than)
    sort = "silence" if longer_than is not None and filters.sort == "overdue" else filters.sort
    found = _first_of_each(_ordered(everybody, sort), most)[: filters.limit]
    return Answer(
        now,
        longer_than,
        found,
        len(everybody) - len(found),
        earlier(seen_through(log), now),
        read_back(log),
        sources(log),
        last_weeks(log, [one.person.id for one in found], now, weeks),
        not is_anybody_listed(log),
    )


def _first_of_each(found: list[Silence], limit: int) -> list[Silence]:
    return [one for state in _STATES for one in [s for s in found if s.state == state][:limit]]


def _ordered(found: list[Silence], sort: str) -> list[Silence]:
    if sort == "rhythm":
        return sorted(found, key=most_overdue_first)
    return ordered(found, sort, attrgetter("person"))
