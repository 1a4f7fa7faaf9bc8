"""Who is listed, and what is known of them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from lasttouch.answers.proof import behind_dates
from lasttouch.answers.question import Log, Question
from lasttouch.naming import chosen, contacts_named
from store.choosing import listed_owners
from store.health import seen_through
from store.people import Person, people
from store.read_back import ReadBack, read_back
from store.timeline import Activity, newest


class Answer(NamedTuple):
    """As of `now`; `through` and `back`: up to when, and from when on, everything was read."""

    now: datetime
    people: list[Person]
    through: datetime | None
    back: ReadBack

    def by_name(self) -> list[Person]:
        return sorted(self.people, key=lambda one: (one.name.casefold(), one.id))

    def as_listed(self, owners: Mapping[int, str]) -> list[Person]:
        """With the owners that are listed: what is derived is not to come back as if it were."""
        return [one._replace(owner=owners.get(one.id, "")) for one in self.people]


class Shown(NamedTuple):
    """A contact with the activities `behind` their dates, by id, and the newest ones."""

    person: Person
    behind: Mapping[int, Activity]
    newest: list[Activity]


def answer(log: Log, question: Question) -> Answer:
    """Those who are meant, in the order the log has them. Raises NotFound where there is nobody."""
    found = people(log, question.now, chosen(log, question.who, tag=question.filters.tag))
    return Answer(question.now, found, seen_through(log), read_back(log))


def owners_listed(log: Log) -> Mapping[int, str]:
    """Contact → the owner who is listed, or the company's."""
    return listed_owners(log)


def shown(log: Log, question: Question, recent: int) -> list[Shown]:
    """Each who is meant, with so many of the newest activities."""
    now = question.now
    found = people(log, now, contacts_named(log, question.who))
    return [Shown(one, behind_dates(log, one), newest(log, now, recent, [one.id])) for one in found]


def with_ids(log: Log, ids: Sequence[int], now: datetime) -> list[Person]:
    return people(log, now, ids)
