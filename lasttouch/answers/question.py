"""What every question says: whom it is about, what narrows it down, and the instant that it is as
of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from lasttouch.answers.ordering import itself, ordered, within
from store.log import Log
from store.people import Person, people

__all__ = ["Filters", "Log", "Question", "Whole", "people_reader"]

T = TypeVar("T")
Whole = Callable[[], AbstractContextManager[Log]]
"""Opens the log with the meetings among strangers in it, which answers about contacts do without.
"""


class Filters(NamedTuple):
    """What narrows an answer down and puts it in order; a question has only some of these, the
    others leave everything.

    `owner`, `company` and `tag` are as they were typed (see naming.py); moments are aware.
    """

    owner: str | None = None
    company: str | None = None
    tag: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    as_of: datetime | None = None
    sort: str = ""
    limit: int | None = None

    def moment(self, now: datetime) -> datetime:
        """The instant that the answer is as of."""
        return self.as_of or now

    def applied(self, found: Sequence[T], whose: Callable[[T], Any] = itself) -> list[T]:
        """Those last touched within the span, in order, up to the limit; `whose` is the one each
        row is about."""
        return ordered(within(found, self.since, self.until, whose), self.sort, whose)[: self.limit]


class Question(NamedTuple):
    """`who` are words for people, "" for everybody; `now` is the instant that the answer is as of."""

    now: datetime
    who: str = ""
    filters: Filters = Filters()


def people_reader(
    as_of: datetime | None,
) -> Callable[[Log, datetime, Sequence[int] | None], list[Person]]:
    """How contacts' dates are come by: as they are kept, or for --as-of from the activities."""
    if as_of is None:
        return people
    from store.as_of import people_then  # noqa: PLC0415 - rarely asked for

    return people_then
